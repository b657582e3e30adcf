// An operand whose indexing map divides is looked up, and streams like any other that is read in another order.

// RUN: streamtensor compile %s -o %t --verify-each-stage && FileCheck %s < %t/ir/00-import.mlir
// RUN: streamtensor check %t

// CHECK: func.func @main(%[[X:.*]]: tensor<4x6xf32>
// CHECK: linalg.generic {{.*}} outs(
// CHECK:   %[[HALF:.*]] = arith.divui
// CHECK:   %[[REST:.*]] = arith.remui
// CHECK:   tensor.extract %[[X]][%[[HALF]], %[[REST]]]
#source = affine_map<(d0, d1) -> (d0 floordiv 2, d1 mod 6)>
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @twice(%x: tensor<4x6xf32>) -> tensor<8x12xf32> {
  %e = tensor.empty() : tensor<8x12xf32>
  %0 = linalg.generic {indexing_maps = [#source, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x6xf32>) outs(%e : tensor<8x12xf32>) {
  ^bb0(%in: f32, %out: f32):
    %1 = arith.addf %in, %in : f32
    linalg.yield %1 : f32
  } -> tensor<8x12xf32>
  return %0 : tensor<8x12xf32>
}
