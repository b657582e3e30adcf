// Rows of slices that are read again for each row of the result: while one half fills, the other is read. A circular
// buffer would save a slot and repeat its addresses after seven rounds only.
// RUN: streamtensor-opt %s -st-materialize-kernel -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0
// RUN: streamtensor-opt %s -st-optimize -st-schedule -st-allocate -st-bufferize -st-lower -o %t.lower.mlir
// RUN: st-reference-test %t.lower.mlir --compare %s --tolerance 0

!once = !st.itensor<4x4xf32, iter_space = [2, 4] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>
!again = !st.itensor<4x4xf32, iter_space = [2, 4, 4] * [4, 1, 4], iter_map = (d0, d1, d2) -> (d0, d2)>
!list = !st.itensor<4x4xf32, iter_space = [32] * [4], iter_map = (d0) -> (d0, 0)>

// CHECK-LABEL: func.func @main
// CHECK: st.task @convert_0 reads(%[[IN:[a-z0-9_]+]] = %{{.+}} : {{.+}}) {{.+}} attributes {st.halves = 2 : i64, st.kind = "converter", st.live_bytes = 256 : i64, st.ping_pong_bytes = 512 : i64} {
// CHECK:   %[[BUF:[a-z0-9_]+]] = tensor.empty() : tensor<2x4x16xf32>
// CHECK:   scf.for {{.+}} = %[[BUF]]) -> (tensor<2x4x16xf32>) {
// CHECK:     %[[T:[a-z0-9_]+]] = st.itensor_read %[[IN]]
// CHECK:     tensor.insert_slice %[[T]] into %{{.+}}[0, 0, %{{.+}}] [1, 4, 4] [1, 1, 1]
// CHECK:   scf.for %[[ROUND:[a-z0-9_]+]] =
// CHECK:     %[[DRAINED:[a-z0-9_]+]] = arith.andi %[[ROUND]]
// CHECK:     %[[FILLED:[a-z0-9_]+]] = arith.xori %[[DRAINED]]
// CHECK:     scf.for
// CHECK:       %[[T:[a-z0-9_]+]] = st.itensor_read %[[IN]]
// CHECK:       %[[FULL:[a-z0-9_]+]] = tensor.insert_slice %[[T]] into %{{.+}}[%[[FILLED]], 0, %{{.+}}] [1, 4, 4] [1, 1, 1]
// CHECK:       scf.for
// CHECK:         %[[T:[a-z0-9_]+]] = tensor.extract_slice %[[FULL]][%[[DRAINED]], 0, %{{.+}}] [1, 4, 4] [1, 1, 1]
// CHECK:         st.itensor_write %[[T]]
// CHECK:   scf.for
// CHECK:     scf.for
// CHECK:       tensor.extract_slice %{{.+}}[1, 0, %{{.+}}] [1, 4, 4] [1, 1, 1]
func.func @main(%x: tensor<2x4x4x4xf32>) -> tensor<32x1x4x4xf32> {
  %0 = st.kernel @k (%s = %x : tensor<2x4x4x4xf32> as !once) -> (tensor<32x1x4x4xf32>) {
    %c = st.itensor_converter %s : !once -> !again
    %e = st.itensor_empty : !list
    %r = st.task @copy reads(%in = %c : !again) inits(%out = %e : !list) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c32 = arith.constant 32 : index
      %1 = scf.for %i = %c0 to %c32 step %c1 iter_args(%o = %out) -> (!list) {
        %b = tensor.empty() : tensor<4x4xf32>
        %t = st.itensor_read %in init %b : !again -> tensor<4x4xf32>
        %w = st.itensor_write %t into %o : tensor<4x4xf32> -> !list
        scf.yield %w : !list
      }
      st.yield %1 : !list
    }
    st.yield %r : !list
  }
  return %0 : tensor<32x1x4x4xf32>
}
