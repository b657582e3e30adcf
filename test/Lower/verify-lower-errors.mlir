// RUN: streamtensor-opt %s -st-verify-lower -split-input-file -verify-diagnostics

func.func @main() {
  st.kernel @k () {
    // expected-error@+1 {{may not stand in a kernel after phase `lower`}}
    %c = arith.constant 0 : index
    st.yield
  }
  return
}

// -----

func.func @main() {
  st.kernel @k () {
    st.task @t {
      %zero = arith.constant 0.0 : f32
      %c = st.buffer @c : memref<8xf32>
      // expected-error@+1 {{may not stand in a task after phase `lower`}}
      linalg.fill ins(%zero : f32) outs(%c : memref<8xf32>)
    }
    st.yield
  }
  return
}
