// RUN: streamtensor-opt %s -st-pack-kernel-interface -split-input-file -verify-diagnostics

// A window starts between tiles.
!w = !st.itensor<4xf32 of 8, iter_space = [5] * [1], iter_map = (d0) -> (d0)>
func.func @window(%x: tensor<8xf32>) {
  // expected-error @below {{cannot pack operand 0: its slices do not start at multiples of their size}}
  st.kernel @k (%s = %x : tensor<8xf32> as !w) {
  }
  return
}

// -----

!c = !st.itensor<4xi4, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @bits() {
  %x = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7]> : tensor<8xi4>
  // expected-error @below {{cannot pack operand 0: the data of its constant is not at hand, or its elements are no whole bytes}}
  st.kernel @k (%s = %x : tensor<8xi4> as !c) {
  }
  return
}
