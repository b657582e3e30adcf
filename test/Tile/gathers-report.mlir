// What has to be buffered because it is read in another order is reported with its bytes; what comes in one slice is not.
// RUN: streamtensor-opt %s -split-input-file -st-choose-tiling -st-apply-tiling -verify-diagnostics | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>

// Rows of 40 come in three tiles of 16; 8 rows of them are held at a time.
// CHECK-LABEL: func.func @backwards
func.func @backwards(%x: tensor<24x40xf32>) -> tensor<24x40xf32> {
  %last = arith.constant 39 : index
  %e = tensor.empty() : tensor<24x40xf32>
  // CHECK: st.fallback = "buffer of 1536 bytes, of 3840: backwards"
  // expected-remark @below {{buffer of 1536 bytes, of 3840: backwards}}
  %y = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<24x40xf32>) attrs = {st.fallback = "backwards"} {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = arith.subi %last, %j : index
    %0 = tensor.extract %x[%i, %k] : tensor<24x40xf32>
    linalg.yield %0 : f32
  } -> tensor<24x40xf32>
  return %y : tensor<24x40xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @all
func.func @all(%x: tensor<6x40xf32>) -> tensor<6x40xf32> {
  %last = arith.constant 39 : index
  %e = tensor.empty() : tensor<6x40xf32>
  // CHECK: st.fallback = "full buffer: 1152 bytes, backwards"
  // expected-remark @below {{full buffer: 1152 bytes, backwards}}
  %y = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<6x40xf32>) attrs = {st.fallback = "backwards"} {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = arith.subi %last, %j : index
    %0 = tensor.extract %x[%i, %k] : tensor<6x40xf32>
    linalg.yield %0 : f32
  } -> tensor<6x40xf32>
  return %y : tensor<6x40xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @one_slice
// CHECK-NOT: st.fallback
func.func @one_slice(%x: tensor<24x16xf32>) -> tensor<24x16xf32> {
  %last = arith.constant 15 : index
  %e = tensor.empty() : tensor<24x16xf32>
  %y = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<24x16xf32>) attrs = {st.fallback = "backwards"} {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = arith.subi %last, %j : index
    %0 = tensor.extract %x[%i, %k] : tensor<24x16xf32>
    linalg.yield %0 : f32
  } -> tensor<24x16xf32>
  return %y : tensor<24x16xf32>
}
