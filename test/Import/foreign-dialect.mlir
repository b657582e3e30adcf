// The torch dialect itself is not linalg yet.

// RUN: not streamtensor compile %s -o %t --to import 2>&1 | FileCheck %s

// CHECK: foreign-dialect.mlir:[[@LINE+4]]:8: error: 'torch.aten.mm' is an operation of the dialect 'torch', which StreamTensor does not read; lower it to linalg on tensors with `torch-mlir-opt --torch-backend-to-linalg-on-tensors-backend-pipeline`
// CHECK-NOT: error:
// CHECK: cannot import
func.func @forward(%a: !torch.vtensor<[4,6],f32>, %b: !torch.vtensor<[6,5],f32>) -> !torch.vtensor<[4,5],f32> {
  %0 = torch.aten.mm %a, %b : !torch.vtensor<[4,6],f32>, !torch.vtensor<[6,5],f32> -> !torch.vtensor<[4,5],f32>
  return %0 : !torch.vtensor<[4,5],f32>
}
