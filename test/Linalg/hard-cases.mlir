// Forms that must all become generics and row operations, executed before and after.
// RUN: streamtensor-opt %s -st-generalize-named-ops -o %t.before.mlir
// RUN: streamtensor-opt %s -st-linalg -o %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry softmax_of_columns --tolerance 1e-6
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry softmax_1d --tolerance 1e-6
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry layer_norm_2d --tolerance 1e-6
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry convolution --tolerance 1e-6
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry depthwise_nhwc --tolerance 1e-6
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry max_pool
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry rotate_halves --tolerance 1e-6
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry insert_into_computed --tolerance 1e-6
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry strided_slice --tolerance 1e-6
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry cumulative_sum --tolerance 1e-6
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry to_scalar --tolerance 1e-6
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry concat_alone
// RUN: st-reference-test %t.before.mlir --compare %t.mlir --entry product_and_bounds --tolerance 1e-6

// CHECK-LABEL: func.func @softmax_of_columns
// CHECK: st.row_op {{.*}} domain [10, 6] rows 1
func.func @softmax_of_columns(%x: tensor<6x10xf32>) -> tensor<6x10xf32> {
  %e = tensor.empty() : tensor<6x10xf32>
  %y = linalg.softmax dimension(0) ins(%x : tensor<6x10xf32>) outs(%e : tensor<6x10xf32>) -> tensor<6x10xf32>
  return %y : tensor<6x10xf32>
}

// Without rows, the extreme and the sum are single numbers that later steps read by index.
// CHECK-LABEL: func.func @softmax_1d
// CHECK: outs(%{{.*}} : tensor<1xf32>)
// CHECK: tensor.extract
// CHECK: math.exp
func.func @softmax_1d(%x: tensor<10xf32>) -> tensor<10xf32> {
  %e = tensor.empty() : tensor<10xf32>
  %y = linalg.softmax dimension(0) ins(%x : tensor<10xf32>) outs(%e : tensor<10xf32>) -> tensor<10xf32>
  return %y : tensor<10xf32>
}

// CHECK-LABEL: func.func @layer_norm_2d
// CHECK: st.row_op {{.*}} domain [4, 6, 10] rows 1
func.func @layer_norm_2d(%x: tensor<4x6x10xf32>) -> tensor<4x6x10xf32> {
  %zero = arith.constant 0.0 : f32
  %scale = arith.constant 0.016666667 : f32
  %eps = arith.constant 1.0e-5 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %s = linalg.reduce { arith.addf } ins(%x : tensor<4x6x10xf32>) outs(%f : tensor<4xf32>) dimensions = [1, 2]
  %e3 = tensor.empty() : tensor<4x6x10xf32>
  %b = linalg.broadcast ins(%s : tensor<4xf32>) outs(%e3 : tensor<4x6x10xf32>) dimensions = [1, 2]
  %d = linalg.map ins(%x, %b : tensor<4x6x10xf32>, tensor<4x6x10xf32>) outs(%e3 : tensor<4x6x10xf32>) (%a: f32, %m: f32, %o: f32) {
    %0 = arith.mulf %m, %scale : f32
    %1 = arith.subf %a, %0 : f32
    linalg.yield %1 : f32
  }
  %q = linalg.square ins(%d : tensor<4x6x10xf32>) outs(%e3 : tensor<4x6x10xf32>) -> tensor<4x6x10xf32>
  %v = linalg.reduce { arith.addf } ins(%q : tensor<4x6x10xf32>) outs(%f : tensor<4xf32>) dimensions = [1, 2]
  %r = linalg.map ins(%v : tensor<4xf32>) outs(%e : tensor<4xf32>) (%a: f32, %o: f32) {
    %0 = arith.mulf %a, %scale : f32
    %1 = arith.addf %0, %eps : f32
    %2 = math.rsqrt %1 : f32
    linalg.yield %2 : f32
  }
  %c = linalg.broadcast ins(%r : tensor<4xf32>) outs(%e3 : tensor<4x6x10xf32>) dimensions = [1, 2]
  %y = linalg.mul ins(%d, %c : tensor<4x6x10xf32>, tensor<4x6x10xf32>) outs(%e3 : tensor<4x6x10xf32>) -> tensor<4x6x10xf32>
  return %y : tensor<4x6x10xf32>
}

