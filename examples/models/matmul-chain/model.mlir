// ((((A B) C) D) E) F: no extent equals another.
module {
  func.func @chain(%a: tensor<24x32xf32>, %b: tensor<32x40xf32>, %c: tensor<40x20xf32>, %d: tensor<20x48xf32>, %e: tensor<48x36xf32>, %f: tensor<36x28xf32>) -> tensor<24x28xf32> {
    %zero = arith.constant 0.000000e+00 : f32
    %p0e = tensor.empty() : tensor<24x40xf32>
    %p0i = linalg.fill ins(%zero : f32) outs(%p0e : tensor<24x40xf32>) -> tensor<24x40xf32>
    %p0 = linalg.matmul ins(%a, %b : tensor<24x32xf32>, tensor<32x40xf32>) outs(%p0i : tensor<24x40xf32>) -> tensor<24x40xf32>
    %p1e = tensor.empty() : tensor<24x20xf32>
    %p1i = linalg.fill ins(%zero : f32) outs(%p1e : tensor<24x20xf32>) -> tensor<24x20xf32>
    %p1 = linalg.matmul ins(%p0, %c : tensor<24x40xf32>, tensor<40x20xf32>) outs(%p1i : tensor<24x20xf32>) -> tensor<24x20xf32>
    %p2e = tensor.empty() : tensor<24x48xf32>
    %p2i = linalg.fill ins(%zero : f32) outs(%p2e : tensor<24x48xf32>) -> tensor<24x48xf32>
    %p2 = linalg.matmul ins(%p1, %d : tensor<24x20xf32>, tensor<20x48xf32>) outs(%p2i : tensor<24x48xf32>) -> tensor<24x48xf32>
    %p3e = tensor.empty() : tensor<24x36xf32>
    %p3i = linalg.fill ins(%zero : f32) outs(%p3e : tensor<24x36xf32>) -> tensor<24x36xf32>
    %p3 = linalg.matmul ins(%p2, %e : tensor<24x48xf32>, tensor<48x36xf32>) outs(%p3i : tensor<24x36xf32>) -> tensor<24x36xf32>
    %p4e = tensor.empty() : tensor<24x28xf32>
    %p4i = linalg.fill ins(%zero : f32) outs(%p4e : tensor<24x28xf32>) -> tensor<24x28xf32>
    %p4 = linalg.matmul ins(%p3, %f : tensor<24x36xf32>, tensor<36x28xf32>) outs(%p4i : tensor<24x28xf32>) -> tensor<24x28xf32>
    return %p4 : tensor<24x28xf32>
  }
}
