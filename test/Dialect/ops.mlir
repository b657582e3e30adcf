// Every operation parses what it prints.
// RUN: streamtensor-opt %s | streamtensor-opt | FileCheck %s

!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!flat = !st.itensor<16x16xf32 of 64x64, iter_space = [1, 4, 2, 2] * [16, 16, 32, 16], iter_map = (d0, d1, d2, d3) -> (d1, d2 + d3)>

// CHECK-LABEL: func.func @itensors
func.func @itensors(%x: tensor<64x64xf32>, %packed: tensor<4x4x16x16xf32>) -> tensor<4x4x16x16xf32> {
  // CHECK: st.kernel @block (%[[S:.+]] = %{{.+}} : tensor<64x64xf32> as !st.itensor<{{.*}}>, %{{.+}} = %{{.+}} : tensor<4x4x16x16xf32> as !st.itensor<{{.*}}>) -> (tensor<64x64xf32>, tensor<4x4x16x16xf32>) {
  %0:2 = st.kernel @block (%s = %x : tensor<64x64xf32> as !c, %p = %packed : tensor<4x4x16x16xf32> as !c)
      -> (tensor<64x64xf32>, tensor<4x4x16x16xf32>) {
    // CHECK: st.itensor_instance {depth_tokens = 32 : i64, storage = #st.storage<lutram>} : <16x16xf32,
    %fifo = st.itensor_instance {depth_tokens = 32, storage = #st.storage<lutram>} : !c
    // CHECK: st.itensor_empty : <16x16xf32,
    %empty = st.itensor_empty : !c
    // CHECK: st.itensor_fork %{{.+}} : <{{.+}}> -> !st.itensor<{{.+}}>, !st.itensor<
    %f:2 = st.itensor_fork %s : !c -> !c, !c
    // CHECK: st.itensor_cast
    %cast = st.itensor_cast %f#0 : !c -> !flat
    // CHECK: st.itensor_converter
    %a = st.itensor_converter %p : !c -> !a
    // CHECK: %[[R:.+]] = st.task @copy reads(%[[X:.+]] = %{{.+}} : !st.itensor<{{.+}}>) inits(%[[O:.+]] = %{{.+}} : !st.itensor<{{.+}}>) attributes {die = 0 : i64, schedule = #st.schedule<ii = 1, first_token_cycles = 3, latency_cycles = 20>, st.kind = "compute"} {
    %r = st.task @copy reads(%in = %cast : !flat) inits(%out = %fifo : !c)
        attributes {die = 0 : i64, schedule = #st.schedule<ii = 1, first_token_cycles = 3, latency_cycles = 20>, st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %1 = scf.for %i = %c0 to %c16 step %c1 iter_args(%o = %out) -> (!c) {
        %e = tensor.empty() : tensor<16x16xf32>
        // CHECK: st.itensor_read %[[X]] init %{{.+}} : <{{.+}}> -> tensor<16x16xf32>
        %t = st.itensor_read %in init %e : !flat -> tensor<16x16xf32>
        // CHECK: st.itensor_write %{{.+}} into %{{.+}} : tensor<16x16xf32> -> <
        %2 = st.itensor_write %t into %o : tensor<16x16xf32> -> !c
        scf.yield %2 : !c
      }
      // CHECK: st.yield %{{.+}} : !st.itensor<
      st.yield %1 : !c
    }
    // CHECK: st.task @drain reads(%{{.+}} = %{{.+}} : !st.itensor<{{.+}}>) {
    st.task @drain reads(%in = %a : !a) {
    }
    %w = st.task @nothing inits(%out = %empty : !c) {
      st.yield %out : !c
    }
    // CHECK: st.yield %[[R]], %{{.+}} : !st.itensor<{{.+}}>, !st.itensor<
    st.yield %r, %w : !c, !c
  }
  return %0#1 : tensor<4x4x16x16xf32>
}

!top = !st.itensor<16x16xf32, iter_space = [4] * [16], iter_map = (d0) -> (0, d0)>
!rest = !st.itensor<16x16xf32, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!both = !st.itensor<16x16xf32, iter_space = [3, 4, 2] * [16, 16, 48], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

