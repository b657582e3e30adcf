// RUN: streamtensor-opt %s -st-vectorize-itensor | FileCheck %s
// RUN: streamtensor-opt %s -st-vectorize-itensor="max-token-bits=128" | FileCheck %s --check-prefix=NARROW

!c = !st.itensor<8x16xf32, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)>
!wide = !st.itensor<1x24xf16, iter_space = [2] * [24], iter_map = (d0) -> (0, d0)>
!odd = !st.itensor<7xi8, iter_space = [2] * [7], iter_map = (d0) -> (d0)>
!scalar = !st.itensor<f32, iter_space = [] * [], iter_map = () -> ()>

// Every stream, inside tasks and out, carries vectors as wide as the tile and the token allow; tiles stay.
// CHECK-LABEL: func.func @main(
// CHECK:         st.kernel @k ({{.+}} as !st.itensor<8x1xvector<1x16xf32>, iter_space = [2] * [8], {{.+}} as !st.itensor<1x1xvector<1x24xf16>, {{.+}} as !st.itensor<1xvector<7xi8>, {{.+}} as !st.itensor<f32,
// CHECK:           st.itensor_empty : <8x1xvector<1x16xf32>,
// CHECK:           st.task @copy reads(%{{.+}} = %{{.+}} : !st.itensor<8x1xvector<1x16xf32>, {{.+}}) inits(%{{.+}} = %{{.+}} : !st.itensor<8x1xvector<1x16xf32>,
// CHECK:             scf.for {{.+}} -> (!st.itensor<8x1xvector<1x16xf32>,
// CHECK:               st.itensor_read {{.+}} : <8x1xvector<1x16xf32>, {{.+}} -> tensor<8x16xf32>
// NARROW:        st.kernel @k ({{.+}} as !st.itensor<8x4xvector<1x4xf32>, iter_space = [2] * [8], {{.+}} as !st.itensor<1x3xvector<1x8xf16>, {{.+}} as !st.itensor<1xvector<7xi8>, {{.+}} as !st.itensor<f32,
func.func @main(%x: tensor<16x16xf32>, %h: tensor<1x48xf16>, %q: tensor<14xi8>, %z: tensor<f32>) -> tensor<16x16xf32> {
  %0 = st.kernel @k (%s = %x : tensor<16x16xf32> as !c, %sh = %h : tensor<1x48xf16> as !wide, %sq = %q : tensor<14xi8> as !odd,
                     %sz = %z : tensor<f32> as !scalar) -> (tensor<16x16xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @copy reads(%in = %s : !c) inits(%out = %empty : !c) {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %1 = scf.for %i = %c0 to %c16 step %c8 iter_args(%o = %out) -> (!c) {
        %e = tensor.empty() : tensor<8x16xf32>
        %t = st.itensor_read %in init %e : !c -> tensor<8x16xf32>
        %w = st.itensor_write %t into %o : tensor<8x16xf32> -> !c
        scf.yield %w : !c
      }
      st.yield %1 : !c
    }
    st.yield %r : !c
  }
  return %0 : tensor<16x16xf32>
}
