// RUN: streamtensor-opt %s -st-lower-copies | FileCheck %s

// CHECK-LABEL: st.task @t
// CHECK:         linalg.copy ins(%[[A:.*]] : memref<8x8xf32>) outs(%[[B:.*]] : memref<8x8xf32>)
// Outside tasks, copies are the host's.
// CHECK:       memref.copy
func.func @main(%m: memref<8xf32>, %n: memref<8xf32>) {
  st.kernel @k () {
    st.task @t {
      %a = st.buffer @a : memref<8x8xf32>
      %b = st.buffer @b : memref<8x8xf32>
      memref.copy %a, %b : memref<8x8xf32> to memref<8x8xf32>
    }
    st.yield
  }
  memref.copy %m, %n : memref<8xf32> to memref<8xf32>
  return
}
