// One rule of the types each.
// RUN: streamtensor-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{element extent of dimension 0 must be positive, but is 0}}
func.func private @f(!st.itensor<0xf32, iter_space = [1] * [1], iter_map = (d0) -> (d0)>)

// -----

// expected-error @below {{iteration space has 2 trip counts but 1 steps}}
func.func private @f(!st.itensor<4xf32, iter_space = [2, 2] * [4], iter_map = (d0, d1) -> (d0)>)

// -----

// expected-error @below {{trip count of iteration dimension 0 must be positive, but is 0}}
func.func private @f(!st.itensor<4xf32, iter_space = [0] * [4], iter_map = (d0) -> (d0)>)

// -----

// expected-error @below {{step of iteration dimension 0 must be positive, but is 0}}
func.func private @f(!st.itensor<4xf32, iter_space = [2] * [0], iter_map = (d0) -> (d0)>)

// -----

// expected-error @below {{iteration map has 2 results, but the element has rank 1}}
func.func private @f(!st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0, d0)>)

// -----

// expected-error @below {{iteration map must take the 1 iteration dimensions and no symbols}}
func.func private @f(!st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0, d1) -> (d0)>)

// -----

// expected-error @below {{slices start at offset 4 of data dimension 0, outside its extent of 4}}
func.func private @f(!st.itensor<4xf32 of 4, iter_space = [2] * [4], iter_map = (d0) -> (d0)>)

// -----

// expected-error @below {{data shape has rank 2, but the element has rank 1}}
func.func private @f(!st.itensor<4xf32 of 4x8, iter_space = [2] * [4], iter_map = (d0) -> (d0)>)

// -----

// expected-error @below {{data extent of dimension 0 must be positive, but is 0}}
func.func private @f(!st.itensor<4xf32 of 0, iter_space = [2] * [4], iter_map = (d0) -> (d0)>)

// -----

// expected-error @below {{result 0 of the iteration map must be a dimension, a non-negative constant or a sum of these}}
func.func private @f(!st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0 * 2)>)

// -----

// expected-error @below {{vector element has rank 1, but the element shape has rank 2}}
func.func private @f(!st.itensor<4x2xvector<2xf32>, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)>)

// -----

// expected-error @below {{element type must be an integer, index, float, or fixed vector of them}}
func.func private @f(!st.itensor<4xtensor<2xf32>, iter_space = [2] * [4], iter_map = (d0) -> (d0)>)

// -----

// expected-error @below {{token type must be an integer, index, float, or fixed vector of them}}
func.func private @f(!st.stream<tensor<2xf32>, depth = 2>)

// -----

// expected-error @below {{depth must be at least 1 token, but is 0}}
func.func private @f(!st.stream<f32, depth = 0>)
