// RUN: streamtensor-opt %s --pass-pipeline="builtin.module(func.func(st-update-caches))" -verify-diagnostics -split-input-file

// expected-error @below {{result 0 cannot be kept in the memory of argument 0: its rows are computed by the host; compile without --cache for it}}
func.func @main(%old: tensor<16x4xf32> {st.dims = [#st.extent<P>, #st.extent<4>]}, %new: tensor<1x4xf32>)
    -> (tensor<1x4xf32> {st.cache = {argument = 0 : i64, dim = 0 : i64, size = "P"},
                         st.dims = [#st.extent<1>, #st.extent<4>]})
    attributes {st.sizes = {P = #st.size_range<0 to 16>}} {
  return %new : tensor<1x4xf32>
}
