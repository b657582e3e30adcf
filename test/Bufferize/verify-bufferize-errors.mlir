// RUN: streamtensor-opt %s -st-verify-bufferize -split-input-file -verify-diagnostics

!t = !st.itensor<8x8xf32, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)>
func.func @main() {
  st.kernel @k () {
    // expected-error@+1 {{after phase `bufferize`}}
    %e = st.itensor_instance : !t
    st.yield
  }
  return
}

// -----

func.func @main() {
  // Outside a kernel tensors are fine.
  %outside = tensor.empty() : tensor<8xf32>
  st.kernel @k () {
    st.task @t {
      // expected-error@+1 {{has a value of type 'tensor<8xf32>' after phase `bufferize`}}
      %e = tensor.empty() : tensor<8xf32>
    }
    st.yield
  }
  return
}

// -----

func.func @main() {
  st.kernel @k () {
    st.task @t {
      // expected-error@+1 {{is memory without a name after phase `bufferize`; st-name-buffers makes it an st.buffer}}
      %e = memref.alloc() : memref<8xf32>
    }
    st.yield
  }
  return
}
