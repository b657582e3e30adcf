// DMAs, converters and tasks that cut and join streams move as many tiles as the run has; the buffer of a converter is
// that of the largest run.
// RUN: streamtensor-opt %s -st-materialize-kernel -o %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: streamtensor-opt %s -st-optimize -st-schedule -st-allocate -st-bufferize -st-lower -o %t.lower.mlir
// RUN: st-reference-test %t.mlir --compare %s --size S=1 --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --size S=8 --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --size S=9 --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --size S=20 --tolerance 0
// RUN: st-reference-test %t.lower.mlir --compare %s --size S=1 --tolerance 0
// RUN: st-reference-test %t.lower.mlir --compare %s --size S=8 --tolerance 0
// RUN: st-reference-test %t.lower.mlir --compare %s --size S=9 --tolerance 0
// RUN: st-reference-test %t.lower.mlir --compare %s --size S=20 --tolerance 0

!rows = !st.itensor<8x8xf32 of [S max 20, 16], iter_space = [S ceildiv 8 max 3, 2] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
!columns = !st.itensor<8x8xf32 of [S max 20, 16], iter_space = [2, S ceildiv 8 max 3] * [8, 8], iter_map = (d0, d1) -> (d1, d0)>
!half = !st.itensor<8x8xf32 of [S max 20, 8], iter_space = [S ceildiv 8 max 3] * [8], iter_map = (d0) -> (d0, 0)>

// CHECK-LABEL: func.func @main
// CHECK:         st.task @dma_in0
// CHECK:           %[[SIZE:.+]] = st.size "S"
// CHECK:           %[[MORE:.+]] = arith.addi %[[SIZE]], %c7
// CHECK:           %[[TILES:.+]] = arith.divui %[[MORE]], %c8
// CHECK:           scf.for %{{.+}} = %c0{{.*}} to %[[TILES]] step
// CHECK:             scf.for %{{.+}} = %c0{{.*}} to %c2{{.*}} step
// CHECK:         st.task @route_0
// CHECK:           %[[SIZE:.+]] = st.size "S"
// CHECK:           %[[TILES:.+]] = arith.divui
// CHECK:           scf.for %{{.+}} = %c0{{.*}} to %[[TILES]] step
// CHECK:         st.task @convert_0
// CHECK:           tensor.empty() : tensor<{{.*}}24x16xf32>
func.func @main(%x: tensor<20x16xf32> {st.dims = [#st.extent<S>, #st.extent<16>]}) -> (tensor<20x16xf32> {st.dims = [#st.extent<S>, #st.extent<16>]})
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x2x8x8xf32>
  %packed = linalg.pack %x padding_value(%zero : f32) inner_dims_pos = [0, 1] inner_tiles = [8, 8] into %e : tensor<20x16xf32> -> tensor<3x2x8x8xf32>
  %y = st.kernel @k (%a = %packed : tensor<3x2x8x8xf32> as !rows) -> (tensor<3x2x8x8xf32>) attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
    %halves:2 = st.itensor_chunk %a dim 1 : !rows -> !half, !half
    %swapped = st.itensor_concat %halves#0, %halves#1 dim 1 : !half, !half -> !rows
    %c = st.itensor_converter %swapped : !rows -> !columns
    st.yield %c : !columns
  }
  %o = tensor.empty() : tensor<20x16xf32>
  %unpacked = linalg.unpack %y inner_dims_pos = [0, 1] inner_tiles = [8, 8] into %o : tensor<3x2x8x8xf32> -> tensor<20x16xf32>
  return %unpacked : tensor<20x16xf32>
}
