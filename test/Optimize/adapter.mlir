// Tokens of another width, the same scalars in the same order: as many scalars are held as both tokens divide.
// RUN: streamtensor-opt %s -st-materialize-kernel -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --entry wide_to_narrow --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --entry neither_divides --tolerance 0
// RUN: streamtensor-opt %s -st-optimize -st-schedule -st-allocate -st-bufferize -st-lower -o %t.lower.mlir
// RUN: st-reference-test %t.lower.mlir --compare %s --entry wide_to_narrow --tolerance 0
// RUN: st-reference-test %t.lower.mlir --compare %s --entry neither_divides --tolerance 0
// RUN: st-reference-test %t.lower.mlir --compare %s --entry scalars_to_tokens --tolerance 0

!wide = !st.itensor<1x1xvector<1x8xf32>, iter_space = [4, 2] * [1, 8], iter_map = (d0, d1) -> (d0, d1)>
!narrow = !st.itensor<1x1xvector<1x4xf32>, iter_space = [4, 4] * [1, 4], iter_map = (d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @wide_to_narrow
// CHECK: st.task @adapt_0 reads(%[[IN:.+]] = %{{.+}}) inits(%[[OUT:.+]] = %{{.+}}) attributes {st.halves = 1 : i64, st.kind = "converter"} {
// CHECK:   tensor.empty() : tensor<8xf32>
// CHECK:   scf.for
// CHECK:     st.itensor_read %[[IN]]
// CHECK:     scf.for
// CHECK:       st.itensor_write
func.func @wide_to_narrow(%x: tensor<4x2x1x8xf32>) -> tensor<4x4x1x4xf32> {
  %0 = st.kernel @k (%s = %x : tensor<4x2x1x8xf32> as !wide) -> (tensor<4x4x1x4xf32>) {
    %1 = st.itensor_converter %s : !wide -> !narrow
    st.yield %1 : !narrow
  }
  return %0 : tensor<4x4x1x4xf32>
}

!four = !st.itensor<1x1xvector<1x4xf32>, iter_space = [2, 3] * [1, 4], iter_map = (d0, d1) -> (d0, d1)>
!six = !st.itensor<1x1xvector<1x6xf32>, iter_space = [2, 2] * [1, 6], iter_map = (d0, d1) -> (d0, d1)>

// CHECK-LABEL: func.func @neither_divides
// CHECK: st.task @adapt_0
// CHECK:   tensor.empty() : tensor<12xf32>
func.func @neither_divides(%x: tensor<2x3x1x4xf32>) -> tensor<2x2x1x6xf32> {
  %0 = st.kernel @k (%s = %x : tensor<2x3x1x4xf32> as !four) -> (tensor<2x2x1x6xf32>) {
    %1 = st.itensor_converter %s : !four -> !six
    st.yield %1 : !six
  }
  return %0 : tensor<2x2x1x6xf32>
}

!one = !st.itensor<1x1xf32, iter_space = [2, 13] * [1, 1], iter_map = (d0, d1) -> (d0, d1)>
!row = !st.itensor<1x1xvector<1x13xf32>, iter_space = [2] * [1], iter_map = (d0) -> (d0, 0)>

// CHECK-LABEL: func.func @scalars_to_tokens
// CHECK: st.task @adapt_0
// CHECK:   tensor.empty() : tensor<13xf32>
func.func @scalars_to_tokens(%x: tensor<2x13x1x1xf32>) -> tensor<2x1x1x13xf32> {
  %0 = st.kernel @k (%s = %x : tensor<2x13x1x1xf32> as !one) -> (tensor<2x1x1x13xf32>) {
    %1 = st.itensor_converter %s : !one -> !row
    st.yield %1 : !row
  }
  return %0 : tensor<2x1x1x13xf32>
}
