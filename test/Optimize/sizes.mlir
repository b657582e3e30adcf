// DMAs and converters move as many tiles as the run has; the buffer of a converter is that of the largest run.
// RUN: streamtensor-opt %s -st-materialize-kernel | FileCheck %s

!rows = !st.itensor<8x8xf32 of [S max 20, 16], iter_space = [S ceildiv 8 max 3, 2] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
!columns = !st.itensor<8x8xf32 of [S max 20, 16], iter_space = [2, S ceildiv 8 max 3] * [8, 8], iter_map = (d0, d1) -> (d1, d0)>

// CHECK-LABEL: st.kernel @k
// CHECK:         st.task @dma_in0
// CHECK:           %[[SIZE:.+]] = st.size "S"
// CHECK:           %[[MORE:.+]] = arith.addi %[[SIZE]], %c7
// CHECK:           %[[TILES:.+]] = arith.divui %[[MORE]], %c8
// CHECK:           scf.for %{{.+}} = %c0{{.*}} to %[[TILES]] step
// CHECK:             scf.for %{{.+}} = %c0{{.*}} to %c2{{.*}} step
// CHECK:         st.task @convert_0
// CHECK:           tensor.empty() : tensor<{{.*}}24x16xf32>
// CHECK:         st.task @dma_out0
func.func @main(%x: tensor<3x2x8x8xf32>) -> tensor<3x2x8x8xf32> attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %y = st.kernel @k (%a = %x : tensor<3x2x8x8xf32> as !rows) -> (tensor<3x2x8x8xf32>) attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
    %c = st.itensor_converter %a : !rows -> !columns
    st.yield %c : !columns
  }
  return %y : tensor<3x2x8x8xf32>
}
