// RUN: streamtensor-opt %s --pass-pipeline="builtin.module(func.func(st-append-caches))" -verify-diagnostics -split-input-file

// expected-error @below {{result 0 should be kept in the memory of 'cache', but the inputs are: past}}
func.func @main(%old: tensor<16x4xf32> {st.name = "past"}) -> (tensor<16x4xf32> {st.cache = "cache"}) {
  return %old : tensor<16x4xf32>
}

// -----

// expected-error @below {{result 0 cannot be kept in the memory of 'past': it must be that input with rows behind it}}
// expected-note @below {{the input}}
func.func @main(%old: tensor<16x4xf32> {st.name = "past"}) -> (tensor<16x4xf32> {st.cache = "past"}) {
  return %old : tensor<16x4xf32>
}

// -----

// An element of the argument stands for several of the result.
#map = affine_map<(d0) -> (d0)>
// expected-note @below {{the input}}
func.func @main(%old: tensor<16xf32> {st.name = "past", st.dims = [#st.extent<P>]}, %new: tensor<1xf32>)
    -> (tensor<17xf32> {st.cache = "past", st.dims = [#st.extent<P + 1>]})
    attributes {st.sizes = {P = #st.size_range<0 to 16>}} {
  %empty = tensor.empty() : tensor<17xf32>
  // expected-error @below {{result 0 cannot be kept in the memory of 'past'}}
  %all = linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%empty : tensor<17xf32>) {
  ^bb0(%out: f32):
    %c0 = arith.constant 0 : index
    %c3 = arith.constant 3 : index
    %i = linalg.index 0 : index
    %p = st.size "P" : index
    %moved = arith.subi %i, %p : index
    %low = arith.maxsi %moved, %c0 : index
    %row = arith.minsi %low, %c0 : index
    %added = tensor.extract %new[%row] : tensor<1xf32>
    %before = arith.minsi %i, %c3 : index
    %kept = tensor.extract %old[%before] : tensor<16xf32>
    %isOld = arith.cmpi slt, %i, %p : index
    %r = arith.select %isOld, %kept, %added : f32
    linalg.yield %r : f32
  } -> tensor<17xf32>
  return %all : tensor<17xf32>
}
