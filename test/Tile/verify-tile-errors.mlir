// RUN: streamtensor-opt %s -split-input-file -st-verify-tile -verify-diagnostics

#id = affine_map<(d0) -> (d0)>
func.func @outside(%x: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  // expected-error @below {{must stand in a nest after the tile phase}}
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<8xf32>
  return %y : tensor<8xf32>
}

// -----

func.func @unnamed(%x: tensor<8xf32>) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  // expected-error @below {{stands at the top of a function without 'st.task'}}
  %y = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %x) -> (tensor<8xf32>) {
    scf.yield %o : tensor<8xf32>
  }
  return %y : tensor<8xf32>
}

// -----

#id = affine_map<(d0) -> (d0)>
func.func @unroll(%x: tensor<8xf32>) -> tensor<8xf32> {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %y = scf.for %i = %c0 to %c8 step %c8 iter_args(%o = %x) -> (tensor<8xf32>) {
    // expected-error @below {{unrolls loop 0 of extent 8 by 3, which does not divide it}}
    %z = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%o : tensor<8xf32>) attrs = {st.unroll = array<i64: 3>} {
    ^bb0(%in: f32, %out: f32):
      %0 = math.exp %in : f32
      linalg.yield %0 : f32
    } -> tensor<8xf32>
    scf.yield %z : tensor<8xf32>
  } {st.task = "elementwise_0"}
  return %y : tensor<8xf32>
}
