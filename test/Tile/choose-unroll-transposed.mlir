// RUN: streamtensor-opt %s -st-tile -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0

// The loop along the last dimension of the result is unrolled, and becomes the innermost.
// CHECK: #[[IN:.+]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK: #[[OUT:.+]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK: linalg.generic {indexing_maps = [#[[IN]], #[[OUT]]], iterator_types = ["parallel", "parallel"]} {{.+}}st.unroll = array<i64: 1, 8>
// CHECK-NOT: linalg.index 0
// CHECK:   %[[I:.+]] = linalg.index 1
// CHECK:   arith.addi %[[I]]
func.func @main(%x: tensor<32x48xf32>) -> tensor<48x32xf32> {
  %e = tensor.empty() : tensor<48x32xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<32x48xf32>) outs(%e : tensor<48x32xf32>) {
  ^bb0(%in: f32, %out: f32):
    %i = linalg.index 0 : index
    %j = arith.index_cast %i : index to i32
    %f = arith.sitofp %j : i32 to f32
    %0 = arith.addf %in, %f : f32
    linalg.yield %0 : f32
  } -> tensor<48x32xf32>
  return %y : tensor<48x32xf32>
}
