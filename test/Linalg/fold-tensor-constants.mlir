// RUN: streamtensor-opt %s -st-fold-tensor-constants | FileCheck %s

// The slice takes the second column of [[1, 2], [3, 4]] out of the resource's bytes; the reshape shares them.
// CHECK-LABEL: @resource
// CHECK-DAG: %[[S:.*]] = arith.constant dense_resource<w_1> : tensor<2x1xf32>
// CHECK-DAG: %[[R:.*]] = arith.constant dense_resource<w> : tensor<4xf32>
// CHECK-NOT: tensor.
// CHECK: return %[[S]], %[[R]]
func.func @resource() -> (tensor<2x1xf32>, tensor<4xf32>) {
  %w = arith.constant dense_resource<w> : tensor<2x2xf32>
  %s = tensor.extract_slice %w[0, 1] [2, 1] [1, 1] : tensor<2x2xf32> to tensor<2x1xf32>
  %r = tensor.collapse_shape %w [[0, 1]] : tensor<2x2xf32> into tensor<4xf32>
  return %s, %r : tensor<2x1xf32>, tensor<4xf32>
}

// CHECK-LABEL: @dense
// CHECK-DAG: %[[S:.*]] = arith.constant dense<[4, 5]> : tensor<2xi32>
// CHECK-DAG: %[[M:.*]] = arith.constant dense<{{\[}}[false, true]]> : tensor<1x2xi1>
// CHECK-DAG: %[[E:.*]] = arith.constant dense<7> : tensor<2x3xi32>
// CHECK: return %[[S]], %[[M]], %[[E]]
func.func @dense() -> (tensor<2xi32>, tensor<1x2xi1>, tensor<2x3xi32>) {
  %c = arith.constant dense<[[0, 1, 2], [3, 4, 5]]> : tensor<2x3xi32>
  %s = tensor.extract_slice %c[1, 1] [1, 2] [1, 1] : tensor<2x3xi32> to tensor<2xi32>
  %mask = arith.constant dense<[[true, false], [false, true]]> : tensor<2x2xi1>
  %m = tensor.extract_slice %mask[1, 0] [1, 2] [1, 1] : tensor<2x2xi1> to tensor<1x2xi1>
  %splat = arith.constant dense<7> : tensor<6xi32>
  %e = tensor.expand_shape %splat [[0, 1]] output_shape [2, 3] : tensor<6xi32> into tensor<2x3xi32>
  return %s, %m, %e : tensor<2xi32>, tensor<1x2xi1>, tensor<2x3xi32>
}

// CHECK: w_1: "0x040000000000004000008040"
{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F000000400000404000008040"
    }
  }
#-}
