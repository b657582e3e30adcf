// A DMA is a task that pops from a port; the task behind it adds a token to itself.
// RUN: rm -rf %t && streamtensor-opt %s --st-emit-rtl="directory=%t" >/dev/null
// RUN: FileCheck %s --check-prefix=TOP --input-file %t/k.sv
// RUN: FileCheck %s --check-prefix=PORT --input-file %t/k_dma_in_port.sv
// RUN: FileCheck %s --check-prefix=DMA --input-file %t/k_dma_in.sv
// RUN: FileCheck %s --check-prefix=TASK --input-file %t/k_twice.sv
// RUN: FileCheck %s --check-prefix=RESOURCES --input-file %t/resources.json

// TOP: module k (
// TOP: st_fifo #(.WIDTH(32), .DEPTH(4)
// TOP: k_dma_in_port dma_in_port (
// TOP: k_dma_in dma_in (
// TOP: .in_0_data(dma_in_port_data), .in_0_valid(dma_in_port_valid), .in_0_ready(dma_in_port_ready)
// TOP: .done(done[0])

// PORT: 8 tokens of 32 bits in bursts of 4
// PORT: assign address =
// PORT: st_read_port #(.WIDTH(32), .DEPTH(64), .BURST(4), .TOKENS(8)

// Two cycles from the pop to the push, as loads take.
// DMA: reg [2:1] valid;
// DMA: assign out_1_data = p0_token_d2;

// A task that cannot do all that is due does nothing.
// TASK: wire [31:0] [[SUM:.*]] = p0_token_d1 + p0_token_d1;
// TASK: assign go = (!in_0_due || in_0_valid) && (!out_1_due || out_1_ready);

// RESOURCES: "basis": "calibrated"
// RESOURCES: "tasks": 3

func.func @main(%m: memref<8xi32>, %n: memref<8xi32>) {
  st.kernel @k (%x = %m : memref<8xi32>, %y = %n : memref<8xi32>)
      attributes {st.operand_directions = ["in", "out"], st.operand_names = ["x", "y"]} {
    %s = st.stream @s : !st.stream<i32, depth = 4>
    %r = st.stream @r : !st.stream<i32, depth = 4>
    st.task @dma_in reads(%a = %x : memref<8xi32>) inits(%b = %s : !st.stream<i32, depth = 4>)
        attributes {st.port_burst_tokens = 4, st.port_depth_tokens = 64} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      scf.for %i = %c0 to %c8 step %c1 {
        %v = memref.load %a[%i] : memref<8xi32>
        st.stream_write %v, %b : i32, <i32, depth = 4>
      } {st.pipeline = 1 : i64}
    }
    st.task @twice reads(%a = %s : !st.stream<i32, depth = 4>) inits(%b = %r : !st.stream<i32, depth = 4>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      scf.for %i = %c0 to %c8 step %c1 {
        %v = st.stream_read %a : <i32, depth = 4> -> i32
        %w = arith.addi %v, %v : i32
        st.stream_write %w, %b : i32, <i32, depth = 4>
      } {st.pipeline = 1 : i64}
    }
    st.task @dma_out reads(%a = %r : !st.stream<i32, depth = 4>) inits(%b = %y : memref<8xi32>)
        attributes {st.port_burst_tokens = 8, st.port_depth_tokens = 128} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      scf.for %i = %c0 to %c8 step %c1 {
        %v = st.stream_read %a : <i32, depth = 4> -> i32
        memref.store %v, %b[%i] : memref<8xi32>
      } {st.pipeline = 1 : i64}
    }
    st.yield
  }
  return
}
