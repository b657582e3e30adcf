// Types print as they are written, and the data shape only where the map does not span it.
// RUN: streamtensor-opt %s | streamtensor-opt | FileCheck %s

// CHECK-LABEL: func.func private @plain
// CHECK-SAME: !st.itensor<4x2xf32, iter_space = [4, 2] * [2, 4], iter_map = (d0, d1) -> (d1, d0)>
func.func private @plain(!st.itensor<4x2xf32 of 8x8, iter_space = [4, 2] * [2, 4], iter_map = (d0, d1) -> (d1, d0)>)

// CHECK-LABEL: func.func private @padded
// CHECK-SAME: !st.itensor<8x16xf32 of 20x128, iter_space = [3, 8] * [8, 16], iter_map = (d0, d1) -> (d0, d1)>
func.func private @padded(!st.itensor<8x16xf32 of 20x128, iter_space = [3, 8] * [8, 16], iter_map = (d0, d1) -> (d0, d1)>)

// CHECK-LABEL: func.func private @window
// CHECK-SAME: !st.itensor<3xi8, iter_space = [4, 2] * [1, 2], iter_map = (d0, d1) -> (d0 + d1)>
func.func private @window(!st.itensor<3xi8 of 8, iter_space = [4, 2] * [1, 2], iter_map = (d0, d1) -> (d0 + d1)>)

// CHECK-LABEL: func.func private @vectors
// CHECK-SAME: !st.itensor<8x1xvector<1x16xf32>, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)>
func.func private @vectors(!st.itensor<8x1xvector<1x16xf32>, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)>)

// CHECK-LABEL: func.func private @scalar
// CHECK-SAME: !st.itensor<f32, iter_space = [] * [], iter_map = () -> ()>
func.func private @scalar(!st.itensor<f32, iter_space = [] * [], iter_map = () -> ()>)

// CHECK-LABEL: func.func private @streams
// CHECK-SAME: !st.stream<vector<8xi8>, depth = 32>
func.func private @streams(!st.stream<vector<8xi8>, depth = 32>)
