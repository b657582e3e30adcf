// RUN: streamtensor-opt %s -split-input-file -st-gather-layout-ops -canonicalize | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>

// Rotating halves: the slices and the negation join the concatenation, which reads one tensor.
// CHECK-LABEL: func.func @rotate
func.func @rotate(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[Y:.*]] = linalg.generic
  // CHECK: math.exp
  %e = tensor.empty() : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  %a = tensor.extract_slice %y[0, 0] [4, 4] [1, 1] : tensor<4x8xf32> to tensor<4x4xf32>
  %b = tensor.extract_slice %y[0, 4] [4, 4] [1, 1] : tensor<4x8xf32> to tensor<4x4xf32>
  %e1 = tensor.empty() : tensor<4x4xf32>
  %n = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%b : tensor<4x4xf32>) outs(%e1 : tensor<4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.negf %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x4xf32>
  // CHECK: %[[R:.*]] = linalg.generic
  // CHECK-DAG: %[[I:.*]] = linalg.index 0
  // CHECK-DAG: tensor.extract %[[Y]][%[[I]],
  // CHECK-DAG: tensor.extract %[[Y]][%[[I]],
  // CHECK: arith.select
  // CHECK: linalg.generic
  // CHECK-NOT: extract_slice
  // CHECK-NOT: concat
  %c = tensor.concat dim(1) %n, %a : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x8xf32>
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%c : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  return %z : tensor<4x8xf32>
}

// -----

// A reversed order is no sum of loops.
// CHECK-LABEL: func.func @reversed
func.func @reversed(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: linalg.generic
  // CHECK: %[[I:.*]] = linalg.index 0
  // CHECK: tensor.extract %{{.*}}[%[[I]], %{{.*}}]
  %e = tensor.empty() : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, -d1 + 7)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

// What only prepares an argument or finishes a result stays.
// CHECK-LABEL: func.func @border
func.func @border(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> tensor<8x8xf32> {
  // CHECK: tensor.extract_slice
  // CHECK: linalg.generic
  // CHECK: tensor.concat
  %s = tensor.extract_slice %x[0, 0] [4, 8] [1, 1] : tensor<4x8xf32> to tensor<4x8xf32>
  %t = tensor.extract_slice %x[0, 4] [4, 4] [1, 1] : tensor<4x8xf32> to tensor<4x4xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1)>, affine_map<(d0, d1, d2) -> (d0, d2)>], iterator_types = ["parallel", "reduction", "parallel"]} ins(%t : tensor<4x4xf32>) outs(%y : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %in, %out : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  %c = tensor.concat dim(0) %z, %z : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<8x8xf32>
  return %c : tensor<8x8xf32>
}

// -----

#id3 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#id = affine_map<(d0, d1) -> (d0, d1)>

// A slice may drop dimensions of extent one: they are read where the slice begins.
// CHECK-LABEL: func.func @dropped
func.func @dropped(%x: tensor<4x3x8xf32>) -> tensor<4x4xf32> {
  // CHECK: %[[Y:.*]] = linalg.generic
  %e = tensor.empty() : tensor<4x3x8xf32>
  %y = linalg.generic {indexing_maps = [#id3, #id3], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : tensor<4x3x8xf32>) outs(%e : tensor<4x3x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x3x8xf32>
  %a = tensor.extract_slice %y[0, 2, 4] [4, 1, 4] [1, 1, 1] : tensor<4x3x8xf32> to tensor<4x4xf32>
  // CHECK: %[[I:.*]] = linalg.index 0
  // CHECK: tensor.extract %[[Y]][%[[I]], %c2, %{{.*}}]
  %e1 = tensor.empty() : tensor<4x4xf32>
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<4x4xf32>) outs(%e1 : tensor<4x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x4xf32>
  return %z : tensor<4x4xf32>
}
