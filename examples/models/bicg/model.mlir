// s = r A and q = A p: two results from one matrix. The harness is not part of the program.
module {
  func.func private @printMemrefF32(tensor<*xf32>)

  func.func @bicg(%a: tensor<38x42xf32>, %p: tensor<42xf32>, %r: tensor<38xf32>) -> (tensor<42xf32>, tensor<38xf32>) {
    %zero = arith.constant 0.000000e+00 : f32
    %0 = tensor.empty() : tensor<42xf32>
    %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<42xf32>) -> tensor<42xf32>
    %s = linalg.vecmat ins(%r, %a : tensor<38xf32>, tensor<38x42xf32>) outs(%1 : tensor<42xf32>) -> tensor<42xf32>
    %2 = tensor.empty() : tensor<38xf32>
    %3 = linalg.fill ins(%zero : f32) outs(%2 : tensor<38xf32>) -> tensor<38xf32>
    %q = linalg.matvec ins(%a, %p : tensor<38x42xf32>, tensor<42xf32>) outs(%3 : tensor<38xf32>) -> tensor<38xf32>
    return %s, %q : tensor<42xf32>, tensor<38xf32>
  }

  func.func @main() {
    %a = arith.constant dense<1.000000e+00> : tensor<38x42xf32>
    %p = arith.constant dense<2.000000e+00> : tensor<42xf32>
    %r = arith.constant dense<3.000000e+00> : tensor<38xf32>
    %s, %q = call @bicg(%a, %p, %r)
        : (tensor<38x42xf32>, tensor<42xf32>, tensor<38xf32>) -> (tensor<42xf32>, tensor<38xf32>)
    %s_any = tensor.cast %s : tensor<42xf32> to tensor<*xf32>
    call @printMemrefF32(%s_any) : (tensor<*xf32>) -> ()
    return
  }
}
