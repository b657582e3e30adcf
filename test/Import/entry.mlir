// Several functions, a helper and a harness in one file.

// RUN: not streamtensor compile %s -o %t --to import 2>&1 | FileCheck %s --check-prefix=AMBIGUOUS
// RUN: streamtensor compile %s -o %t --to import --entry second && FileCheck %s < %t/ir/00-import.mlir
// RUN: not streamtensor compile %s -o %t --to import --entry third 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not streamtensor compile %s -o %t --to import --entry main 2>&1 | FileCheck %s --check-prefix=HARNESS

// AMBIGUOUS: error: at {{.*}}entry.mlir: the file holds several functions that could be compiled; choose one with --entry NAME
// AMBIGUOUS: note: @first is one
// AMBIGUOUS: note: @second is one
// AMBIGUOUS: cannot import
// UNKNOWN: error: at {{.*}}entry.mlir: there is no function @third with a body; correct --entry
// HARNESS: error: @main has no results, so there is nothing to compute

// CHECK: func.func @main(%[[X:.*]]: tensor<3xf32>
// CHECK-NEXT: %[[Y:.*]] = arith.negf %[[X]]
// CHECK-NEXT: return %[[Y]]
// CHECK-NOT: func
func.func private @printMemrefF32(tensor<*xf32>)

func.func private @negate(%x: tensor<3xf32>) -> tensor<3xf32> {
  %0 = arith.negf %x : tensor<3xf32>
  return %0 : tensor<3xf32>
}

func.func @first(%x: tensor<3xf32>) -> tensor<3xf32> {
  return %x : tensor<3xf32>
}

func.func @second(%x: tensor<3xf32>) -> tensor<3xf32> {
  %0 = call @negate(%x) : (tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

func.func @main() {
  %x = arith.constant dense<1.0> : tensor<3xf32>
  %0 = call @second(%x) : (tensor<3xf32>) -> tensor<3xf32>
  %1 = tensor.cast %0 : tensor<3xf32> to tensor<*xf32>
  call @printMemrefF32(%1) : (tensor<*xf32>) -> ()
  return
}
