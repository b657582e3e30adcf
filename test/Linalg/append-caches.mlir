// RUN: streamtensor-opt %s --pass-pipeline="builtin.module(func.func(st-append-caches))" | FileCheck %s

// A result that is an argument with rows behind it gives the rows; who reads the whole still gets it.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    -> (tensor<8x4xf32> {st.cache = {argument = 0 : i64, dim = 0 : i64, size = "P"}, st.dims = [#st.extent<S>, #st.extent<4>]}
// CHECK:         %[[ALL:.*]] = linalg.generic
// CHECK:         %[[SUM:.*]] = linalg.generic {{.*}} ins(%[[ALL]]
// CHECK:         return %arg1, %[[SUM]]
#map = affine_map<(d0, d1) -> (d0, d1)>
func.func @main(%old: tensor<16x4xf32> {st.name = "past", st.dims = [#st.extent<P>, #st.extent<4>]},
                %new: tensor<8x4xf32> {st.dims = [#st.extent<S>, #st.extent<4>]})
    -> (tensor<24x4xf32> {st.cache = "past", st.dims = [#st.extent<P + S>, #st.extent<4>]},
        tensor<24x4xf32> {st.dims = [#st.extent<P + S>, #st.extent<4>]})
    attributes {st.sizes = {P = #st.size_range<0 to 16>, S = #st.size_range<1 to 8>}} {
  %empty = tensor.empty() : tensor<24x4xf32>
  %all = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel", "parallel"]}
      outs(%empty : tensor<24x4xf32>) {
  ^bb0(%out: f32):
    %c0 = arith.constant 0 : index
    %c7 = arith.constant 7 : index
    %c15 = arith.constant 15 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %p = st.size "P" : index
    %moved = arith.subi %i, %p : index
    %low = arith.maxsi %moved, %c0 : index
    %row = arith.minsi %low, %c7 : index
    %added = tensor.extract %new[%row, %j] : tensor<8x4xf32>
    %before = arith.minsi %i, %c15 : index
    %kept = tensor.extract %old[%before, %j] : tensor<16x4xf32>
    %isOld = arith.cmpi slt, %i, %p : index
    %r = arith.select %isOld, %kept, %added : f32
    linalg.yield %r : f32
  } -> tensor<24x4xf32>
  %bound = st.bound %all [#st.extent<P + S>, #st.extent<4>] : tensor<24x4xf32>
  %e = tensor.empty() : tensor<24x4xf32>
  %sum = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%all : tensor<24x4xf32>) outs(%e : tensor<24x4xf32>) {
  ^bb0(%x: f32, %out: f32):
    %r = arith.addf %x, %x : f32
    linalg.yield %r : f32
  } -> tensor<24x4xf32>
  return %bound, %sum : tensor<24x4xf32>, tensor<24x4xf32>
}
