// Odd shapes through the linalg and tile phases, executed before and after.
// RUN: split-file %s %t
// RUN: streamtensor-opt %t/norm.mlir -st-linalg -st-tile -o %t/norm.tile.mlir
// RUN: st-reference-test %t/norm.mlir --compare %t/norm.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/vectors.mlir -st-linalg -st-tile -o %t/vectors.tile.mlir
// RUN: st-reference-test %t/vectors.mlir --compare %t/vectors.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/batch.mlir -st-linalg -st-tile -o %t/batch.tile.mlir
// RUN: st-reference-test %t/batch.mlir --compare %t/batch.tile.mlir --tolerance 1e-6

//--- norm.mlir
// RMS normalization behind a product, a residual around it; the result leaves transposed, and its row sums.
#id = affine_map<(d0,d1,d2)->(d0,d1,d2)>
#b = affine_map<(d0,d1,d2)->(d0,d1)>
#v = affine_map<(d0,d1,d2)->(d2)>
func.func @main(%x: tensor<2x5x20xf32>, %w: tensor<20x12xf32>, %g: tensor<12xf32>) -> (tensor<12x2x5xf32>, tensor<2x5xf32>) {
  %zero = arith.constant 0.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %n = arith.constant 12.0 : f32
  %c = tensor.collapse_shape %x [[0,1],[2]] : tensor<2x5x20xf32> into tensor<10x20xf32>
  %e0 = tensor.empty() : tensor<10x12xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<10x12xf32>) -> tensor<10x12xf32>
  %m = linalg.matmul ins(%c, %w : tensor<10x20xf32>, tensor<20x12xf32>) outs(%f0 : tensor<10x12xf32>) -> tensor<10x12xf32>
  %y = tensor.expand_shape %m [[0,1],[2]] output_shape [2,5,12] : tensor<10x12xf32> into tensor<2x5x12xf32>
  %e1 = tensor.empty() : tensor<2x5xf32>
  %f1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<2x5xf32>) -> tensor<2x5xf32>
  %e2 = tensor.empty() : tensor<2x5x12xf32>
  %sq = linalg.mul ins(%y, %y : tensor<2x5x12xf32>, tensor<2x5x12xf32>) outs(%e2 : tensor<2x5x12xf32>) -> tensor<2x5x12xf32>
  %s = linalg.reduce ins(%sq : tensor<2x5x12xf32>) outs(%f1 : tensor<2x5xf32>) dimensions = [2] (%in: f32, %acc: f32) { %0 = arith.addf %in, %acc : f32  linalg.yield %0 : f32 }
  %r = linalg.map ins(%s : tensor<2x5xf32>) outs(%e1 : tensor<2x5xf32>) (%in: f32, %out: f32) { %0 = arith.divf %in, %n : f32 %1 = arith.addf %0, %eps : f32 %2 = math.rsqrt %1 : f32 linalg.yield %2 : f32 }
  %rb = linalg.broadcast ins(%r : tensor<2x5xf32>) outs(%e2 : tensor<2x5x12xf32>) dimensions = [2]
  %gb = linalg.broadcast ins(%g : tensor<12xf32>) outs(%e2 : tensor<2x5x12xf32>) dimensions = [0,1]
  %p = linalg.mul ins(%y, %rb : tensor<2x5x12xf32>, tensor<2x5x12xf32>) outs(%e2 : tensor<2x5x12xf32>) -> tensor<2x5x12xf32>
  %q = linalg.mul ins(%p, %gb : tensor<2x5x12xf32>, tensor<2x5x12xf32>) outs(%e2 : tensor<2x5x12xf32>) -> tensor<2x5x12xf32>
  %a = linalg.add ins(%q, %y : tensor<2x5x12xf32>, tensor<2x5x12xf32>) outs(%e2 : tensor<2x5x12xf32>) -> tensor<2x5x12xf32>
  %et = tensor.empty() : tensor<12x2x5xf32>
  %t = linalg.transpose ins(%a : tensor<2x5x12xf32>) outs(%et : tensor<12x2x5xf32>) permutation = [2,0,1]
  %s2 = linalg.reduce ins(%a : tensor<2x5x12xf32>) outs(%f1 : tensor<2x5xf32>) dimensions = [2] (%in: f32, %acc: f32) { %0 = arith.addf %in, %acc : f32  linalg.yield %0 : f32 }
  return %t, %s2 : tensor<12x2x5xf32>, tensor<2x5xf32>
}

//--- vectors.mlir
// A product with a vector, one-dimensional steps, a sum of everything, a reader in the other order.
func.func @main(%a: tensor<33x18xf32>, %x: tensor<18xf32>) -> (tensor<33xf32>, tensor<18x33xf32>, tensor<1xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<33xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<33xf32>) -> tensor<33xf32>
  %y = linalg.matvec ins(%a, %x : tensor<33x18xf32>, tensor<18xf32>) outs(%f : tensor<33xf32>) -> tensor<33xf32>
  %z = linalg.exp ins(%y : tensor<33xf32>) outs(%e : tensor<33xf32>) -> tensor<33xf32>
  %e2 = tensor.empty() : tensor<18x33xf32>
  %at = linalg.transpose ins(%a : tensor<33x18xf32>) outs(%e2 : tensor<18x33xf32>) permutation = [1,0]
  %zb = linalg.broadcast ins(%z : tensor<33xf32>) outs(%e2 : tensor<18x33xf32>) dimensions = [0]
  %m = linalg.mul ins(%at, %zb : tensor<18x33xf32>, tensor<18x33xf32>) outs(%e2 : tensor<18x33xf32>) -> tensor<18x33xf32>
  %e3 = tensor.empty() : tensor<f32>
  %f3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<f32>) -> tensor<f32>
  %s = linalg.reduce ins(%z : tensor<33xf32>) outs(%f3 : tensor<f32>) dimensions = [0] (%in: f32, %acc: f32) { %0 = arith.addf %in, %acc : f32  linalg.yield %0 : f32 }
  %s1 = tensor.expand_shape %s [] output_shape [1] : tensor<f32> into tensor<1xf32>
  return %z, %m, %s1 : tensor<33xf32>, tensor<18x33xf32>, tensor<1xf32>
}

//--- batch.mlir
// Batches of products; the first starts from a tensor, the second multiplies it with its own transpose.
func.func @main(%a: tensor<3x9x17xf32>, %b: tensor<3x17x10xf32>, %c: tensor<3x9x10xf32>) -> tensor<3x9x9xf32> {
  %zero = arith.constant 0.0 : f32
  %m = linalg.batch_matmul ins(%a, %b : tensor<3x9x17xf32>, tensor<3x17x10xf32>) outs(%c : tensor<3x9x10xf32>) -> tensor<3x9x10xf32>
  %e = tensor.empty() : tensor<3x10x9xf32>
  %t = linalg.transpose ins(%m : tensor<3x9x10xf32>) outs(%e : tensor<3x10x9xf32>) permutation = [0,2,1]
  %e2 = tensor.empty() : tensor<3x9x9xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<3x9x9xf32>) -> tensor<3x9x9xf32>
  %o = linalg.batch_matmul ins(%m, %t : tensor<3x9x10xf32>, tensor<3x10x9xf32>) outs(%f2 : tensor<3x9x9xf32>) -> tensor<3x9x9xf32>
  return %o : tensor<3x9x9xf32>
}
