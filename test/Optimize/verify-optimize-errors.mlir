// RUN: streamtensor-opt %s -st-verify-optimize -split-input-file -verify-diagnostics

!c = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @operand(%x: tensor<2x4xf32>) {
  // expected-error @below {{must take tensors after the optimize phase, but has an operand of type}}
  st.kernel @k (%s = %x : tensor<2x4xf32> as !c) {
  }
  return
}

// -----

!c = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @result() {
  // expected-error @below {{must yield tensors after the optimize phase, but yields}}
  %0 = st.kernel @k () -> (tensor<2x4xf32>) {
    %f = st.itensor_instance : !c
    st.yield %f : !c
  }
  return
}

// -----

!c = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @converter() {
  st.kernel @k () {
    %f = st.itensor_instance : !c
    // expected-error @below {{'st.itensor_fork' op must not stand in a kernel after the optimize phase}}
    %0:2 = st.itensor_fork %f : !c -> !c, !c
  }
  return
}

// -----

!c = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @readers() {
  st.kernel @k () {
    // expected-error @below {{itensor must have one use after the optimize phase, but has 2}}
    %f = st.itensor_instance : !c
    // expected-note @below {{used here}}
    st.task @a reads(%in = %f : !c) attributes {st.kind = "compute"} {
    }
    // expected-note @below {{used here}}
    st.task @b reads(%in = %f : !c) attributes {st.kind = "compute"} {
    }
  }
  return
}

// -----

func.func @kind() {
  st.kernel @k () {
    // expected-error @below {{'st.task' op must have an 'st.kind' attribute after the optimize phase}}
    st.task @a {
    }
  }
  return
}
