// y = alpha A x + beta B x: one vector shared by two products, as generic operations.
#matrix = affine_map<(i, k) -> (i, k)>
#vector = affine_map<(i, k) -> (k)>
#result = affine_map<(i, k) -> (i)>
#element = affine_map<(i) -> (i)>
module {
  func.func @gesummv(%a: tensor<45x45xf32>, %b: tensor<45x45xf32>, %x: tensor<45xf32>) -> tensor<45xf32> {
    %zero = arith.constant 0.000000e+00 : f32
    %alpha = arith.constant 1.500000e+00 : f32
    %beta = arith.constant 1.200000e+00 : f32
    %empty = tensor.empty() : tensor<45xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<45xf32>) -> tensor<45xf32>
    %ax = linalg.generic {indexing_maps = [#matrix, #vector, #result], iterator_types = ["parallel", "reduction"]}
        ins(%a, %x : tensor<45x45xf32>, tensor<45xf32>) outs(%init : tensor<45xf32>) {
    ^bb0(%m: f32, %v: f32, %sum: f32):
      %p = arith.mulf %m, %v : f32
      %s = arith.addf %sum, %p : f32
      linalg.yield %s : f32
    } -> tensor<45xf32>
    %bx = linalg.generic {indexing_maps = [#matrix, #vector, #result], iterator_types = ["parallel", "reduction"]}
        ins(%b, %x : tensor<45x45xf32>, tensor<45xf32>) outs(%init : tensor<45xf32>) {
    ^bb0(%m: f32, %v: f32, %sum: f32):
      %p = arith.mulf %m, %v : f32
      %s = arith.addf %sum, %p : f32
      linalg.yield %s : f32
    } -> tensor<45xf32>
    %y = linalg.generic {indexing_maps = [#element, #element, #element], iterator_types = ["parallel"]}
        ins(%ax, %bx : tensor<45xf32>, tensor<45xf32>) outs(%empty : tensor<45xf32>) {
    ^bb0(%u: f32, %v: f32, %out: f32):
      %p = arith.mulf %alpha, %u : f32
      %q = arith.mulf %beta, %v : f32
      %s = arith.addf %p, %q : f32
      linalg.yield %s : f32
    } -> tensor<45xf32>
    return %y : tensor<45xf32>
  }
}
