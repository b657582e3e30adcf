// RUN: streamtensor-opt %s -st-verify-fuse -split-input-file -verify-diagnostics

!c = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @operand(%x: tensor<8xf32>) {
  // expected-error @below {{operand 0 must be packed as 'tensor<2x4xf32>' after the fuse phase, but is 'tensor<8xf32>'}}
  st.kernel @k (%s = %x : tensor<8xf32> as !c) {
  }
  return
}

// -----

!c = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @result(%x: tensor<2x4xf32>) {
  // expected-error @below {{result 0 must be packed as 'tensor<2x4xf32>' after the fuse phase, but is 'tensor<8xf32>'}}
  %0 = st.kernel @k (%s = %x : tensor<2x4xf32> as !c) -> (tensor<8xf32>) {
    st.yield %s : !c
  }
  return
}

// -----

func.func @tensor(%x: tensor<8xf32>) {
  // expected-error @below {{operand 0 must enter as an itensor after the fuse phase, but is 'tensor<8xf32>'}}
  st.kernel @k (%s = %x : tensor<8xf32>) {
  }
  return
}

// -----

!c = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @fork(%x: tensor<2x4xf32>) {
  st.kernel @k (%s = %x : tensor<2x4xf32> as !c) {
    // expected-error @below {{'st.itensor_fork' op must not stand in a kernel after the fuse phase}}
    %0:2 = st.itensor_fork %s : !c -> !c, !c
  }
  return
}
