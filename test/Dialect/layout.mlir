// A cast between spellings of one sequence is a no-op and folds; effects keep what looks dead or equal.
// RUN: streamtensor-opt %s -canonicalize -cse | FileCheck %s

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!split = !st.itensor<16x16xf32, iter_space = [4, 2, 2] * [16, 32, 16], iter_map = (d0, d1, d2) -> (d0, d1 + d2)>

// CHECK-LABEL: func.func @casts
// CHECK-NOT: st.itensor_cast
func.func @casts(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = st.kernel @k (%s = %x : tensor<64x64xf32> as !c) -> (tensor<64x64xf32>) {
    %1 = st.itensor_cast %s : !c -> !split
    %2 = st.itensor_cast %1 : !split -> !c
    st.yield %2 : !c
  }
  return %0 : tensor<64x64xf32>
}

!one = !st.itensor<16x16xf32, iter_space = [1] * [16], iter_map = (d0) -> (d0, 0)>

// Two equal instances are two FIFOs, two equal reads two slices.
// CHECK-LABEL: func.func @effects
// CHECK-COUNT-2: st.itensor_instance
// CHECK-COUNT-4: st.itensor_read
func.func @effects(%x: tensor<16x32xf32>) {
  st.kernel @k (%s = %x : tensor<16x32xf32> as !st.itensor<16x16xf32, iter_space = [2] * [16], iter_map = (d0) -> (0, d0)>) {
    %1 = st.itensor_instance : !one
    %2 = st.itensor_instance : !one
    st.task @drop reads(%in = %s : !st.itensor<16x16xf32, iter_space = [2] * [16], iter_map = (d0) -> (0, d0)>) {
      %e = tensor.empty() : tensor<16x16xf32>
      %3 = st.itensor_read %in init %e : !st.itensor<16x16xf32, iter_space = [2] * [16], iter_map = (d0) -> (0, d0)> -> tensor<16x16xf32>
      %4 = st.itensor_read %in init %e : !st.itensor<16x16xf32, iter_space = [2] * [16], iter_map = (d0) -> (0, d0)> -> tensor<16x16xf32>
    }
    st.task @both reads(%a = %1 : !one, %b = %2 : !one) {
      %e = tensor.empty() : tensor<16x16xf32>
      %3 = st.itensor_read %a init %e : !one -> tensor<16x16xf32>
      %4 = st.itensor_read %b init %e : !one -> tensor<16x16xf32>
    }
  }
  return
}
