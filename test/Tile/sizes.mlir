// A loop over a dimension of run-time size ends there; tensors keep the shape of the largest run, in whole tiles.
// RUN: streamtensor-opt %s -st-choose-tiling -st-apply-tiling -o %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --size S=1 --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --size S=8 --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --size S=9 --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --size S=20 --tolerance 0
#id = affine_map<(d0, d1) -> (d0, d1)>
#flip = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-LABEL: func.func @main
// CHECK:         %[[X:.+]] = tensor.pad %{{.+}} low[0, 0] high[4, 0]
// CHECK:         %[[SIZE:.+]] = st.size "S"
// CHECK:         scf.for %[[I:.+]] = %c0{{.*}} to %[[SIZE]] step %c8{{.*}} -> (tensor<24x16xf32>)
// CHECK:           tensor.extract_slice %[[X]][%[[I]], 0] [8, 16]
// CHECK:           tensor.insert_slice %{{.+}} into %{{.+}}[%[[I]], 0] [8, 16]
// CHECK:         {st.task = "elementwise_0"}
func.func @main(%x: tensor<20x16xf32> {st.dims = [#st.extent<S>, #st.extent<16>]}) -> (tensor<20x16xf32> {st.dims = [#st.extent<S>, #st.extent<16>]})
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %e = tensor.empty() : tensor<20x16xf32>
  %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<20x16xf32>) outs(%e : tensor<20x16xf32>) attrs = {st.extents = [#st.extent<S>, #st.extent<16>]} {
  ^bb0(%in: f32, %out: f32):
    %n = arith.negf %in : f32
    linalg.yield %n : f32
  } -> tensor<20x16xf32>
  return %r : tensor<20x16xf32>
}

// The loop of a reduction ends there too; st-mask-extents has taken care of the rest of the last tile.
// CHECK-LABEL: func.func @sum
// CHECK:         %[[SIZE:.+]] = st.size "S"
// CHECK:         scf.for %{{.+}} = %c0{{.*}} to %[[SIZE]] step
// CHECK:         {st.task = "reduce_0"}
func.func @sum(%x: tensor<20x16xf32> {st.dims = [#st.extent<S>, #st.extent<16>]}) -> tensor<16xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<16xf32>) -> tensor<16xf32>
  %r = linalg.generic {indexing_maps = [#flip, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<20x16xf32>) outs(%f : tensor<16xf32>) attrs = {st.extents = [#st.extent<16>, #st.extent<S>]} {
  ^bb0(%in: f32, %out: f32):
    %n = arith.addf %in, %out : f32
    linalg.yield %n : f32
  } -> tensor<16xf32>
  return %r : tensor<16xf32>
}
