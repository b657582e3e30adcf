// Layers that are equal but for their constants become a repetition.
// RUN: streamtensor-opt %s -st-roll-repeats -split-input-file | FileCheck %s
// RUN: streamtensor-opt %s -st-roll-repeats -split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=WHY

#map = affine_map<(i) -> (i)>

// Three of four: the last one subtracts.
// CHECK-LABEL: func @chain
// CHECK-SAME: (%[[X:.*]]: tensor<2xf32>, %[[M:.*]]: tensor<2xf32>)
// CHECK-DAG: %[[W:.*]] = arith.constant {st.name = "h.w"} dense<{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00], [5.000000e+00, 6.000000e+00]]> : tensor<3x2xf32>
// CHECK: %[[Y:.*]] = st.repeat %{{.*}} to 3 carried(%[[C:.*]] = %[[X]] : tensor<2xf32>)
// CHECK-SAME: slices(%[[S:.*]] = %[[W]] : tensor<3x2xf32> as tensor<2xf32>) again(%[[A:.*]] = %[[M]] : tensor<2xf32>) {
// CHECK-DAG: %[[E:.*]] = tensor.empty()
// CHECK: %[[P:.*]] = linalg.generic {{.*}} ins(%[[C]], %[[S]], %[[A]] : {{.*}}) outs(%[[E]]
// CHECK: %[[Q:.*]] = linalg.generic {{.*}} ins(%[[P]], %[[C]] :
// CHECK: st.yield %[[Q]]
// CHECK: linalg.generic {{.*}} ins(%[[Y]]
// CHECK: arith.subf
func.func @chain(%x: tensor<2xf32>, %m: tensor<2xf32>) -> tensor<2xf32> {
  %w0 = arith.constant {st.name = "h.0.w"} dense<[1.0, 2.0]> : tensor<2xf32>
  %w1 = arith.constant {st.name = "h.1.w"} dense<[3.0, 4.0]> : tensor<2xf32>
  %w2 = arith.constant {st.name = "h.2.w"} dense<[5.0, 6.0]> : tensor<2xf32>
  %two = arith.constant 2.0 : f32
  %e = tensor.empty() : tensor<2xf32>
  %p0 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel"]} ins(%x, %w0, %m : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %0, %c : f32
    %2 = arith.mulf %1, %two : f32
    linalg.yield %2 : f32
  } -> tensor<2xf32>
  %x1 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%p0, %x : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  %p1 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel"]} ins(%x1, %w1, %m : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %0, %c : f32
    %2 = arith.mulf %1, %two : f32
    linalg.yield %2 : f32
  } -> tensor<2xf32>
  %x2 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%p1, %x1 : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  %p2 = linalg.generic {indexing_maps = [#map, #map, #map, #map], iterator_types = ["parallel"]} ins(%x2, %w2, %m : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32, %o: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %0, %c : f32
    %2 = arith.mulf %1, %two : f32
    linalg.yield %2 : f32
  } -> tensor<2xf32>
  %x3 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%p2, %x2 : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  %y = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%x3, %m : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.subf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

#map = affine_map<(i) -> (i)>

// WHY: remark: 2 equal segments of 1 operations are not rolled: they take different values that are no constants
// CHECK-LABEL: func @arguments
// CHECK-NOT: st.repeat
func.func @arguments(%x: tensor<2xf32>, %k0: tensor<2xf32>, %k1: tensor<2xf32>) -> tensor<2xf32> {
  %e = tensor.empty() : tensor<2xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%x, %k0 : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  %2 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%1, %k1 : tensor<2xf32>, tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %0 = arith.addf %a, %b : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  return %2 : tensor<2xf32>
}

// -----

#map = affine_map<(i) -> (i)>

// WHY: remark: 2 equal segments of 1 operations are not rolled: what one of them makes is used elsewhere
// CHECK-LABEL: func @every_layer_leaves
// CHECK-NOT: st.repeat
func.func @every_layer_leaves(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %e = tensor.empty() : tensor<2xf32>
  %1 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%x : tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = math.exp %a : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  %2 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%1 : tensor<2xf32>) outs(%e : tensor<2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %0 = math.exp %a : f32
    linalg.yield %0 : f32
  } -> tensor<2xf32>
  return %1, %2 : tensor<2xf32>, tensor<2xf32>
}
