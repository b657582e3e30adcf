// Weights that are read again for every tile of tokens cross the kernel's boundary once, as long as a buffer has room.
// RUN: streamtensor-opt %s -st-tile -st-dataflow -o %t.before.mlir
// RUN: streamtensor-opt %t.before.mlir -st-buffer-rereads=min-saved-bytes=1 -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry matmul --tolerance 0
// RUN: streamtensor-opt %t.mlir -st-fuse -st-optimize -o %t.optimize.mlir
// RUN: st-reference-test %t.before.mlir --compare %t.optimize.mlir --entry matmul --tolerance 0
// RUN: FileCheck %s --check-prefix=TASK --input-file %t.optimize.mlir
// No room, no buffer: the smaller takes 1024 bytes, and half of what is left goes to buffers. Nor where little is saved.
// RUN: streamtensor-opt %t.before.mlir -st-buffer-rereads="min-saved-bytes=1 max-converter-bytes=2000" | FileCheck %s --check-prefix=NONE
// RUN: streamtensor-opt %t.before.mlir -st-buffer-rereads | FileCheck %s --check-prefix=NONE

// NONE-NOT: st.itensor_converter

#x = affine_map<(m, n, k) -> (m, k)>
#w = affine_map<(m, n, k) -> (k, n)>
#y = affine_map<(m, n, k) -> (m, n)>

// CHECK-LABEL: func.func @matmul
// CHECK:       st.kernel @matmul_0 ({{.*}}%[[W:[a-z0-9]+]] = %{{[a-z0-9]+}} : tensor<32x32xf32> as !st.itensor<16x16xf32, iter_space = [2, 2] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
// CHECK:         st.itensor_converter %[[W]] : {{.*}} -> <16x16xf32, iter_space = [3, 2, 2] * [8, 16, 16], iter_map = (d0, d1, d2) -> (d2, d1)>
// The first time, tiles leave as they come: one comes before the loop, three while three leave, nine leave after it.
// TASK:        st.task @convert_0
// TASK:          scf.for %{{.*}} = %c0 to %c3
// TASK:          scf.for %{{.*}} = %c0 to %c9
func.func @matmul(%x: tensor<24x32xf32> {st.name = "x"}, %w: tensor<32x32xf32> {st.name = "w"}) -> (tensor<24x32xf32> {st.name = "y"}) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<24x32xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<24x32xf32>) -> tensor<24x32xf32>
  %y = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<24x32xf32>, tensor<32x32xf32>) outs(%f : tensor<24x32xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %m : f32
    linalg.yield %s : f32
  } -> tensor<24x32xf32>
  return %y : tensor<24x32xf32>
}
