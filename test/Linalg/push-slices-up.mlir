// RUN: streamtensor-opt %s -split-input-file -st-push-slices-up | FileCheck %s

#a = affine_map<(d0, d1, d2) -> (d0, d2)>
#b = affine_map<(d0, d1, d2) -> (d2, d1)>
#c = affine_map<(d0, d1, d2) -> (d0, d1)>
// One product read in two halves, one of them through a reshape, becomes two products of halves of the weight.
// CHECK-LABEL: @split
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<8x12xf32>
// CHECK-DAG: %[[W0:.*]] = tensor.extract_slice %[[W]][0, 0] [8, 6]
// CHECK-DAG: %[[W1:.*]] = tensor.extract_slice %[[W]][0, 6] [8, 6]
// CHECK-DAG: linalg.generic {{.*}} ins(%[[X]], %[[W0]] :
// CHECK-DAG: linalg.generic {{.*}} ins(%[[X]], %[[W1]] :
// CHECK-NOT: tensor<4x12xf32>
func.func @split(%x: tensor<4x8xf32>, %w: tensor<8x12xf32>) -> (tensor<1x4x6xf32>, tensor<1x4x6xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x12xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x12xf32>) -> tensor<4x12xf32>
  %m = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<4x8xf32>, tensor<8x12xf32>) outs(%f : tensor<4x12xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %0 = arith.mulf %l, %r : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x12xf32>
  %u = tensor.expand_shape %m [[0, 1], [2]] output_shape [1, 4, 12] : tensor<4x12xf32> into tensor<1x4x12xf32>
  %q = tensor.extract_slice %u[0, 0, 0] [1, 4, 6] [1, 1, 1] : tensor<1x4x12xf32> to tensor<1x4x6xf32>
  %k = tensor.extract_slice %u[0, 0, 6] [1, 4, 6] [1, 1, 1] : tensor<1x4x12xf32> to tensor<1x4x6xf32>
  return %q, %k : tensor<1x4x6xf32>, tensor<1x4x6xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
// Indices are those of the whole tensor.
// CHECK-LABEL: @index
// CHECK: linalg.generic
// CHECK: linalg.index 1
// CHECK: affine.apply #{{.*}}
// CHECK-NOT: tensor.extract_slice
func.func @index() -> tensor<4x3xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<4x8xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 1 : index
    %0 = arith.index_cast %i : index to i32
    %1 = arith.sitofp %0 : i32 to f32
    linalg.yield %1 : f32
  } -> tensor<4x8xf32>
  %s = tensor.extract_slice %y[0, 5] [4, 3] [1, 1] : tensor<4x8xf32> to tensor<4x3xf32>
  return %s : tensor<4x3xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
// Overlapping slices would compute a column twice: nothing moves.
// CHECK-LABEL: @overlap
// CHECK: linalg.generic {{.*}}
// CHECK-COUNT-2: tensor.extract_slice
func.func @overlap(%x: tensor<4x8xf32>) -> (tensor<4x5xf32>, tensor<4x5xf32>) {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  %a = tensor.extract_slice %y[0, 0] [4, 5] [1, 1] : tensor<4x8xf32> to tensor<4x5xf32>
  %b = tensor.extract_slice %y[0, 3] [4, 5] [1, 1] : tensor<4x8xf32> to tensor<4x5xf32>
  return %a, %b : tensor<4x5xf32>, tensor<4x5xf32>
}
