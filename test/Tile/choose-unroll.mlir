// RUN: streamtensor-opt %s -st-tile | FileCheck %s
// RUN: streamtensor-opt %s -st-choose-tiling -st-apply-tiling -st-choose-unroll="overall-unroll-size=5" | FileCheck %s --check-prefix=TIGHT
// RUN: not streamtensor-opt %s -st-choose-tiling -st-apply-tiling -st-choose-unroll="overall-unroll-size=1" 2>&1 | FileCheck %s --check-prefix=NONE

#a = affine_map<(d0, d1, d2) -> (d0, d2)>
#b = affine_map<(d0, d1, d2) -> (d2, d1)>
#c = affine_map<(d0, d1, d2) -> (d0, d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>
// The product is the slowest and takes its lanes first.
// CHECK: st.unroll = array<i64: 1, 16, 1>
// CHECK: st.unroll = array<i64: 1, 16>
// TIGHT: st.unroll = array<i64: 1, 4, 1>
// TIGHT: st.unroll = array<i64: 1, 1>
// NONE: error: unroll_c2: 2 kernels need 2 of the unroll budget
func.func @main(%x: tensor<32x32xf32>, %w: tensor<32x32xf32>) -> tensor<32x32xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<32x32xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<32x32xf32>) -> tensor<32x32xf32>
  %m = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<32x32xf32>, tensor<32x32xf32>) outs(%f : tensor<32x32xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %0 = arith.mulf %l, %r : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<32x32xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%m : tensor<32x32xf32>) outs(%e : tensor<32x32xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.maximumf %in, %zero : f32
    linalg.yield %0 : f32
  } -> tensor<32x32xf32>
  return %y : tensor<32x32xf32>
}
