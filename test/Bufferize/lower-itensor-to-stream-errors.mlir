// RUN: streamtensor-opt %s -st-lower-itensor-to-stream -split-input-file -verify-diagnostics

!t = !st.itensor<8x8xf32, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)>

func.func @main(%x: tensor<16x8xf32>) {
  // expected-error@+1 {{still has the DMA of operand 0 in its boundary; run st-materialize-kernel first}}
  st.kernel @k (%s = %x : tensor<16x8xf32> as !t) {
    st.yield
  }
  return
}

// -----

func.func @main(%x: tensor<16x8xf32>) -> tensor<16x8xf32> {
  // expected-error@+1 {{result 0 is not written by a DMA task; run st-materialize-kernel first}}
  %r = st.kernel @k (%s = %x : tensor<16x8xf32>) -> (tensor<16x8xf32>) {
    st.yield %s : tensor<16x8xf32>
  }
  return %r : tensor<16x8xf32>
}

// -----

func.func @main() -> tensor<16x8xf32> {
  %r = st.kernel @k () -> (tensor<16x8xf32>) {
    // expected-note@+1 {{but writes into this}}
    %m = arith.constant dense<0.0> : tensor<16x8xf32>
    // expected-error@+1 {{must write result 0 of its kernel into a tensor.empty of its own}}
    %y = st.task @dma_y inits(%o = %m : tensor<16x8xf32>) {
      st.yield %o : tensor<16x8xf32>
    }
    st.yield %y : tensor<16x8xf32>
  }
  return %r : tensor<16x8xf32>
}

// -----

!t = !st.itensor<8x8xf32, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)>

func.func @main() {
  st.kernel @k () {
    // expected-note@+1 {{made here; it should be an st.itensor_instance, a kernel operand or a tensor.empty that a DMA writes}}
    %e = st.itensor_empty : !t
    // expected-error@+1 {{that is neither a FIFO nor memory of the kernel}}
    %y = st.task @t inits(%o = %e : !t) {
      st.yield %o : !t
    }
    st.yield
  }
  return
}

// -----

!t = !st.itensor<8x8xf32, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)>

func.func @main() {
  st.kernel @k () {
    %e = st.itensor_instance : !t
    %y = st.task @t inits(%o = %e : !t) {
      %true = arith.constant true
      // expected-error@+1 {{makes an itensor inside a task; only loops may carry itensors there}}
      %r = scf.if %true -> !t {
        scf.yield %o : !t
      } else {
        scf.yield %o : !t
      }
      st.yield %r : !t
    }
    st.task @u reads(%s = %y : !t) {
    }
    st.yield
  }
  return
}
