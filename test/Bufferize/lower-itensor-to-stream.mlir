// RUN: streamtensor-opt %s -st-lower-itensor-to-stream | FileCheck %s

!t = !st.itensor<8x1xvector<1x8xf32>, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)>
#id = affine_map<(d0, d1) -> (d0, d1)>

// The kernel works in memory of @main, and knows what the user calls it.
// CHECK-LABEL: func.func @main
// CHECK-SAME:      %[[X:.*]]: tensor<16x8xf32>
// CHECK:         %[[W:.*]] = arith.constant {st.name = "w"} dense<1.000000e+00> : tensor<2x1x8x8xf32>
// CHECK-DAG:     %[[PX:.*]] = linalg.pack %[[X]]
// CHECK-DAG:     %[[MX:.*]] = bufferization.to_buffer %[[PX]] read_only
// CHECK-DAG:     %[[MW:.*]] = bufferization.to_buffer %[[W]] read_only
// CHECK-DAG:     %[[MY:.*]] = memref.alloc() : memref<2x1x8x8xf32>
// CHECK:         st.kernel @add (%[[KX:.*]] = %[[MX]] : memref<2x1x8x8xf32>, %[[KW:.*]] = %[[MW]] : memref<2x1x8x8xf32>, %[[KY:.*]] = %[[MY]] : memref<2x1x8x8xf32>)
// CHECK-SAME:      st.operand_directions = ["in", "in", "out"]
// CHECK-SAME:      st.operand_names = ["x", "w", "y"]
// CHECK-SAME:      st.parameter_operands = array<i64: 1>
func.func @main(%x: tensor<16x8xf32> {st.name = "x"}) -> (tensor<16x8xf32> {st.name = "y"}) {
  %w = arith.constant {st.name = "w"} dense<1.0> : tensor<2x1x8x8xf32>
  %empty = tensor.empty() : tensor<2x1x8x8xf32>
  %px = linalg.pack %x inner_dims_pos = [0, 1] inner_tiles = [8, 8] into %empty
      : tensor<16x8xf32> -> tensor<2x1x8x8xf32>
  %py = st.kernel @add (%mx = %px : tensor<2x1x8x8xf32>, %mw = %w : tensor<2x1x8x8xf32>) -> (tensor<2x1x8x8xf32>) {
    // Depth and storage are kept; what nobody sized gets two tokens. Constants are marked on their way.
    // CHECK:       %[[SX:.*]] = st.stream @dma_x_to_add {storage = #st.storage<lutram>} : <vector<1x8xf32>, depth = 16>
    // CHECK:       %[[SW:.*]] = st.stream @fifo {st.parameter} : <vector<1x8xf32>, depth = 2>
    // CHECK:       %[[SY:.*]] = st.stream @fifo_1 : <vector<1x8xf32>, depth = 2>
    // CHECK-NOT:   itensor
    %fx = st.itensor_instance {st.name = "dma_x_to_add", depth_tokens = 16, storage = #st.storage<lutram>} : !t
    %fw = st.itensor_instance : !t
    %fy = st.itensor_instance : !t
    %y = tensor.empty() : tensor<2x1x8x8xf32>
    // CHECK:       st.task @dma_x reads(%[[M:.*]] = %[[KX]] : memref<2x1x8x8xf32>) inits(%[[S:.*]] = %[[SX]]
    // CHECK-SAME:      attributes {die = 0 : i64, st.kind = "dma_read"}
    // CHECK:         %[[T:.*]] = bufferization.to_tensor %[[M]] restrict
    // CHECK:         scf.for %[[I:.*]] = %{{.*}} to %{{.*}} step %{{[a-z0-9_]*}} {
    // CHECK:           %[[TILE:.*]] = tensor.extract_slice %[[T]][%[[I]], 0, 0, 0]
    // CHECK:           st.stream_write_tile %[[TILE]], %[[S]]
    // CHECK:         }
    %sx = st.task @dma_x reads(%m = %mx : tensor<2x1x8x8xf32>) inits(%o = %fx : !t)
        attributes {st.kind = "dma_read", die = 0} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (!t) {
        %t = tensor.extract_slice %m[%i, 0, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1]
            : tensor<2x1x8x8xf32> to tensor<8x8xf32>
        %r1 = st.itensor_write %t into %o0 : tensor<8x8xf32> -> !t
        scf.yield %r1 : !t
      }
      st.yield %r : !t
    }
    %sw = st.task @dma_w reads(%m = %mw : tensor<2x1x8x8xf32>) inits(%o = %fw : !t) attributes {st.kind = "dma_read"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (!t) {
        %t = tensor.extract_slice %m[%i, 0, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1]
            : tensor<2x1x8x8xf32> to tensor<8x8xf32>
        %r1 = st.itensor_write %t into %o0 : tensor<8x8xf32> -> !t
        scf.yield %r1 : !t
      }
      st.yield %r : !t
    }
    // CHECK:       st.task @add reads(%[[A:.*]] = %[[SX]] : !st.stream<{{.*}}>, %[[B:.*]] = %[[SW]] : !st.stream<{{.*}}>) inits(%[[C:.*]] = %[[SY]]
    // CHECK:           %[[TA:.*]] = st.stream_read_tile %[[A]] into %[[E:.*]] :
    // CHECK:           %[[TB:.*]] = st.stream_read_tile %[[B]] into %[[E]] :
    // CHECK:           %[[SUM:.*]] = linalg.add ins(%[[TA]], %[[TB]]
    // CHECK:           st.stream_write_tile %[[SUM]], %[[C]]
    %sy = st.task @add reads(%a = %sx : !t, %b = %sw : !t) inits(%o = %fy : !t) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %r = scf.for %i = %c0 to %c16 step %c8 iter_args(%o0 = %o) -> (!t) {
        %ta = st.itensor_read %a init %e : !t -> tensor<8x8xf32>
        %tb = st.itensor_read %b init %e : !t -> tensor<8x8xf32>
        %sum = linalg.add ins(%ta, %tb : tensor<8x8xf32>, tensor<8x8xf32>) outs(%e : tensor<8x8xf32>)
            -> tensor<8x8xf32>
        %r1 = st.itensor_write %sum into %o0 : tensor<8x8xf32> -> !t
        scf.yield %r1 : !t
      }
      st.yield %r : !t
    }
    // What a loop carries besides FIFOs stays.
    // CHECK:       st.task @dma_y reads(%[[R:.*]] = %[[SY]] : !st.stream<{{.*}}>) inits(%[[M:.*]] = %[[KY]] : memref<2x1x8x8xf32>)
    // CHECK:         %[[OUT:.*]] = bufferization.to_tensor %[[M]] restrict writable
    // CHECK:         %[[LAST:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %[[OUT]])
    // CHECK:         bufferization.materialize_in_destination %[[LAST]] in restrict writable %[[M]]
    %r = st.task @dma_y reads(%s = %sy : !t) inits(%o = %y : tensor<2x1x8x8xf32>) attributes {st.kind = "dma_write"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (tensor<2x1x8x8xf32>) {
        %t = st.itensor_read %s init %e : !t -> tensor<8x8xf32>
        %r1 = tensor.insert_slice %t into %o0[%i, 0, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1]
            : tensor<8x8xf32> into tensor<2x1x8x8xf32>
        scf.yield %r1 : tensor<2x1x8x8xf32>
      }
      st.yield %r : tensor<2x1x8x8xf32>
    }
    st.yield %r : tensor<2x1x8x8xf32>
  }
  // CHECK:         %[[RESULT:.*]] = bufferization.to_tensor %[[MY]] restrict
  // CHECK:         linalg.unpack %[[RESULT]]
  %e = tensor.empty() : tensor<16x8xf32>
  %y = linalg.unpack %py inner_dims_pos = [0, 1] inner_tiles = [8, 8] into %e
      : tensor<2x1x8x8xf32> -> tensor<16x8xf32>
  return %y : tensor<16x8xf32>
}
