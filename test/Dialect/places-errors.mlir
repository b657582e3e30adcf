// RUN: streamtensor-opt %s -verify-diagnostics -split-input-file

// expected-error @below {{slices lie at 'P' of data dimension 0, whose extent must end behind them, as P + 1 does, but is 65}}
func.func private @f(!st.itensor<1xf32 of 65, iter_space = [] * [], iter_map = ()[P] -> (P)>)

// -----

// expected-error @below {{result 0 of the iteration map must add one size at most, once}}
func.func private @f(!st.itensor<1xf32 of [P + Q + 1 max 65], iter_space = [] * [], iter_map = ()[P, Q] -> (P + Q)>)

// -----

// expected-error @below {{iteration map adds 'P' to no dimension}}
func.func private @f(!st.itensor<1xf32 of [P + 1 max 65], iter_space = [] * [], iter_map = ()[P] -> (0)>)

// -----

!new = !st.itensor<8xf32, iter_space = [] * [], iter_map = () -> (0)>
!placed = !st.itensor<8xf32 of [P + 9 max 73], iter_space = [] * [], iter_map = ()[P] -> (P)>
func.func @f(%n: !new) {
  // expected-error @below {{must keep the sequence of tokens, but the types are incompatible}}
  %p = st.itensor_cast %n : !new -> !placed
  return
}

// -----

!new = !st.itensor<8xf32, iter_space = [] * [], iter_map = () -> (0)>
func.func @f(%cache: tensor<8xf32>) {
  // expected-error @below {{result 0 is '!st.itensor<8xf32, iter_space = [] * [], iter_map = () -> (0)>', which must lie at a place of the operand; see 'st.updates'}}
  %0 = st.kernel @k (%o = %cache : tensor<8xf32> as !new) -> (tensor<8xf32>) attributes {st.updates = array<i64: 0>} {
    st.yield %o : !new
  }
  return
}

// -----

!new = !st.itensor<8xf32, iter_space = [] * [], iter_map = () -> (0)>
!placed = !st.itensor<8xf32 of [P + 8 max 72], iter_space = [] * [], iter_map = ()[P] -> (P)>
func.func @f(%rows: tensor<8xf32>) {
  // expected-error @below {{which must update an operand; see 'st.updates'}}
  %0 = st.kernel @k (%n = %rows : tensor<8xf32> as !new) -> (tensor<72xf32>) attributes {st.updates = array<i64: -1>} {
    %p = st.itensor_cast %n : !new -> !placed
    st.yield %p : !placed
  }
  return
}

// -----

!new = !st.itensor<8xf32, iter_space = [] * [], iter_map = () -> (0)>
func.func @f(%rows: tensor<8xf32>) {
  // expected-error @below {{'st.updates' lists 2 operands for 1 results}}
  %0 = st.kernel @k (%n = %rows : tensor<8xf32> as !new) -> (tensor<8xf32>) attributes {st.updates = array<i64: -1, -1>} {
    st.yield %n : !new
  }
  return
}

// -----

!new = !st.itensor<8xf32, iter_space = [] * [], iter_map = () -> (0)>
!placed = !st.itensor<8xf32 of [P + 8 max 72], iter_space = [] * [], iter_map = ()[P] -> (P)>
func.func @f(%rows: tensor<8xf32>) {
  // expected-error @below {{result 0 of type 'tensor<72xf32>' updates operand 0 of type 'tensor<8xf32>'}}
  %0 = st.kernel @k (%n = %rows : tensor<8xf32> as !new) -> (tensor<72xf32>) attributes {st.updates = array<i64: 0>} {
    %p = st.itensor_cast %n : !new -> !placed
    st.yield %p : !placed
  }
  return
}

// -----

!new = !st.itensor<8xf32, iter_space = [] * [], iter_map = () -> (0)>
!placed = !st.itensor<8xf32 of [P + 8 max 72], iter_space = [] * [], iter_map = ()[P] -> (P)>
func.func @f(%cache: tensor<72xf32>, %rows: tensor<8xf32>) {
  // expected-error @below {{result 1 updates operand 0, which another result updates too}}
  %0:2 = st.kernel @k (%c = %cache : tensor<72xf32> as tensor<72xf32>, %n = %rows : tensor<8xf32> as !new)
      -> (tensor<72xf32>, tensor<72xf32>) attributes {st.updates = array<i64: 0, 0>} {
    %p = st.itensor_cast %n : !new -> !placed
    st.yield %p, %p : !placed, !placed
  }
  return
}
