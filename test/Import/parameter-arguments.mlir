// Arguments that the program marks as parameters are no activations: what streams them is no intermediate memory.

// RUN: streamtensor compile %s -o %t | FileCheck %s
// RUN: sed 's/ {st.parameter}//' %s > %t.unmarked.mlir
// RUN: streamtensor compile %t.unmarked.mlir -o %t | FileCheck %s --check-prefix=UNMARKED

// CHECK: intermediate memory:
// CHECK: dma_arg0_to_matmul_0
// CHECK-NOT: dma_arg1
// CHECK: Wrote

// UNMARKED: intermediate memory:
// UNMARKED: dma_arg1_to_matmul_0
func.func @main(%x: tensor<32x64xf32>, %w: tensor<64x32xf32> {st.parameter}) -> tensor<32x32xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<32x32xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<32x32xf32>) -> tensor<32x32xf32>
  %y = linalg.matmul ins(%x, %w : tensor<32x64xf32>, tensor<64x32xf32>) outs(%f : tensor<32x32xf32>) -> tensor<32x32xf32>
  return %y : tensor<32x32xf32>
}
