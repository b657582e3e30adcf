// RUN: streamtensor-opt %S/Inputs/residual.mlir -st-schedule-tasks -st-name-fifos -st-size-fifos='model=deadlock-only min-depth=2' \
// RUN:   | FileCheck %s
// RUN: streamtensor-opt %S/Inputs/residual.mlir -st-schedule-tasks -st-name-fifos \
// RUN:   -st-size-fifos='model=exact-curve equalisation=normal min-depth=2' | FileCheck %s --check-prefix=EXACT
// RUN: sed 's|instance : !c // the short way|instance {depth_tokens = 7 : i64, st.fixed_depth} : !c|' %S/Inputs/residual.mlir \
// RUN:   | not streamtensor-opt -st-schedule-tasks -st-name-fifos -st-size-fifos 2>&1 | FileCheck %s --check-prefix=SHORT
// RUN: sed 's|instance : !c // the short way|instance {depth_tokens = 8 : i64, st.fixed_depth} : !c|' %S/Inputs/residual.mlir \
// RUN:   | streamtensor-opt -st-schedule-tasks -st-name-fifos -st-size-fifos | FileCheck %s --check-prefix=ENOUGH

// The fork must deliver two tiles of 8 tokens to the row operation before the addition pops its first from the short
// way, and between the two it pushes one tile there: 8 tokens must fit. Everything else is a handshake.
// CHECK-DAG: {depth_tokens = 2 : i64, st.name = "dma_x_to_fork_0"}
// CHECK-DAG: {depth_tokens = 2 : i64, st.name = "fork_0_to_row_1"}
// CHECK-DAG: {depth_tokens = 8 : i64, st.name = "fork_0_to_add_2"}
// CHECK-DAG: {depth_tokens = 2 : i64, st.name = "row_1_to_add_2"}
// CHECK-DAG: {depth_tokens = 2 : i64, st.name = "add_2_to_dma_y"}

// Without stalls. The DMA pushes a token per cycle from its cycle 66 on, the fork pops 8 tokens in every 29 cycles: when
// the last of 32 is pushed, 9 have been popped (fork_0: read 9, write 10, write 10). 32 - 9 = 23.
// EXACT-DAG: {depth_tokens = 23 : i64, st.name = "dma_x_to_fork_0"}

// One token less is a deadlock, reported by name.
// SHORT: error: kernel 'residual': deadlock of 3 tasks that wait for each other
// SHORT-DAG: 'fork_0' waits for 'add_2': FIFO 'fork_0_to_add_2' is full (depth 7)
// SHORT-DAG: 'add_2' waits for 'row_1': FIFO 'row_1_to_add_2' is empty
// SHORT-DAG: 'row_1' waits for 'fork_0': FIFO 'fork_0_to_row_1' is empty
// SHORT: note: FIFO 'fork_0_to_add_2'

// ENOUGH: {depth_tokens = 8 : i64, st.fixed_depth, st.name = "fork_0_to_add_2"}
