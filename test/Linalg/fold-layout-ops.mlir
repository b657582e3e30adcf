// RUN: streamtensor-opt %s -split-input-file -st-fold-layout-ops | FileCheck %s

// CHECK-LABEL: func.func @slice_of_concat
// CHECK-SAME: %[[A:.*]]: tensor<4x6xf32>, %[[B:.*]]: tensor<4x2xf32>
func.func @slice_of_concat(%a: tensor<4x6xf32>, %b: tensor<4x2xf32>) -> (tensor<4x2xf32>, tensor<2x4xf32>) {
  %c = tensor.concat dim(1) %a, %b : (tensor<4x6xf32>, tensor<4x2xf32>) -> tensor<4x8xf32>
  %s = tensor.extract_slice %c[0, 6] [4, 2] [1, 1] : tensor<4x8xf32> to tensor<4x2xf32>
  // CHECK-DAG: %[[A1:.*]] = tensor.extract_slice %[[A]][1, 3] [2, 3] [1, 1]
  // CHECK-DAG: %[[B1:.*]] = tensor.extract_slice %[[B]][1, 0] [2, 1] [1, 1]
  // CHECK: %[[C:.*]] = tensor.concat dim(1) %[[A1]], %[[B1]]
  %t = tensor.extract_slice %c[1, 3] [2, 4] [1, 1] : tensor<4x8xf32> to tensor<2x4xf32>
  // CHECK: return %[[B]], %[[C]]
  return %s, %t : tensor<4x2xf32>, tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @insertions
func.func @insertions(%a: tensor<4x6xf32>, %b: tensor<4x2xf32>) -> tensor<4x8xf32> {
  // CHECK: %[[C:.*]] = tensor.concat dim(1) %{{.*}}, %{{.*}} : (tensor<4x6xf32>, tensor<4x2xf32>)
  // CHECK-NEXT: return %[[C]]
  %e = tensor.empty() : tensor<4x8xf32>
  %0 = tensor.insert_slice %b into %e[0, 6] [4, 2] [1, 1] : tensor<4x2xf32> into tensor<4x8xf32>
  %1 = tensor.insert_slice %a into %0[0, 0] [4, 6] [1, 1] : tensor<4x6xf32> into tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// -----

// CHECK-LABEL: func.func @padding
func.func @padding(%a: tensor<4x6xf32>) -> tensor<5x9xf32> {
  // CHECK: tensor.pad %{{.*}} low[1, 2] high[0, 1]
  %c = arith.constant dense<2.0> : tensor<5x9xf32>
  %0 = tensor.insert_slice %a into %c[1, 2] [4, 6] [1, 1] : tensor<4x6xf32> into tensor<5x9xf32>
  return %0 : tensor<5x9xf32>
}

// -----

// CHECK-LABEL: func.func @unit_dims
func.func @unit_dims(%a: tensor<1x3x8xf32>, %b: tensor<1x2x8xf32>) -> tensor<1x5x8xf32> {
  // CHECK: tensor.concat dim(0) %{{.*}}, %{{.*}} : (tensor<3x8xf32>, tensor<2x8xf32>)
  // CHECK: tensor.expand_shape
  %c = tensor.concat dim(1) %a, %b : (tensor<1x3x8xf32>, tensor<1x2x8xf32>) -> tensor<1x5x8xf32>
  return %c : tensor<1x5x8xf32>
}
