// One rule of the operations each.
// RUN: streamtensor-opt %s -split-input-file -verify-diagnostics

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    // expected-error @below {{'st.itensor_empty' op cannot be produced: iteration dimension 1 is not used by the map}}
    %0 = st.itensor_empty : !a
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    // expected-note @below {{enclosing loop}}
    scf.for %i = %c0 to %c1 step %c1 {
      // expected-error @below {{'st.itensor_empty' op allocates a stream and must not stand in a loop}}
      %0 = st.itensor_empty : !c
    }
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    // expected-note @below {{enclosing loop}}
    scf.for %i = %c0 to %c1 step %c1 {
      // expected-error @below {{'st.itensor_instance' op allocates a stream and must not stand in a loop}}
      %0 = st.itensor_instance : !c
    }
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    %e = tensor.empty() : tensor<8x16xf32>
    // expected-error @below {{'st.itensor_read' op result must be one slice of the itensor, 'tensor<16x16xf32>', but is 'tensor<8x16xf32>'}}
    %0 = st.itensor_read %s init %e : !c -> tensor<8x16xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    %e = tensor.empty() : tensor<8x16xf32>
    %o = st.itensor_empty : !c
    // expected-error @below {{'st.itensor_write' op value must be one slice of the itensor, 'tensor<16x16xf32>', but is 'tensor<8x16xf32>'}}
    %0 = st.itensor_write %e into %o : tensor<8x16xf32> -> !c
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    // expected-error @below {{'st.itensor_cast' op must keep the sequence of tokens, but the types are convertible}}
    %0 = st.itensor_cast %s : !c -> !t
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    // expected-error @below {{'st.itensor_converter' op cannot connect incompatible types}}
    %0 = st.itensor_converter %s : !c -> !n
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    // expected-error @below {{'st.itensor_fork' op must have at least 2 copies, but has 1}}
    %0 = st.itensor_fork %s : !c -> !c
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    // expected-error @below {{'st.itensor_fork' op copy 1 must have the type of the source}}
    %0:2 = st.itensor_fork %s : !c -> !c, !t
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x32xf32>) {
  // expected-error @below {{operand 0 must be 'tensor<64x64xf32>' or, packed, 'tensor<4x4x16x16xf32>', but is 'tensor<64x32xf32>'}}
  st.kernel @k (%s = %x : tensor<64x32xf32> as !c) {
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x32xf32>) {
  // expected-error @below {{operand 0 cannot cross the kernel boundary from 'tensor<64x32xf32>' to 'memref<64x32xf32>'}}
  st.kernel @k (%s = %x : tensor<64x32xf32> as memref<64x32xf32>) {
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>) {
  // expected-error @below {{has 1 results but yields 0 values}}
  %0 = st.kernel @k (%s = %x : tensor<64x64xf32> as !c) -> (tensor<64x64xf32>) {
    st.yield
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>) {
  // expected-error @below {{result 0 cannot be produced: iteration dimension 1 is not used by the map, so that every element would be written 4 times (re-access)}}
  %0 = st.kernel @k (%s = %x : tensor<64x64xf32> as !a) -> (tensor<64x64xf32>) {
    st.yield %s : !a
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    %o = st.itensor_empty : !c
    // expected-error @below {{'st.task' op must yield a value for each result, of the same type}}
    %0 = st.task @t inits(%out = %o : !c) {
      // expected-note @below {{yielded here}}
      st.yield
    }
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%s = %x : tensor<64x64xf32> as !c) {
    // expected-error @below {{'st.task' op operand 0 has type}}
    st.task @t reads(%in = %s : !c as !t) {
    }
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    %s = st.stream @q : !s
    // expected-error @below {{'st.stream_read' op result must be one token, 'vector<1x16xf32>', but is 'vector<8xf32>'}}
    %0 = st.stream_read %s : !s -> vector<8xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    %s = st.stream @q : !s
    %v = arith.constant dense<0.0> : vector<8xf32>
    // expected-error @below {{'st.stream_write' op value must be one token, 'vector<1x16xf32>', but is 'vector<8xf32>'}}
    st.stream_write %v, %s : vector<8xf32>, !s
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    %s = st.stream @q : !s
    %e = tensor.empty() : tensor<8x16xf32>
    // expected-error @below {{'st.stream_read_tile' op yields a result exactly when its destination is a tensor}}
    st.stream_read_tile %s into %e : !s, tensor<8x16xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    %s = st.stream @q : !s
    %e = tensor.empty() : tensor<8x16xi32>
    // expected-error @below {{'st.stream_write_tile' op tile has elements of 'i32', but the stream carries 'f32'}}
    st.stream_write_tile %e, %s : tensor<8x16xi32>, !s
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    %s = st.stream @q : !s
    %e = tensor.empty() : tensor<16xf32>
    // expected-error @below {{'st.stream_write_tile' op tile has rank 1, but the token has rank 2}}
    st.stream_write_tile %e, %s : tensor<16xf32>, !s
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    %s = st.stream @q : !s
    %e = tensor.empty() : tensor<8x24xf32>
    // expected-error @below {{'st.stream_write_tile' op tile extent 24 of dimension 1 is no multiple of the token's 16}}
    st.stream_write_tile %e, %s : tensor<8x24xf32>, !s
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    %s = st.stream @q : !s
    %e = tensor.empty() : tensor<8x16xf32>
    // expected-error @below {{'st.stream_read_tile' op result must have the type of the destination, 'tensor<8x16xf32>', but has 'tensor<4x16xf32>'}}
    %0 = st.stream_read_tile %s into %e : !s, tensor<8x16xf32> -> tensor<4x16xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    // expected-error @below {{'st.buffer' op must have a static shape, but has 'memref<?x16xf32>'}}
    %0 = st.buffer @b  : memref<?x16xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    // expected-error @below {{'st.buffer' op must have 1 or 2 halves, but has 3}}
    %0 = st.buffer @b {halves = 3} : memref<3x16xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    // expected-error @below {{'st.buffer' op with 2 halves must have a leading dimension of 2}}
    %0 = st.buffer @b {halves = 2} : memref<8x16xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    // expected-error @below {{'st.buffer' op partition has 1 factors, but the buffer has rank 2}}
    %0 = st.buffer @b {partition = array<i64: 4>} : memref<8x16xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<64x64xf32>, %m: memref<8x16xf32>, %t: tensor<8x16xf32>) {
  st.kernel @k (%in = %m : memref<8x16xf32>) {
    // expected-error @below {{'st.buffer' op role must be activation, parameter or accumulator, but is weights}}
    %0 = st.buffer @b {role = "weights"} : memref<8x16xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<20x128xf32>) {
  // expected-error @below {{'st.row_op' op has 3 row dimensions of a domain of rank 2}}
  %0 = st.row_op (%a = %x : tensor<20x128xf32>) domain [20, 128] rows 3
      maps [(d0, d1) -> (d0, d1)] -> [(d0, d1) -> (d0, d1)] -> (tensor<20x128xf32>) {
    st.yield %a : tensor<20x128xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<20x128xf32>) {
  // expected-error @below {{'st.row_op' op has 1 inputs but 0 input maps}}
  %0 = st.row_op (%a = %x : tensor<20x128xf32>) domain [20, 128] rows 1
      maps [] -> [(d0, d1) -> (d0, d1)] -> (tensor<20x128xf32>) {
    st.yield %a : tensor<20x128xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<20x128xf32>) {
  // expected-error @below {{'st.row_op' op has 1 results but 0 result maps}}
  %0 = st.row_op (%a = %x : tensor<20x128xf32>) domain [20, 128] rows 1
      maps [(d0, d1) -> (d0, d1)] -> [] -> (tensor<20x128xf32>) {
    st.yield %a : tensor<20x128xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<20x128xf32>) {
  // expected-error @below {{'st.row_op' op map of input 0 must be a projected permutation of the 2 domain dimensions}}
  %0 = st.row_op (%a = %x : tensor<20x128xf32>) domain [20, 128] rows 1
      maps [(d0, d1) -> (d0 + d1, d1)] -> [(d0, d1) -> (d0, d1)] -> (tensor<20x128xf32>) {
    st.yield %a : tensor<20x128xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<20x128xf32>) {
  // expected-error @below {{'st.row_op' op result 0 has type 'tensor<20x128xf32>', but its map cuts out another shape of the domain}}
  %0 = st.row_op (%a = %x : tensor<20x128xf32>) domain [20, 128] rows 1
      maps [(d0, d1) -> (d0, d1)] -> [(d0, d1) -> (d1, d0)] -> (tensor<20x128xf32>) {
    st.yield %a : tensor<20x128xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!n = !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!s = !st.stream<vector<1x16xf32>, depth = 2>

func.func @f(%x: tensor<20x128xf32>) {
  // expected-error @below {{'st.row_op' op must yield a value for each result, of the same type}}
  %0 = st.row_op (%a = %x : tensor<20x128xf32>) domain [20, 128] rows 1
      maps [(d0, d1) -> (d0, d1)] -> [(d0, d1) -> (d0, d1)] -> (tensor<20x64xf32>) {
    st.yield %a : tensor<20x128xf32>
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.itensor_cast' op must keep the sequence of tokens, but the types are convertible}}
  %0 = st.itensor_cast %a : !c -> !t
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.itensor_chunk' op must have at least 2 parts, but has 1}}
  %0 = st.itensor_chunk %a dim 0 : !c -> !c
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.itensor_chunk' op cuts data dimension 2 of a tensor of rank 2}}
  %0:2 = st.itensor_chunk %a dim 2 : !c -> !half, !half
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c, %b: !line) {
  // expected-error @below {{'st.itensor_concat' op part 1 has 1 data dimensions, but the whole has 2}}
  %0 = st.itensor_concat %a, %b dim 0 : !c, !line -> !c
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.itensor_chunk' op parts have 128 elements along data dimension 0, but the whole has 64}}
  %0:2 = st.itensor_chunk %a dim 0 : !c -> !c, !c
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !whole) {
  // expected-error @below {{'st.itensor_chunk' op no loop moves along data dimension 0, so that each slice belongs to several parts}}
  %0:2 = st.itensor_chunk %a dim 0 : !whole -> !half, !half
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.itensor_chunk' op slices of data dimension 0 cross from one part into the next at 24}}
  %0:2 = st.itensor_chunk %a dim 0 : !c -> !top, !odd
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !skips) {
  // expected-error @below {{'st.itensor_chunk' op no slice lies in the part from 32 to 64 of data dimension 0}}
  %0:2 = st.itensor_chunk %a dim 0 : !skips -> !half, !half
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.itensor_chunk' op part 1 must stream '!st.itensor<16x16xf32, iter_space = [2, 4]}}
  %0:2 = st.itensor_chunk %a dim 0 : !c -> !half, !st.itensor<16x16xf32, iter_space = [4, 2] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.itensor_join' op must have at least 2 parts, but has 1}}
  %0 = st.itensor_join %a dim 0 : !c -> !c
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c, %b: !t) {
  // expected-error @below {{'st.itensor_join' op part 1 must have the type of part 0, '!st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>', but has}}
  %0 = st.itensor_join %a, %b dim 0 : !c, !t -> !joined
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c, %b: !c) {
  // expected-error @below {{'st.itensor_join' op joins along data dimension 2 of tensors of rank 2}}
  %0 = st.itensor_join %a, %b dim 2 : !c, !c -> !joined
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !odd, %b: !odd) {
  // expected-error @below {{'st.itensor_join' op cannot put parts side by side whose slices reach beyond their extent of 40 along data dimension 0}}
  %0 = st.itensor_join %a, %b dim 0 : !odd, !odd -> !joined
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c, %b: !c) {
  // expected-error @below {{'st.itensor_join' op result must stream '!st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64]}}
  %0 = st.itensor_join %a, %b dim 0 : !c, !c -> !c
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.task' op pulls 4 slices of read 0, but its type streams 16}}
  st.task @few reads(%x = %a : !c) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    scf.for %i = %c0 to %c4 step %c1 {
      %e = tensor.empty() : tensor<16x16xf32>
      %t = st.itensor_read %x init %e : !c -> tensor<16x16xf32>
    }
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!line = !st.itensor<16xf32, iter_space = [4] * [16], iter_map = (d0) -> (d0)>
!half = !st.itensor<16x16xf32, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!odd = !st.itensor<16x16xf32 of 40x64, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!top = !st.itensor<16x16xf32 of 24x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!whole = !st.itensor<64x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!skips = !st.itensor<16x16xf32 of 64x64, iter_space = [2, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!joined = !st.itensor<16x16xf32, iter_space = [4, 4, 2] * [16, 16, 64], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.task' op pushes 20 slices of init 0, but its type streams 16}}
  %0 = st.task @many inits(%x = %a : !c) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c20 = arith.constant 20 : index
    %e = tensor.empty() : tensor<16x16xf32>
    %r = scf.for %i = %c0 to %c20 step %c1 iter_args(%o = %x) -> (!c) {
      %w = st.itensor_write %e into %o : tensor<16x16xf32> -> !c
      scf.yield %w : !c
    }
    st.yield %r : !c
  }
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>

func.func @f() {
  // expected-error @below {{'st.itensor_empty' op cannot be produced: slices of data dimension 0 start at 4, so that the elements before are never written}}
  %0 = st.itensor_empty : !st.itensor<4xf32, iter_space = [3] * [4], iter_map = (d0) -> (d0 + 4)>
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>

func.func @f() {
  // expected-error @below {{'st.itensor_empty' op cannot be produced: slices leave gaps along data dimension 0: iteration dimension 0 advances by 5}}
  %0 = st.itensor_empty : !st.itensor<4xf32, iter_space = [3] * [5], iter_map = (d0) -> (d0)>
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>

func.func @f() {
  // expected-error @below {{'st.itensor_empty' op cannot be produced: iteration dimension 0 drives both data dimension 0 and 1, so that elements beside the diagonal are never written}}
  %0 = st.itensor_empty : !st.itensor<4x4xf32, iter_space = [3] * [4], iter_map = (d0) -> (d0, d0)>
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>

func.func @f(%a: !st.itensor<2x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (0, d0)>) {
  // expected-error @below {{'st.itensor_reassociate' op cannot regroup '!st.itensor<2x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (0, d0)>' into the data shape of}}
  %0 = st.itensor_reassociate %a [[0, 1]] : !st.itensor<2x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (0, d0)> -> !st.itensor<8xf32, iter_space = [2] * [8], iter_map = (d0) -> (d0)>
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>

func.func @f(%x: tensor<64x64xf32>) {
  // expected-error @below {{'st.kernel' op has 1 operands but 0 block arguments}}
  "st.kernel"(%x) <{sym_name = "k"}> ({
    "st.yield"() : () -> ()
  }) : (tensor<64x64xf32>) -> ()
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.task' op has 1 operands but 0 block arguments}}
  "st.task"(%a) <{sym_name = "t", operandSegmentSizes = array<i32: 1, 0>}> ({
    "st.yield"() : () -> ()
  }) : (!c) -> ()
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.task' op operand 0 has type '!st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>', but its block argument has type 'f32'}}
  "st.task"(%a) <{sym_name = "t", operandSegmentSizes = array<i32: 1, 0>}> ({
  ^bb0(%x: f32):
    "st.yield"() : () -> ()
  }) : (!c) -> ()
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>

func.func @f(%a: !c) {
  // expected-error @below {{'st.task' op must have one result for each itensor or tensor among its inits, of the same type}}
  "st.task"(%a) <{sym_name = "t", operandSegmentSizes = array<i32: 0, 1>}> ({
  ^bb0(%x: !c):
    "st.yield"() : () -> ()
  }) : (!c) -> ()
  return
}

// -----

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>

func.func @f(%x: tensor<20x128xf32>) {
  // expected-error @below {{'st.row_op' op block arguments must have the types of the inputs}}
  "st.row_op"(%x) <{domain = array<i64: 20, 128>, num_row_dims = 1 : i64, input_maps = [affine_map<(d0, d1) -> (d0, d1)>], result_maps = []}> ({
  ^bb0(%y: tensor<20x64xf32>):
    "st.yield"() : () -> ()
  }) : (tensor<20x128xf32>) -> ()
  return
}
