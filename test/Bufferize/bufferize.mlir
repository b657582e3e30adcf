// RUN: streamtensor-opt %S/Inputs/2mm.mlir -st-bufferize | FileCheck %s

// One accumulator, initialised once for every tile of the result, and no copy anywhere.
// CHECK-NOT:   memref.copy
// CHECK-LABEL: st.task @matmul_0
// CHECK:         %[[ACC:.*]] = st.buffer @acc {{.*}}role = "accumulator"
// CHECK-NEXT:    %[[A:.*]] = st.buffer @tile_a
// CHECK-NEXT:    %[[B:.*]] = st.buffer @tile_b
// CHECK-NOT:     st.buffer
// CHECK:         scf.for
// CHECK-NEXT:      scf.for
// CHECK-NEXT:        linalg.fill ins(%{{.*}} : f32) outs(%[[ACC]]
// CHECK-NEXT:        scf.for
// CHECK-NEXT:          st.stream_read_tile %{{.*}} into %[[A]]
// CHECK-NEXT:          st.stream_read_tile %{{.*}} into %[[B]]
// CHECK-NEXT:          linalg.generic {{.*}} ins(%[[A]], %[[B]] : {{.*}}) outs(%[[ACC]] :
// CHECK:             st.stream_write_tile %[[ACC]]

// The activation works in place.
// CHECK-LABEL: st.task @elementwise_0
// CHECK-NEXT:    %[[T:.*]] = st.buffer @tile_matmul_0
// CHECK-NOT:     st.buffer
// CHECK:         linalg.generic {{.*}} ins(%[[T]] : {{.*}}) outs(%[[T]] :

// CHECK-LABEL: st.task @convert_0
// CHECK-NEXT:    %[[WINDOW:.*]] = st.buffer @window {{.*}} : memref<8x16xf32>
// CHECK-NOT:     st.buffer

// Weights are told from activations.
// CHECK-LABEL: st.task @matmul_1
// CHECK:         st.buffer @tile_convert_0 {partition
// CHECK:         st.buffer @tile_w {{.*}}role = "parameter"

// Tokens go to memory without a tile in between.
// CHECK-LABEL: st.task @dma_y
// CHECK-NOT:     st.buffer
// CHECK:         memref.subview
// CHECK-NEXT:    st.stream_read_tile
// CHECK-NOT:   memref.copy
