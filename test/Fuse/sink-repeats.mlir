// A kernel that is launched in every repetition becomes one that repeats.
// RUN: streamtensor-opt %s -st-sink-repeats -o %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: st-reference-test %t.mlir --compare %s | FileCheck %s --check-prefix=SAME
// RUN: streamtensor-opt %s -st-fuse -st-optimize -st-schedule -st-allocate -st-bufferize -st-lower -o %t.lower.mlir
// RUN: st-reference-test %t.lower.mlir --compare %s | FileCheck %s --check-prefix=SAME
// RUN: streamtensor-opt %s -st-sink-repeats=max-converter-bytes=100 2>&1 | FileCheck %s --check-prefix=LARGE
// SAME: result0: max|a-b| = 0, max|b| = {{[1-9]}}

!rows = !st.itensor<4x4xf32, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>
!columns = !st.itensor<4x4xf32, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d1, d0)>

// CHECK-LABEL: func @main
// CHECK: st.kernel @scale (%[[X:.*]] = %arg0 : tensor<8x8xf32> as !st.itensor<4x4xf32, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>,
// CHECK-SAME: %[[W:.*]] = %arg1 : tensor<3x8x8xf32> as !st.itensor<1x4x4xf32, iter_space = [3, 2, 2] * [1, 4, 4], iter_map = (d0, d1, d2) -> (d0, d2, d1)>,
// CHECK-SAME: %[[B:.*]] = %arg2 : tensor<8x8xf32> as !st.itensor<4x4xf32, iter_space = [3, 2, 2] * [1, 4, 4], iter_map = (d0, d1, d2) -> (d2, d1)>)
// CHECK: st.repeat %{{.*}} to 3 carried(%[[C:.*]] = %[[X]] : {{.*}}) slices(%{{.*}} = %[[W]] : {{.*}}) again(%{{.*}} = %[[B]] :
// What is carried arrives by rows, and is read by columns.
// CHECK-NEXT: st.itensor_converter %[[C]]
// CHECK: st.task @scale
// LARGE: remark: launches its kernels 3 times: buffers of {{[0-9]+}} bytes are more than the 100 allowed
// LARGE: = st.repeat
func.func @main(%x: tensor<8x8xf32>, %w: tensor<3x8x8xf32>, %b: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %y = st.repeat %i to 3 carried(%c = %x : tensor<8x8xf32>) slices(%s = %w : tensor<3x8x8xf32> as tensor<8x8xf32>)
      again(%a = %b : tensor<8x8xf32>) {
    %n = st.kernel @scale (%sc = %c : tensor<8x8xf32> as !columns, %ss = %s : tensor<8x8xf32> as !columns,
                           %sa = %a : tensor<8x8xf32> as !columns) -> (tensor<8x8xf32>) {
      %e0 = st.itensor_empty : !columns
      %p = st.task @scale reads(%tc = %sc : !columns, %ts = %ss : !columns, %ta = %sa : !columns) inits(%out = %e0 : !columns)
          attributes {st.kind = "compute"} {
        %e = tensor.empty() : tensor<4x4xf32>
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c4 = arith.constant 4 : index
        %1 = scf.for %t = %c0 to %c4 step %c1 iter_args(%o = %out) -> !columns {
          %vc = st.itensor_read %tc init %e : !columns -> tensor<4x4xf32>
          %vs = st.itensor_read %ts init %e : !columns -> tensor<4x4xf32>
          %va = st.itensor_read %ta init %e : !columns -> tensor<4x4xf32>
          %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>,
                                                affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                               iterator_types = ["parallel", "parallel"], st.unroll = array<i64: 1, 1>}
              ins(%vc, %vs, %va : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
          ^bb0(%cv: f32, %sv: f32, %av: f32, %old: f32):
            %q0 = arith.mulf %cv, %sv : f32
            %q1 = arith.addf %q0, %av : f32
            linalg.yield %q1 : f32
          } -> tensor<4x4xf32>
          %3 = st.itensor_write %r into %o : tensor<4x4xf32> -> !columns
          scf.yield %3 : !columns
        }
        st.yield %1 : !columns
      }
      %back = st.itensor_converter %p : !columns -> !rows
      st.yield %back : !rows
    }
    st.yield %n : tensor<8x8xf32>
  }
  return %y : tensor<8x8xf32>
}
