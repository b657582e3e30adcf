// RUN: streamtensor-opt %s -canonicalize -cse -loop-invariant-code-motion -canonicalize | FileCheck %s

// Reading is an effect: no read is merged, dropped or moved, and writes keep their order.
!s = !st.stream<f32, depth = 2>
func.func @main() {
  st.kernel @k () {
    %s = st.stream @s : !s
    %t = st.stream @t : !s
    // CHECK-LABEL: st.task @reader
    // CHECK:         scf.for
    // CHECK-NEXT:      st.stream_read %[[S:.*]] :
    // CHECK-NEXT:      %[[A:.*]] = st.stream_read %[[S]] :
    // CHECK-NEXT:      %[[B:.*]] = st.stream_read %[[S]] :
    // CHECK-NEXT:      st.stream_write %[[B]]
    // CHECK-NEXT:      st.stream_write %[[A]]
    // CHECK-NEXT:    }
    st.task @reader reads(%i = %s : !s) inits(%o = %t : !s) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      scf.for %n = %c0 to %c4 step %c1 {
        %unused = st.stream_read %i : !s -> f32
        %a = st.stream_read %i : !s -> f32
        %b = st.stream_read %i : !s -> f32
        st.stream_write %b, %o : f32, !s
        st.stream_write %a, %o : f32, !s
      }
    }
    st.yield
  }
  return
}
