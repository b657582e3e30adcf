// RUN: streamtensor-opt %s | streamtensor-opt | FileCheck %s

// CHECK-LABEL: @types
// CHECK-SAME: !st.itensor<1x16xf32 of [P + 1 max 65, 64], iter_space = [4] * [16], iter_map = (d0)[P] -> (P, d0)>
// CHECK-SAME: !st.itensor<8x16xf32 of [S + past_len max 96, 16], iter_space = [S ceildiv 8 max 4] * [8], iter_map = (d0)[past_len] -> (d0 + past_len, 0)>
// CHECK-SAME: !st.itensor<8xf32 of ["arg0.1" + 8 max 72], iter_space = [] * [], iter_map = ()[s0 = "arg0.1"] -> (s0)>
func.func private @types(
    !st.itensor<1x16xf32 of [P + 1 max 65, 64], iter_space = [4] * [16], iter_map = (d0)[P] -> (P, d0)>,
    !st.itensor<8x16xf32 of [past_len + S max 96, 16], iter_space = [S ceildiv 8 max 4] * [8],
                iter_map = (i)[past_len] -> (past_len + i, 0)>,
    !st.itensor<8xf32 of ["arg0.1" + 8 max 72], iter_space = [] * [], iter_map = ()[x = "arg0.1"] -> (x)>)

// One buffer that is read up to P, and written behind it.
// CHECK-LABEL: @update
// CHECK: st.updates = array<i64: 0>
!old = !st.itensor<8xf32 of [P max 64], iter_space = [P ceildiv 8 max 8] * [8], iter_map = (d0) -> (d0)>
!new = !st.itensor<8xf32, iter_space = [] * [], iter_map = () -> (0)>
!placed = !st.itensor<8xf32 of [P + 8 max 72], iter_space = [] * [], iter_map = ()[P] -> (P)>
func.func @update(%cache: tensor<72xf32>, %rows: tensor<8xf32>) -> tensor<72xf32>
    attributes {st.sizes = {P = #st.size_range<0 to 64>}} {
  %0 = st.kernel @k (%o = %cache : tensor<72xf32> as !old, %n = %rows : tensor<8xf32> as !new) -> (tensor<72xf32>)
      attributes {st.updates = array<i64: 0>} {
    %p = st.itensor_cast %n : !new -> !placed
    st.yield %p : !placed
  }
  return %0 : tensor<72xf32>
}
