// RUN: streamtensor-opt %s -verify-diagnostics -split-input-file

!c = !st.itensor<1x4xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0)>
!p = !st.itensor<1x4xf32, iter_space = [8] * [1], iter_map = (d0) -> (d0, 0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{'st.itensor_converter' op pads with 'low', 'high' and 'pad' together, or with none of them}}
    %0 = st.itensor_converter %s {low = array<i64: 1, 0>, pad = 0.0 : f32} : !c -> !p
  }
  return
}

// -----

!c = !st.itensor<1x4xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0)>
!p = !st.itensor<4xf32, iter_space = [8] * [4], iter_map = (d0) -> (d0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{cannot pad 2 data dimensions to 1}}
    %0 = st.itensor_converter %s {low = array<i64: 1, 0>, high = array<i64: 1, 0>, pad = 0.0 : f32} : !c -> !p
  }
  return
}

// -----

!c = !st.itensor<1x4xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0)>
!p = !st.itensor<1x4xf32, iter_space = [8] * [1], iter_map = (d0) -> (d0, 0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{'high' gives 1 amounts of padding for 2 data dimensions}}
    %0 = st.itensor_converter %s {low = array<i64: 1, 0>, high = array<i64: 1>, pad = 0.0 : f32} : !c -> !p
  }
  return
}

// -----

!c = !st.itensor<1x4xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0)>
!p = !st.itensor<1x4xf32, iter_space = [8] * [1], iter_map = (d0) -> (d0, 0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{'low' of data dimension 0 must not be negative, but is -1}}
    %0 = st.itensor_converter %s {low = array<i64: -1, 0>, high = array<i64: 3, 0>, pad = 0.0 : f32} : !c -> !p
  }
  return
}

// -----

!c = !st.itensor<1x4xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0)>
!p = !st.itensor<1x4xf32, iter_space = [8] * [1], iter_map = (d0) -> (d0, 0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{'pad' must be a 'f32', but is 0 : i8}}
    %0 = st.itensor_converter %s {low = array<i64: 1, 0>, high = array<i64: 1, 0>, pad = 0 : i8} : !c -> !p
  }
  return
}

// -----

!c = !st.itensor<1x4xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0)>
!p = !st.itensor<1x4xf32, iter_space = [8] * [1], iter_map = (d0) -> (d0, 0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{pads data dimension 0 to 1 + 6 + 2 = 9, but the result's extent is 8}}
    %0 = st.itensor_converter %s {low = array<i64: 1, 0>, high = array<i64: 2, 0>, pad = 0.0 : f32} : !c -> !p
  }
  return
}

// -----

!c = !st.itensor<1x4xf32, iter_space = [6, 2] * [1, 1], iter_map = (d0, d1) -> (d0, 0)>
!p = !st.itensor<1x4xf32, iter_space = [8] * [1], iter_map = (d0) -> (d0, 0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{pads a source that does not hold every element once: iteration dimension 1 is not used}}
    %0 = st.itensor_converter %s {low = array<i64: 1, 0>, high = array<i64: 1, 0>, pad = 0.0 : f32} : !c -> !p
  }
  return
}

// -----

!c = !st.itensor<1x4xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0)>
!p = !st.itensor<1x4xf16, iter_space = [8] * [1], iter_map = (d0) -> (d0, 0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{cannot connect incompatible types}}
    %0 = st.itensor_converter %s {low = array<i64: 1, 0>, high = array<i64: 1, 0>, pad = 0.0 : f32} : !c -> !p
  }
  return
}

// -----

!c = !st.itensor<1x4xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{must change the number of data dimensions, but both types have 2}}
    %0 = st.itensor_reassociate %s [[0], [1]] : !c -> !c
  }
  return
}

// -----

!c = !st.itensor<2x2xf32, iter_space = [3, 2] * [2, 2], iter_map = (d0, d1) -> (d0, d1)>
!f = !st.itensor<4xf32, iter_space = [6] * [4], iter_map = (d0) -> (d0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{'st.itensor_reassociate' op cannot regroup}}
    %0 = st.itensor_reassociate %s [[0, 1]] : !c -> !f
  }
  return
}

// -----

!c = !st.itensor<1x4xf32, iter_space = [6] * [1], iter_map = (d0) -> (d0, 0)>
!f = !st.itensor<12xf32, iter_space = [2] * [12], iter_map = (d0) -> (d0)>
func.func @f(%x: tensor<6x4xf32>) {
  st.kernel @k (%s = %x : tensor<6x4xf32> as !c) {
    // expected-error @below {{regroups one type into '!st.itensor<4xf32, iter_space = [6] * [4], iter_map = (d0) -> (d0)>', but the other is '!st.itensor<12xf32}}
    %0 = st.itensor_reassociate %s [[0, 1]] : !c -> !f
  }
  return
}
