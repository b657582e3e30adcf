// RUN: streamtensor-opt %s -st-fuse-row-bodies | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#r = affine_map<(d0, d1) -> (d0)>
#one = affine_map<(d0) -> (d0)>
// The difference is computed by both of its readers; the exponential, read twice, is kept. A root per row stays a
// step of its own.
// CHECK-LABEL: @row
// CHECK: st.row_op (%[[X:.*]] = %{{.*}} : tensor<4x8xf32>, %[[M:.*]] = %{{.*}} : tensor<4xf32>)
// CHECK: %[[V:.*]] = linalg.generic {{.*}}"reduction"]} ins(%[[X]], %[[M]] :
// CHECK: arith.subf
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: %[[Q:.*]] = linalg.generic {{.*}} ins(%[[V]] : tensor<4xf32>)
// CHECK: math.sqrt
// CHECK: %[[E:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[M]], %[[Q]] :
// CHECK: arith.subf
// CHECK: math.exp
// CHECK: %[[S:.*]] = linalg.generic {{.*}}"reduction"]} ins(%[[E]] :
// CHECK: linalg.generic {{.*}} ins(%[[E]], %[[S]] :
// CHECK-NOT: linalg.generic
func.func @row(%x: tensor<4x8xf32>, %m: tensor<4xf32>) -> tensor<4x8xf32> {
  %y = st.row_op (%a = %x : tensor<4x8xf32>, %mean = %m : tensor<4xf32>) domain [4, 8] rows 1 maps [(d0, d1) -> (d0, d1), (d0, d1) -> (d0)] -> [(d0, d1) -> (d0, d1)] -> (tensor<4x8xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<4x8xf32>
    %e1 = tensor.empty() : tensor<4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4xf32>) -> tensor<4xf32>
    %d = linalg.generic {indexing_maps = [#id, #r, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %mean : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
    ^bb0(%in: f32, %c: f32, %out: f32):
      %0 = arith.subf %in, %c : f32
      linalg.yield %0 : f32
    } -> tensor<4x8xf32>
    %sq = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%d : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.mulf %in, %in : f32
      linalg.yield %0 : f32
    } -> tensor<4x8xf32>
    %v = linalg.generic {indexing_maps = [#id, #r], iterator_types = ["parallel", "reduction"]} ins(%sq : tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.addf %in, %out : f32
      linalg.yield %0 : f32
    } -> tensor<4xf32>
    %q = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]} ins(%v : tensor<4xf32>) outs(%e1 : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = math.sqrt %in : f32
      linalg.yield %0 : f32
    } -> tensor<4xf32>
    %p = linalg.generic {indexing_maps = [#id, #r, #id], iterator_types = ["parallel", "parallel"]} ins(%d, %q : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
    ^bb0(%in: f32, %c: f32, %out: f32):
      %0 = arith.mulf %in, %c : f32
      %1 = math.exp %0 : f32
      linalg.yield %1 : f32
    } -> tensor<4x8xf32>
    %s = linalg.generic {indexing_maps = [#id, #r], iterator_types = ["parallel", "reduction"]} ins(%p : tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.addf %in, %out : f32
      linalg.yield %0 : f32
    } -> tensor<4xf32>
    %n = linalg.generic {indexing_maps = [#id, #r, #id], iterator_types = ["parallel", "parallel"]} ins(%p, %s : tensor<4x8xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
    ^bb0(%in: f32, %c: f32, %out: f32):
      %0 = arith.divf %in, %c : f32
      linalg.yield %0 : f32
    } -> tensor<4x8xf32>
    st.yield %n : tensor<4x8xf32>
  }
  return %y : tensor<4x8xf32>
}
