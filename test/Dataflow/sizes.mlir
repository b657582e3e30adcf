// A loop that ends at a size gives an itensor of that extent, with a trip count for each run.
// RUN: streamtensor-opt %s -st-convert-linalg-to-kernel -o %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --size S=1 --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --size S=8 --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --size S=9 --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --size S=20 --tolerance 0

#id = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @main
// CHECK:         st.kernel @elementwise_0 (%{{.+}} : tensor<20x16xf32> as !st.itensor<8x16xf32 of [S max 20, 16], iter_space = [S ceildiv 8 max 3] * [8], iter_map = (d0) -> (d0, 0)>) -> (tensor<20x16xf32>)
// CHECK-SAME:      st.sizes = {S = #st.size_range<1 to 20>}
// CHECK:           st.task @elementwise_0
// CHECK:             %[[SIZE:.+]] = st.size "S"
// CHECK:             scf.for %{{.+}} = %c0{{.*}} to %[[SIZE]] step %c8
// CHECK:               st.itensor_read
// CHECK:               st.itensor_write
func.func @main(%arg0: tensor<20x16xf32> {st.dims = [#st.extent<S>, #st.extent<16>], st.name = "x"}) -> (tensor<20x16xf32> {st.dims = [#st.extent<S>, #st.extent<16>], st.name = "y"}) attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %cst = arith.constant 0.000000e+00 : f32
  %padded = tensor.pad %arg0 low[0, 0] high[4, 0] {
  ^bb0(%arg1: index, %arg2: index):
    tensor.yield %cst : f32
  } {st.tile_padding} : tensor<20x16xf32> to tensor<24x16xf32>
  %0 = tensor.empty() : tensor<24x16xf32>
  %1 = tensor.empty() : tensor<8x16xf32>
  %c0 = arith.constant 0 : index
  %2 = st.size "S" : index
  %c8 = arith.constant 8 : index
  %3 = scf.for %arg1 = %c0 to %2 step %c8 iter_args(%arg2 = %0) -> (tensor<24x16xf32>) {
    %extracted_slice_0 = tensor.extract_slice %padded[%arg1, 0] [8, 16] [1, 1] : tensor<24x16xf32> to tensor<8x16xf32>
    %4 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%extracted_slice_0 : tensor<8x16xf32>) outs(%1 : tensor<8x16xf32>) attrs =  {st.unroll = array<i64: 1, 16>} {
    ^bb0(%in: f32, %out: f32):
      %5 = arith.negf %in : f32
      linalg.yield %5 : f32
    } -> tensor<8x16xf32>
    %inserted_slice = tensor.insert_slice %4 into %arg2[%arg1, 0] [8, 16] [1, 1] : tensor<8x16xf32> into tensor<24x16xf32>
    scf.yield %inserted_slice : tensor<24x16xf32>
  } {st.task = "elementwise_0"}
  %extracted_slice = tensor.extract_slice %3[0, 0] [20, 16] [1, 1] {st.tile_padding} : tensor<24x16xf32> to tensor<20x16xf32>
  return %extracted_slice : tensor<20x16xf32>
}
