// RUN: streamtensor-opt %s -st-fold-scales | FileCheck %s
// RUN: streamtensor-opt %s -st-fold-scales -o %t.mlir && st-reference-test %s --compare %t.mlir

#x = affine_map<(d0, d1, d2) -> (d0, d2)>
#w = affine_map<(d0, d1, d2) -> (d2, d1)>
#y = affine_map<(d0, d1, d2) -> (d0, d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>
#channel = affine_map<(d0, d1) -> (d1)>

// A product, its bias, and a normalization with constant statistics: the weights take the scale, one addition remains.
// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<4x2xf32>) -> tensor<4x3xf32> {
  // CHECK-DAG: %[[W:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 2.000000e+00, 1.500000e+00], [4.000000e+00, 2.500000e+00, 3.000000e+00]]> : tensor<2x3xf32>
  // CHECK-DAG: %[[B:.*]] = arith.constant dense<[-1.000000e+00, 1.750000e+00, 6.000000e+00]> : tensor<3xf32>
  %weights = arith.constant dense<[[1.0, 4.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %bias = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %mean = arith.constant dense<[3.0, 0.5, -1.0]> : tensor<3xf32>
  %variance = arith.constant dense<[1.0, 4.0, 16.0]> : tensor<3xf32>
  %gain = arith.constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  %shift = arith.constant dense<[1.0, 1.0, 4.0]> : tensor<3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x3xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x3xf32>) -> tensor<4x3xf32>
  // CHECK: %[[M:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[W]] :
  %m = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %weights : tensor<4x2xf32>, tensor<2x3xf32>) outs(%f : tensor<4x3xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x3xf32>
  // CHECK: %[[R:.*]] = linalg.generic {{.*}} ins(%[[M]], %[[B]] :
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: arith.addf
  // CHECK-NEXT: linalg.yield
  // CHECK-NOT: linalg.generic
  // CHECK: return %[[R]]
  %d = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel"]} ins(%m, %bias : tensor<4x3xf32>, tensor<3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<4x3xf32>
  %n = linalg.generic {indexing_maps = [#id, #channel, #channel, #channel, #channel, #id], iterator_types = ["parallel", "parallel"]} ins(%d, %mean, %variance, %gain, %shift : tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) outs(%e : tensor<4x3xf32>) {
  ^bb0(%a: f32, %mu: f32, %var: f32, %g: f32, %s: f32, %out: f32):
    %0 = arith.subf %a, %mu : f32
    %1 = math.rsqrt %var : f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.mulf %2, %g : f32
    %4 = arith.addf %3, %s : f32
    linalg.yield %4 : f32
  } -> tensor<4x3xf32>
  return %n : tensor<4x3xf32>
}
