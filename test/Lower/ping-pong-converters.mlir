// RUN: streamtensor-opt %s -st-ping-pong-converters -canonicalize -cse | FileCheck %s

!s = !st.stream<vector<1x8xf32>, depth = 2>

// CHECK-DAG: #[[$HALF:.*]] = affine_map<(d0) -> (d0 mod 2)>
// CHECK-DAG: #[[$OUTER:.*]] = affine_map<(d0) -> ((d0 floordiv 3) * 8)>
func.func @main(%x: memref<16x8xf32>) {
  st.kernel @k (%mx = %x : memref<16x8xf32>) {
    %a = st.stream @a : !s
    // CHECK-LABEL: st.task @convert_0
    // CHECK-DAG:     %[[WINDOW:.*]] = st.buffer @window {halves = 2 : i64, partition = array<i64: 1, 1, 8>} : memref<2x8x16xf32>
    // CHECK-DAG:     %[[ROUNDS:.*]] = arith.constant 4 : index
    // CHECK:         scf.for %[[R:.*]] = %c0 to %c5 step %c1 {
    // CHECK-NEXT:      %[[MAY_FILL:.*]] = arith.cmpi slt, %[[R]], %[[ROUNDS]]
    // CHECK-NEXT:      scf.if %[[MAY_FILL]] {
    // CHECK-NEXT:        %[[HALF:.*]] = affine.apply #[[$HALF]](%[[R]])
    // CHECK-NEXT:        %[[THIS:.*]] = memref.subview %[[WINDOW]][%[[HALF]], 0, 0] [1, 8, 16]
    // CHECK-NEXT:        scf.for
    // CHECK-NEXT:          memref.subview %[[THIS]]
    // CHECK-NEXT:          st.stream_read_tile
    // CHECK:           %[[MAY_DRAIN:.*]] = arith.cmpi sgt, %[[R]], %c0
    // CHECK-NEXT:      scf.if %[[MAY_DRAIN]] {
    // CHECK-NEXT:        %[[PREVIOUS:.*]] = arith.subi %[[R]], %c1
    // CHECK-NEXT:        %[[HALF:.*]] = affine.apply #[[$HALF]](%[[PREVIOUS]])
    // CHECK-NEXT:        %[[THAT:.*]] = memref.subview %[[WINDOW]][%[[HALF]], 0, 0] [1, 8, 16]
    // CHECK-NEXT:        scf.for
    // CHECK-NEXT:          scf.for
    // CHECK-NEXT:            memref.subview %[[THAT]]
    // CHECK-NEXT:            st.stream_write_tile
    // CHECK-NOT:     st.stream_read_tile
    st.task @convert_0 reads(%i = %a : !s) inits(%o = %a : !s) attributes {st.kind = "converter", st.halves = 2} {
      %w = st.buffer @window {partition = array<i64: 1, 8>} : memref<8x16xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      scf.for %r0 = %c0 to %c2 step %c1 {
        scf.for %r1 = %c0 to %c2 step %c1 {
          scf.for %j = %c0 to %c16 step %c8 {
            %v = memref.subview %w[0, %j] [8, 8] [1, 1] : memref<8x16xf32> to memref<8x8xf32, strided<[16, 1], offset: ?>>
            st.stream_read_tile %i into %v : !s, memref<8x8xf32, strided<[16, 1], offset: ?>>
          }
          scf.for %again = %c0 to %c2 step %c1 {
            scf.for %j = %c0 to %c16 step %c8 {
              %v = memref.subview %w[0, %j] [8, 8] [1, 1] : memref<8x16xf32> to memref<8x8xf32, strided<[16, 1], offset: ?>>
              st.stream_write_tile %v, %o : memref<8x8xf32, strided<[16, 1], offset: ?>>, !s
            }
          }
        }
      }
    }
    // What a part uses of the rounds' loops is worked out from its own round: here 2 x 3 rounds, the outer step 8.
    // CHECK-LABEL: st.task @uses_round
    // CHECK:         scf.for %[[R:.*]] = %c0 to %c7 step %c1 {
    // CHECK:           scf.if
    // CHECK:             %[[I:.*]] = affine.apply #[[$OUTER]](%[[R]])
    // CHECK:             memref.load %{{.*}}[%[[I]], %c0]
    // CHECK:             st.stream_read_tile
    st.task @uses_round reads(%i = %a : !s, %m = %mx : memref<16x8xf32>) inits(%o = %a : !s)
        attributes {st.kind = "converter", st.halves = 2} {
      %w = st.buffer @window : memref<1x8xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c3 = arith.constant 3 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      scf.for %r0 = %c0 to %c16 step %c8 {
        scf.for %r1 = %c0 to %c3 step %c1 {
          scf.for %j = %c0 to %c1 step %c1 {
            %v = memref.load %m[%r0, %c0] : memref<16x8xf32>
            memref.store %v, %w[%c0, %c0] : memref<1x8xf32>
            st.stream_read_tile %i into %w : !s, memref<1x8xf32>
          }
          st.stream_write_tile %w, %o : memref<1x8xf32>, !s
        }
      }
    }
    // A single round has nothing to overlap.
    // CHECK-LABEL: st.task @one_round
    // CHECK-NEXT:    st.buffer @window : memref<1x8xf32>
    st.task @one_round reads(%i = %a : !s) inits(%o = %a : !s) attributes {st.kind = "converter", st.halves = 2} {
      %w = st.buffer @window : memref<1x8xf32>
      st.stream_read_tile %i into %w : !s, memref<1x8xf32>
      st.stream_write_tile %w, %o : memref<1x8xf32>, !s
    }
    st.yield
  }
  return
}
