// RUN: streamtensor-opt %s -split-input-file -st-split-results -canonicalize -cse | FileCheck %s

#in = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// CHECK-LABEL: func.func @argmax
func.func @argmax(%x: tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xi64>) {
  %low = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0 : i64
  %e = tensor.empty() : tensor<4xf32>
  %v = linalg.fill ins(%low : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %e1 = tensor.empty() : tensor<4xi64>
  %p = linalg.fill ins(%zero : i64) outs(%e1 : tensor<4xi64>) -> tensor<4xi64>
  // CHECK: %[[MAX:.*]] = linalg.generic {{.*}} ins(%{{.*}} : tensor<4x8xf32>)
  // CHECK: arith.maximumf
  // CHECK-NOT: cmpf
  // CHECK: linalg.yield
  // CHECK: %[[PLACE:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[MAX]] : tensor<4x8xf32>, tensor<4xf32>)
  // CHECK: arith.cmpf oeq
  // CHECK: arith.select
  // CHECK: arith.minsi
  %r:2 = linalg.generic {indexing_maps = [#in, #row, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%v, %p : tensor<4xf32>, tensor<4xi64>) {
  ^bb0(%in: f32, %max: f32, %at: i64):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i64
    %m = arith.maximumf %in, %max : f32
    %g = arith.cmpf ogt, %in, %max : f32
    %s = arith.select %g, %c, %at : i64
    linalg.yield %m, %s : f32, i64
  } -> (tensor<4xf32>, tensor<4xi64>)
  // CHECK: %[[FOUND:.*]] = linalg.generic {{.*}} ins(%[[PLACE]], %{{.*}} : tensor<4xi64>, tensor<4xi64>)
  // CHECK: arith.cmpi eq
  // CHECK: arith.select
  // CHECK: return %[[MAX]], %[[FOUND]]
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xi64>
}

// -----

#in = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// As TOSA has it: the first NaN is the extreme and stays it.
// CHECK-LABEL: func.func @argmax_of_nans
func.func @argmax_of_nans(%x: tensor<4x8xf32>) -> tensor<4xi32> {
  %low = arith.constant -3.40282347E+38 : f32
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<4xf32>
  %v = linalg.fill ins(%low : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  %e1 = tensor.empty() : tensor<4xi32>
  %p = linalg.fill ins(%zero : i32) outs(%e1 : tensor<4xi32>) -> tensor<4xi32>
  // CHECK: %[[MAX:.*]] = linalg.generic {{.*}} ins(%{{.*}} : tensor<4x8xf32>)
  // CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[MAX]] : tensor<4x8xf32>, tensor<4xf32>)
  // CHECK: arith.cmpf oeq, %[[X:.*]], %
  // CHECK: arith.cmpf uno, %[[X]], %[[X]]
  // CHECK: arith.ori
  // CHECK: arith.minsi
  %r:2 = linalg.generic {indexing_maps = [#in, #row, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%p, %v : tensor<4xi32>, tensor<4xf32>) {
  ^bb0(%in: f32, %at: i32, %max: f32):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i32
    %g = arith.cmpf ugt, %in, %max : f32
    %o = arith.cmpf ord, %max, %max : f32
    %b = arith.andi %g, %o : i1
    %m = arith.select %b, %in, %max : f32
    %s = arith.select %b, %c, %at : i32
    linalg.yield %s, %m : i32, f32
  } -> (tensor<4xi32>, tensor<4xf32>)
  return %r#0 : tensor<4xi32>
}

// -----

#in = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// The last of equal elements, and the smallest, by comparison alone.
// CHECK-LABEL: func.func @last_argmin
func.func @last_argmin(%x: tensor<4x8xi32>) -> tensor<4xi32> {
  %high = arith.constant 2147483647 : i32
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<4xi32>
  %v = linalg.fill ins(%high : i32) outs(%e : tensor<4xi32>) -> tensor<4xi32>
  %p = linalg.fill ins(%zero : i32) outs(%e : tensor<4xi32>) -> tensor<4xi32>
  // CHECK: linalg.generic
  // CHECK: arith.maxsi
  %r:2 = linalg.generic {indexing_maps = [#in, #row, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xi32>) outs(%v, %p : tensor<4xi32>, tensor<4xi32>) {
  ^bb0(%in: i32, %min: i32, %at: i32):
    %i = linalg.index 1 : index
    %c = arith.index_cast %i : index to i32
    %g = arith.cmpi sle, %in, %min : i32
    %m = arith.select %g, %in, %min : i32
    %s = arith.select %g, %c, %at : i32
    linalg.yield %m, %s : i32, i32
  } -> (tensor<4xi32>, tensor<4xi32>)
  return %r#1 : tensor<4xi32>
}

// -----

#in = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

// CHECK-LABEL: func.func @sums
func.func @sums(%x: tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  // CHECK: %[[SUM:.*]] = linalg.generic
  // CHECK-NOT: mulf
  // CHECK: %[[SQUARES:.*]] = linalg.generic
  // CHECK: mulf
  %r:2 = linalg.generic {indexing_maps = [#in, #row, #row], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<4x8xf32>) outs(%f, %f : tensor<4xf32>, tensor<4xf32>) {
  ^bb0(%in: f32, %a: f32, %b: f32):
    %0 = arith.addf %in, %a : f32
    %1 = arith.mulf %in, %in : f32
    %2 = arith.addf %1, %b : f32
    linalg.yield %0, %2 : f32, f32
  } -> (tensor<4xf32>, tensor<4xf32>)
  return %r#0, %r#1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// How many elements a window holds depends on two of the six loops; it is computed by these two.

// CHECK-LABEL: func.func @counts
func.func @counts(%x: tensor<3x4x5x6xf32>, %n: tensor<5x6xf32>) -> (tensor<3x4x5x6xf32>, tensor<5x6xf32>) {
  %z = arith.constant 0.0 : f32
  %w = tensor.empty() : tensor<1x1xi1>
  %e = tensor.empty() : tensor<3x4x5x6xf32>
  %f = linalg.fill ins(%z : f32) outs(%e : tensor<3x4x5x6xf32>) -> tensor<3x4x5x6xf32>
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]
  // CHECK: tensor.extract
  // CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "parallel"]} outs(%{{.*}} : tensor<5x6xf32>)
  // CHECK: linalg.index 0
  // CHECK: linalg.index 1
  %0:2 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3, d4, d5) -> (d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%w : tensor<1x1xi1>) outs(%f, %n : tensor<3x4x5x6xf32>, tensor<5x6xf32>) {
  ^bb0(%in: i1, %out: f32, %out_1: f32):
    %i0 = linalg.index 0 : index
    %i1 = linalg.index 1 : index
    %i2 = linalg.index 2 : index
    %i3 = linalg.index 3 : index
    %v = tensor.extract %x[%i0, %i1, %i2, %i3] : tensor<3x4x5x6xf32>
    %s = arith.addf %v, %out : f32
    %k = arith.addi %i2, %i3 : index
    %k64 = arith.index_cast %k : index to i64
    %kf = arith.sitofp %k64 : i64 to f32
    linalg.yield %s, %kf : f32, f32
  } -> (tensor<3x4x5x6xf32>, tensor<5x6xf32>)
  return %0#0, %0#1 : tensor<3x4x5x6xf32>, tensor<5x6xf32>
}
