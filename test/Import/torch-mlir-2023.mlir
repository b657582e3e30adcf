// What torch-mlir wrote in 2023: the seed, debug names, expand_shape without output_shape, arith.maxf.

// RUN: streamtensor compile %s -o %t --to import && FileCheck %s < %t/ir/00-import.mlir

// CHECK-NOT: ml_program
// CHECK-NOT: torch
// CHECK: func.func @main(%[[X:.*]]: tensor<4x6xf32> {st.name = "arg0"}) -> (tensor<2x2x6xf32> {st.name = "result0"})
// CHECK: arith.maximumf
// CHECK: tensor.expand_shape {{.*}} {{\[}}[0, 1], [2]] output_shape [2, 2, 6]
#map = affine_map<(d0, d1) -> (d0, d1)>
module attributes {torch.debug_module_name = "Net"} {
  ml_program.global private mutable @global_seed(dense<0> : tensor<i64>) : tensor<i64>
  func.func @forward(%arg0: tensor<4x6xf32>) -> tensor<2x2x6xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<4x6xf32>
    %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]} ins(%arg0 : tensor<4x6xf32>) outs(%0 : tensor<4x6xf32>) {
    ^bb0(%in: f32, %out: f32):
      %2 = arith.maxf %in, %cst : f32
      linalg.yield %2 : f32
    } -> tensor<4x6xf32>
    %expanded = tensor.expand_shape %1 [[0, 1], [2]] : tensor<4x6xf32> into tensor<2x2x6xf32>
    return %expanded : tensor<2x2x6xf32>
  }
}
