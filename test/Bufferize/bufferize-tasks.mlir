// RUN: streamtensor-opt %s -st-bufferize-tasks -canonicalize -cse -canonicalize | FileCheck %s

!s = !st.stream<vector<1x8xf32>, depth = 2>

// Tables that are no splat become globals.
// CHECK: memref.global "private" constant @[[$TABLE:.*]] : memref<1x8xf32> = dense<[

// @main stays on tensors.
// CHECK-LABEL: func.func @main
// CHECK:         tensor.empty() : tensor<4xf32>
// CHECK-LABEL: st.task @row
// CHECK-DAG:     %[[GAIN:.*]] = memref.get_global @[[$TABLE]]
// CHECK-DAG:     %[[ROW:.*]] = memref.alloc() {{.*}}: memref<1x32xf32>
// CHECK:         scf.for %[[J:.*]] =
// A tile is received in its place in the row.
// CHECK-NEXT:      %[[PLACE:.*]] = memref.subview %[[ROW]][0, %[[J]]] [1, 8] [1, 1]
// CHECK-NEXT:      st.stream_read_tile %{{.*}} into %[[PLACE]]
// CHECK:         scf.for %[[J:.*]] =
// CHECK-NEXT:      %[[PART:.*]] = memref.subview %[[ROW]][0, %[[J]]] [1, 8] [1, 1]
// CHECK-NEXT:      %[[OUT:.*]] = memref.alloc() {{.*}}: memref<1x8xf32>
// CHECK-NEXT:      linalg.mul ins(%[[PART]], %[[GAIN]] : {{.*}}) outs(%[[OUT]]
// CHECK-NEXT:      st.stream_write_tile %[[OUT]]
// CHECK-NOT:     memref.copy
func.func @main() -> tensor<4xf32> {
  %kept = tensor.empty() : tensor<4xf32>
  st.kernel @k () {
    %s = st.stream @s : !s
    st.task @row reads(%a = %s : !s) inits(%o = %s : !s) {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c32 = arith.constant 32 : index
      %gain = arith.constant dense<[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]> : tensor<1x8xf32>
      %empty = tensor.empty() : tensor<1x32xf32>
      %row = scf.for %j = %c0 to %c32 step %c8 iter_args(%r = %empty) -> (tensor<1x32xf32>) {
        %e = tensor.empty() : tensor<1x8xf32>
        %t = st.stream_read_tile %a into %e : !s, tensor<1x8xf32> -> tensor<1x8xf32>
        %n = tensor.insert_slice %t into %r[0, %j] [1, 8] [1, 1] : tensor<1x8xf32> into tensor<1x32xf32>
        scf.yield %n : tensor<1x32xf32>
      }
      scf.for %j = %c0 to %c32 step %c8 {
        %t = tensor.extract_slice %row[0, %j] [1, 8] [1, 1] : tensor<1x32xf32> to tensor<1x8xf32>
        %e = tensor.empty() : tensor<1x8xf32>
        %p = linalg.mul ins(%t, %gain : tensor<1x8xf32>, tensor<1x8xf32>) outs(%e : tensor<1x8xf32>)
            -> tensor<1x8xf32>
        st.stream_write_tile %p, %o : tensor<1x8xf32>, !s
      }
    }
    st.yield
  }
  return %kept : tensor<4xf32>
}
