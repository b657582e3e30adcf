// Tasks loop over the repetitions, and mean the same in every phase after that.
// RUN: streamtensor-opt %S/../Reference/repeat-itensors.mlir -st-expand-repeats -o %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: st-reference-test %t.mlir --compare %S/../Reference/Inputs/unrolled.mlir | FileCheck %s --check-prefix=SAME
// RUN: streamtensor-opt %S/../Reference/repeat-itensors.mlir -st-pack-kernel-interface -st-optimize -o %t.optimize.mlir
// RUN: st-reference-test %t.optimize.mlir --compare %S/../Reference/Inputs/unrolled.mlir | FileCheck %s --check-prefix=SAME
// RUN: streamtensor-opt %t.optimize.mlir -st-schedule -st-allocate -o %t.allocate.mlir
// RUN: FileCheck %s --check-prefix=SIZED < %t.allocate.mlir
// RUN: streamtensor-opt %t.allocate.mlir -st-bufferize -st-lower -o %t.lower.mlir
// RUN: FileCheck %s --check-prefix=LOWER < %t.lower.mlir
// RUN: st-reference-test %t.lower.mlir --compare %S/../Reference/Inputs/unrolled.mlir | FileCheck %s --check-prefix=SAME
// SAME: result0: max|a-b| = 0, max|b| = {{[1-9]}}

// CHECK: st.kernel @layers
// CHECK-SAME: st.repeats = [{carried_bytes = 256 : i64, count = 3 : i64, stacked_bytes = 768 : i64}]
// CHECK-NOT: st.repeat %
// What is carried comes from outside first, and from the last task then.
// CHECK: %[[FIRST:.*]] = st.itensor_reassociate %{{.*}} {{\[\[}}0, 1], [2]] : {{.*}} -> <1x4x4xf32, iter_space = [1, 2, 2]
// CHECK: %[[BACK:.*]] = st.itensor_instance {st.feedback} : <1x4x4xf32, iter_space = [2, 2, 2]
// CHECK: %[[ALL:.*]] = st.task @enter reads(%{{.*}} = %[[FIRST]] : {{.*}}, %{{.*}} = %[[BACK]] :
// A converter shares the repetition, and is empty before the next.
// CHECK: st.itensor_converter %[[ALL]] {st.restarts = 1 : i64} : <1x4x4xf32, iter_space = [3, 2, 2]
// CHECK-SAME: -> <1x4x4xf32, iter_space = [3, 2, 2, 2] * [1, 4, 4, 4], iter_map = (d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK: st.task @matmul_0
// CHECK: scf.for %{{.*}} = %{{.*}} to %c3 step
// CHECK: %[[TILE:.*]] = st.itensor_read %{{.*}} -> tensor<1x4x4xf32>
// CHECK: tensor.collapse_shape %[[TILE]] {{\[\[}}0, 1], [2]] : tensor<1x4x4xf32> into tensor<4x4xf32>
// CHECK: tensor.expand_shape %{{.*}} : tensor<4x4xf32> into tensor<1x4x4xf32>
// The number of the repetition is the loop's variable, and what is the same in each is read again.
// CHECK: %[[LAST:.*]] = st.task @add_1 reads(%{{.*}} = %{{.*}} : !st.itensor<1x4x4xf32, {{.*}}>, %{{.*}} = %[[ALL]] : {{.*}}, %[[BIAS:.*]] = %{{.*}} : !st.itensor<4x4xf32, iter_space = [3, 2, 2]
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %c3 step
// CHECK: st.itensor_read %[[BIAS]] {{.*}} -> tensor<4x4xf32>
// CHECK: arith.index_cast %[[I]]
// CHECK: %{{.*}}:2 = st.task @leave reads(%{{.*}} = %[[LAST]] : {{.*}}) inits(%{{.*}} = %[[BACK]] :
// The last one leaves in the shape that it has outside.
// CHECK: %[[OUT:.*]] = tensor.collapse_shape %{{.*}} {{\[\[}}0, 1], [2]] : tensor<1x4x4xf32> into tensor<4x4xf32>
// CHECK-NEXT: st.itensor_write %[[OUT]] into %{{.*}} : tensor<4x4xf32> -> <4x4xf32, iter_space = [2, 2]

// SIZED: st.itensor_instance {depth_tokens = {{[0-9]+}} : i64, st.feedback, st.name = "leave_to_enter"
// LOWER: st.stream @leave_to_enter {st.feedback
