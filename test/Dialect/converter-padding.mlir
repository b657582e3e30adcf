// RUN: streamtensor-opt %s | streamtensor-opt | FileCheck %s

!rows = !st.itensor<2x1x4xf32, iter_space = [6] * [1], iter_map = (d0) -> (0, d0, 0)>
!windows = !st.itensor<2x1x6xf32, iter_space = [6, 3] * [1, 1], iter_map = (d0, d1) -> (0, d0 + d1, 0)>
!flat = !st.itensor<2x4xf32, iter_space = [6] * [4], iter_map = (d0) -> (0, d0)>

// CHECK-LABEL: func.func @f(
func.func @f(%x: tensor<2x6x4xf32>) {
  st.kernel @k (%s = %x : tensor<2x6x4xf32> as !rows) {
    // CHECK: %[[W:.+]] = st.itensor_converter %[[S:.+]] {high = array<i64: 0, 1, 1>, low = array<i64: 0, 1, 1>, pad = 0.000000e+00 : f32} :
    %w = st.itensor_converter %s {low = array<i64: 0, 1, 1>, high = array<i64: 0, 1, 1>, pad = 0.0 : f32} : !rows -> !windows
    // CHECK: %[[F:.+]] = st.itensor_reassociate %[[S]] {{\[\[}}0], [1, 2]] : <2x1x4xf32, {{.+}}> -> <2x4xf32, {{.+}}>
    %f = st.itensor_reassociate %s [[0], [1, 2]] : !rows -> !flat
    // CHECK: st.itensor_reassociate %[[F]] {{\[\[}}0], [1, 2]] : <2x4xf32, {{.+}}> -> <2x1x4xf32, {{.+}}>
    %r = st.itensor_reassociate %f [[0], [1, 2]] : !flat -> !rows
  }
  return
}
