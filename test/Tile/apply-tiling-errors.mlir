// RUN: streamtensor-opt %s -split-input-file -st-apply-tiling -verify-diagnostics

#id = affine_map<(d0) -> (d0)>
func.func @no_tiling(%x: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  // expected-error @below {{has no tiling; run st-choose-tiling first}}
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

#id = affine_map<(d0) -> (d0)>
func.func @wrong_order(%x: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  // expected-error @below {{needs one tile size for each of its 1 loops, and an order of all}}
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) attrs = {st.loop_order = array<i64: 1>, st.tile_sizes = array<i64: 4>} {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

#id = affine_map<(d0) -> (d0)>
func.func @zero_tile(%x: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  // expected-error @below {{has tile size 0 along loop 0}}
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) attrs = {st.loop_order = array<i64: 0>, st.tile_sizes = array<i64: 0>} {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

func.func @run_time_start(%x: tensor<8x8xf32>, %s: f32) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  %f = linalg.fill ins(%s : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  // expected-error @below {{must start its reduction from a linalg.fill with a constant}}
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%x : tensor<8x8xf32>) outs(%f : tensor<8xf32>) attrs = {st.loop_order = array<i64: 0, 1>, st.tile_sizes = array<i64: 4, 4>} {
  ^bb0(%in: f32, %out: f32):
    %0 = arith.addf %in, %out : f32
    linalg.yield %0 : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

func.func @cut_window(%x: tensor<9xf32>, %w: tensor<2xf32>) -> tensor<8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  // expected-error @below {{moves its windows along loop 0, which needs tile size 1}}
  %y = linalg.generic {indexing_maps = [affine_map<(i, a) -> (i + a)>, affine_map<(i, a) -> (a)>, affine_map<(i, a) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%x, %w : tensor<9xf32>, tensor<2xf32>) outs(%f : tensor<8xf32>) attrs = {st.loop_order = array<i64: 0, 1>, st.tile_sizes = array<i64: 4, 2>} {
  ^bb0(%in: f32, %weight: f32, %out: f32):
    %0 = arith.mulf %in, %weight : f32
    %1 = arith.addf %0, %out : f32
    linalg.yield %1 : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

func.func @no_operand_tilings(%x: tensor<9xf32>, %w: tensor<2xf32>) -> tensor<8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  // expected-error @below {{needs a tiling of each of its 2 operands}}
  %y = linalg.generic {indexing_maps = [affine_map<(i, a) -> (i + a)>, affine_map<(i, a) -> (a)>, affine_map<(i, a) -> (i)>], iterator_types = ["parallel", "reduction"]} ins(%x, %w : tensor<9xf32>, tensor<2xf32>) outs(%f : tensor<8xf32>) attrs = {st.loop_order = array<i64: 0, 1>, st.tile_sizes = array<i64: 1, 2>} {
  ^bb0(%in: f32, %weight: f32, %out: f32):
    %0 = arith.mulf %in, %weight : f32
    %1 = arith.addf %0, %out : f32
    linalg.yield %1 : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}
