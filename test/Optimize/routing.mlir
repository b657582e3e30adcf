// A stream is cut into parts and put together again, by position and in turn; nothing is held but the slice on its way.
// RUN: streamtensor-opt %s -st-materialize-kernel -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0
// RUN: streamtensor-opt %s -st-optimize -st-schedule -st-allocate -st-bufferize -st-lower -o %t.lower.mlir
// RUN: st-reference-test %t.lower.mlir --compare %s --tolerance 0

!whole = !st.itensor<4x4xf32, iter_space = [2, 3] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>
!left = !st.itensor<4x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)>
!right = !st.itensor<4x4xf32, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>
!turns = !st.itensor<4x4xf32, iter_space = [2, 2, 2] * [4, 4, 8], iter_map = (d0, d1, d2) -> (d0 + d2, d1)>

// CHECK-LABEL: func.func @main
// CHECK: %[[PARTS:.+]]:2 = st.task @route_0 reads(%[[IN:.+]] = %{{.+}} : {{.+}}) inits(%[[LEFT:.+]] = %{{.+}} : {{.+}}, %[[RIGHT:.+]] = %{{.+}} : {{.+}}) attributes {st.kind = "route"} {
// CHECK:   scf.for {{.+}} iter_args(%[[L:.+]] = %[[LEFT]], %[[R:.+]] = %[[RIGHT]])
// CHECK:     st.itensor_read %[[IN]]
// CHECK:     st.itensor_write %{{.+}} into %[[L]]
// CHECK:     scf.for {{.+}} iter_args(%[[R2:.+]] = %[[R]])
// CHECK:       st.itensor_read %[[IN]]
// CHECK:       st.itensor_write %{{.+}} into %[[R2]]
// CHECK: st.task @route_1 reads(%[[A:.+]] = %{{.+}} : {{.+}}, %[[B:.+]] = %{{.+}} : {{.+}}) inits(
// CHECK:   scf.for
// CHECK:     st.itensor_read %[[A]]
// CHECK:     scf.for
// CHECK:       st.itensor_read %[[B]]
// CHECK: st.task @route_2 reads(%[[A:.+]] = %{{.+}} : {{.+}}, %[[B:.+]] = %{{.+}} : {{.+}}) inits(
// CHECK:   scf.for
// CHECK:     scf.for
// CHECK:       st.itensor_read %[[A]]
// CHECK:       st.itensor_read %[[B]]
func.func @main(%x: tensor<2x3x4x4xf32>) -> (tensor<2x3x4x4xf32>, tensor<4x2x4x4xf32>) {
  %0:2 = st.kernel @k (%s = %x : tensor<2x3x4x4xf32> as !whole) -> (tensor<2x3x4x4xf32>, tensor<4x2x4x4xf32>) {
    %parts:2 = st.itensor_chunk %s dim 1 : !whole -> !left, !right
    %copies:3 = st.itensor_fork %parts#1 : !right -> !right, !right, !right
    %again = st.itensor_concat %parts#0, %copies#0 dim 1 : !left, !right -> !whole
    %both = st.itensor_join %copies#1, %copies#2 dim 0 : !right, !right -> !turns
    st.yield %again, %both : !whole, !turns
  }
  return %0#0, %0#1 : tensor<2x3x4x4xf32>, tensor<4x2x4x4xf32>
}
