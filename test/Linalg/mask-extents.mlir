// What lies beyond a run-time extent takes no part in a reduction, and addresses nothing outside.
// RUN: streamtensor-opt %s -st-mask-extents | FileCheck %s
// Doing it again changes nothing.
// RUN: streamtensor-opt %s -st-mask-extents -st-mask-extents | FileCheck %s
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// CHECK-LABEL: func.func @sum
// The result has the extents that follow.
// CHECK-SAME: -> (tensor<8xf32> {st.dims = [#st.extent<T>]})
func.func @sum(%x: tensor<8x20xf32> {st.dims = [#st.extent<T>, #st.extent<S>]}) -> tensor<8xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>, T = #st.size_range<1 to 8>}} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  // CHECK: %[[SUM:.*]] = arith.addf %in, %out
  // CHECK-DAG: %[[I:.*]] = linalg.index 1
  // CHECK-DAG: %[[S:.*]] = st.size "S"
  // CHECK: %[[IN:.*]] = arith.cmpi slt, %[[I]], %[[S]]
  // CHECK: %[[KEPT:.*]] = arith.select %[[IN]], %[[SUM]], %out
  // CHECK-NEXT: linalg.yield %[[KEPT]]
  %s = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<8x20xf32>) outs(%f : tensor<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.addf %in, %out : f32
    linalg.yield %a : f32
  } -> tensor<8xf32>
  return %s : tensor<8xf32>
}

// A named operation becomes a generic where it reduces over the size, and only there.
// CHECK-LABEL: func.func @products
func.func @products(%x: tensor<8x20xf32> {st.dims = [#st.extent<8>, #st.extent<S>]}, %w: tensor<20x4xf32> {st.dims = [#st.extent<S>, #st.extent<4>]}, %v: tensor<4x6xf32>) -> tensor<8x6xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8x4xf32>) -> tensor<8x4xf32>
  // CHECK: linalg.generic
  // CHECK: arith.select
  %p = linalg.matmul ins(%x, %w : tensor<8x20xf32>, tensor<20x4xf32>) outs(%f : tensor<8x4xf32>) -> tensor<8x4xf32>
  %e2 = tensor.empty() : tensor<8x6xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<8x6xf32>) -> tensor<8x6xf32>
  // CHECK: linalg.matmul
  %q = linalg.matmul ins(%p, %v : tensor<8x4xf32>, tensor<4x6xf32>) outs(%f2 : tensor<8x6xf32>) -> tensor<8x6xf32>
  return %q : tensor<8x6xf32>
}

// CHECK-LABEL: func.func @lookup
func.func @lookup(%ids: tensor<20xi64> {st.dims = [#st.extent<S>]}, %table: tensor<7xf32>) -> tensor<20xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %e = tensor.empty() : tensor<20xf32>
  // CHECK: arith.minsi
  // CHECK: arith.maxsi
  // CHECK: tensor.extract
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%ids : tensor<20xi64>) outs(%e : tensor<20xf32>) {
  ^bb0(%in: i64, %out: f32):
    %i = arith.index_cast %in : i64 to index
    %x = tensor.extract %table[%i] : tensor<7xf32>
    linalg.yield %x : f32
  } -> tensor<20xf32>
  return %r : tensor<20xf32>
}
