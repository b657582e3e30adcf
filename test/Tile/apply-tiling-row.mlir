// RUN: streamtensor-opt %s -st-apply-tiling -cse | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>
#r = affine_map<(d0, d1) -> (d0)>
#v = affine_map<(d0, d1) -> (d1)>
// The exponential runs as its operand arrives and is what is gathered; columns beyond the extent take no part in the
// sum; the last step runs on tiles as they leave, and reads the gain tile by tile, again for every tile of rows.
// CHECK-LABEL: @row
// CHECK: scf.for %[[I:[a-z0-9]+]] = %c0 to %c16 step %c8 {{.*}} -> (tensor<16x32xf32>)
// CHECK: %[[ROWS:.*]] = scf.for %[[J:[a-z0-9]+]] = %c0 to %c32 step %c16 iter_args(%[[B:.*]] = {{.*}}) -> (tensor<8x32xf32>)
// CHECK: %[[D:.*]] = tensor.extract_slice %[[B]][0, %[[J]]] [8, 16] [1, 1]
// CHECK: %[[T:.*]] = tensor.extract_slice %{{.*}}[%[[I]], %[[J]]] [8, 16] [1, 1]
// CHECK: %[[E:.*]] = linalg.generic {{.*}} ins(%[[T]] : tensor<8x16xf32>) outs(%[[D]] :
// CHECK: math.exp
// CHECK: tensor.insert_slice %[[E]] into %[[B]][0, %[[J]]] [8, 16] [1, 1]
// CHECK: %[[S:.*]] = linalg.generic {{.*}} ins(%[[ROWS]] : tensor<8x32xf32>) outs(%{{.*}} : tensor<8xf32>)
// CHECK: arith.addf
// CHECK: linalg.index 1
// CHECK: arith.cmpi slt, %{{.*}}, %c20
// CHECK: arith.select
// CHECK: scf.for %[[K:[a-z0-9]+]] = {{.*}} -> (tensor<16x32xf32>)
// CHECK: %[[P:.*]] = tensor.extract_slice %[[ROWS]][0, %[[K]]] [8, 16] [1, 1]
// CHECK: %[[G:.*]] = tensor.extract_slice %{{.*}}[%[[K]]] [16] [1]
// CHECK: %[[O:.*]] = linalg.generic {{.*}} ins(%[[P]], %[[S]], %[[G]] : tensor<8x16xf32>, tensor<8xf32>, tensor<16xf32>)
// CHECK: tensor.insert_slice %[[O]] into %{{.*}}[%[[I]], %[[K]]] [8, 16] [1, 1]
// CHECK: } {st.task = "row_0"}
// CHECK: tensor.extract_slice %{{.*}}[0, 0] [16, 20] [1, 1]
func.func @row(%x: tensor<16x20xf32>, %g: tensor<20xf32>) -> tensor<16x20xf32> {
  %y = st.row_op (%a = %x : tensor<16x20xf32>, %b = %g : tensor<20xf32>) domain [16, 20] rows 1 maps [(d0, d1) -> (d0, d1), (d0, d1) -> (d1)] -> [(d0, d1) -> (d0, d1)] -> (tensor<16x20xf32>) attributes {st.loop_order = array<i64: 0, 1>, st.tile_sizes = array<i64: 8, 16>} {
    %zero = arith.constant 0.0 : f32
    %e1 = tensor.empty() : tensor<16xf32>
    %e = tensor.empty() : tensor<16x20xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e1 : tensor<16xf32>) -> tensor<16xf32>
    %p = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<16x20xf32>) outs(%e : tensor<16x20xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = math.exp %in : f32
      linalg.yield %0 : f32
    } -> tensor<16x20xf32>
    %s = linalg.generic {indexing_maps = [#id, #r], iterator_types = ["parallel", "reduction"]} ins(%p : tensor<16x20xf32>) outs(%f : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.addf %in, %out : f32
      linalg.yield %0 : f32
    } -> tensor<16xf32>
    %n = linalg.generic {indexing_maps = [#id, #r, #v, #id], iterator_types = ["parallel", "parallel"]} ins(%p, %s, %b : tensor<16x20xf32>, tensor<16xf32>, tensor<20xf32>) outs(%e : tensor<16x20xf32>) {
    ^bb0(%in: f32, %c: f32, %d: f32, %out: f32):
      %0 = arith.divf %in, %c : f32
      %1 = arith.mulf %0, %d : f32
      linalg.yield %1 : f32
    } -> tensor<16x20xf32>
    st.yield %n : tensor<16x20xf32>
  }
  return %y : tensor<16x20xf32>
}

// What several steps read, and what leaves as it came in, is gathered as it is.
// CHECK-LABEL: @twice
// CHECK: %[[ROWS:.*]] = scf.for {{.*}} -> (tensor<8x32xf32>)
// CHECK-NOT: linalg.generic
// CHECK: tensor.insert_slice
// CHECK: %[[S:.*]] = linalg.generic {{.*}} ins(%[[ROWS]] :
// CHECK: tensor.extract_slice %[[ROWS]]
// CHECK: math.exp
func.func @twice(%x: tensor<16x32xf32>) -> tensor<16x32xf32> {
  %y = st.row_op (%a = %x : tensor<16x32xf32>) domain [16, 32] rows 1 maps [(d0, d1) -> (d0, d1)] -> [(d0, d1) -> (d0, d1)] -> (tensor<16x32xf32>) attributes {st.loop_order = array<i64: 0, 1>, st.tile_sizes = array<i64: 8, 16>} {
    %zero = arith.constant 0.0 : f32
    %e1 = tensor.empty() : tensor<16xf32>
    %e = tensor.empty() : tensor<16x32xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e1 : tensor<16xf32>) -> tensor<16xf32>
    %s = linalg.generic {indexing_maps = [#id, #r], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<16x32xf32>) outs(%f : tensor<16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %0 = arith.addf %in, %out : f32
      linalg.yield %0 : f32
    } -> tensor<16xf32>
    %n = linalg.generic {indexing_maps = [#id, #r, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %s : tensor<16x32xf32>, tensor<16xf32>) outs(%e : tensor<16x32xf32>) {
    ^bb0(%in: f32, %c: f32, %out: f32):
      %0 = arith.subf %in, %c : f32
      %1 = math.exp %0 : f32
      linalg.yield %1 : f32
    } -> tensor<16x32xf32>
    st.yield %n : tensor<16x32xf32>
  }
  return %y : tensor<16x32xf32>
}
