// What keeps a repetition outside of a kernel.
// RUN: streamtensor-opt %s -st-sink-repeats -split-input-file -verify-diagnostics

!t = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>

func.func @two_kernels(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-remark @below {{launches its kernels 2 times: its body is more than one kernel}}
  %y = st.repeat %i to 2 carried(%c = %x : tensor<8xf32>) {
    %a = st.kernel @a (%s = %c : tensor<8xf32> as !t) -> (tensor<8xf32>) {
      st.yield %s : !t
    }
    %b = st.kernel @b (%s = %a : tensor<8xf32> as !t) -> (tensor<8xf32>) {
      st.yield %s : !t
    }
    st.yield %b : tensor<8xf32>
  }
  return %y : tensor<8xf32>
}

// -----

func.func @host(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-remark @below {{launches its kernels 2 times: the host computes 'math.exp' in it}}
  %y = st.repeat %i to 2 carried(%c = %x : tensor<8xf32>) {
    %a = math.exp %c : tensor<8xf32>
    st.yield %a : tensor<8xf32>
  }
  return %y : tensor<8xf32>
}

// -----

func.func @nothing(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-remark @below {{launches its kernels 2 times: it has no kernel}}
  %y = st.repeat %i to 2 carried(%c = %x : tensor<8xf32>) {
    st.yield %c : tensor<8xf32>
  }
  return %y : tensor<8xf32>
}

// -----

!t = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>

func.func @passed_on(%x: tensor<8xf32>, %z: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  // expected-remark @below {{launches its kernels 2 times: it yields what its kernel does not make}}
  %y:2 = st.repeat %i to 2 carried(%c = %x : tensor<8xf32>, %d = %z : tensor<8xf32>) {
    %a = st.kernel @a (%s = %c : tensor<8xf32> as !t) -> (tensor<8xf32>) {
      st.yield %s : !t
    }
    st.yield %a, %d : tensor<8xf32>, tensor<8xf32>
  }
  return %y#0, %y#1 : tensor<8xf32>, tensor<8xf32>
}
