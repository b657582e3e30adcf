// Whole rows in order, eight at a time and then four: the same tokens, so that a FIFO connects them and nothing is held.
// RUN: streamtensor-opt %s -st-optimize -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0
// RUN: streamtensor-opt %t.mlir -st-schedule -st-allocate -st-bufferize -st-lower -o %t.lower.mlir
// RUN: st-reference-test %t.lower.mlir --compare %s --tolerance 0

!eight = !st.itensor<8x16xf32, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)>
!four = !st.itensor<4x16xf32, iter_space = [4] * [4], iter_map = (d0) -> (d0, 0)>

// CHECK-LABEL: func.func @main
// CHECK-NOT: "converter"
// CHECK: %[[PUSHED:.+]] = st.task @dma_in0
// CHECK: %[[CAST:.+]] = st.itensor_cast %[[PUSHED]] : <8x1xvector<1x16xf32>, {{.+}}> -> <4x1xvector<1x16xf32>,
// CHECK: st.task @copy reads(%{{.+}} = %[[CAST]] :
// CHECK-NOT: "converter"
func.func @main(%x: tensor<2x1x8x16xf32>) -> tensor<4x1x4x16xf32> {
  %0 = st.kernel @k (%s = %x : tensor<2x1x8x16xf32> as !eight) -> (tensor<4x1x4x16xf32>) {
    %c = st.itensor_converter %s : !eight -> !four
    %e = st.itensor_empty : !four
    %r = st.task @copy reads(%in = %c : !four) inits(%out = %e : !four) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %1 = scf.for %i = %c0 to %c4 step %c1 iter_args(%o = %out) -> (!four) {
        %b = tensor.empty() : tensor<4x16xf32>
        %t = st.itensor_read %in init %b : !four -> tensor<4x16xf32>
        %w = st.itensor_write %t into %o : tensor<4x16xf32> -> !four
        scf.yield %w : !four
      }
      st.yield %1 : !four
    }
    st.yield %r : !four
  }
  return %0 : tensor<4x1x4x16xf32>
}
