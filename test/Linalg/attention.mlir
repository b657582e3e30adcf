// The attention half of a GPT-2 block as an importer writes it, with batch dimension 1. Reshapes, transposes, the slices
// of the projection and the mask are gone afterwards: the products iterate over tokens, heads and channels directly.
// RUN: streamtensor-opt %s -st-linalg -o %t.linalg.mlir
// RUN: FileCheck %s < %t.linalg.mlir
// RUN: streamtensor-opt %t.linalg.mlir -st-choose-tiling="default-tile-size=4 token-tile-size=2" -st-apply-tiling -cse -o %t.tile.mlir
// RUN: FileCheck %s --check-prefix=TILE --strict-whitespace < %t.tile.mlir
// RUN: st-reference-test %s --compare %t.linalg.mlir --tolerance 1e-6
// RUN: st-reference-test %s --compare %t.tile.mlir --tolerance 1e-6

// CHECK-LABEL: func.func @main
// Layer normalization.
// CHECK: st.row_op {{.*}} domain [5, 6] rows 1
// Three projections, each to (token, head, channel), and their biases.
// CHECK-COUNT-6: } -> tensor<5x2x3xf32>
// Scores, softmax with scale and mask, values.
// CHECK: } -> tensor<2x5x5xf32>
// CHECK: st.row_op {{.*}} domain [2, 5, 5] rows 2
// CHECK: arith.divf
// CHECK: linalg.index 1
// CHECK: linalg.index 2
// CHECK: arith.maximumf
// CHECK: st.yield
// CHECK: } -> tensor<5x2x3xf32>
// The projection back sums over head and channel; bias and residual are one step.
// CHECK: iterator_types = ["parallel", "parallel", "reduction", "reduction"]
// CHECK: iterator_types = ["parallel", "parallel"]
// CHECK-COUNT-2: arith.addf
// CHECK-NOT: linalg.generic
// CHECK: tensor.expand_shape
// CHECK-NEXT: return

