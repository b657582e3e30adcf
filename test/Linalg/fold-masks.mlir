// RUN: streamtensor-opt %s -split-input-file -st-fold-masks | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
// Causal: column <= row.
// CHECK-LABEL: @causal
// CHECK-NOT: xi1>
// CHECK: %[[I:.*]] = linalg.index 0
// CHECK: %[[J:.*]] = linalg.index 1
// CHECK: %[[D:.*]] = arith.subi %[[I]], %[[J]]
// CHECK: %[[M:.*]] = arith.cmpi sge, %[[D]], %c0
// CHECK: arith.select %[[M]]
func.func @causal(%x: tensor<3x3xf32>) -> tensor<3x3xf32> {
  %mask = arith.constant dense<[[true, false, false], [true, true, false], [true, true, true]]> : tensor<3x3xi1>
  %low = arith.constant -1.0e+30 : f32
  %e = tensor.empty() : tensor<3x3xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%mask, %x : tensor<3x3xi1>, tensor<3x3xf32>) outs(%e : tensor<3x3xf32>) {
  ^bb0(%m: i1, %in: f32, %out: f32):
    %0 = arith.select %m, %in, %low : f32
    linalg.yield %0 : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
// A window as numbers to add, in the transposed direction: 0 where |column - row| <= 1.
// CHECK-LABEL: @window
// CHECK-SAME: %[[X:.*]]: tensor<4x4xf32>
// CHECK: linalg.generic {{.*}} ins(%[[X]] : tensor<4x4xf32>)
// CHECK-DAG: arith.cmpi sge, %{{.*}}, %c-1
// CHECK-DAG: arith.cmpi sle, %{{.*}}, %c1
// CHECK: arith.andi
// CHECK: arith.select %{{.*}}, %[[INSIDE:.*]], %[[OUTSIDE:.*]] : f32
// CHECK: arith.addf
func.func @window(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %mask = arith.constant dense<[[0.0, 0.0, -9.0, -9.0], [0.0, 0.0, 0.0, -9.0], [-9.0, 0.0, 0.0, 0.0], [-9.0, -9.0, 0.0, 0.0]]> : tensor<4x4xf32>
  %e = tensor.empty() : tensor<4x4xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%mask, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%m: f32, %in: f32, %out: f32):
    %0 = arith.addf %m, %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x4xf32>
  return %y : tensor<4x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#v = affine_map<(d0, d1) -> (d1)>
// Padding: the last two of five columns are masked, in every row.
// CHECK-LABEL: @padding
// CHECK: %[[J:.*]] = linalg.index 1
// CHECK: arith.cmpi sle, %[[J]], %c2
func.func @padding(%x: tensor<2x5xf32>) -> tensor<2x5xf32> {
  %mask = arith.constant dense<[true, true, true, false, false]> : tensor<5xi1>
  %low = arith.constant -1.0e+30 : f32
  %e = tensor.empty() : tensor<2x5xf32>
  %y = linalg.generic {indexing_maps = [#v, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%mask, %x : tensor<5xi1>, tensor<2x5xf32>) outs(%e : tensor<2x5xf32>) {
  ^bb0(%m: i1, %in: f32, %out: f32):
    %0 = arith.select %m, %in, %low : f32
    linalg.yield %0 : f32
  } -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
// No affine predicate: stays an operand.
// CHECK-LABEL: @checkerboard
// CHECK: ins(%{{.*}}, %{{.*}} : tensor<3x3xi1>, tensor<3x3xf32>)
func.func @checkerboard(%x: tensor<3x3xf32>) -> tensor<3x3xf32> {
  %mask = arith.constant dense<[[true, false, true], [false, true, false], [true, false, true]]> : tensor<3x3xi1>
  %low = arith.constant -1.0e+30 : f32
  %e = tensor.empty() : tensor<3x3xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%mask, %x : tensor<3x3xi1>, tensor<3x3xf32>) outs(%e : tensor<3x3xf32>) {
  ^bb0(%m: i1, %in: f32, %out: f32):
    %0 = arith.select %m, %in, %low : f32
    linalg.yield %0 : f32
  } -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}

// -----

// One value is no mask, however it is stored.
#id = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: @one_value
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<2x1xf32>, tensor<2x1xf32>)
func.func @one_value(%x: tensor<2x1xf32>) -> tensor<2x1xf32> {
  %mask = arith.constant dense_resource<ones> : tensor<2x1xf32>
  %e = tensor.empty() : tensor<2x1xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%mask, %x : tensor<2x1xf32>, tensor<2x1xf32>) outs(%e : tensor<2x1xf32>) {
  ^bb0(%m: f32, %in: f32, %out: f32):
    %0 = arith.mulf %m, %in : f32
    linalg.yield %0 : f32
  } -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

{-#
  dialect_resources: { builtin: { ones: "0x080000000000803F0000803F" } }
#-}
