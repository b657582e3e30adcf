// RUN: streamtensor-opt %s -split-input-file -st-fold-reshapes | FileCheck %s

#a = affine_map<(d0, d1, d2) -> (d0, d2)>
#b = affine_map<(d0, d1, d2) -> (d2, d1)>
#c = affine_map<(d0, d1, d2) -> (d0, d1)>
// Split before a computation, merge behind another: both products iterate over (head, channel). The reshapes that stay
// are those of the arguments, and of the result that is returned.
// CHECK-LABEL: @heads
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<8x6xf32>, %[[V:.*]]: tensor<6x8xf32>
// CHECK: %[[W3:.*]] = tensor.expand_shape %[[W]] {{.*}} into tensor<8x2x3xf32>
// CHECK: %[[Q:.*]] = linalg.generic {{.*}} ins(%[[X]], %[[W3]] :
// CHECK: } -> tensor<4x2x3xf32>
// CHECK: %[[E:.*]] = linalg.generic {{.*}} ins(%[[Q]] :
// CHECK: math.exp
// CHECK: %[[V3:.*]] = tensor.expand_shape %[[V]] {{.*}} into tensor<2x3x8xf32>
// CHECK: %[[R:.*]] = linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction", "reduction"]} ins(%[[E]], %[[V3]] :
// CHECK: %[[O:.*]] = tensor.expand_shape %[[R]]
// CHECK: return %[[O]]
func.func @heads(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>, %v: tensor<6x8xf32>) -> tensor<1x4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<4x6xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<4x6xf32>) -> tensor<4x6xf32>
  %m = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%f0 : tensor<4x6xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %0 = arith.mulf %l, %r : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x6xf32>
  %split = tensor.expand_shape %m [[0], [1, 2]] output_shape [4, 2, 3] : tensor<4x6xf32> into tensor<4x2x3xf32>
  %e1 = tensor.empty() : tensor<4x2x3xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%split : tensor<4x2x3xf32>) outs(%e1 : tensor<4x2x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x2x3xf32>
  %merged = tensor.collapse_shape %y [[0], [1, 2]] : tensor<4x2x3xf32> into tensor<4x6xf32>
  %e2 = tensor.empty() : tensor<4x8xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %o = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%merged, %v : tensor<4x6xf32>, tensor<6x8xf32>) outs(%f2 : tensor<4x8xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %0 = arith.mulf %l, %r : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x8xf32>
  %u = tensor.expand_shape %o [[0, 1], [2]] output_shape [1, 4, 8] : tensor<4x8xf32> into tensor<1x4x8xf32>
  return %u : tensor<1x4x8xf32>
}

// -----

// The host reshapes an argument.
// CHECK-LABEL: @argument
// CHECK: %[[C:.*]] = tensor.collapse_shape %{{.*}} : tensor<2x4x8xf32> into tensor<8x8xf32>
// CHECK: linalg.generic {{.*}} ins(%[[C]] : tensor<8x8xf32>)
func.func @argument(%x: tensor<2x4x8xf32>) -> tensor<8x8xf32> {
  %c = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x4x8xf32> into tensor<8x8xf32>
  %e = tensor.empty() : tensor<8x8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%c : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}
