// RUN: streamtensor-opt %s -st-fuse-kernels="max-converter-bytes=8" -split-input-file -verify-diagnostics
// RUN: not streamtensor-opt %s -st-fuse-kernels="device=no-such-device.json" 2>&1 | FileCheck %s
// CHECK: cannot fuse kernels: {{.*}}no-such-device.json

!c = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
// expected-error @below {{cannot fuse kernels: fusion_c2: kernel 'k' alone needs 16 bytes on chip, 8 are allowed}}
func.func @main(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = st.kernel @k (%s = %x : tensor<8xf32> as !c) -> (tensor<8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @k reads(%in = %s : !c) inits(%out = %empty : !c) {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %e = tensor.empty() : tensor<4xf32>
        %t = st.itensor_read %in init %e : !c -> tensor<4xf32>
        %w = st.itensor_write %t into %o : tensor<4xf32> -> !c
        scf.yield %w : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  return %0 : tensor<8xf32>
}
