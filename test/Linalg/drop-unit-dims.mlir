// RUN: streamtensor-opt %s -st-drop-unit-dims | FileCheck %s

// The window moves along the columns only. Its one row reads three of four, so that the loop over the result's row stays;
// the batch goes.
// CHECK-DAG: #[[$IN:.*]] = affine_map<(d0, d1, d2, d3) -> (d0 * 2 + d2, d1 + d3)>
// CHECK-LABEL: @window
// CHECK: linalg.generic {indexing_maps = [#[[$IN]],
// CHECK-SAME: tensor<4x6xf32>
func.func @window(%x: tensor<1x4x6xf32>, %w: tensor<3x3xf32>, %init: tensor<1x1x4xf32>) -> tensor<1x1x4xf32> {
  %y = linalg.generic {indexing_maps = [affine_map<(n, h, w, a, b) -> (n, h * 2 + a, w + b)>, affine_map<(n, h, w, a, b) -> (a, b)>, affine_map<(n, h, w, a, b) -> (n, h, w)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<1x4x6xf32>, tensor<3x3xf32>) outs(%init : tensor<1x1x4xf32>) {
  ^bb0(%in: f32, %weight: f32, %acc: f32):
    %p = arith.mulf %in, %weight : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<1x1x4xf32>
  return %y : tensor<1x1x4xf32>
}
