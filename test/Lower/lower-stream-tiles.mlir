// RUN: streamtensor-opt %s -st-lower-stream-tiles -canonicalize | FileCheck %s

func.func @main() {
  st.kernel @k () {
    %s = st.stream @s : !st.stream<vector<1x8xf32>, depth = 2>
    %b = st.stream @b : !st.stream<vector<4x4xf32>, depth = 2>
    %x = st.stream @x : !st.stream<f32, depth = 2>
    // Tokens row-major over the tile; no loop along what one token spans.
    // CHECK-LABEL: st.task @rows
    // CHECK:         scf.for %[[I:.*]] = %c0 to %c4 step %c1 {
    // CHECK-NEXT:      scf.for %[[J:.*]] = %c0 to %c16 step %c8 {
    // CHECK-NEXT:        %[[V:.*]] = st.stream_read %[[S:.*]] : <vector<1x8xf32>, depth = 2> -> vector<1x8xf32>
    // CHECK-NEXT:        vector.store %[[V]], %[[M:.*]][%[[I]], %[[J]]] : memref<4x16xf32>, vector<1x8xf32>
    // CHECK-NEXT:      } {st.pipeline = 1 : i64}
    // CHECK-NEXT:    }
    // CHECK-NEXT:    scf.for %[[I:.*]] = %c0 to %c4 step %c1 {
    // CHECK-NEXT:      scf.for %[[J:.*]] = %c0 to %c16 step %c8 {
    // CHECK-NEXT:        %[[V:.*]] = vector.load %[[M]][%[[I]], %[[J]]] : memref<4x16xf32>, vector<1x8xf32>
    // CHECK-NEXT:        st.stream_write %[[V]], %{{.*}} : vector<1x8xf32>
    // CHECK-NEXT:      } {st.pipeline = 1 : i64}
    st.task @rows reads(%i = %s : !st.stream<vector<1x8xf32>, depth = 2>)
        inits(%o = %s : !st.stream<vector<1x8xf32>, depth = 2>) {
      %m = st.buffer @m : memref<4x16xf32>
      st.stream_read_tile %i into %m : !st.stream<vector<1x8xf32>, depth = 2>, memref<4x16xf32>
      st.stream_write_tile %m, %o : memref<4x16xf32>, !st.stream<vector<1x8xf32>, depth = 2>
    }
    // CHECK-LABEL: st.task @blocks
    // CHECK:         scf.for %[[J:.*]] = %c0 to %c8 step %c4 {
    // CHECK-NEXT:      st.stream_read
    // CHECK-NEXT:      vector.store %{{.*}}, %{{.*}}[%c0, %[[J]]] : memref<4x8xf32>, vector<4x4xf32>
    st.task @blocks reads(%i = %b : !st.stream<vector<4x4xf32>, depth = 2>) {
      %m = st.buffer @m : memref<4x8xf32>
      st.stream_read_tile %i into %m : !st.stream<vector<4x4xf32>, depth = 2>, memref<4x8xf32>
    }
    // CHECK-LABEL: st.task @scalars
    // CHECK:         scf.for %[[I:.*]] = %c0 to %c4 step %c1 {
    // CHECK-NEXT:      %[[V:.*]] = st.stream_read %{{.*}} -> f32
    // CHECK-NEXT:      memref.store %[[V]], %[[M:.*]][%[[I]]]
    // CHECK:         scf.for %[[I:.*]] = %c0 to %c4 step %c1 {
    // CHECK-NEXT:      %[[V:.*]] = memref.load %[[M]][%[[I]]]
    // CHECK-NEXT:      st.stream_write %[[V]]
    st.task @scalars reads(%i = %x : !st.stream<f32, depth = 2>) inits(%o = %x : !st.stream<f32, depth = 2>) {
      %m = st.buffer @m : memref<4xf32>
      st.stream_read_tile %i into %m : !st.stream<f32, depth = 2>, memref<4xf32>
      st.stream_write_tile %m, %o : memref<4xf32>, !st.stream<f32, depth = 2>
    }
    st.yield
  }
  return
}
