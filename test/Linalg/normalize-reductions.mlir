// RUN: streamtensor-opt %s -st-normalize-reductions | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#r = affine_map<(d0, d1) -> (d0)>

// CHECK-LABEL: @added_after
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[B:.*]]: tensor<4xf32>
// CHECK: %[[ZERO:.*]] = arith.constant 0.0{{.*}} : f32
// CHECK: %[[F:.*]] = linalg.fill ins(%[[ZERO]] : f32)
// CHECK: %[[S:.*]] = linalg.generic {{.*}} ins(%[[X]] : {{.*}}) outs(%[[F]] :
// CHECK: %[[R:.*]] = linalg.generic {{.*}} ins(%[[S]], %[[B]] :
// CHECK: arith.addf
// CHECK: return %[[R]]
func.func @added_after(%x: tensor<4x8xf32>, %bias: tensor<4xf32>) -> tensor<4xf32> {
  %s = linalg.generic {indexing_maps = [#id, #r], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%bias : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %in, %out : f32
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  return %s : tensor<4xf32>
}

// CHECK-LABEL: @splat
// CHECK: %[[C:.*]] = arith.constant 3.0{{.*}} : f32
// CHECK: linalg.fill ins(%[[C]] : f32)
// CHECK: linalg.generic
// CHECK-NOT: linalg.generic
func.func @splat(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %three = arith.constant dense<3.0> : tensor<4xf32>
  %s = linalg.generic {indexing_maps = [#id, #r], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%three : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %in, %out : f32
    linalg.yield %0 : f32
  } -> tensor<4xf32>
  return %s : tensor<4xf32>
}
