// RUN: streamtensor-opt %s --pass-pipeline="builtin.module(func.func(st-update-caches,st-pack-kernel-interface,st-verify-fuse))" | FileCheck %s

// The kernel that makes the rows writes them where the argument lies, which keeps its layout.

!old = !st.itensor<8x4xf32 of [P max 16, 4], iter_space = [P ceildiv 8 max 2] * [8], iter_map = (d0) -> (d0, 0)>
!row = !st.itensor<1x4xf32, iter_space = [] * [], iter_map = () -> (0, 0)>

// CHECK-LABEL: func.func @main
// CHECK-SAME:    (%[[OLD:.*]]: tensor<17x4xf32>
// CHECK-SAME:    -> (tensor<17x4xf32> {st.cache = {argument = 0 : i64, dim = 0 : i64, in_place, size = "P"}, st.dims = [#st.extent<P + 1>, #st.extent<4>]})
// CHECK:         %[[ALL:.*]] = st.kernel @k (%{{.*}} = %[[OLD]] : tensor<17x4xf32> as
// CHECK-SAME:      -> (tensor<17x4xf32>)
// CHECK-SAME:      attributes {st.updates = array<i64: 0>}
// CHECK:         %[[ROW:.*]] = st.task @sum
// CHECK:         %[[PLACED:.*]] = st.itensor_cast %[[ROW]]
// CHECK-SAME:      -> <1x4xf32 of [P + 1 max 17, 4], iter_space = [] * [], iter_map = ()[P] -> (P, 0)>
// CHECK:         st.yield %[[PLACED]]
// CHECK:         return %[[ALL]]
func.func @main(%old: tensor<16x4xf32> {st.name = "past", st.dims = [#st.extent<P>, #st.extent<4>]})
    -> (tensor<1x4xf32> {st.cache = {argument = 0 : i64, dim = 0 : i64, size = "P"},
                         st.dims = [#st.extent<1>, #st.extent<4>]})
    attributes {st.sizes = {P = #st.size_range<0 to 16>}} {
  %0 = st.kernel @k (%s = %old : tensor<16x4xf32> as !old) -> (tensor<1x4xf32>) {
    %e = st.itensor_empty : !row
    %r = st.task @sum reads(%in = %s : !old) inits(%out = %e : !row) {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %p = st.size "P" : index
      scf.for %i = %c0 to %p step %c8 {
        %t = tensor.empty() : tensor<8x4xf32>
        %x = st.itensor_read %in init %t : !old -> tensor<8x4xf32>
        scf.yield
      }
      %zero = arith.constant dense<0.0> : tensor<1x4xf32>
      %w = st.itensor_write %zero into %out : tensor<1x4xf32> -> !row
      st.yield %w : !row
    }
    st.yield %r : !row
  }
  return %0 : tensor<1x4xf32>
}
