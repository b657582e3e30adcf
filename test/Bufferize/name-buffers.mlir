// RUN: streamtensor-opt %s -st-name-buffers | FileCheck %s

!s = !st.stream<vector<1x8xf32>, depth = 2>
#row = affine_map<(d0, d1, d2) -> (d0, d2)>
#col = affine_map<(d0, d1, d2) -> (d2, d1)>
#out = affine_map<(d0, d1, d2) -> (d0, d1)>

func.func @main() {
  st.kernel @k () {
    %a = st.stream @dma_a_to_matmul_0 : !s
    %w = st.stream @dma_w_to_matmul_0 {st.parameter} : !s
    %b = st.stream @matmul_0_to_row_0 : !s
    %c = st.stream @row_0_to_dma_c : !s
    // Buffers move to the head of the task, allocated once.
    // CHECK-LABEL: st.task @matmul_0
    // CHECK-NEXT:    %[[ACC:.*]] = st.buffer @acc {partition = array<i64: 1, 16>, role = "accumulator"} : memref<8x16xf32>
    // CHECK-NEXT:    %[[A:.*]] = st.buffer @tile_a {partition = array<i64: 1, 8>} : memref<8x8xf32>
    // CHECK-NEXT:    %[[W:.*]] = st.buffer @tile_w {partition = array<i64: 1, 16>, role = "parameter"} : memref<8x16xf32>
    // CHECK:         st.stream_read_tile %{{.*}} into %[[A]]
    // CHECK-NOT:     memref.alloc
    st.task @matmul_0 reads(%x = %a : !s, %y = %w : !s) inits(%z = %b : !s) {
      %acc = memref.alloc() : memref<8x16xf32>
      %ta = memref.alloc() : memref<8x8xf32>
      %tw = memref.alloc() : memref<8x16xf32>
      st.stream_read_tile %x into %ta : !s, memref<8x8xf32>
      st.stream_read_tile %y into %tw : !s, memref<8x16xf32>
      linalg.generic {indexing_maps = [#row, #col, #out], iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%ta, %tw : memref<8x8xf32>, memref<8x16xf32>) outs(%acc : memref<8x16xf32>)
          attrs = {st.unroll = array<i64: 1, 16, 1>} {
      ^bb0(%u: f32, %v: f32, %o: f32):
        %p = arith.mulf %u, %v : f32
        %q = arith.addf %o, %p : f32
        linalg.yield %q : f32
      }
      st.stream_write_tile %acc, %z : memref<8x16xf32>, !s
    }
    // What is filled piece by piece is a row; the same name twice is numbered.
    // CHECK-LABEL: st.task @row_0
    // CHECK-NEXT:    st.buffer @row_matmul_0 {partition = array<i64: 1, 8>} : memref<8x512xf32>
    // CHECK-NEXT:    st.buffer @tmp : memref<64x512xf32>
    // CHECK-NEXT:    st.buffer @tmp_1 : memref<1x1xf32>
    // CHECK-NEXT:    st.buffer @tile_out {partition = array<i64: 1, 8>} : memref<1x8xf32>
    st.task @row_0 reads(%x = %b : !s) inits(%z = %c : !s) {
      %zero = arith.constant 0.0 : f32
      %c0 = arith.constant 0 : index
      %row = memref.alloc() : memref<8x512xf32>
      %place = memref.subview %row[0, 8] [8, 8] [1, 1] : memref<8x512xf32> to memref<8x8xf32, strided<[512, 1], offset: 8>>
      st.stream_read_tile %x into %place : !s, memref<8x8xf32, strided<[512, 1], offset: 8>>
      %big = memref.alloc() : memref<64x512xf32>
      memref.store %zero, %big[%c0, %c0] : memref<64x512xf32>
      %one = memref.alloc() : memref<1x1xf32>
      memref.store %zero, %one[%c0, %c0] : memref<1x1xf32>
      %out = memref.alloc() : memref<1x8xf32>
      linalg.fill ins(%zero : f32) outs(%out : memref<1x8xf32>)
      st.stream_write_tile %out, %z : memref<1x8xf32>, !s
    }
    // CHECK-LABEL: st.task @convert_0
    // CHECK-NEXT:    st.buffer @window
    st.task @convert_0 reads(%x = %b : !s) inits(%z = %c : !s) attributes {st.kind = "converter"} {
      %window = memref.alloc() : memref<1x8xf32>
      st.stream_read_tile %x into %window : !s, memref<1x8xf32>
      st.stream_write_tile %window, %z : memref<1x8xf32>, !s
    }
    st.yield
  }
  return
}

// Tables are called after their task, and are as wide as the loop that reads them.
// CHECK: memref.global "private" constant @table_task_table
// CHECK: st.task @table_task
// CHECK:   memref.get_global @table_task_table : memref<16xf32> {st.partition = array<i64: 8>}
memref.global "private" constant @__constant_16xf32 : memref<16xf32> = dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0]>
func.func @tables() {
  st.kernel @t () {
    st.task @table_task {
      %table = memref.get_global @__constant_16xf32 : memref<16xf32>
      %out = memref.alloc() : memref<16xf32>
      linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
          ins(%table : memref<16xf32>) outs(%out : memref<16xf32>) attrs = {st.unroll = array<i64: 8>} {
      ^bb0(%u: f32, %o: f32):
        linalg.yield %u : f32
      }
    }
    st.yield
  }
  return
}
