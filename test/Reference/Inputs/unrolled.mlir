// Three layers, one after the other: x := relu(x * w) + x + b * layer, with a layer's own w.
func.func private @layer(%layer: f32, %x: tensor<8x8xf32>, %w: tensor<8x8xf32>, %b: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
  %p = linalg.matmul ins(%x, %w : tensor<8x8xf32>, tensor<8x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>,
                                        affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
      ins(%p, %x, %b : tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
  ^bb0(%pv: f32, %xv: f32, %bv: f32, %out: f32):
    %0 = arith.maximumf %pv, %zero : f32
    %1 = arith.addf %0, %xv : f32
    %2 = arith.mulf %bv, %layer : f32
    %3 = arith.addf %1, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<8x8xf32>
  return %y : tensor<8x8xf32>
}

func.func @main(%x: tensor<8x8xf32>, %w: tensor<3x8x8xf32>, %b: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = arith.constant 0.0 : f32
  %1 = arith.constant 1.0 : f32
  %2 = arith.constant 2.0 : f32
  %w0 = tensor.extract_slice %w[0, 0, 0] [1, 8, 8] [1, 1, 1] : tensor<3x8x8xf32> to tensor<8x8xf32>
  %w1 = tensor.extract_slice %w[1, 0, 0] [1, 8, 8] [1, 1, 1] : tensor<3x8x8xf32> to tensor<8x8xf32>
  %w2 = tensor.extract_slice %w[2, 0, 0] [1, 8, 8] [1, 1, 1] : tensor<3x8x8xf32> to tensor<8x8xf32>
  %x1 = call @layer(%0, %x, %w0, %b) : (f32, tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %x2 = call @layer(%1, %x1, %w1, %b) : (f32, tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %x3 = call @layer(%2, %x2, %w2, %b) : (f32, tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  return %x3 : tensor<8x8xf32>
}
