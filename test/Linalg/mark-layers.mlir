// Borders between layers: the second one's sum would join what follows it.
// RUN: streamtensor-opt %s -st-mark-layers | FileCheck %s
// RUN: streamtensor-opt %s -st-mark-layers -st-fuse-elementwise -st-roll-repeats | FileCheck %s --check-prefix=ROLLED

#map = affine_map<(i) -> (i)>

// CHECK: %[[B0:.*]] = bufferization.materialize_in_destination %arg0 in
// CHECK: %[[X1:.*]] = linalg.generic {{.*}} ins(%[[B0]]
// CHECK: %[[B1:.*]] = bufferization.materialize_in_destination %[[X1]] in
// CHECK: %[[X2:.*]] = linalg.generic {{.*}} ins(%[[B1]]
// CHECK: %[[B2:.*]] = bufferization.materialize_in_destination %[[X2]] in
// CHECK: linalg.generic {{.*}} ins(%[[B2]]

// ROLLED-NOT: bufferization
// ROLLED: %[[Y:.*]] = st.repeat %{{.*}} to 2 carried(
// ROLLED-NOT: bufferization
// ROLLED: linalg.generic {{.*}} ins(%[[Y]]
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %w1 = arith.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %e = tensor.empty() : tensor<2xf32>
  %x1 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%x, %w0 : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  %x2 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%x1, %w1 : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.mulf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  %y = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x2 : tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = math.exp %a : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  return %y : tensor<2xf32>
}
