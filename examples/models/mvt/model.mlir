// x1 + A y1 and x2 + A^T y2: the sums start from arguments.
module {
  func.func @mvt(%a: tensor<40x40xf32>, %x1: tensor<40xf32>, %x2: tensor<40xf32>, %y1: tensor<40xf32>,
                 %y2: tensor<40xf32>) -> (tensor<40xf32>, tensor<40xf32>) {
    %0 = linalg.matvec ins(%a, %y1 : tensor<40x40xf32>, tensor<40xf32>) outs(%x1 : tensor<40xf32>) -> tensor<40xf32>
    %empty = tensor.empty() : tensor<40x40xf32>
    %t = linalg.transpose ins(%a : tensor<40x40xf32>) outs(%empty : tensor<40x40xf32>) permutation = [1, 0]
    %1 = linalg.matvec ins(%t, %y2 : tensor<40x40xf32>, tensor<40xf32>) outs(%x2 : tensor<40xf32>) -> tensor<40xf32>
    return %0, %1 : tensor<40xf32>, tensor<40xf32>
  }
}
