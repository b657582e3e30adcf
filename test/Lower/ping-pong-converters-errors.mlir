// RUN: streamtensor-opt %s -st-ping-pong-converters -split-input-file -verify-diagnostics

!s = !st.stream<vector<1x8xf32>, depth = 2>
func.func @main() {
  st.kernel @k () {
    %a = st.stream @a : !s
    // expected-error@+1 {{is a converter that does not both fill and drain a buffer}}
    st.task @convert_0 reads(%i = %a : !s) attributes {st.kind = "converter", st.halves = 2} {
      %w = st.buffer @window : memref<1x8xf32>
      st.stream_read_tile %i into %w : !s, memref<1x8xf32>
    }
    st.yield
  }
  return
}

// -----

!s = !st.stream<vector<1x8xf32>, depth = 2>
func.func @main(%n: memref<1xindex>) {
  st.kernel @k (%m = %n : memref<1xindex>) {
    %a = st.stream @a : !s
    st.task @convert_0 reads(%i = %a : !s, %r = %m : memref<1xindex>) inits(%o = %a : !s)
        attributes {st.kind = "converter", st.halves = 2} {
      %w = st.buffer @window : memref<1x8xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %count = memref.load %r[%c0] : memref<1xindex>
      // expected-error@+1 {{fills and drains a converter but is no single loop with constant bounds}}
      scf.for %j = %c0 to %count step %c1 {
        st.stream_read_tile %i into %w : !s, memref<1x8xf32>
        st.stream_write_tile %w, %o : memref<1x8xf32>, !s
      }
    }
    st.yield
  }
  return
}
