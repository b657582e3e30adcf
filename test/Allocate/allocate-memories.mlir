// RUN: streamtensor-opt %S/Inputs/residual.mlir -st-schedule-tasks -st-name-fifos -st-size-fifos='model=deadlock-only min-depth=2' \
// RUN:   -st-allocate-memories | FileCheck %s
// RUN: streamtensor-opt %S/Inputs/residual.mlir -st-schedule-tasks -st-name-fifos -st-size-fifos='model=deadlock-only min-depth=2' \
// RUN:   -st-allocate-memories='round-depths=false' | FileCheck %s --check-prefix=EXACT
// RUN: streamtensor-opt %s -st-allocate-memories | FileCheck %s --check-prefix=BUFFER

// 256 bits * 2: up to 1024 bits go to LUTRAM, whose smallest piece is 32 deep. 256 * 8 = 2048 bits: LUTRAM too, 128 of
// some 586,000 LUTs are a smaller share than 8 of 3624 BRAM18.
// CHECK-DAG: {depth_tokens = 32 : i64, st.name = "dma_x_to_fork_0", st.required_tokens = 2 : i64, storage = #st.storage<lutram>}
// CHECK-DAG: {depth_tokens = 32 : i64, st.name = "fork_0_to_add_2", st.required_tokens = 8 : i64, storage = #st.storage<lutram>}

// EXACT-DAG: {depth_tokens = 2 : i64, st.name = "dma_x_to_fork_0", st.required_tokens = 2 : i64, storage = #st.storage<lutram>}
// EXACT-DAG: {depth_tokens = 8 : i64, st.name = "fork_0_to_add_2", st.required_tokens = 8 : i64, storage = #st.storage<lutram>}

// After bufferization: eight words in eight banks are registers; 64 words stay in LUTRAM; 64 banks of 2 KiB go to URAM
// or BRAM, wherever the share is smaller: a bank of 4096x32 bits costs one of 864 URAM or 8 of 3624 BRAM18.
// BUFFER: st.buffer @small {partition = array<i64: 8>, storage = #st.storage<register>}
// BUFFER: st.buffer @tile {storage = #st.storage<lutram>}
// BUFFER: st.buffer @large {storage = #st.storage<uram>}
func.func @main(%x: memref<4xf32>) {
  st.kernel @k (%mx = %x : memref<4xf32>) {
    %s = st.stream @unused : !st.stream<f32, depth = 2>
    st.task @t reads(%m = %mx : memref<4xf32>) {
      %small = st.buffer @small {partition = array<i64: 8>} : memref<8xf32>
      %tile = st.buffer @tile : memref<8x8xf32>
      %large = st.buffer @large : memref<4096xf32>
    }
  }
  return
}
