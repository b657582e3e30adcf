// RUN: streamtensor-opt %S/../Bufferize/Inputs/2mm.mlir -st-bufferize -st-lower | FileCheck %s

// The DMA reads external memory through its own indices: no view is left.
// CHECK-LABEL: st.task @dma_b
// CHECK:         scf.for %[[I:.*]] = %c0 to %c2 step %c1 {
// CHECK-NEXT:      scf.for %[[J:.*]] = %c0 to %c2 step %c1 {
// CHECK-NEXT:        scf.for %[[K:.*]] = %c0 to %c2 step %c1 {
// CHECK-NEXT:          scf.for %[[T:.*]] = %c0 to %c8 step %c1 {
// CHECK-NEXT:            %[[V:.*]] = vector.load %{{.*}}[%[[K]], %[[J]], %[[T]], %c0] : memref<2x2x8x8xf32>, vector<1x8xf32>
// CHECK-NEXT:            st.stream_write %[[V]]
// CHECK-NEXT:          } {st.pipeline = 1 : i64}

// CHECK-LABEL: st.task @matmul_0
// CHECK:         %[[ACC:.*]] = st.buffer @acc
// CHECK:         scf.for
// CHECK-NEXT:      scf.for
// CHECK-NEXT:        scf.for %[[I:.*]] = %c0 to %c8 step %c1 {
// CHECK-NEXT:          scf.for %[[U:.*]] = %c0 to %c8 step %c1 {
// CHECK-NEXT:            memref.store %{{.*}}, %[[ACC]][%[[I]], %[[U]]]
// CHECK-NEXT:          } {st.unroll}
// CHECK-NEXT:        } {st.pipeline = 1 : i64}
// CHECK-NEXT:        scf.for
// CHECK-COUNT-2:       st.stream_read
// CHECK:               arith.mulf
// CHECK-NEXT:          arith.addf
// CHECK-NEXT:          memref.store
// CHECK-NEXT:        } {st.unroll}
// CHECK:             vector.load %[[ACC]]
// CHECK-NEXT:        st.stream_write

// CHECK-LABEL: st.task @convert_0
// CHECK:         st.buffer @window {partition = array<i64: 1, 8>
// CHECK-NOT:   memref.subview