// A bias as the initial value is added afterwards; padding stays before the window.
// CHECK-LABEL: func.func @convolution
// CHECK: tensor.pad
// CHECK: linalg.generic
// CHECK: arith.mulf
// CHECK: linalg.generic
// CHECK: arith.addf
// CHECK-NEXT: arith.maximumf
func.func @convolution(%x: tensor<1x3x9x8xf32>, %w: tensor<5x3x3x2xf32>, %b: tensor<5xf32>) -> tensor<1x5x5x7xf32> {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 0, 1, 0] high[0, 0, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x3x9x8xf32> to tensor<1x3x11x8xf32>
  %e = tensor.empty() : tensor<1x5x5x7xf32>
  %i = linalg.broadcast ins(%b : tensor<5xf32>) outs(%e : tensor<1x5x5x7xf32>) dimensions = [0, 2, 3]
  %c = linalg.conv_2d_nchw_fchw {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%p, %w : tensor<1x3x11x8xf32>, tensor<5x3x3x2xf32>) outs(%i : tensor<1x5x5x7xf32>) -> tensor<1x5x5x7xf32>
  %r = linalg.map ins(%c : tensor<1x5x5x7xf32>) outs(%e : tensor<1x5x5x7xf32>) (%a: f32, %o: f32) {
    %0 = arith.maximumf %a, %zero : f32
    linalg.yield %0 : f32
  }
  return %r : tensor<1x5x5x7xf32>
}

// CHECK-LABEL: func.func @depthwise_nhwc
// CHECK: linalg.generic
func.func @depthwise_nhwc(%x: tensor<2x6x7x4xf32>, %w: tensor<3x3x4xf32>) -> tensor<2x4x5x4xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x4x5x4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x4x5x4xf32>) -> tensor<2x4x5x4xf32>
  %c = linalg.depthwise_conv_2d_nhwc_hwc {strides = dense<1> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%x, %w : tensor<2x6x7x4xf32>, tensor<3x3x4xf32>) outs(%f : tensor<2x4x5x4xf32>) -> tensor<2x4x5x4xf32>
  return %c : tensor<2x4x5x4xf32>
}

