// RUN: rm -rf %t && streamtensor-opt %s --split-input-file --verify-diagnostics --st-emit-rtl="directory=%t"
// Nothing is written when anything fails.
// RUN: not ls %t

// expected-error @below {{there is no kernel to print as RTL}}
module {}

// -----

// Floating point has no RTL yet.

// expected-error @below {{a kernel cannot be printed as RTL}}
module {
  func.func @main() {
    st.kernel @k () {
      %s = st.stream @s : !st.stream<f32, depth = 2>
      %r = st.stream @r : !st.stream<f32, depth = 2>
      st.task @t reads(%a = %s : !st.stream<f32, depth = 2>) inits(%b = %r : !st.stream<f32, depth = 2>) {
        %v = st.stream_read %a : <f32, depth = 2> -> f32
        // expected-error @below {{has no RTL form: the RTL back end covers additions, subtractions, products}}
        %w = arith.addf %v, %v : f32
        st.stream_write %w, %b : f32, <f32, depth = 2>
      }
      st.yield
    }
    return
  }
}

// -----

// expected-error @below {{a kernel cannot be printed as RTL}}
module {
  func.func @main() {
    st.kernel @k () {
      %s = st.stream @s : !st.stream<i32, depth = 2>
      %r = st.stream @r : !st.stream<i32, depth = 2>
      st.task @t reads(%a = %s : !st.stream<i32, depth = 2>) inits(%b = %r : !st.stream<i32, depth = 2>) {
        %v = st.stream_read %a : <i32, depth = 2> -> i32
        // expected-error @below {{has no RTL form}}
        %w = arith.divsi %v, %v : i32
        st.stream_write %w, %b : i32, <i32, depth = 2>
      }
      st.yield
    }
    return
  }
}

// -----

// A FIFO moves one token per cycle.

// expected-error @below {{a kernel cannot be printed as RTL}}
module {
  func.func @main() {
    st.kernel @k () {
      %s = st.stream @s : !st.stream<i32, depth = 2>
      %r = st.stream @r : !st.stream<i32, depth = 2>
      st.task @t reads(%a = %s : !st.stream<i32, depth = 2>) inits(%b = %r : !st.stream<i32, depth = 2>) {
        %v = st.stream_read %a : <i32, depth = 2> -> i32
        // expected-error @below {{moves a second token through the same stream in one iteration of a pipeline}}
        %u = st.stream_read %a : <i32, depth = 2> -> i32
        %w = arith.addi %v, %u : i32
        st.stream_write %w, %b : i32, <i32, depth = 2>
      }
      st.yield
    }
    return
  }
}

// -----

// expected-error @below {{a kernel cannot be printed as RTL}}
module {
  func.func @main(%m: memref<8xi32>) {
    st.kernel @k (%x = %m : memref<8xi32>) {
      %r = st.stream @r : !st.stream<i32, depth = 2>
      // expected-error @below {{has no 'st.port_burst_tokens' and 'st.port_depth_tokens' for its port to external memory: run the schedule phase first}}
      st.task @t reads(%a = %x : memref<8xi32>) inits(%b = %r : !st.stream<i32, depth = 2>) {
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c8 = arith.constant 8 : index
        scf.for %i = %c0 to %c8 step %c1 {
          %v = memref.load %a[%i] : memref<8xi32>
          st.stream_write %v, %b : i32, <i32, depth = 2>
        } {st.pipeline = 1 : i64}
      }
      st.yield
    }
    return
  }
}

// -----

// expected-error @below {{a kernel cannot be printed as RTL}}
module {
  func.func @main(%m: memref<8xi32>) {
    // expected-error @below {{updates memory in place, which the SystemVerilog back end cannot yet; compile with --emit hls, or without --cache}}
    st.kernel @k (%x = %m : memref<8xi32>) attributes {st.operand_directions = ["inout"]} {
      st.yield
    }
    return
  }
}
