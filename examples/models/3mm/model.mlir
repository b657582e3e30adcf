// (A*B)*(C*D): three matrix products, two of them independent, as linalg on tensors.
module {
  func.func @main(%arg0: tensor<48x64xf32>, %arg1: tensor<64x80xf32>, %arg2: tensor<80x32xf32>, %arg3: tensor<32x64xf32>) -> tensor<48x64xf32> {
    %cst = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<48x80xf32>
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<48x80xf32>) -> tensor<48x80xf32>
    %2 = linalg.matmul ins(%arg0, %arg1 : tensor<48x64xf32>, tensor<64x80xf32>) outs(%1 : tensor<48x80xf32>) -> tensor<48x80xf32>
    %3 = tensor.empty() : tensor<80x64xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<80x64xf32>) -> tensor<80x64xf32>
    %5 = linalg.matmul ins(%arg2, %arg3 : tensor<80x32xf32>, tensor<32x64xf32>) outs(%4 : tensor<80x64xf32>) -> tensor<80x64xf32>
    %6 = tensor.empty() : tensor<48x64xf32>
    %7 = linalg.fill ins(%cst : f32) outs(%6 : tensor<48x64xf32>) -> tensor<48x64xf32>
    %8 = linalg.matmul ins(%2, %5 : tensor<48x80xf32>, tensor<80x64xf32>) outs(%7 : tensor<48x64xf32>) -> tensor<48x64xf32>
    return %8 : tensor<48x64xf32>
  }
}
