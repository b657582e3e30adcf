func.func @main(%past: tensor<?x16xf32> {st.name = "past"}, %x: tensor<?x16xf32> {st.name = "x"}, %w: tensor<16x16xf32> {st.name = "w"})
    -> (tensor<?x16xf32> {st.name = "present", st.cache = "past"}, tensor<16xf32> {st.name = "sum"}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %s = tensor.dim %x, %c0 : tensor<?x16xf32>
  %e = tensor.empty(%s) : tensor<?x16xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x16xf32>) -> tensor<?x16xf32>
  %m = linalg.matmul ins(%x, %w : tensor<?x16xf32>, tensor<16x16xf32>) outs(%f : tensor<?x16xf32>) -> tensor<?x16xf32>
  %all = tensor.concat dim(0) %past, %m : (tensor<?x16xf32>, tensor<?x16xf32>) -> tensor<?x16xf32>
  %e1 = tensor.empty() : tensor<16xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<16xf32>) -> tensor<16xf32>
  %sum = linalg.reduce ins(%all : tensor<?x16xf32>) outs(%f1 : tensor<16xf32>) dimensions = [0]
    (%in: f32, %out: f32) { %r = arith.addf %in, %out : f32 linalg.yield %r : f32 }
  return %all, %sum : tensor<?x16xf32>, tensor<16xf32>
}
