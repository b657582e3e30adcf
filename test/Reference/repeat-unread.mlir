// What a repetition yields for the next one and that one does not read goes nowhere; the last one's is the result.
// RUN: st-reference-test %s --compare %s
!t = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>

func.func @main(%x: tensor<8xf32>) -> tensor<8xf32> {
  %y = st.kernel @k (%c = %x : tensor<8xf32> as !t, %a = %x : tensor<8xf32> as !st.itensor<4xf32, iter_space = [3, 2] * [1, 4], iter_map = (d0, d1) -> (d1)>) -> (tensor<8xf32>) {
    %r = st.repeat %i to 3 carried(%unread = %c : !t) again(%in = %a : !st.itensor<4xf32, iter_space = [3, 2] * [1, 4], iter_map = (d0, d1) -> (d1)> as !t) {
      %e = st.itensor_empty : !t
      %n = st.task @copy reads(%p = %in : !t) inits(%o = %e : !t) {
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c2 = arith.constant 2 : index
        %w = scf.for %j = %c0 to %c2 step %c1 iter_args(%s = %o) -> (!t) {
          %empty = tensor.empty() : tensor<4xf32>
          %v = st.itensor_read %p init %empty : !t -> tensor<4xf32>
          %q = st.itensor_write %v into %s : tensor<4xf32> -> !t
          scf.yield %q : !t
        }
        st.yield %w : !t
      }
      st.yield %n : !t
    }
    st.yield %r : !t
  }
  return %y : tensor<8xf32>
}
