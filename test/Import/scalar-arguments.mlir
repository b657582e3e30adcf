// alpha A x with the factor as an argument; scalars are passed as rank-0 tensors.

// RUN: streamtensor compile %s -o %t --to import --verify-each-stage && FileCheck %s < %t/ir/00-import.mlir

// CHECK: func.func @main(%[[A:.*]]: tensor<f32> {st.name = "arg0"}, %[[X:.*]]: tensor<8xf32> {st.name = "arg1"})
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[A]] : tensor<8xf32>, tensor<f32>)
#id = affine_map<(d0) -> (d0)>
func.func @scale(%alpha: f32, %x: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %1 = arith.mulf %alpha, %in : f32
    linalg.yield %1 : f32
  } -> tensor<8xf32>
  return %0 : tensor<8xf32>
}