// Tokens are the outermost loop of every nest, in attention too: five of them, in tiles of two.
// TILE-COUNT-12: {{^}}    %{{[0-9]+}} = scf.for %{{[a-z0-9]+}} = %c0 to %c6 step %c2 iter_args
// TILE-NOT: {{^}}    %{{[0-9]+}} = scf.for
func.func @main(%hidden_states: tensor<1x5x6xf32>, %ln_1_weight: tensor<6xf32>, %ln_1_bias: tensor<6xf32>, %c_weight: tensor<6x18xf32>, %c_bias: tensor<18xf32>, %c_proj_weight: tensor<6x6xf32>, %c_proj_bias: tensor<6xf32>) -> tensor<1x5x6xf32> {
  %zero = arith.constant 0.000000e+00 : f32
  %ninf = arith.constant 0xFF800000 : f32
  %1 = tensor.empty() : tensor<1x5x1xf32>
  %2 = linalg.fill ins(%zero : f32) outs(%1 : tensor<1x5x1xf32>) -> tensor<1x5x1xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%hidden_states : tensor<1x5x6xf32>) outs(%2 : tensor<1x5x1xf32>) {
  ^bb0(%a0: f32, %o: f32):
    %r = arith.addf %a0, %o : f32
    linalg.yield %r : f32
  } -> tensor<1x5x1xf32>
  %4 = arith.constant dense<6.0> : tensor<f32>
  %5 = tensor.empty() : tensor<1x5x1xf32>
  %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> ()>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %4 : tensor<1x5x1xf32>, tensor<f32>) outs(%5 : tensor<1x5x1xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.divf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x5x1xf32>
  %7 = tensor.empty() : tensor<1x5x6xf32>
  %8 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%hidden_states, %6 : tensor<1x5x6xf32>, tensor<1x5x1xf32>) outs(%7 : tensor<1x5x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.subf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x5x6xf32>
  %9 = arith.constant dense<2.0> : tensor<f32>
  %10 = tensor.empty() : tensor<1x5x6xf32>
  %11 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> ()>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8, %9 : tensor<1x5x6xf32>, tensor<f32>) outs(%10 : tensor<1x5x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = math.powf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x5x6xf32>
  %12 = tensor.empty() : tensor<1x5x1xf32>
  %13 = linalg.fill ins(%zero : f32) outs(%12 : tensor<1x5x1xf32>) -> tensor<1x5x1xf32>
  %14 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%11 : tensor<1x5x6xf32>) outs(%13 : tensor<1x5x1xf32>) {
  ^bb0(%a0: f32, %o: f32):
    %r = arith.addf %a0, %o : f32
    linalg.yield %r : f32
  } -> tensor<1x5x1xf32>
  %15 = arith.constant dense<6.0> : tensor<f32>
  %16 = tensor.empty() : tensor<1x5x1xf32>
  %17 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> ()>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%14, %15 : tensor<1x5x1xf32>, tensor<f32>) outs(%16 : tensor<1x5x1xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.divf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x5x1xf32>
  %18 = arith.constant dense<9.99999974E-6> : tensor<f32>
  %19 = tensor.empty() : tensor<1x5x1xf32>
  %20 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> ()>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%17, %18 : tensor<1x5x1xf32>, tensor<f32>) outs(%19 : tensor<1x5x1xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x5x1xf32>
  %21 = tensor.empty() : tensor<1x5x1xf32>
  %22 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%20 : tensor<1x5x1xf32>) outs(%21 : tensor<1x5x1xf32>) {
  ^bb0(%a0: f32, %o: f32):
    %r = math.sqrt %a0 : f32
    linalg.yield %r : f32
  } -> tensor<1x5x1xf32>
  %23 = tensor.empty() : tensor<1x5x6xf32>
  %24 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, 0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%8, %22 : tensor<1x5x6xf32>, tensor<1x5x1xf32>) outs(%23 : tensor<1x5x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.divf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x5x6xf32>
  %25 = tensor.empty() : tensor<1x5x6xf32>
  %26 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%24, %ln_1_weight : tensor<1x5x6xf32>, tensor<6xf32>) outs(%25 : tensor<1x5x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.mulf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x5x6xf32>
  %27 = tensor.empty() : tensor<1x5x6xf32>
  %28 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%26, %ln_1_bias : tensor<1x5x6xf32>, tensor<6xf32>) outs(%27 : tensor<1x5x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x5x6xf32>
  %29 = tensor.collapse_shape %28 [[0, 1], [2]] : tensor<1x5x6xf32> into tensor<5x6xf32>
  %30 = tensor.empty() : tensor<5x18xf32>
  %31 = linalg.fill ins(%zero : f32) outs(%30 : tensor<5x18xf32>) -> tensor<5x18xf32>
  %32 = linalg.matmul ins(%29, %c_weight : tensor<5x6xf32>, tensor<6x18xf32>) outs(%31 : tensor<5x18xf32>) -> tensor<5x18xf32>
  %33 = tensor.empty() : tensor<5x18xf32>
  %34 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%32, %c_bias : tensor<5x18xf32>, tensor<18xf32>) outs(%33 : tensor<5x18xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<5x18xf32>
  %35 = tensor.expand_shape %34 [[0, 1], [2]] output_shape [1, 5, 18] : tensor<5x18xf32> into tensor<1x5x18xf32>
  %36 = tensor.extract_slice %35[0, 0, 0] [1, 5, 6] [1, 1, 1] : tensor<1x5x18xf32> to tensor<1x5x6xf32>
  %37 = tensor.extract_slice %35[0, 0, 6] [1, 5, 6] [1, 1, 1] : tensor<1x5x18xf32> to tensor<1x5x6xf32>
  %38 = tensor.extract_slice %35[0, 0, 12] [1, 5, 6] [1, 1, 1] : tensor<1x5x18xf32> to tensor<1x5x6xf32>
  %39 = tensor.expand_shape %36 [[0], [1], [2, 3]] output_shape [1, 5, 2, 3] : tensor<1x5x6xf32> into tensor<1x5x2x3xf32>
  %40 = tensor.expand_shape %37 [[0], [1], [2, 3]] output_shape [1, 5, 2, 3] : tensor<1x5x6xf32> into tensor<1x5x2x3xf32>
  %41 = tensor.expand_shape %38 [[0], [1], [2, 3]] output_shape [1, 5, 2, 3] : tensor<1x5x6xf32> into tensor<1x5x2x3xf32>
  %42 = tensor.empty() : tensor<1x2x5x3xf32>
  %43 = linalg.transpose ins(%39 : tensor<1x5x2x3xf32>) outs(%42 : tensor<1x2x5x3xf32>) permutation = [0, 2, 1, 3]
  %44 = tensor.empty() : tensor<1x2x5x3xf32>
  %45 = linalg.transpose ins(%41 : tensor<1x5x2x3xf32>) outs(%44 : tensor<1x2x5x3xf32>) permutation = [0, 2, 1, 3]
  %46 = tensor.empty() : tensor<1x2x3x5xf32>
  %47 = linalg.transpose ins(%40 : tensor<1x5x2x3xf32>) outs(%46 : tensor<1x2x3x5xf32>) permutation = [0, 2, 3, 1]
  %48 = tensor.collapse_shape %43 [[0, 1], [2], [3]] : tensor<1x2x5x3xf32> into tensor<2x5x3xf32>
  %49 = tensor.collapse_shape %47 [[0, 1], [2], [3]] : tensor<1x2x3x5xf32> into tensor<2x3x5xf32>
  %50 = tensor.empty() : tensor<2x5x5xf32>
  %51 = linalg.fill ins(%zero : f32) outs(%50 : tensor<2x5x5xf32>) -> tensor<2x5x5xf32>
  %52 = linalg.batch_matmul ins(%48, %49 : tensor<2x5x3xf32>, tensor<2x3x5xf32>) outs(%51 : tensor<2x5x5xf32>) -> tensor<2x5x5xf32>
  %53 = tensor.expand_shape %52 [[0, 1], [2], [3]] output_shape [1, 2, 5, 5] : tensor<2x5x5xf32> into tensor<1x2x5x5xf32>
  %54 = arith.constant dense<1.7320508075688772> : tensor<f32>
  %55 = tensor.empty() : tensor<1x2x5x5xf32>
  %56 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> ()>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%53, %54 : tensor<1x2x5x5xf32>, tensor<f32>) outs(%55 : tensor<1x2x5x5xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.divf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x2x5x5xf32>
  %57 = arith.constant dense<[[[[true,false,false,false,false],[true,true,false,false,false],[true,true,true,false,false],[true,true,true,true,false],[true,true,true,true,true]]]]> : tensor<1x1x5x5xi1>
  %58 = arith.constant dense<-3.40282347E+38> : tensor<f32>
  %59 = tensor.empty() : tensor<1x2x5x5xf32>
  %60 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, 0, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> ()>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%57, %56, %58 : tensor<1x1x5x5xi1>, tensor<1x2x5x5xf32>, tensor<f32>) outs(%59 : tensor<1x2x5x5xf32>) {
  ^bb0(%a0: i1, %a1: f32, %a2: f32, %o: f32):
    %r = arith.select %a0, %a1, %a2 : f32
    linalg.yield %r : f32
  } -> tensor<1x2x5x5xf32>
  %61 = tensor.empty() : tensor<1x2x5x1xf32>
  %62 = linalg.fill ins(%ninf : f32) outs(%61 : tensor<1x2x5x1xf32>) -> tensor<1x2x5x1xf32>
  %63 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%60 : tensor<1x2x5x5xf32>) outs(%62 : tensor<1x2x5x1xf32>) {
  ^bb0(%a0: f32, %o: f32):
    %r = arith.maximumf %a0, %o : f32
    linalg.yield %r : f32
  } -> tensor<1x2x5x1xf32>
  %64 = tensor.empty() : tensor<1x2x5x5xf32>
  %65 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%60, %63 : tensor<1x2x5x5xf32>, tensor<1x2x5x1xf32>) outs(%64 : tensor<1x2x5x5xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.subf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x2x5x5xf32>
  %66 = tensor.empty() : tensor<1x2x5x5xf32>
  %67 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%65 : tensor<1x2x5x5xf32>) outs(%66 : tensor<1x2x5x5xf32>) {
  ^bb0(%a0: f32, %o: f32):
    %r = math.exp %a0 : f32
    linalg.yield %r : f32
  } -> tensor<1x2x5x5xf32>
  %68 = tensor.empty() : tensor<1x2x5x1xf32>
  %69 = linalg.fill ins(%zero : f32) outs(%68 : tensor<1x2x5x1xf32>) -> tensor<1x2x5x1xf32>
  %70 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%67 : tensor<1x2x5x5xf32>) outs(%69 : tensor<1x2x5x1xf32>) {
  ^bb0(%a0: f32, %o: f32):
    %r = arith.addf %a0, %o : f32
    linalg.yield %r : f32
  } -> tensor<1x2x5x1xf32>
  %71 = tensor.empty() : tensor<1x2x5x5xf32>
  %72 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, 0)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%67, %70 : tensor<1x2x5x5xf32>, tensor<1x2x5x1xf32>) outs(%71 : tensor<1x2x5x5xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.divf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x2x5x5xf32>
  %73 = tensor.collapse_shape %72 [[0, 1], [2], [3]] : tensor<1x2x5x5xf32> into tensor<2x5x5xf32>
  %74 = tensor.collapse_shape %45 [[0, 1], [2], [3]] : tensor<1x2x5x3xf32> into tensor<2x5x3xf32>
  %75 = tensor.empty() : tensor<2x5x3xf32>
  %76 = linalg.fill ins(%zero : f32) outs(%75 : tensor<2x5x3xf32>) -> tensor<2x5x3xf32>
  %77 = linalg.batch_matmul ins(%73, %74 : tensor<2x5x5xf32>, tensor<2x5x3xf32>) outs(%76 : tensor<2x5x3xf32>) -> tensor<2x5x3xf32>
  %78 = tensor.expand_shape %77 [[0, 1], [2], [3]] output_shape [1, 2, 5, 3] : tensor<2x5x3xf32> into tensor<1x2x5x3xf32>
  %79 = tensor.empty() : tensor<1x5x2x3xf32>
  %80 = linalg.transpose ins(%78 : tensor<1x2x5x3xf32>) outs(%79 : tensor<1x5x2x3xf32>) permutation = [0, 2, 1, 3]
  %81 = tensor.collapse_shape %80 [[0], [1], [2, 3]] : tensor<1x5x2x3xf32> into tensor<1x5x6xf32>
  %82 = tensor.collapse_shape %81 [[0, 1], [2]] : tensor<1x5x6xf32> into tensor<5x6xf32>
  %83 = tensor.empty() : tensor<5x6xf32>
  %84 = linalg.fill ins(%zero : f32) outs(%83 : tensor<5x6xf32>) -> tensor<5x6xf32>
  %85 = linalg.matmul ins(%82, %c_proj_weight : tensor<5x6xf32>, tensor<6x6xf32>) outs(%84 : tensor<5x6xf32>) -> tensor<5x6xf32>
  %86 = tensor.empty() : tensor<5x6xf32>
  %87 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%85, %c_proj_bias : tensor<5x6xf32>, tensor<6xf32>) outs(%86 : tensor<5x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<5x6xf32>
  %88 = tensor.expand_shape %87 [[0, 1], [2]] output_shape [1, 5, 6] : tensor<5x6xf32> into tensor<1x5x6xf32>
  %89 = tensor.empty() : tensor<1x5x6xf32>
  %90 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%88, %hidden_states : tensor<1x5x6xf32>, tensor<1x5x6xf32>) outs(%89 : tensor<1x5x6xf32>) {
  ^bb0(%a0: f32, %a1: f32, %o: f32):
    %r = arith.addf %a0, %a1 : f32
    linalg.yield %r : f32
  } -> tensor<1x5x6xf32>
  return %90 : tensor<1x5x6xf32>
}
