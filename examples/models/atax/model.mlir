// y = A^T (A x): the same matrix by rows and by columns.
module {
  func.func @atax(%a: tensor<38x42xf32>, %x: tensor<42xf32>) -> tensor<42xf32> {
    %zero = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<38xf32>
    %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<38xf32>) -> tensor<38xf32>
    %2 = linalg.matvec ins(%a, %x : tensor<38x42xf32>, tensor<42xf32>) outs(%1 : tensor<38xf32>) -> tensor<38xf32>
    %3 = tensor.empty() : tensor<42xf32>
    %4 = linalg.fill ins(%zero : f32) outs(%3 : tensor<42xf32>) -> tensor<42xf32>
    %5 = linalg.vecmat ins(%2, %a : tensor<38xf32>, tensor<38x42xf32>) outs(%4 : tensor<42xf32>) -> tensor<42xf32>
    return %5 : tensor<42xf32>
  }
}
