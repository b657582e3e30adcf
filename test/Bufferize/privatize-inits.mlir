// RUN: streamtensor-opt %s -st-privatize-inits -split-input-file | FileCheck %s

!s = !st.stream<vector<1x8xf32>, depth = 2>

// Every destination is its own.
// CHECK-LABEL: st.task @reads
// CHECK:         %[[E0:.*]] = tensor.empty()
// CHECK-NEXT:    st.stream_read_tile %{{.*}} into %[[E0]]
// CHECK:         %[[E1:.*]] = tensor.empty()
// CHECK-NEXT:    st.stream_read_tile %{{.*}} into %[[E1]]
func.func @main() {
  st.kernel @k () {
    %s = st.stream @s : !s
    st.task @reads reads(%a = %s : !s) inits(%o = %s : !s) {
      %e = tensor.empty() : tensor<8x8xf32>
      %x = st.stream_read_tile %a into %e : !s, tensor<8x8xf32> -> tensor<8x8xf32>
      %y = st.stream_read_tile %a into %e : !s, tensor<8x8xf32> -> tensor<8x8xf32>
      st.stream_write_tile %x, %o : tensor<8x8xf32>, !s
      st.stream_write_tile %y, %o : tensor<8x8xf32>, !s
    }
    st.yield
  }
  return
}

// -----

!s = !st.stream<vector<1x8xf32>, depth = 2>

// An accumulator starts as a fill just before the loop that carries it. A table of several values stays a constant.
// CHECK-LABEL: st.task @accumulates
// CHECK:         %[[TABLE:.*]] = arith.constant dense<[
// CHECK:         scf.for
// CHECK:           %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:           %[[E:.*]] = tensor.empty()
// CHECK:           %[[INIT:.*]] = linalg.fill ins(%[[ZERO]] : f32) outs(%[[E]]
// CHECK:           scf.for {{.*}} iter_args(%[[ACC:.*]] = %[[INIT]])
// CHECK:             linalg.add ins(%[[ACC]], %[[TABLE]]
func.func @main() {
  st.kernel @k () {
    %s = st.stream @s : !s
    st.task @accumulates inits(%o = %s : !s) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %zero = arith.constant dense<0.0> : tensor<1x8xf32>
      %table = arith.constant dense<[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]> : tensor<1x8xf32>
      scf.for %i = %c0 to %c2 step %c1 {
        %sum = scf.for %k = %c0 to %c2 step %c1 iter_args(%acc = %zero) -> (tensor<1x8xf32>) {
          %next = linalg.add ins(%acc, %table : tensor<1x8xf32>, tensor<1x8xf32>) outs(%acc : tensor<1x8xf32>)
              -> tensor<1x8xf32>
          scf.yield %next : tensor<1x8xf32>
        }
        st.stream_write_tile %sum, %o : tensor<1x8xf32>, !s
      }
    }
    st.yield
  }
  return
}

// -----

!s = !st.stream<vector<1x8xf32>, depth = 2>
#id = affine_map<(d0, d1) -> (d0, d1)>
#turned = affine_map<(d0, d1) -> (d1, d0)>

// CHECK-LABEL: st.task @reuses
func.func @main() {
  st.kernel @k () {
    %s = st.stream @s : !s
    st.task @reuses reads(%a = %s : !s) inits(%o = %s : !s) {
      %e = tensor.empty() : tensor<8x8xf32>
      // CHECK: %[[X:.*]] = st.stream_read_tile
      %x = st.stream_read_tile %a into %e : !s, tensor<8x8xf32> -> tensor<8x8xf32>
      // %x is needed below: a destination of its own.
      // CHECK: %[[E:.*]] = tensor.empty()
      // CHECK: %[[Y:.*]] = linalg.generic {{.*}} ins(%[[X]] : tensor<8x8xf32>) outs(%[[E]] : tensor<8x8xf32>)
      %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%x : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
      ^bb0(%in: f32, %out: f32):
        %n = arith.negf %in : f32
        linalg.yield %n : f32
      } -> tensor<8x8xf32>
      // %y is turned while it is read, so only %x may be written over.
      // CHECK: %[[Z:.*]] = linalg.generic {{.*}} ins(%[[Y]], %[[X]] : tensor<8x8xf32>, tensor<8x8xf32>) outs(%[[X]] : tensor<8x8xf32>)
      %z = linalg.generic {indexing_maps = [#turned, #id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%y, %x : tensor<8x8xf32>, tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
      ^bb0(%l: f32, %r: f32, %out: f32):
        %n = arith.addf %l, %r : f32
        linalg.yield %n : f32
      } -> tensor<8x8xf32>
      st.stream_write_tile %z, %o : tensor<8x8xf32>, !s
    }
    st.yield
  }
  return
}

// -----

// What is computed with comes on chip; what is only moved goes straight into its stream.
// CHECK-LABEL: st.task @folded_dma
// CHECK:         %[[M:.*]] = bufferization.to_tensor
// CHECK:         %[[TILE:.*]] = tensor.extract_slice %[[M]][0, 0]
// CHECK:         %[[E:.*]] = tensor.empty()
// CHECK:         %[[COPY:.*]] = linalg.copy ins(%[[TILE]] : {{.*}}) outs(%[[E]]
// CHECK:         linalg.exp ins(%[[COPY]]
// CHECK:         %[[MOVED:.*]] = tensor.extract_slice %[[M]][8, 0]
// CHECK:         st.stream_write_tile %[[MOVED]]
!s = !st.stream<vector<1x8xf32>, depth = 2>
func.func @main(%x: memref<16x8xf32>) {
  st.kernel @k (%mx = %x : memref<16x8xf32>) {
    %s = st.stream @s : !s
    st.task @folded_dma reads(%m = %mx : memref<16x8xf32>) inits(%o = %s : !s) {
      %t = bufferization.to_tensor %m restrict : memref<16x8xf32> to tensor<16x8xf32>
      %e = tensor.empty() : tensor<8x8xf32>
      %tile = tensor.extract_slice %t[0, 0] [8, 8] [1, 1] : tensor<16x8xf32> to tensor<8x8xf32>
      %y = linalg.exp ins(%tile : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
      st.stream_write_tile %y, %o : tensor<8x8xf32>, !s
      %moved = tensor.extract_slice %t[8, 0] [8, 8] [1, 1] : tensor<16x8xf32> to tensor<8x8xf32>
      st.stream_write_tile %moved, %o : tensor<8x8xf32>, !s
    }
    st.yield
  }
  return
}
