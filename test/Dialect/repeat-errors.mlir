// One rule of st.repeat each.
// RUN: streamtensor-opt %s -split-input-file -verify-diagnostics

func.func @f(%x: tensor<8xf32>) {
  // expected-error @below {{'st.repeat' op must repeat its body at least once, but has a count of 0}}
  %y = st.repeat %i to 0 carried(%c = %x : tensor<8xf32>) {
    st.yield %c : tensor<8xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<8xf32>) {
  // expected-error @below {{'st.repeat' op has 1 operands but 1 block arguments; it needs one for the repetition and one for each operand}}
  %y = "st.repeat"(%x) <{count = 2 : i64, operandSegmentSizes = array<i32: 1, 0, 0>}> ({
  ^bb0(%i: index):
    %n = tensor.empty() : tensor<8xf32>
    "st.yield"(%n) : (tensor<8xf32>) -> ()
  }) : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<8xf32>) {
  // expected-error @below {{'st.repeat' op first block argument is the number of the repetition and must be an index, but has type 'i32'}}
  %y = "st.repeat"(%x) <{count = 2 : i64, operandSegmentSizes = array<i32: 1, 0, 0>}> ({
  ^bb0(%i: i32, %c: tensor<8xf32>):
    "st.yield"(%c) : (tensor<8xf32>) -> ()
  }) : (tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

!t = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @f() {
  %e = st.itensor_empty : !t
  // expected-error @below {{'st.repeat' op operand 0 must be a tensor outside a kernel, but is '!st.itensor<}}
  %y = st.repeat %i to 2 carried(%c = %e : !t) {
    st.yield %c : !t
  }
  return
}

// -----

func.func @f(%x: tensor<8xf32>) {
  st.kernel @k (%t = %x : tensor<8xf32>) {
    // expected-error @below {{'st.repeat' op operand 0 must be an itensor inside a kernel, but is 'tensor<8xf32>'}}
    %y = st.repeat %i to 2 carried(%c = %t : tensor<8xf32>) {
      st.yield %c : tensor<8xf32>
    }
  }
  return
}

// -----

func.func @f(%x: tensor<8xf32>) {
  // expected-error @below {{'st.repeat' op carries 1 values but has 1 results and yields 0}}
  %y = st.repeat %i to 2 carried(%c = %x : tensor<8xf32>) {
    // expected-note @below {{yielded here}}
    st.yield
  }
  return
}

// -----

func.func @f(%x: tensor<8xf32>) {
  // expected-error @below {{'st.repeat' op carried value 0 has type 'tensor<4xf32>', but starts from 'tensor<8xf32>'}}
  %y = st.repeat %i to 2 carried(%c = %x : tensor<8xf32> as tensor<4xf32>) {
    st.yield %c : tensor<4xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<8xf32>) {
  // expected-error @below {{'st.repeat' op carried value 0 has type 'tensor<8xf32>', but the repetition yields 'tensor<4xf32>'}}
  %y = st.repeat %i to 2 carried(%c = %x : tensor<8xf32>) {
    %n = tensor.empty() : tensor<4xf32>
    // expected-note @below {{yielded here}}
    st.yield %n : tensor<4xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<8xf32>) {
  // expected-error @below {{'st.repeat' op carried value 0 has type 'tensor<8xf32>', but its result has 'tensor<4xf32>'}}
  %y = "st.repeat"(%x) <{count = 2 : i64, operandSegmentSizes = array<i32: 1, 0, 0>}> ({
  ^bb0(%i: index, %c: tensor<8xf32>):
    "st.yield"(%c) : (tensor<8xf32>) -> ()
  }) : (tensor<8xf32>) -> tensor<4xf32>
  return
}

// -----

!a = !st.itensor<4xf32, iter_space = [3, 2] * [1, 4], iter_map = (d0, d1) -> (d1)>
func.func @f(%x: tensor<8xf32>) {
  st.kernel @k (%t = %x : tensor<8xf32> as !a) {
    // expected-error @below {{'st.repeat' op carried value 0 cannot be produced: iteration dimension 0 is not used by the map}}
    %y = st.repeat %i to 2 carried(%c = %t : !a) {
      st.yield %c : !a
    }
  }
  return
}

// -----

func.func @f(%w: tensor<8xf32>) {
  // expected-error @below {{'st.repeat' op sliced value 0 must come from 'tensor<2x8xf32>', but comes from 'tensor<8xf32>'}}
  st.repeat %i to 2 slices(%s = %w : tensor<8xf32>) {
  }
  return
}

// -----

!t = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
func.func @f(%m: tensor<8xf32>) {
  st.kernel @k (%t = %m : tensor<8xf32> as !t) {
    // expected-error @below {{'st.repeat' op repeated value 0 must come from '!st.itensor<4xf32, iter_space = [2, 2] * [1, 4], iter_map = (d0, d1) -> (d1)>', but comes from '!st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>'}}
    st.repeat %i to 2 again(%a = %t : !t) {
    }
  }
  return
}