// CHECK-LABEL: func.func @parts
func.func @parts(%x: tensor<64x64xf32>) -> (tensor<64x64xf32>, tensor<96x64xf32>) {
  %0:2 = st.kernel @k (%s = %x : tensor<64x64xf32> as !c) -> (tensor<64x64xf32>, tensor<96x64xf32>) {
    // CHECK: %[[P:.+]]:2 = st.itensor_chunk %{{.+}} dim 0 : <{{.+}}> -> !st.itensor<{{.+}}>, !st.itensor<
    %p:2 = st.itensor_chunk %s dim 0 : !c -> !top, !rest
    // CHECK: %[[F:.+]]:3 = st.itensor_fork %[[P]]#1
    %f:3 = st.itensor_fork %p#1 : !rest -> !rest, !rest, !rest
    // CHECK: st.itensor_concat %[[P]]#0, %[[F]]#0 dim 0 : !st.itensor<{{.+}}>, !st.itensor<{{.+}}> -> <
    %w = st.itensor_concat %p#0, %f#0 dim 0 : !top, !rest -> !c
    // CHECK: st.itensor_join %[[F]]#1, %[[F]]#2 dim 0 : !st.itensor<{{.+}}>, !st.itensor<{{.+}}> -> <
    %j = st.itensor_join %f#1, %f#2 dim 0 : !rest, !rest -> !both
    st.yield %w, %j : !c, !both
  }
  return %0#0, %0#1 : tensor<64x64xf32>, tensor<96x64xf32>
}

// CHECK-LABEL: func.func @streams
func.func @streams(%m: memref<8x16xf32>) {
  // CHECK: st.kernel @lowered (%{{.+}} = %{{.+}} : memref<8x16xf32>) {
  st.kernel @lowered (%in = %m : memref<8x16xf32>) {
    // CHECK: st.stream @a_to_b {storage = #st.storage<bram>} : <vector<1x16xf32>, depth = 32>
    %s = st.stream @a_to_b {storage = #st.storage<bram>} : !st.stream<vector<1x16xf32>, depth = 32>
    // CHECK: st.task @a reads(%{{.+}} = %{{.+}} : memref<8x16xf32>) inits(%{{.+}} = %{{.+}} : !st.stream<vector<1x16xf32>, depth = 32>) {
    st.task @a reads(%from = %in : memref<8x16xf32>) inits(%to = %s : !st.stream<vector<1x16xf32>, depth = 32>) {
      // CHECK: st.stream_write_tile %{{.+}}, %{{.+}} : memref<8x16xf32>, <vector<1x16xf32>, depth = 32>
      st.stream_write_tile %from, %to : memref<8x16xf32>, !st.stream<vector<1x16xf32>, depth = 32>
    }
    st.task @b reads(%from = %s : !st.stream<vector<1x16xf32>, depth = 32>) {
      // CHECK: st.buffer @tile {partition = array<i64: 1, 16>, role = "parameter"} : memref<8x16xf32>
      %tile = st.buffer @tile {partition = array<i64: 1, 16>, role = "parameter"} : memref<8x16xf32>
      // CHECK: st.buffer @both {halves = 2 : i64} : memref<2x8x16xf32>
      %both = st.buffer @both {halves = 2} : memref<2x8x16xf32>
      // CHECK: st.stream_read_tile %{{.+}} into %{{.+}} : <vector<1x16xf32>, depth = 32>, memref<8x16xf32>
      st.stream_read_tile %from into %tile : !st.stream<vector<1x16xf32>, depth = 32>, memref<8x16xf32>
      %e = tensor.empty() : tensor<8x16xf32>
      // CHECK: st.stream_read_tile %{{.+}} into %{{.+}} : <{{.+}}>, tensor<8x16xf32> -> tensor<8x16xf32>
      %t = st.stream_read_tile %from into %e : !st.stream<vector<1x16xf32>, depth = 32>, tensor<8x16xf32> -> tensor<8x16xf32>
      // CHECK: st.stream_read %{{.+}} : <vector<1x16xf32>, depth = 32> -> vector<1x16xf32>
      %v = st.stream_read %from : !st.stream<vector<1x16xf32>, depth = 32> -> vector<1x16xf32>
      // CHECK: st.stream_write %{{.+}}, %{{.+}} : vector<1x16xf32>, <vector<1x16xf32>, depth = 32>
      st.stream_write %v, %from : vector<1x16xf32>, !st.stream<vector<1x16xf32>, depth = 32>
    }
  }
  return
}

// CHECK-LABEL: func.func @rows
func.func @rows(%x: tensor<20x128xf32>, %g: tensor<128xf32>) -> tensor<20x128xf32> {
  // CHECK: st.row_op (%{{.+}} = %{{.+}} : tensor<20x128xf32>, %{{.+}} = %{{.+}} : tensor<128xf32>) domain [20, 128] rows 1 maps [(d0, d1) -> (d0, d1), (d0, d1) -> (d1)] -> [(d0, d1) -> (d0, d1)] -> (tensor<20x128xf32>) {
  %r = st.row_op (%a = %x : tensor<20x128xf32>, %b = %g : tensor<128xf32>) domain [20, 128] rows 1
      maps [(d0, d1) -> (d0, d1), (d0, d1) -> (d1)] -> [(d0, d1) -> (d0, d1)] -> (tensor<20x128xf32>) {
    st.yield %a : tensor<20x128xf32>
  }
  return %r : tensor<20x128xf32>
}
