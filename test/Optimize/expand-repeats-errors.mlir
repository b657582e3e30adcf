// What has no form that repeats.
// RUN: streamtensor-opt %s -st-expand-repeats -split-input-file -verify-diagnostics

!t = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> {
  %y = st.kernel @k (%c = %x : tensor<8xf32> as !t) -> (tensor<8xf32>) {
    %r = st.repeat %i to 2 carried(%ci = %c : !t) {
      // expected-error @below {{'tensor.empty' op cannot stand in a repetition inside a kernel}}
      %m = tensor.empty() : tensor<8xf32>
      %e = st.itensor_empty : !t
      %n = st.task @f reads(%p = %ci : !t, %q = %m : tensor<8xf32>) inits(%o = %e : !t) {
        st.yield %o : !t
      }
      st.yield %n : !t
    }
    st.yield %r : !t
  }
  return %y : tensor<8xf32>
}
