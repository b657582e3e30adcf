// Loops and gathered tensors get their run-time extents; markers go.
// RUN: streamtensor-opt %s -st-bound-loops -split-input-file | FileCheck %s
#id = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @join
func.func @join(%past: tensor<12x4xf32> {st.dims = [#st.extent<P>, #st.extent<4>]}, %new: tensor<8x4xf32> {st.dims = [#st.extent<S>, #st.extent<4>]}) -> tensor<20x4xf32>
    attributes {st.sizes = {P = #st.size_range<0 to 12>, S = #st.size_range<1 to 8>}} {
  %c0 = arith.constant 0 : index
  %c11 = arith.constant 11 : index
  %c7 = arith.constant 7 : index
  %e = tensor.empty() : tensor<20x4xf32>
  // CHECK: linalg.generic
  // CHECK-SAME: st.captured_extents = [
  // CHECK-SAME: [#st.extent<P>, #st.extent<4>], [#st.extent<S>, #st.extent<4>]
  // CHECK-SAME: st.extents = [#st.extent<P + S>, #st.extent<4>]
  %j = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<20x4xf32>) {
  ^bb0(%out: f32):
    %k = linalg.index 0 : index
    %d = linalg.index 1 : index
    %p = st.size "P" : index
    %k0 = arith.minsi %k, %c11 : index
    %a = tensor.extract %past[%k0, %d] : tensor<12x4xf32>
    %k1 = arith.subi %k, %p : index
    %k2 = arith.minsi %k1, %c7 : index
    %k3 = arith.maxsi %k2, %c0 : index
    %b = tensor.extract %new[%k3, %d] : tensor<8x4xf32>
    %is = arith.cmpi slt, %k, %p : index
    %v = arith.select %is, %a, %b : f32
    linalg.yield %v : f32
  } -> tensor<20x4xf32>
  // CHECK-NOT: st.bound
  %r = st.bound %j [#st.extent<P + S>, #st.extent<4>] : tensor<20x4xf32>
  // CHECK: linalg.generic
  // CHECK-SAME: st.extents = [#st.extent<P + S>, #st.extent<4>]
  %n = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%r : tensor<20x4xf32>) outs(%e : tensor<20x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %x = arith.negf %in : f32
    linalg.yield %x : f32
  } -> tensor<20x4xf32>
  return %n : tensor<20x4xf32>
}

// -----

// Dimensions that are split or merged keep the part that counts in front.
// CHECK-LABEL: func.func @heads
func.func @heads(%x: tensor<20x8xf32> {st.dims = [#st.extent<S>, #st.extent<8>]}) -> tensor<1x20x2x4xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %0 = tensor.expand_shape %x [[0, 1], [2, 3]] output_shape [1, 20, 2, 4] : tensor<20x8xf32> into tensor<1x20x2x4xf32>
  %e = tensor.empty() : tensor<1x20x2x4xf32>
  // CHECK: st.extents = [#st.extent<1>, #st.extent<S>, #st.extent<2>, #st.extent<4>]
  %n = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%0 : tensor<1x20x2x4xf32>) outs(%e : tensor<1x20x2x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.negf %in : f32
    linalg.yield %a : f32
  } -> tensor<1x20x2x4xf32>
  return %n : tensor<1x20x2x4xf32>
}

// -----

// What is read at the loop itself says how far it runs, where no operand does: two halves side by side.
// CHECK-LABEL: func.func @halves
// CHECK: st.extents = [#st.extent<S>, #st.extent<8>]
func.func @halves(%x: tensor<20x4xf32> {st.dims = [#st.extent<S>, #st.extent<4>]}) -> tensor<20x8xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %e = tensor.empty() : tensor<20x8xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<20x8xf32>) {
  ^bb0(%out: f32):
    %c4 = arith.constant 4 : index
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = arith.remui %j, %c4 : index
    %v = tensor.extract %x[%i, %k] : tensor<20x4xf32>
    linalg.yield %v : f32
  } -> tensor<20x8xf32>
  return %r : tensor<20x8xf32>
}

// -----

// Where what is read does not agree, the loop runs to its end.
// CHECK-LABEL: func.func @two_lengths
// CHECK: linalg.generic
// CHECK-NOT: st.extents
// CHECK: tensor.extract
func.func @two_lengths(%x: tensor<20xf32> {st.dims = [#st.extent<S>]}, %y: tensor<20xf32>) -> tensor<20xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %e = tensor.empty() : tensor<20xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} outs(%e : tensor<20xf32>) {
  ^bb0(%out: f32):
    %c10 = arith.constant 10 : index
    %i = linalg.index 0 : index
    %v = tensor.extract %x[%i] : tensor<20xf32>
    %w = tensor.extract %y[%i] : tensor<20xf32>
    %is = arith.cmpi slt, %i, %c10 : index
    %s = arith.select %is, %v, %w : f32
    linalg.yield %s : f32
  } -> tensor<20xf32>
  return %r : tensor<20xf32>
}

// -----

// A repetition hands on what it takes; in its body the stack of all slices has one dimension less.
#id = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @layers
// CHECK: st.repeat
// CHECK: linalg.generic
// CHECK-SAME: st.extents = [#st.extent<S>, #st.extent<4>]
// CHECK: return
func.func @layers(%x: tensor<20x4xf32> {st.dims = [#st.extent<S>, #st.extent<4>]}) -> tensor<20x4xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %stack = arith.constant dense<2.0> : tensor<3x4xf32>
  %y = st.repeat %i to 3 carried(%c = %x : tensor<20x4xf32>) slices(%w = %stack : tensor<3x4xf32> as tensor<4xf32>) {
    %e = tensor.empty() : tensor<20x4xf32>
    %n = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1) -> (d1)>, #id], iterator_types = ["parallel", "parallel"]} ins(%c, %w : tensor<20x4xf32>, tensor<4xf32>) outs(%e : tensor<20x4xf32>) {
    ^bb0(%in: f32, %scale: f32, %out: f32):
      %p = arith.mulf %in, %scale : f32
      linalg.yield %p : f32
    } -> tensor<20x4xf32>
    st.yield %n : tensor<20x4xf32>
  }
  return %y : tensor<20x4xf32>
}

// -----

// A mask that is longer than what it is combined with is made as far as that goes.
#id = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (0, d1)>
// CHECK-LABEL: func.func @mask
// CHECK: linalg.generic
// CHECK-SAME: st.extents = [#st.extent<S>]
// CHECK: tensor.expand_shape
// CHECK: linalg.generic
// CHECK-SAME: st.extents = [#st.extent<4>, #st.extent<S>]
// CHECK-NOT: st.bound
func.func @mask(%x: tensor<4x20xf32> {st.dims = [#st.extent<4>, #st.extent<S>]}) -> tensor<4x20xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %table = arith.constant dense<1.0> : tensor<20xf32>
  %e = tensor.empty() : tensor<20xf32>
  %m = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%table : tensor<20xf32>) outs(%e : tensor<20xf32>) {
  ^bb0(%in: f32, %out: f32):
    %n = arith.negf %in : f32
    linalg.yield %n : f32
  } -> tensor<20xf32>
  %row = tensor.expand_shape %m [[0, 1]] output_shape [1, 20] : tensor<20xf32> into tensor<1x20xf32>
  %f = tensor.empty() : tensor<4x20xf32>
  %r = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %row : tensor<4x20xf32>, tensor<1x20xf32>) outs(%f : tensor<4x20xf32>) {
  ^bb0(%in: f32, %mask: f32, %out: f32):
    %s = arith.addf %in, %mask : f32
    linalg.yield %s : f32
  } -> tensor<4x20xf32>
  return %r : tensor<4x20xf32>
}
