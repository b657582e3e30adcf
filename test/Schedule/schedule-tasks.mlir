// RUN: streamtensor-opt %S/Inputs/two-products.mlir -st-schedule-tasks='device=%devices/u55c.json' -st-verify-schedule \
// RUN:   | FileCheck %s
// RUN: streamtensor-opt %S/Inputs/two-products.mlir -st-schedule | FileCheck %s

// Latencies of the U55C at 250 MHz: memory load 2, store 1; stream read 1, write 1; f32 multiply 4, add 7, maximum 2.
//
// Reading a tile of 8 tokens: 7 + (1 + 1) = 9 cycles. Writing one: 7 + (2 + 1) = 10, its first push in cycle 2.

// A read DMA is one pipelined loop of 8 tiles * 8 tokens, which pops from a port. Its first burst, two tiles of 256 bytes that
// lie one after the other, is requested in cycle 0 and served from 1; the first token arrives 64 cycles later, is popped
// in 66 and pushed 2 cycles of load later. 32 bytes at 52.9 bytes per cycle are faster than the loop: it never waits again.
// CHECK: st.task @dma_a
// CHECK-SAME: schedule = #st.schedule<ii = 1, first_token_cycles = 68, latency_cycles = 132>

// Per k: read 9 + read 9 + (8 * 1 * 8 - 1) + (2 + 4 + 7 + 1) = 95. Per tile: fill 8 + 2 * 95 + write 10 = 208.
// First push: 8 + 190 + 2. The sum returns to an accumulator after 8 iterations, the adder and store take 7 + 1: II = 1.
// CHECK: st.task @matmul_0
// CHECK-SAME: schedule = #st.schedule<ii = 1, first_token_cycles = 200, latency_cycles = 832>
// CHECK: linalg.generic
// CHECK-SAME: st.ii = 1

// Per tile: read 9 + 7 + (2 + 2 + 1) + write 10 = 31.
// CHECK: st.task @relu_1
// CHECK-SAME: schedule = #st.schedule<ii = 1, first_token_cycles = 23, latency_cycles = 124>

// Fill: 2 tiles in one loop, 15 + 2 = 17. The round that fills and drains: twice (read 9, two tiles in one loop 15 + 3).
// The last drain: 4 tiles in one loop, 31 + 3 = 34. Together 17 + 54 + 34; the first push at 17 + 9 + 2.
// CHECK: st.task @convert_2
// CHECK-SAME: schedule = #st.schedule<ii = 1, first_token_cycles = 28, latency_cycles = 105>

// CHECK: st.task @matmul_3
// CHECK-SAME: first_token_cycles = 200, latency_cycles = 832>

// Pushes nothing: D is L. 32 tokens in one loop, the last one in cycle 32; the burst of 1024 bytes is requested in 33,
// served from 34 for ceil(1024 / 52.9) = 20 cycles, and in memory 64 later.
// CHECK: st.task @dma_y
// CHECK-SAME: schedule = #st.schedule<ii = 1, first_token_cycles = 118, latency_cycles = 118>
