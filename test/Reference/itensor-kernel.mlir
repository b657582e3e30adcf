// The fused form with itensors and a converter computes what the named operations compute.
// RUN: st-reference-test %s --compare %S/Inputs/chain.mlir --tolerance 1e-6 | FileCheck %s
// CHECK: result0: max|a-b| =
// CHECK-NOT: WRONG

!a = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!b = !st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d2, d1)>
!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>

func.func @main(%a: tensor<64x64xf32>, %b: tensor<64x64xf32>, %w: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %y = st.kernel @block (%sa = %a : tensor<64x64xf32> as !a, %sb = %b : tensor<64x64xf32> as !b,
                         %sw = %w : tensor<64x64xf32> as !b) -> (tensor<64x64xf32>) {
    %e0 = st.itensor_empty : !c
    %p = st.task @matmul_0 reads(%xa = %sa : !a, %xb = %sb : !b) inits(%out = %e0 : !c) {
      %zero = arith.constant dense<0.0> : tensor<16x16xf32>
      %e = tensor.empty() : tensor<16x16xf32>
      %c0 = arith.constant 0 : index
      %c16 = arith.constant 16 : index
      %c64 = arith.constant 64 : index
      %1 = scf.for %i = %c0 to %c64 step %c16 iter_args(%o1 = %out) -> !c {
        %2 = scf.for %j = %c0 to %c64 step %c16 iter_args(%o2 = %o1) -> !c {
          %acc = scf.for %k = %c0 to %c64 step %c16 iter_args(%t = %zero) -> tensor<16x16xf32> {
            %ta = st.itensor_read %xa init %e : !a -> tensor<16x16xf32>
            %tb = st.itensor_read %xb init %e : !b -> tensor<16x16xf32>
            %m = linalg.matmul ins(%ta, %tb : tensor<16x16xf32>, tensor<16x16xf32>) outs(%t : tensor<16x16xf32>) -> tensor<16x16xf32>
            scf.yield %m : tensor<16x16xf32>
          }
          %3 = st.itensor_write %acc into %o2 : tensor<16x16xf32> -> !c
          scf.yield %3 : !c
        }
        scf.yield %2 : !c
      }
      st.yield %1 : !c
    }
    %e1 = st.itensor_empty : !c
    %d = st.task @relu_1 reads(%x = %p : !c) inits(%out = %e1 : !c) {
      %zero = arith.constant dense<0.0> : tensor<16x16xf32>
      %e = tensor.empty() : tensor<16x16xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %1 = scf.for %i = %c0 to %c16 step %c1 iter_args(%o = %out) -> !c {
        %t = st.itensor_read %x init %e : !c -> tensor<16x16xf32>
        %m = linalg.max ins(%t, %zero : tensor<16x16xf32>, tensor<16x16xf32>) outs(%e : tensor<16x16xf32>) -> tensor<16x16xf32>
        %3 = st.itensor_write %m into %o : tensor<16x16xf32> -> !c
        scf.yield %3 : !c
      }
      st.yield %1 : !c
    }
    %d2 = st.itensor_converter %d : !c -> !a
    %e2 = st.itensor_empty : !c
    %r = st.task @matmul_2 reads(%xa = %d2 : !a, %xb = %sw : !b) inits(%out = %e2 : !c) {
      %zero = arith.constant dense<0.0> : tensor<16x16xf32>
      %e = tensor.empty() : tensor<16x16xf32>
      %c0 = arith.constant 0 : index
      %c16 = arith.constant 16 : index
      %c64 = arith.constant 64 : index
      %1 = scf.for %i = %c0 to %c64 step %c16 iter_args(%o1 = %out) -> !c {
        %2 = scf.for %j = %c0 to %c64 step %c16 iter_args(%o2 = %o1) -> !c {
          %acc = scf.for %k = %c0 to %c64 step %c16 iter_args(%t = %zero) -> tensor<16x16xf32> {
            %ta = st.itensor_read %xa init %e : !a -> tensor<16x16xf32>
            %tb = st.itensor_read %xb init %e : !b -> tensor<16x16xf32>
            %m = linalg.matmul ins(%ta, %tb : tensor<16x16xf32>, tensor<16x16xf32>) outs(%t : tensor<16x16xf32>) -> tensor<16x16xf32>
            scf.yield %m : tensor<16x16xf32>
          }
          %3 = st.itensor_write %acc into %o2 : tensor<16x16xf32> -> !c
          scf.yield %3 : !c
        }
        scf.yield %2 : !c
      }
      st.yield %1 : !c
    }
    st.yield %r : !c
  }
  return %y : tensor<64x64xf32>
}
