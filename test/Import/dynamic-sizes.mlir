// Dynamic dimensions get their sizes on the command line, and everything behind them follows.

// RUN: not streamtensor compile %s -o %t --to import 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: streamtensor compile %s -o %t --to import --dim arg0.0=8 && FileCheck %s < %t/ir/00-import.mlir

// MISSING: error: @forward has arguments with dimensions of unknown size; give each a size: --dim arg0.0=SIZE

// CHECK: func.func @main(%{{.*}}: tensor<8x6xf32> {st.name = "arg0"}, {{.*}}) -> (tensor<8x5xf32>
// CHECK-NOT: ?
// CHECK: linalg.matmul {{.*}} -> tensor<8x5xf32>
func.func @forward(%x: tensor<?x6xf32>, %w: tensor<6x5xf32>) -> tensor<?x5xf32> {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %n = tensor.dim %x, %c0 : tensor<?x6xf32>
  %n64 = arith.index_cast %n : index to i64
  %c0_i64 = arith.constant 0 : i64
  %positive = arith.cmpi sgt, %n64, %c0_i64 : i64
  cf.assert %positive, "empty batch"
  %e = tensor.empty(%n) : tensor<?x5xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<?x5xf32>) -> tensor<?x5xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<?x6xf32>, tensor<6x5xf32>) outs(%f : tensor<?x5xf32>) -> tensor<?x5xf32>
  return %0 : tensor<?x5xf32>
}
