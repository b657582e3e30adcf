// RUN: streamtensor-opt %s -st-verify-dataflow -split-input-file -verify-diagnostics

func.func @computes(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @below {{'arith.negf' op computes outside of a task after the dataflow phase}}
  %0 = arith.negf %x : tensor<8xf32>
  return %0 : tensor<8xf32>
}

// -----

!c = !st.itensor<8xf32, iter_space = [] * [], iter_map = () -> (0)>
func.func @no_task(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @below {{must hold exactly one task after the dataflow phase, but holds 0}}
  %0 = st.kernel @k (%s = %x : tensor<8xf32> as !c) -> (tensor<8xf32>) {
    st.yield %s : !c
  }
  return %0 : tensor<8xf32>
}

// -----

!c = !st.itensor<8xf32, iter_space = [] * [], iter_map = () -> (0)>
func.func @fork(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = st.kernel @k (%s = %x : tensor<8xf32> as !c) -> (tensor<8xf32>) {
    // expected-error @below {{'st.itensor_fork' op must not stand in a kernel after the dataflow phase}}
    %1:2 = st.itensor_fork %s : !c -> !c, !c
    st.yield %1#0 : !c
  }
  return %0 : tensor<8xf32>
}
