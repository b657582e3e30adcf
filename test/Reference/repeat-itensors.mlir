// A repetition of tasks computes what its repetitions one after the other do: the weight of a layer streams anew for
// every row of tiles, the bias in every repetition, and the carried value to two readers.
// RUN: st-reference-test %s --compare %S/Inputs/unrolled.mlir | FileCheck %s
// CHECK: result0: max|a-b| = 0, max|b| = {{[1-9]}}

!c = !st.itensor<4x4xf32, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<4x4xf32, iter_space = [2, 2, 2] * [4, 4, 4], iter_map = (d0, d1, d2) -> (d0, d2)>
!b = !st.itensor<4x4xf32, iter_space = [2, 2, 2] * [4, 4, 4], iter_map = (d0, d1, d2) -> (d2, d1)>
!all_b = !st.itensor<1x4x4xf32, iter_space = [3, 2, 2, 2] * [1, 4, 4, 4], iter_map = (l, d0, d1, d2) -> (l, d2, d1)>
!again_c = !st.itensor<4x4xf32, iter_space = [3, 2, 2] * [1, 4, 4], iter_map = (l, d0, d1) -> (d0, d1)>

func.func @main(%x: tensor<8x8xf32>, %w: tensor<3x8x8xf32>, %b: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %y = st.kernel @layers (%sx = %x : tensor<8x8xf32> as !c, %sw = %w : tensor<3x8x8xf32> as !all_b,
                          %sb = %b : tensor<8x8xf32> as !again_c) -> (tensor<8x8xf32>) {
    %r = st.repeat %i to 3 carried(%x_i = %sx : !c) slices(%w_i = %sw : !all_b as !b) again(%b_i = %sb : !again_c as !c) {
      %xa = st.itensor_converter %x_i : !c -> !a
      %e0 = st.itensor_empty : !c
      %p = st.task @matmul_0 reads(%ta = %xa : !a, %tb = %w_i : !b) inits(%out = %e0 : !c) attributes {st.kind = "compute"} {
        %zero = arith.constant dense<0.0> : tensor<4x4xf32>
        %e = tensor.empty() : tensor<4x4xf32>
        %c0 = arith.constant 0 : index
        %c4 = arith.constant 4 : index
        %c8 = arith.constant 8 : index
        %1 = scf.for %m = %c0 to %c8 step %c4 iter_args(%o1 = %out) -> !c {
          %2 = scf.for %n = %c0 to %c8 step %c4 iter_args(%o2 = %o1) -> !c {
            %acc = scf.for %k = %c0 to %c8 step %c4 iter_args(%t = %zero) -> tensor<4x4xf32> {
              %va = st.itensor_read %ta init %e : !a -> tensor<4x4xf32>
              %vb = st.itensor_read %tb init %e : !b -> tensor<4x4xf32>
              %s = linalg.matmul ins(%va, %vb : tensor<4x4xf32>, tensor<4x4xf32>) outs(%t : tensor<4x4xf32>) -> tensor<4x4xf32>
              scf.yield %s : tensor<4x4xf32>
            }
            %3 = st.itensor_write %acc into %o2 : tensor<4x4xf32> -> !c
            scf.yield %3 : !c
          }
          scf.yield %2 : !c
        }
        st.yield %1 : !c
      }
      %e1 = st.itensor_empty : !c
      %n = st.task @add_1 reads(%layer = %i : index, %tp = %p : !c, %tx = %x_i : !c, %tb = %b_i : !c) inits(%out = %e1 : !c) attributes {st.kind = "compute"} {
        %zero = arith.constant 0.0 : f32
        %e = tensor.empty() : tensor<4x4xf32>
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c4 = arith.constant 4 : index
        %1 = scf.for %t = %c0 to %c4 step %c1 iter_args(%o = %out) -> !c {
          %vp = st.itensor_read %tp init %e : !c -> tensor<4x4xf32>
          %vx = st.itensor_read %tx init %e : !c -> tensor<4x4xf32>
          %vb = st.itensor_read %tb init %e : !c -> tensor<4x4xf32>
          %s = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>,
                                                affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                               iterator_types = ["parallel", "parallel"]}
              ins(%vp, %vx, %vb : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
          ^bb0(%pv: f32, %xv: f32, %bv: f32, %old: f32):
            %integer = arith.index_cast %layer : index to i32
            %factor = arith.sitofp %integer : i32 to f32
            %q0 = arith.maximumf %pv, %zero : f32
            %q1 = arith.addf %q0, %xv : f32
            %q2 = arith.mulf %bv, %factor : f32
            %q3 = arith.addf %q1, %q2 : f32
            linalg.yield %q3 : f32
          } -> tensor<4x4xf32>
          %3 = st.itensor_write %s into %o : tensor<4x4xf32> -> !c
          scf.yield %3 : !c
        }
        st.yield %1 : !c
      }
      st.yield %n : !c
    }
    st.yield %r : !c
  }
  return %y : tensor<8x8xf32>
}
