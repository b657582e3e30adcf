// A balanced tree of products over eight leaves.
module {
  func.func @tree(%a: tensor<20x36xf32>, %b: tensor<36x24xf32>, %c: tensor<24x32xf32>, %d: tensor<32x28xf32>, %e: tensor<28x40xf32>, %f: tensor<40x16xf32>, %g: tensor<16x44xf32>, %h: tensor<44x24xf32>) -> tensor<20x24xf32> {
    %zero = arith.constant 0.000000e+00 : f32
    %p0e = tensor.empty() : tensor<20x24xf32>
    %p0i = linalg.fill ins(%zero : f32) outs(%p0e : tensor<20x24xf32>) -> tensor<20x24xf32>
    %p0 = linalg.matmul ins(%a, %b : tensor<20x36xf32>, tensor<36x24xf32>) outs(%p0i : tensor<20x24xf32>) -> tensor<20x24xf32>
    %p1e = tensor.empty() : tensor<24x28xf32>
    %p1i = linalg.fill ins(%zero : f32) outs(%p1e : tensor<24x28xf32>) -> tensor<24x28xf32>
    %p1 = linalg.matmul ins(%c, %d : tensor<24x32xf32>, tensor<32x28xf32>) outs(%p1i : tensor<24x28xf32>) -> tensor<24x28xf32>
    %p2e = tensor.empty() : tensor<28x16xf32>
    %p2i = linalg.fill ins(%zero : f32) outs(%p2e : tensor<28x16xf32>) -> tensor<28x16xf32>
    %p2 = linalg.matmul ins(%e, %f : tensor<28x40xf32>, tensor<40x16xf32>) outs(%p2i : tensor<28x16xf32>) -> tensor<28x16xf32>
    %p3e = tensor.empty() : tensor<16x24xf32>
    %p3i = linalg.fill ins(%zero : f32) outs(%p3e : tensor<16x24xf32>) -> tensor<16x24xf32>
    %p3 = linalg.matmul ins(%g, %h : tensor<16x44xf32>, tensor<44x24xf32>) outs(%p3i : tensor<16x24xf32>) -> tensor<16x24xf32>
    %p4e = tensor.empty() : tensor<20x28xf32>
    %p4i = linalg.fill ins(%zero : f32) outs(%p4e : tensor<20x28xf32>) -> tensor<20x28xf32>
    %p4 = linalg.matmul ins(%p0, %p1 : tensor<20x24xf32>, tensor<24x28xf32>) outs(%p4i : tensor<20x28xf32>) -> tensor<20x28xf32>
    %p5e = tensor.empty() : tensor<28x24xf32>
    %p5i = linalg.fill ins(%zero : f32) outs(%p5e : tensor<28x24xf32>) -> tensor<28x24xf32>
    %p5 = linalg.matmul ins(%p2, %p3 : tensor<28x16xf32>, tensor<16x24xf32>) outs(%p5i : tensor<28x24xf32>) -> tensor<28x24xf32>
    %p6e = tensor.empty() : tensor<20x24xf32>
    %p6i = linalg.fill ins(%zero : f32) outs(%p6e : tensor<20x24xf32>) -> tensor<20x24xf32>
    %p6 = linalg.matmul ins(%p4, %p5 : tensor<20x28xf32>, tensor<28x24xf32>) outs(%p6i : tensor<20x24xf32>) -> tensor<20x24xf32>
    return %p6 : tensor<20x24xf32>
  }
}
