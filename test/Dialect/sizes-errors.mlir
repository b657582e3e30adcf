// RUN: streamtensor-opt %s -split-input-file -verify-diagnostics

func.func @undeclared() -> index {
  // expected-error@+1 {{reads the size 'S', which no function or kernel around declares in 'st.sizes'}}
  %s = st.size "S" : index
  return %s : index
}

// -----

func.func @rank(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error@+1 {{gives 1 extents for a tensor of rank 2}}
  %b = st.bound %x [#st.extent<4>] : tensor<4x4xf32>
  return %b : tensor<4x4xf32>
}

// -----

// expected-error@+1 {{a size runs from 0 or more to a maximum of at least 1, but not from 3 to 2}}
func.func private @range() attributes {a = #st.size_range<3 to 2>}

// -----

// expected-error@+1 {{a size is a multiple of a positive number, but not of 0}}
func.func private @divisor() attributes {a = #st.size_range<1 to 2 by 0>}

// -----

// expected-error@+1 {{divides by 0}}
func.func private @zero() attributes {a = #st.extent<S ceildiv 0>}

// -----

// expected-error@+1 {{data extent of dimension 0 must be a sum of sizes, but is S ceildiv 8}}
func.func private @quotient(!st.itensor<8xf32 of [S ceildiv 8 max 4], iter_space = [1] * [8], iter_map = (d0) -> (0)>)

// -----

// A producer ends where the data do: with as many steps as cover the extent.
func.func @short(%x: tensor<20xf32>) attributes {st.sizes = {S = #st.size_range<1 to 20>, T = #st.size_range<1 to 20>}} {
  st.kernel @k (%a = %x : tensor<20xf32>) {
    // expected-error@+1 {{cannot be produced: iteration dimension 0 runs T ceildiv 8 times, which does not cover the extent of data dimension 0 exactly}}
    %e = st.itensor_empty : !st.itensor<8xf32 of [S max 20], iter_space = [T ceildiv 8 max 3] * [8], iter_map = (d0) -> (d0)>
    st.yield
  }
  return
}

// -----

// Different names never match, even where their maxima do.
func.func @names(%x: tensor<24xf32>) attributes {st.sizes = {S = #st.size_range<1 to 24>, T = #st.size_range<1 to 24>}} {
  st.kernel @k (%a = %x : tensor<24xf32> as !st.itensor<8xf32 of [S max 24], iter_space = [S ceildiv 8 max 3] * [8], iter_map = (d0) -> (d0)>) {
    // expected-error@+1 {{cannot connect incompatible types}}
    %c = st.itensor_converter %a : !st.itensor<8xf32 of [S max 24], iter_space = [S ceildiv 8 max 3] * [8], iter_map = (d0) -> (d0)>
        -> !st.itensor<8xf32 of [T max 24], iter_space = [T ceildiv 8 max 3] * [8], iter_map = (d0) -> (d0)>
    st.yield
  }
  return
}

// -----

!rows = !st.itensor<8x8xf32 of [S max 32, 16], iter_space = [S ceildiv 8 max 4, 2] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
!half = !st.itensor<8x8xf32, iter_space = [2, 2] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
func.func @cut(%a: !rows) {
  // expected-error @below {{'st.itensor_chunk' op data dimension 0 has the run-time size S, and cannot be cut}}
  %0:2 = st.itensor_chunk %a dim 0 : !rows -> !half, !half
  return
}

// -----

!rows = !st.itensor<8x8xf32 of 32x16, iter_space = [S ceildiv 8 max 4, 2] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
!half = !st.itensor<8x8xf32, iter_space = [2, 2] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
func.func @cut(%a: !rows) {
  // expected-error @below {{'st.itensor_chunk' op the loop along data dimension 0 runs S ceildiv 8 times, but where parts begin must be known}}
  %0:2 = st.itensor_chunk %a dim 0 : !rows -> !half, !half
  return
}

// -----

!place = !st.itensor<8x8xf32 of [P + 8 max 72, 16], iter_space = [2] * [8], iter_map = (d0)[P] -> (P, d0)>
!half = !st.itensor<8x8xf32 of [P + 8 max 72, 8], iter_space = [] * [], iter_map = ()[P] -> (P, 0)>
func.func @cut(%a: !place) {
  // expected-error @below {{'st.itensor_chunk' op parts of a stream that lies at a place of a larger tensor are not supported}}
  %0:2 = st.itensor_chunk %a dim 1 : !place -> !half, !half
  return
}
