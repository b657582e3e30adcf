// RUN: streamtensor-opt %s -st-lower-linalg-to-loops -split-input-file -verify-diagnostics

#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @main() {
  st.kernel @k () {
    st.task @t {
      %c = st.buffer @c : memref<8x12xf32>
      // expected-error@+1 {{unroll factor 8 of loop 1 must divide its extent of 12}}
      linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
          outs(%c : memref<8x12xf32>) attrs = {st.unroll = array<i64: 1, 8>} {
      ^bb0(%o: f32):
        linalg.yield %o : f32
      }
    }
    st.yield
  }
  return
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @main() {
  st.kernel @k () {
    st.task @t {
      %c = st.buffer @c : memref<8x12xf32>
      // expected-error@+1 {{has 1 unroll factors for 2 loops}}
      linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]}
          outs(%c : memref<8x12xf32>) attrs = {st.unroll = array<i64: 4>} {
      ^bb0(%o: f32):
        linalg.yield %o : f32
      }
    }
    st.yield
  }
  return
}

// -----

func.func @main(%m: memref<?xf32>) {
  st.kernel @k (%a = %m : memref<?xf32>) {
    st.task @t inits(%c = %a : memref<?xf32>) {
      %zero = arith.constant 0.0 : f32
      // expected-error@+1 {{must have static shapes to become hardware loops}}
      linalg.fill ins(%zero : f32) outs(%c : memref<?xf32>)
    }
    st.yield
  }
  return
}
