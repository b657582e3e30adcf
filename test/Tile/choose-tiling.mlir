// RUN: streamtensor-opt %s -split-input-file -st-choose-tiling | FileCheck %s
// RUN: streamtensor-opt %s -split-input-file -st-choose-tiling="default-tile-size=32 token-tile-size=4" | FileCheck %s --check-prefix=SIZES

#a = affine_map<(d0, d1, d2) -> (d0, d2)>
#b = affine_map<(d0, d1, d2) -> (d2, d1)>
#c = affine_map<(d0, d1, d2) -> (d0, d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>
#v = affine_map<(d0, d1) -> (d1)>
// Rows are tokens; all other dimensions get the default, or their extent.
// CHECK-LABEL: @product
// CHECK: linalg.generic {{.*}}ins(%{{.*}}, %{{.*}} : tensor<40x36xf32>, tensor<36x12xf32>)
// CHECK-SAME: st.loop_order = array<i64: 0, 1, 2>, st.tile_sizes = array<i64: 8, 12, 16>
// CHECK: st.loop_order = array<i64: 0, 1>, st.tile_sizes = array<i64: 8, 12>
// SIZES: st.tile_sizes = array<i64: 4, 12, 32>
func.func @product(%x: tensor<40x36xf32>, %w: tensor<36x12xf32>, %bias: tensor<12xf32>) -> tensor<40x12xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<40x12xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<40x12xf32>) -> tensor<40x12xf32>
  %m = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<40x36xf32>, tensor<36x12xf32>) outs(%f : tensor<40x12xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %0 = arith.mulf %l, %r : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<40x12xf32>
  %y = linalg.generic {indexing_maps = [#id, #v, #id], iterator_types = ["parallel", "parallel"]} ins(%m, %bias : tensor<40x12xf32>, tensor<12xf32>) outs(%e : tensor<40x12xf32>) {
  ^bb0(%in: f32, %c: f32, %out: f32):
    %0 = arith.addf %in, %c : f32
    linalg.yield %0 : f32
  } -> tensor<40x12xf32>
  return %y : tensor<40x12xf32>
}

// -----

#q = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#s0 = affine_map<(d0, d1, d2, d3) -> (d1, d0, d3)>
#s1 = affine_map<(d0, d1, d2, d3) -> (d2, d0, d3)>
#s2 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// Scores in heads-first layout: the token loop is outermost because the queries arrive so, heads are cut into single
// ones, already by the producer, and keys into token tiles.
// CHECK-LABEL: @scores
// CHECK: st.loop_order = array<i64: 0, 1, 2>, st.tile_sizes = array<i64: 8, 1, 16>
// CHECK: st.loop_order = array<i64: 0, 1, 2>, st.tile_sizes = array<i64: 8, 1, 16>
// CHECK: st.loop_order = array<i64: 1, 0, 2, 3>, st.tile_sizes = array<i64: 1, 8, 8, 16>
func.func @scores(%x: tensor<24x4x32xf32>, %y: tensor<24x4x32xf32>) -> tensor<4x24x24xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<24x4x32xf32>
  %qs = linalg.generic {indexing_maps = [#q, #q], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : tensor<24x4x32xf32>) outs(%e : tensor<24x4x32xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<24x4x32xf32>
  %ks = linalg.generic {indexing_maps = [#q, #q], iterator_types = ["parallel", "parallel", "parallel"]} ins(%y : tensor<24x4x32xf32>) outs(%e : tensor<24x4x32xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<24x4x32xf32>
  %es = tensor.empty() : tensor<4x24x24xf32>
  %f = linalg.fill ins(%zero : f32) outs(%es : tensor<4x24x24xf32>) -> tensor<4x24x24xf32>
  %s = linalg.generic {indexing_maps = [#s0, #s1, #s2], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%qs, %ks : tensor<24x4x32xf32>, tensor<24x4x32xf32>) outs(%f : tensor<4x24x24xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %0 = arith.mulf %l, %r : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x24x24xf32>
  return %s : tensor<4x24x24xf32>
}