// CHECK-LABEL: func.func @max_pool
// CHECK: linalg.generic
// CHECK: arith.maximumf
func.func @max_pool(%x: tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32> {
  %low = arith.constant 0xFF800000 : f32
  %e = tensor.empty() : tensor<1x3x4x4xf32>
  %f = linalg.fill ins(%low : f32) outs(%e : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %k = tensor.empty() : tensor<2x2xf32>
  %y = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%x, %k : tensor<1x3x8x8xf32>, tensor<2x2xf32>) outs(%f : tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  return %y : tensor<1x3x4x4xf32>
}

// One generic for slices, negation, concatenation and the chain behind them.
// CHECK-LABEL: func.func @rotate_halves
// CHECK: linalg.generic
// CHECK: math.exp
// CHECK: linalg.generic
// CHECK: tensor.extract
// CHECK: arith.addf
// CHECK-NOT: linalg.generic
// CHECK: return
func.func @rotate_halves(%x: tensor<1x4x8xf32>, %cos: tensor<4x8xf32>, %sin: tensor<4x8xf32>) -> tensor<1x4x8xf32> {
  %e = tensor.empty() : tensor<1x4x8xf32>
  %y = linalg.exp ins(%x : tensor<1x4x8xf32>) outs(%e : tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %a = tensor.extract_slice %y[0, 0, 0] [1, 4, 4] [1, 1, 1] : tensor<1x4x8xf32> to tensor<1x4x4xf32>
  %b = tensor.extract_slice %y[0, 0, 4] [1, 4, 4] [1, 1, 1] : tensor<1x4x8xf32> to tensor<1x4x4xf32>
  %e1 = tensor.empty() : tensor<1x4x4xf32>
  %n = linalg.negf ins(%b : tensor<1x4x4xf32>) outs(%e1 : tensor<1x4x4xf32>) -> tensor<1x4x4xf32>
  %r = tensor.concat dim(2) %n, %a : (tensor<1x4x4xf32>, tensor<1x4x4xf32>) -> tensor<1x4x8xf32>
  %c1 = linalg.broadcast ins(%cos : tensor<4x8xf32>) outs(%e : tensor<1x4x8xf32>) dimensions = [0]
  %s1 = linalg.broadcast ins(%sin : tensor<4x8xf32>) outs(%e : tensor<1x4x8xf32>) dimensions = [0]
  %p = linalg.mul ins(%y, %c1 : tensor<1x4x8xf32>, tensor<1x4x8xf32>) outs(%e : tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %q = linalg.mul ins(%r, %s1 : tensor<1x4x8xf32>, tensor<1x4x8xf32>) outs(%e : tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  %z = linalg.add ins(%p, %q : tensor<1x4x8xf32>, tensor<1x4x8xf32>) outs(%e : tensor<1x4x8xf32>) -> tensor<1x4x8xf32>
  return %z : tensor<1x4x8xf32>
}

// CHECK-LABEL: func.func @insert_into_computed
// CHECK: tensor.extract
// CHECK: arith.select
func.func @insert_into_computed(%x: tensor<6x10xf32>, %u: tensor<2x10xf32>) -> tensor<6x10xf32> {
  %e = tensor.empty() : tensor<6x10xf32>
  %y = linalg.exp ins(%x : tensor<6x10xf32>) outs(%e : tensor<6x10xf32>) -> tensor<6x10xf32>
  %i = tensor.insert_slice %u into %y[3, 0] [2, 10] [1, 1] : tensor<2x10xf32> into tensor<6x10xf32>
  %z = linalg.exp ins(%i : tensor<6x10xf32>) outs(%e : tensor<6x10xf32>) -> tensor<6x10xf32>
  return %z : tensor<6x10xf32>
}

// CHECK-LABEL: func.func @strided_slice
// CHECK: tensor.extract
// CHECK: math.tanh
func.func @strided_slice(%x: tensor<6x10xf32>) -> (tensor<6x10xf32>, tensor<6x3xf32>) {
  %e = tensor.empty() : tensor<6x10xf32>
  %y = linalg.exp ins(%x : tensor<6x10xf32>) outs(%e : tensor<6x10xf32>) -> tensor<6x10xf32>
  %s = tensor.extract_slice %y[0, 1] [6, 3] [1, 3] : tensor<6x10xf32> to tensor<6x3xf32>
  %e1 = tensor.empty() : tensor<6x3xf32>
  %z = linalg.tanh ins(%s : tensor<6x3xf32>) outs(%e1 : tensor<6x3xf32>) -> tensor<6x3xf32>
  return %y, %z : tensor<6x10xf32>, tensor<6x3xf32>
}

// CHECK-LABEL: func.func @cumulative_sum
// CHECK: linalg.generic
func.func @cumulative_sum(%x: tensor<3x7xf32>) -> tensor<3x7xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<3x7xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<3x7xf32>) -> tensor<3x7xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x : tensor<3x7xf32>) outs(%f : tensor<3x7xf32>) {
  ^bb0(%in: f32, %out: f32):
    %i = linalg.index 1 : index
    %j = linalg.index 2 : index
    %c = arith.cmpi sle, %j, %i : index
    %0 = arith.select %c, %in, %zero : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<3x7xf32>
  return %y : tensor<3x7xf32>
}

// CHECK-LABEL: func.func @to_scalar
// CHECK: outs(%{{.*}} : tensor<1xf32>)
func.func @to_scalar(%x: tensor<3x7xf32>, %s: tensor<f32>) -> tensor<f32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %y = linalg.reduce { arith.addf } ins(%x : tensor<3x7xf32>) outs(%f : tensor<f32>) dimensions = [0, 1]
  %z = linalg.div ins(%y, %s : tensor<f32>, tensor<f32>) outs(%e : tensor<f32>) -> tensor<f32>
  return %z : tensor<f32>
}

// CHECK-LABEL: func.func @concat_alone
// CHECK: linalg.generic
func.func @concat_alone(%x: tensor<3x7xf32>, %y: tensor<2x7xf32>) -> tensor<5x7xf32> {
  %c = tensor.concat dim(0) %x, %y : (tensor<3x7xf32>, tensor<2x7xf32>) -> tensor<5x7xf32>
  return %c : tensor<5x7xf32>
}

// CHECK-LABEL: func.func @product_and_bounds
// CHECK: arith.mulf
// CHECK: arith.minimumf
func.func @product_and_bounds(%x: tensor<3x7xf32>) -> (tensor<3xf32>, tensor<7xf32>) {
  %one = arith.constant 1.0 : f32
  %high = arith.constant 0x7F800000 : f32
  %e = tensor.empty() : tensor<3xf32>
  %f = linalg.fill ins(%one : f32) outs(%e : tensor<3xf32>) -> tensor<3xf32>
  %p = linalg.reduce { arith.mulf } ins(%x : tensor<3x7xf32>) outs(%f : tensor<3xf32>) dimensions = [1]
  %e1 = tensor.empty() : tensor<7xf32>
  %f1 = linalg.fill ins(%high : f32) outs(%e1 : tensor<7xf32>) -> tensor<7xf32>
  %m = linalg.reduce { arith.minimumf } ins(%x : tensor<3x7xf32>) outs(%f1 : tensor<7xf32>) dimensions = [0]
  return %p, %m : tensor<3xf32>, tensor<7xf32>
}
