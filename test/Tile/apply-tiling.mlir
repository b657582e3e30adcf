// RUN: streamtensor-opt %s -split-input-file -st-apply-tiling | FileCheck %s

#a = affine_map<(d0, d1, d2) -> (d0, d2)>
#b = affine_map<(d0, d1, d2) -> (d2, d1)>
#c = affine_map<(d0, d1, d2) -> (d0, d1)>
// Rows are padded to whole tiles, and what is summed only as far as it exists.
// CHECK-LABEL: @product
// CHECK-SAME: %[[X:.*]]: tensor<20x24xf32>, %[[W:.*]]: tensor<24x32xf32>
// CHECK-DAG: %[[XP:.*]] = tensor.pad %[[X]] low[0, 0] high[4, 8]
// CHECK-DAG: %[[WP:.*]] = tensor.pad %[[W]] low[0, 0] high[8, 0]
// CHECK-DAG: %[[START:.*]] = arith.constant dense<0.0{{.*}}> : tensor<8x16xf32>
// CHECK: %[[R:.*]] = scf.for %[[I:[a-z0-9]+]] = %{{.*}} to %c24{{.*}} step %c8{{.*}} iter_args({{.*}}) -> (tensor<24x32xf32>)
// CHECK: scf.for %[[J:[a-z0-9]+]] = %{{.*}} to %c32{{.*}} step %c16{{.*}} iter_args(%[[O:.*]] = {{.*}}) -> (tensor<24x32xf32>)
// CHECK: %[[ACC:.*]] = scf.for %[[K:[a-z0-9]+]] = {{.*}} iter_args(%[[T:.*]] = %[[START]]) -> (tensor<8x16xf32>)
// CHECK: %[[TA:.*]] = tensor.extract_slice %[[XP]][%[[I]], %[[K]]] [8, 16] [1, 1]
// CHECK: %[[TB:.*]] = tensor.extract_slice %[[WP]][%[[K]], %[[J]]] [16, 16] [1, 1]
// CHECK: linalg.generic {{.*}} ins(%[[TA]], %[[TB]] : {{.*}}) outs(%[[T]] :
// CHECK: ^bb0(%{{.*}}: f32, %{{.*}}: f32, %[[OLD:.*]]: f32):
// CHECK: %[[NEW:.*]] = arith.addf
// CHECK: %[[INDEX:.*]] = linalg.index 2
// CHECK: %[[WHOLE:.*]] = arith.addi %[[INDEX]], %[[K]]
// CHECK: %[[EXISTS:.*]] = arith.cmpi slt, %[[WHOLE]], %c24
// CHECK: arith.select %[[EXISTS]], %[[NEW]], %[[OLD]]
// CHECK: tensor.insert_slice %[[ACC]] into %[[O]][%[[I]], %[[J]]] [8, 16] [1, 1]
// CHECK: } {st.task = "matmul_0"}
// CHECK: %[[CLIPPED:.*]] = tensor.extract_slice %[[R]][0, 0] [20, 32] [1, 1]
// CHECK: return %[[CLIPPED]]
func.func @product(%x: tensor<20x24xf32>, %w: tensor<24x32xf32>) -> tensor<20x32xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<20x32xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<20x32xf32>) -> tensor<20x32xf32>
  %m = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<20x24xf32>, tensor<24x32xf32>) outs(%f : tensor<20x32xf32>) attrs = {st.loop_order = array<i64: 0, 1, 2>, st.tile_sizes = array<i64: 8, 16, 16>} {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %0 = arith.mulf %l, %r : f32
    %1 = arith.addf %out, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<20x32xf32>
  return %m : tensor<20x32xf32>
}

// -----

#id = affine_map<(d0, d1) -> (d0, d1)>
#r = affine_map<(d0, d1) -> (d0)>
// A value per row is read once for all its columns, and the loop order is the one asked for. Indices are whole ones.
// CHECK-LABEL: @broadcast
// CHECK: scf.for %[[I:[a-z0-9]+]] =
// CHECK: %[[T:.*]] = tensor.extract_slice %{{.*}}[%[[I]]] [8] [1]
// CHECK: scf.for %[[J:[a-z0-9]+]] =
// CHECK: %[[U:.*]] = tensor.extract_slice %{{.*}}[%[[I]], %[[J]]] [8, 16]
// CHECK: linalg.generic {{.*}} ins(%[[U]], %[[T]] :
// CHECK: %[[INDEX:.*]] = linalg.index 1
// CHECK: arith.addi %[[INDEX]], %[[J]]
// CHECK: {st.task = "elementwise_0"}
func.func @broadcast(%x: tensor<16x32xf32>, %s: tensor<16xf32>) -> tensor<16x32xf32> {
  %c3 = arith.constant 3 : index
  %e = tensor.empty() : tensor<16x32xf32>
  %y = linalg.generic {indexing_maps = [#id, #r, #id], iterator_types = ["parallel", "parallel"]} ins(%x, %s : tensor<16x32xf32>, tensor<16xf32>) outs(%e : tensor<16x32xf32>) attrs = {st.loop_order = array<i64: 0, 1>, st.tile_sizes = array<i64: 8, 16>} {
  ^bb0(%in: f32, %c: f32, %out: f32):
    %j = linalg.index 1 : index
    %0 = arith.cmpi sgt, %j, %c3 : index
    %1 = arith.select %0, %in, %c : f32
    linalg.yield %1 : f32
  } -> tensor<16x32xf32>
  return %y : tensor<16x32xf32>
}

// -----

// One tile only: the nest keeps one loop, which carries the name.
// CHECK-LABEL: @single_tile
// CHECK: scf.for
// CHECK-NOT: scf.for
// CHECK: {st.task = "elementwise_0"}
func.func @single_tile(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%x : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) attrs = {st.loop_order = array<i64: 0, 1>, st.tile_sizes = array<i64: 4, 8>} {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
