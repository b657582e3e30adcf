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
