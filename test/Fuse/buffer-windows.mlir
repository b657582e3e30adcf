// Windows over what comes from external memory: each row is read once, and padding is added on the way.
// RUN: streamtensor-opt %s -st-tile -st-dataflow -o %t.before.mlir
// RUN: streamtensor-opt %t.before.mlir -st-buffer-windows -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry padded --tolerance 0
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry strided --tolerance 0
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry side_by_side --tolerance 0
// RUN: streamtensor-opt %t.mlir -st-fuse -st-optimize -o %t.optimize.mlir
// RUN: st-reference-test %t.before.mlir --compare %t.optimize.mlir --entry padded --tolerance 0
// RUN: st-reference-test %t.before.mlir --compare %t.optimize.mlir --entry strided --tolerance 0
// No room, no buffer: three rows of 9, or one of the others, take more than 100 bytes.
// RUN: streamtensor-opt %t.before.mlir -st-buffer-windows=max-converter-bytes=100 | FileCheck %s --check-prefix=SMALL

// SMALL-NOT: st.itensor_converter

#x = affine_map<(o, h, w, c, a, b) -> (c, h + a, w + b)>
#x2 = affine_map<(o, h, w, c, a, b) -> (c, h * 2 + a, w * 2 + b)>
#k = affine_map<(o, h, w, c, a, b) -> (o, c, a, b)>
#y = affine_map<(o, h, w, c, a, b) -> (o, h, w)>

// CHECK-LABEL: func.func @padded
// CHECK-NOT:   tensor.pad
// CHECK:       st.kernel @conv_0 ({{.*}}%[[X:[a-z0-9]+]] = %{{[a-z0-9]+}} : tensor<2x7x7xf32> as !st.itensor<2x1x7xf32, iter_space = [7] * [1]
// CHECK:         st.itensor_converter %[[X]] {high = array<i64: 0, 1, 1>, low = array<i64: 0, 1, 1>, pad = 5.000000e-01 : f32} : {{.*}} -> <2x1x9xf32, iter_space = [1, 7, 3] * [1, 1, 1]
func.func @padded(%x: tensor<2x7x7xf32> {st.name = "x"}, %k: tensor<4x2x3x3xf32> {st.name = "k"}) -> (tensor<4x7x7xf32> {st.name = "y"}) {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %p = tensor.pad %x low[0, 1, 1] high[0, 1, 1] {
  ^bb0(%i0: index, %i1: index, %i2: index):
    tensor.yield %half : f32
  } : tensor<2x7x7xf32> to tensor<2x9x9xf32>
  %e = tensor.empty() : tensor<4x7x7xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x7x7xf32>) -> tensor<4x7x7xf32>
  %y = linalg.generic {indexing_maps = [#x, #k, #y], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%p, %k : tensor<2x9x9xf32>, tensor<4x2x3x3xf32>) outs(%f : tensor<4x7x7xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x7x7xf32>
  return %y : tensor<4x7x7xf32>
}

// Rows that no window meets are read all the same.
// CHECK-LABEL: func.func @strided
// CHECK:       st.kernel @conv_0 ({{.*}}%[[X:[a-z0-9]+]] = %{{[a-z0-9]+}} : tensor<2x10x10xf32> as !st.itensor<2x1x10xf32, iter_space = [10] * [1]
// CHECK:         st.itensor_converter %[[X]] : {{.*}} -> <2x1x10xf32 of 2x10x10, iter_space = [1, 4, 3] * [1, 2, 1]
func.func @strided(%x: tensor<2x10x10xf32> {st.name = "x"}, %k: tensor<4x2x3x3xf32> {st.name = "k"}) -> (tensor<4x4x4xf32> {st.name = "y"}) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x4x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x4x4xf32>) -> tensor<4x4x4xf32>
  %y = linalg.generic {indexing_maps = [#x2, #k, #y], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%x, %k : tensor<2x10x10xf32>, tensor<4x2x3x3xf32>) outs(%f : tensor<4x4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %m : f32
    linalg.yield %s : f32
  } -> tensor<4x4x4xf32>
  return %y : tensor<4x4x4xf32>
}

// Windows that meet nothing twice need no buffer.
// CHECK-LABEL: func.func @side_by_side
// CHECK-NOT:   st.itensor_converter
func.func @side_by_side(%x: tensor<2x10x10xf32> {st.name = "x"}) -> (tensor<2x5x5xf32> {st.name = "y"}) {
  %low = arith.constant 0xFF800000 : f32
  %size = tensor.empty() : tensor<2x2xf32>
  %e = tensor.empty() : tensor<2x5x5xf32>
  %f = linalg.fill ins(%low : f32) outs(%e : tensor<2x5x5xf32>) -> tensor<2x5x5xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(c, h, w, a, b) -> (c, h * 2 + a, w * 2 + b)>, affine_map<(c, h, w, a, b) -> (a, b)>, affine_map<(c, h, w, a, b) -> (c, h, w)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%x, %size : tensor<2x10x10xf32>, tensor<2x2xf32>) outs(%f : tensor<2x5x5xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.maximumf %a, %acc : f32
    linalg.yield %m : f32
  } -> tensor<2x5x5xf32>
  return %y : tensor<2x5x5xf32>
}
