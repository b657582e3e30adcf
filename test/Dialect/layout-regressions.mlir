// What random types have found wrong, shrunk (unittests/Dialect/LayoutProperties.cpp).
// RUN: streamtensor-opt %s -split-input-file -verify-diagnostics

// The second part of a diagonal does not begin where the diagonal does, along either dimension.
!diagonal = !st.itensor<1x1xf32, iter_space = [3] * [1], iter_map = (d0) -> (d0, d0)>
!first = !st.itensor<1x1xf32 of 1x3, iter_space = [] * [], iter_map = () -> (0, 0)>
!second = !st.itensor<1x1xf32, iter_space = [2] * [1], iter_map = (d0) -> (d0, d0 + 1)>

func.func @parts_of_a_diagonal(%x: !diagonal) {
  %0:2 = st.itensor_chunk %x dim 0 : !diagonal -> !first, !second
  return
}

// -----

!diagonal = !st.itensor<1x1xf32, iter_space = [3] * [1], iter_map = (d0) -> (d0, d0)>
!first = !st.itensor<1x1xf32 of 1x3, iter_space = [] * [], iter_map = () -> (0, 0)>
!wrong = !st.itensor<1x1xf32 of 2x3, iter_space = [2] * [1], iter_map = (d0) -> (d0, d0)>

func.func @parts_of_a_diagonal(%x: !diagonal) {
  // expected-error @below {{part 1 must stream '!st.itensor<1x1xf32, iter_space = [2] * [1], iter_map = (d0) -> (d0, d0 + 1)>'}}
  %0:2 = st.itensor_chunk %x dim 0 : !diagonal -> !first, !wrong
  return
}
