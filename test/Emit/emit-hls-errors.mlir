// RUN: rm -rf %t && streamtensor-opt %s --split-input-file --verify-diagnostics --st-emit-hls="directory=%t"
// Nothing is written when anything fails.
// RUN: not ls %t

// expected-error @below {{there is no kernel to print as HLS C++}}
module {}

// -----

// expected-error @below {{a kernel cannot be printed as HLS C++}}
module {
  func.func @main(%x: memref<4xf8E4M3FN>) {
    // expected-error @below {{has a memory operand of type 'memref<4xf8E4M3FN>', which HLS C++ cannot take}}
    st.kernel @k (%m = %x : memref<4xf8E4M3FN>) {
      st.yield
    }
    return
  }
}

// -----

// expected-error @below {{a kernel cannot be printed as HLS C++}}
module {
  func.func @main(%x: memref<4xf32>) {
    st.kernel @k (%m = %x : memref<4xf32>) {
      st.task @t reads(%a = %m : memref<4xf32>) inits() {
        %c0 = arith.constant 0 : index
        %v = memref.load %a[%c0] : memref<4xf32>
        // expected-error @below {{has no form in HLS C++}}
        %w = math.clampf %v to [%v, %v] : f32
        memref.store %w, %a[%c0] : memref<4xf32>
        st.yield
      }
      st.yield
    }
    return
  }
}

// -----

// expected-error @below {{a kernel cannot be printed as HLS C++}}
module {
  func.func @main(%x: memref<4xf32>) {
    st.kernel @k (%m = %x : memref<4xf32>) {
      st.yield
    }
    // expected-error @below {{has the same name as another kernel}}
    st.kernel @k (%m = %x : memref<4xf32>) {
      st.yield
    }
    return
  }
}
