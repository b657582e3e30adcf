// RUN: streamtensor-opt %s -st-bound-loops -split-input-file -verify-diagnostics
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>

func.func @unmasked(%x: tensor<8x20xf32> {st.dims = [#st.extent<8>, #st.extent<S>]}) -> tensor<8xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  // expected-error@+1 {{reduces loop 1 beyond its run-time size S; run st-mask-extents first}}
  %s = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<8x20xf32>) outs(%f : tensor<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.addf %in, %out : f32
    linalg.yield %a : f32
  } -> tensor<8xf32>
  return %s : tensor<8xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @disagree(%x: tensor<20x4xf32> {st.dims = [#st.extent<S>, #st.extent<4>]}, %y: tensor<20x4xf32> {st.dims = [#st.extent<T>, #st.extent<4>]}) -> tensor<20x4xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>, T = #st.size_range<1 to 20>}} {
  %e = tensor.empty() : tensor<20x4xf32>
  // expected-error@+1 {{loop 0 has the run-time size S by one operand and T by another}}
  %s = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<20x4xf32>, tensor<20x4xf32>) outs(%e : tensor<20x4xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %c = arith.addf %a, %b : f32
    linalg.yield %c : f32
  } -> tensor<20x4xf32>
  return %s : tensor<20x4xf32>
}

// -----

#id = affine_map<(d0) -> (d0)>
func.func @merged(%x: tensor<3x20xf32> {st.dims = [#st.extent<3>, #st.extent<S>]}) -> tensor<60xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  // expected-error@+2 {{dimension 1 has the run-time size S, and is merged with a dimension outside of it, so that what counts is not the beginning of the result}}
  // expected-note@+1 {{give it a fixed size with --dim S=VALUE}}
  %0 = tensor.collapse_shape %x [[0, 1]] : tensor<3x20xf32> into tensor<60xf32>
  %e = tensor.empty() : tensor<60xf32>
  %n = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%0 : tensor<60xf32>) outs(%e : tensor<60xf32>) {
  ^bb0(%in: f32, %out: f32):
    %a = arith.negf %in : f32
    linalg.yield %a : f32
  } -> tensor<60xf32>
  return %n : tensor<60xf32>
}

// -----

func.func @window(%x: tensor<22x1xf32> {st.dims = [#st.extent<S>, #st.extent<1>]}) -> tensor<20x3xf32>
    attributes {st.sizes = {S = #st.size_range<3 to 22>}} {
  %e = tensor.empty() : tensor<20x3xf32>
  // expected-error@+2 {{dimension 0 has the run-time size S, along which windows cannot move}}
  // expected-note@+1 {{give it a fixed size with --dim S=VALUE}}
  %n = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0 + d1, 0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<22x1xf32>) outs(%e : tensor<20x3xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<20x3xf32>
  return %n : tensor<20x3xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
// expected-error@+1 {{argument 0 has rank 2, but its 'st.dims' lists 1 extents}}
func.func @rank(%x: tensor<20x4xf32> {st.dims = [#st.extent<S>]}) -> tensor<20x4xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  %e = tensor.empty() : tensor<20x4xf32>
  %s = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<20x4xf32>) outs(%e : tensor<20x4xf32>) {
  ^bb0(%a: f32, %out: f32):
    linalg.yield %a : f32
  } -> tensor<20x4xf32>
  return %s : tensor<20x4xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @layers(%x: tensor<20x4xf32> {st.dims = [#st.extent<S>, #st.extent<4>]}, %w: tensor<20x4xf32>) -> tensor<20x4xf32>
    attributes {st.sizes = {S = #st.size_range<1 to 20>}} {
  // expected-error@+1 {{carried value 0 has a fixed size along dimension 0 before the first repetition, and the run-time size S after each}}
  %y = st.repeat %i to 3 carried(%c = %w : tensor<20x4xf32>) again(%a = %x : tensor<20x4xf32>) {
    st.yield %a : tensor<20x4xf32>
  }
  %e = tensor.empty() : tensor<20x4xf32>
  %n = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%y : tensor<20x4xf32>) outs(%e : tensor<20x4xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<20x4xf32>
  return %n : tensor<20x4xf32>
}
