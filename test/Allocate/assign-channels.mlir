// RUN: streamtensor-opt %S/../Schedule/Inputs/two-products.mlir -st-assign-channels -st-place-tasks | FileCheck %s

// dma_a, dma_b and dma_w move 8 tiles of 256 bytes each, dma_y 4: the largest first, each to an idle channel.
// CHECK: st.task @dma_a {{.*}} {die = 0 : i64, st.hbm_channel = 0 : i64, st.kind = "dma_read"}
// CHECK: st.task @dma_b {{.*}} {die = 0 : i64, st.hbm_channel = 1 : i64, st.kind = "dma_read"}
// CHECK: st.task @dma_w {{.*}} {die = 0 : i64, st.hbm_channel = 2 : i64, st.kind = "dma_read"}
// CHECK: st.task @matmul_0 {{.*}} {die = 0 : i64, st.kind = "compute"}
// CHECK: st.task @dma_y {{.*}} {die = 0 : i64, st.hbm_channel = 3 : i64, st.kind = "dma_write"}
