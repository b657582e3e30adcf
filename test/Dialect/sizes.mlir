// Extents that come with each run stand beside their maximum.
// RUN: streamtensor-opt %s | streamtensor-opt | FileCheck %s

// CHECK-LABEL: func.func private @type
// CHECK-SAME: !st.itensor<8x16xf32 of [S max 256, 64], iter_space = [S ceildiv 8 max 32, 4] * [8, 16], iter_map = (d0, d1) -> (d0, d1)>
func.func private @type(!st.itensor<8x16xf32 of [S max 256, 64], iter_space = [S ceildiv 8 max 32, 4] * [8, 16], iter_map = (d0, d1) -> (d0, d1)>)

// Re-access that runs as often as the size says; a constant extent has one spelling.
// CHECK-LABEL: func.func private @reaccess
// CHECK-SAME: !st.itensor<16xf32, iter_space = [(P + S) ceildiv 8 max 64, 4] * [8, 16], iter_map = (d0, d1) -> (d1)>
func.func private @reaccess(!st.itensor<16xf32, iter_space = [(S + P) ceildiv 8 max 64, 4] * [8, 16], iter_map = (d0, d1) -> (d1)>)

// Sums are canonical: sorted, each name once, what divides is divided.
// CHECK-LABEL: func.func private @extents
// CHECK-SAME: {a = #st.extent<2 * P + S - 1>, b = #st.extent<7>, c = #st.extent<S>, d = #st.extent<S ceildiv 3>, e = #st.extent<"arg0.1" + 4>}
func.func private @extents() attributes {
  a = #st.extent<S + P - 1 + P>, b = #st.extent<3 + S - S + 4>, c = #st.extent<(8 * S) ceildiv 8>,
  d = #st.extent<(S) ceildiv 3>, e = #st.extent<4 + "arg0.1">}

// CHECK-LABEL: func.func @sizes
// CHECK-SAME: st.sizes = {P = #st.size_range<0 to 512>, S = #st.size_range<1 to 256 by 8>}
func.func @sizes(%x: tensor<256x64xf32> {st.dims = [#st.extent<S>, #st.extent<64>]}) -> (index, tensor<256x64xf32>)
    attributes {st.sizes = {S = #st.size_range<1 to 256 by 8>, P = #st.size_range<0 to 512>}} {
  // CHECK: st.size "S" : index
  %s = st.size "S" : index
  // CHECK: st.bound %{{.*}} [#st.extent<S>, #st.extent<64>] : tensor<256x64xf32>
  %b = st.bound %x [#st.extent<S>, #st.extent<64>] : tensor<256x64xf32>
  return %s, %b : index, tensor<256x64xf32>
}

// A stream of any number of rows is cut where its columns are known.
!rows = !st.itensor<8x8xf32 of [S max 32, 24], iter_space = [S ceildiv 8 max 4, 3] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
!left = !st.itensor<8x8xf32 of [S max 32, 8], iter_space = [S ceildiv 8 max 4] * [8], iter_map = (d0) -> (d0, 0)>
!right = !st.itensor<8x8xf32 of [S max 32, 16], iter_space = [S ceildiv 8 max 4, 2] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @cut
// CHECK: st.itensor_chunk %{{.+}} dim 1 :
// CHECK-SAME: -> !st.itensor<8x8xf32 of [S max 32, 8], iter_space = [S ceildiv 8 max 4] * [8], iter_map = (d0) -> (d0, 0)>
func.func @cut(%a: !rows) attributes {st.sizes = {S = #st.size_range<1 to 32>}} {
  %0:2 = st.itensor_chunk %a dim 1 : !rows -> !left, !right
  return
}
