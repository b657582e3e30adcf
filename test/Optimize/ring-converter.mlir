// Slices that leave in another order lie in a circular buffer: three slots instead of two halves of four.
// RUN: streamtensor-opt %s -st-materialize-kernel -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0
// RUN: streamtensor-opt %s -st-optimize -st-schedule -st-allocate -st-bufferize -st-lower -o %t.lower.mlir
// RUN: st-reference-test %t.lower.mlir --compare %s --tolerance 0

!rows = !st.itensor<1x4x4xf32, iter_space = [3, 2, 2] * [1, 4, 4], iter_map = (d0, d1, d2) -> (d0, d1, d2)>
!columns = !st.itensor<1x4x4xf32, iter_space = [3, 2, 2] * [1, 4, 4], iter_map = (d0, d1, d2) -> (d0, d2, d1)>

// CHECK-LABEL: func.func @main
// CHECK: st.task @convert_0 reads(%[[IN:.+]] = %{{.+}} : {{.+}}) inits({{.+}}) attributes {st.halves = 1 : i64, st.kind = "converter", st.live_bytes = 128 : i64, st.ping_pong_bytes = 512 : i64} {
// CHECK:   %[[BUFFER:.+]] = tensor.empty() : tensor<3x1x4x4xf32>
// Two slices come first.
// CHECK:   scf.for %[[N:.+]] = {{.+}} iter_args(%{{.+}} = %[[BUFFER]])
// CHECK:     %[[SLOT:.+]] = arith.remui %[[N]]
// CHECK:     tensor.insert_slice %{{.+}} into %{{.+}}[%[[SLOT]], 0, 0, 0] [1, 1, 4, 4]
// Then each round drains one and fills one.
// CHECK:   scf.for
// CHECK:     scf.for
// CHECK:       tensor.extract_slice
// CHECK:       st.itensor_write
// CHECK:       st.itensor_read %[[IN]]
// CHECK:       tensor.insert_slice
// CHECK:   scf.for
// CHECK:   scf.for
// CHECK-NOT: st.itensor_read
// CHECK: st.yield
func.func @main(%x: tensor<3x2x2x1x4x4xf32>) -> tensor<3x2x2x1x4x4xf32> {
  %0 = st.kernel @k (%s = %x : tensor<3x2x2x1x4x4xf32> as !rows) -> (tensor<3x2x2x1x4x4xf32>) {
    %c = st.itensor_converter %s : !rows -> !columns
    %e = st.itensor_empty : !columns
    %r = st.task @copy reads(%in = %c : !columns) inits(%out = %e : !columns) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c12 = arith.constant 12 : index
      %1 = scf.for %i = %c0 to %c12 step %c1 iter_args(%o = %out) -> (!columns) {
        %b = tensor.empty() : tensor<1x4x4xf32>
        %t = st.itensor_read %in init %b : !columns -> tensor<1x4x4xf32>
        %w = st.itensor_write %t into %o : tensor<1x4x4xf32> -> !columns
        scf.yield %w : !columns
      }
      st.yield %1 : !columns
    }
    st.yield %r : !columns
  }
  return %0 : tensor<3x2x2x1x4x4xf32>
}
