// RUN: streamtensor-opt %s -split-input-file -st-assign-host="max-buffer-bytes=100 final partition" -verify-diagnostics | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @embedding
func.func @embedding(%ids: tensor<4xi64>) -> tensor<4x8xf32> {
  %table = arith.constant dense_resource<table> : tensor<1000x8xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  // CHECK: st.fallback = "host: gathers from a table of {{.*}} bytes at run-time indices", st.host
  // expected-remark @below {{gathers from a table of 32000 bytes}}
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, #id], iterator_types = ["parallel", "parallel"]} ins(%ids : tensor<4xi64>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: i64, %out: f32):
    %i = arith.index_cast %in : i64 to index
    %j = linalg.index 1 : index
    %0 = tensor.extract %table[%i, %j] : tensor<1000x8xf32>
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// One is small enough to be buffered, the other is not.
// CHECK-LABEL: func.func @buffers
func.func @buffers(%x: tensor<4x4xf32>, %y: tensor<8x8xf32>) -> (tensor<4x4xf32>, tensor<8x8xf32>) {
  %c3 = arith.constant 3 : index
  %c7 = arith.constant 7 : index
  %e = tensor.empty() : tensor<4x4xf32>
  // CHECK: linalg.generic
  // CHECK: attrs = {st.fallback = "elements are read in another order than they arrive"}
  %a = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<4x4xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = arith.subi %c3, %j : index
    %0 = tensor.extract %x[%i, %k] : tensor<4x4xf32>
    linalg.yield %0 : f32
  } -> tensor<4x4xf32>
  %e1 = tensor.empty() : tensor<8x8xf32>
  // CHECK: linalg.generic
  // CHECK: attrs = {st.fallback = "host: needs a full buffer of 256 bytes, more than the 100 allowed", st.host}
  // expected-remark @below {{needs a full buffer of 256 bytes, more than the 100 allowed}}
  %b = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e1 : tensor<8x8xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = arith.subi %c7, %j : index
    %0 = tensor.extract %y[%i, %k] : tensor<8x8xf32>
    linalg.yield %0 : f32
  } -> tensor<8x8xf32>
  return %a, %b : tensor<4x4xf32>, tensor<8x8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @partition
func.func @partition(%x: tensor<4x8xf32>, %s: tensor<2xindex>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  // CHECK: tensor.reshape {{.*}} {st.fallback = "host: has no form that streams", st.host}
  // expected-remark @below {{has no form that streams}}
  %r = tensor.reshape %y(%s) : (tensor<4x8xf32>, tensor<2xindex>) -> tensor<4x8xf32>
  %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%r : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  return %z : tensor<4x8xf32>
}
