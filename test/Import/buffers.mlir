// Programs after bufferization, as polygeist makes from C.

// RUN: not streamtensor compile %s -o %t --to import 2>&1 | FileCheck %s

// CHECK: error: @kernel works on buffers (memref, affine or scf loops), which no longer tell what is computed from what; give the program before bufferization, as linalg on tensors or TOSA
func.func @kernel(%a: memref<8xf32>, %b: memref<8xf32>) {
  affine.for %i = 0 to 8 {
    %0 = affine.load %a[%i] : memref<8xf32>
    %1 = arith.addf %0, %0 : f32
    affine.store %1, %b[%i] : memref<8xf32>
  }
  return
}
