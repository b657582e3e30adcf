// RUN: streamtensor-opt %s -st-materialize-kernel -st-convert-empty-to-instance -st-verify-optimize -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0

// Rows in two tiles of channels; windows of three whole rows, one row and one column of padding around.
!halves = !st.itensor<1x1x3xf32 of 2x5x3, iter_space = [5, 2] * [1, 1], iter_map = (d0, d1) -> (d1, d0, 0)>
!windows = !st.itensor<2x1x5xf32 of 2x7x5, iter_space = [5, 3] * [1, 1], iter_map = (d0, d1) -> (0, d0 + d1, 0)>
!out = !st.itensor<1x2x1x5xf32 of 15x2x1x5, iter_space = [15] * [1], iter_map = (d0) -> (d0, 0, 0, 0)>

// Three rows and the padding row.
// CHECK-LABEL: func.func @main(
// CHECK:         st.task @convert_0 reads(%[[IN:.+]] = %{{.+}} : {{.+}}) inits({{.+}}) attributes {st.halves = 1 : i64, st.kind = "converter", st.line_buffer, st.live_bytes = 48 : i64, st.ping_pong_bytes = 280 : i64} {
// CHECK:           %[[BUF:.+]] = arith.constant dense<7.000000e+00> : tensor<2x4x5xf32>
// The first window needs two rows.
// CHECK:           %[[FIRST:.+]] = scf.for %[[ROW:.+]] = %{{.+}} iter_args(%{{.+}} = %[[BUF]]) -> (tensor<2x4x5xf32>) {
// CHECK:             scf.for
// CHECK:               %[[SLOT:.+]] = arith.remui %[[ROW]], %{{.+}} : index
// CHECK:               %[[T:.+]] = st.itensor_read %[[IN]]
// CHECK:               tensor.insert_slice %[[T]] into %{{.+}}[%{{.+}}, %[[SLOT]], 1] [1, 1, 3] [1, 1, 1]
// Each of the next takes one row more.
// CHECK:           scf.for {{.+}} iter_args(%[[HELD:.+]] = %[[FIRST]],
// CHECK:             scf.for
// CHECK:               %[[INSIDE:.+]] = arith.andi
// CHECK:               %[[SLOT:.+]] = arith.select %[[INSIDE]], %{{.+}}, %{{.+}} : index
// CHECK:               %[[T:.+]] = tensor.extract_slice %[[HELD]][0, %[[SLOT]], 0] [2, 1, 5] [1, 1, 1]
// CHECK:               st.itensor_write %[[T]]
// CHECK:             scf.for
// CHECK:               st.itensor_read %[[IN]]
// The last reach into the padding.
// CHECK:           scf.for
// CHECK:             scf.for
// CHECK:               tensor.extract_slice
// CHECK-NOT:         st.itensor_read %[[IN]]
// CHECK:           st.yield
func.func @main(%x: tensor<2x5x3xf32>) -> tensor<15x2x1x5xf32> {
  %e = tensor.empty() : tensor<2x5x1x1x1x3xf32>
  %p = linalg.pack %x inner_dims_pos = [0, 1, 2] inner_tiles = [1, 1, 3] into %e : tensor<2x5x3xf32> -> tensor<2x5x1x1x1x3xf32>
  %k = st.kernel @k (%s = %p : tensor<2x5x1x1x1x3xf32> as !halves) -> (tensor<15x1x1x1x1x2x1x5xf32>) {
    %e0 = st.itensor_empty : !halves
    %c = st.task @copy reads(%in = %s : !halves) inits(%out = %e0 : !halves) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c10 = arith.constant 10 : index
      %0 = scf.for %i = %c0 to %c10 step %c1 iter_args(%o = %out) -> (!halves) {
        %e = tensor.empty() : tensor<1x1x3xf32>
        %t = st.itensor_read %in init %e : !halves -> tensor<1x1x3xf32>
        %w = st.itensor_write %t into %o : tensor<1x1x3xf32> -> !halves
        scf.yield %w : !halves
      }
      st.yield %0 : !halves
    }
    %v = st.itensor_converter %c {low = array<i64: 0, 1, 1>, high = array<i64: 0, 1, 1>, pad = 7.0 : f32} : !halves -> !windows
    %e1 = st.itensor_empty : !out
    %r = st.task @each reads(%in = %v : !windows) inits(%out = %e1 : !out) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c15 = arith.constant 15 : index
      %0 = scf.for %i = %c0 to %c15 step %c1 iter_args(%o = %out) -> (!out) {
        %e = tensor.empty() : tensor<2x1x5xf32>
        %t = st.itensor_read %in init %e : !windows -> tensor<2x1x5xf32>
        %x = tensor.expand_shape %t [[0, 1], [2], [3]] output_shape [1, 2, 1, 5] : tensor<2x1x5xf32> into tensor<1x2x1x5xf32>
        %w = st.itensor_write %x into %o : tensor<1x2x1x5xf32> -> !out
        scf.yield %w : !out
      }
      st.yield %0 : !out
    }
    st.yield %r : !out
  }
  %d = tensor.empty() : tensor<15x2x1x5xf32>
  %y = linalg.unpack %k inner_dims_pos = [0, 1, 2, 3] inner_tiles = [1, 2, 1, 5] into %d : tensor<15x1x1x1x1x2x1x5xf32> -> tensor<15x2x1x5xf32>
  return %y : tensor<15x2x1x5xf32>
}
