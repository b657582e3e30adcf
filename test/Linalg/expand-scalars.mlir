// RUN: streamtensor-opt %s -st-expand-scalars | FileCheck %s
// RUN: streamtensor-opt %s -st-expand-scalars -o %t.mlir && st-reference-test %s --compare %t.mlir

#in = affine_map<(d0) -> (d0)>
#none = affine_map<(d0) -> ()>

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<8xf32>) -> tensor<8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  // CHECK: %[[S:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} {{.*}} outs({{.*}} : tensor<1xf32>)
  %s = linalg.generic {indexing_maps = [#in, #none], iterator_types = ["reduction"]} ins(%x : tensor<8xf32>) outs(%f : tensor<f32>) {
  ^bb0(%a: f32, %out: f32):
    %0 = arith.addf %a, %out : f32
    linalg.yield %0 : f32
  } -> tensor<f32>
  %e1 = tensor.empty() : tensor<8xf32>
  // CHECK: linalg.generic {{.*}} ins(%{{.*}} : tensor<8xf32>)
  // CHECK: tensor.extract %[[S]]
  %r = linalg.generic {indexing_maps = [#in, #none, #in], iterator_types = ["parallel"]} ins(%x, %s : tensor<8xf32>, tensor<f32>) outs(%e1 : tensor<8xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %0 = arith.subf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<8xf32>
  return %r : tensor<8xf32>
}
