// RUN: streamtensor-opt %s -split-input-file -st-choose-tiling | FileCheck %s --check-prefix=CHOICE
// RUN: streamtensor-opt %s -split-input-file -st-choose-tiling -st-apply-tiling | FileCheck %s
// RUN: streamtensor-opt %s -split-input-file -st-tile -st-dataflow | FileCheck %s --check-prefix=TASK

// A strided and dilated convolution: the rows of the result one by one, outside of its channels; all columns and the whole
// window inside. Weights are read once, before the first row; of the input, the three rows under the window.
// CHOICE-LABEL: @convolution
// CHOICE: st.loop_order = array<i64: 1, 2, 0, 3, 4, 5>
// CHOICE-SAME: st.operand_orders = [array<i64: 1, 0, 2>, array<i64: 0, 1, 2, 3>]
// CHOICE-SAME: st.tile_sizes = array<i64: 16, 1, 6, 16, 3, 3>
// CHECK-LABEL: @convolution
// CHECK: scf.for %{{.*}} = %c0{{.*}} to %c1
// CHECK:   %[[W:[^ ]*]] = scf.for
// CHECK:     tensor.extract_slice %arg1{{.*}} : tensor<32x16x3x3xf32> to tensor<16x16x3x3xf32>
// CHECK:     tensor.insert_slice {{.*}} into tensor<32x16x3x3xf32>
// CHECK:   scf.for %[[ROW:[^ ]*]] = %c0{{.*}} to %c5
// CHECK:     %[[WINDOW:[^ ]*]] = scf.for %[[K:[^ ]*]] = %c0{{.*}} to %c3
// CHECK:       %[[AT:.*]] = affine.apply {{.*}}(%[[ROW]], %[[K]])
// CHECK:       %[[LINE:.*]] = tensor.extract_slice %arg0[0, %[[AT]], 0] [16, 1, 8] [1, 1, 1]
// CHECK:       tensor.insert_slice %[[LINE]] into %{{.*}}[0, %[[K]], 0] [16, 1, 8] [1, 1, 1]
// CHECK:     scf.for %[[O:[^ ]*]] =
// CHECK:       %[[PART:.*]] = tensor.extract_slice %[[W]][%[[O]], 0, 0, 0] [16, 16, 3, 3]
// CHECK:       linalg.generic {indexing_maps = [#[[IN:.*]], {{.*}}ins(%[[WINDOW]], %[[PART]] : tensor<16x3x8xf32>, tensor<16x16x3x3xf32>)
// CHECK:       tensor.insert_slice {{.*}}[%[[O]], %[[ROW]], 0] [16, 1, 6]
func.func @convolution(%x: tensor<16x13x8xf32>, %w: tensor<32x16x3x3xf32>) -> tensor<32x5x6xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<32x5x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<32x5x6xf32>) -> tensor<32x5x6xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(o, h, w, c, a, b) -> (c, h * 2 + a * 2, w + b)>, affine_map<(o, h, w, c, a, b) -> (o, c, a, b)>, affine_map<(o, h, w, c, a, b) -> (o, h, w)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %w : tensor<16x13x8xf32>, tensor<32x16x3x3xf32>) outs(%f : tensor<32x5x6xf32>) {
  ^bb0(%in: f32, %weight: f32, %acc: f32):
    %p = arith.mulf %in, %weight : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<32x5x6xf32>
  return %y : tensor<32x5x6xf32>
}

// -----

// What prepares an image for a window streams it by rows already, all channels of a row before the next; the model's own
// padding stays between the nests, only that up to whole tiles is marked.
// CHOICE-LABEL: @prepared
// CHOICE: st.loop_order = array<i64: 1, 0, 2>, st.tile_sizes = array<i64: 16, 1, 10>
// CHECK-LABEL: @prepared
// CHECK: tensor.pad {{.*}} low[0, 0, 0] high[4, 0, 0]
// CHECK: } {st.tile_padding}
// CHECK: } {st.task = "elementwise_0"}
// CHECK: tensor.extract_slice {{.*}} {st.tile_padding}
// CHECK: tensor.pad {{.*}} low[0, 1, 1] high[0, 1, 1]
// CHECK-NOT: st.tile_padding
// CHECK: tensor.pad {{.*}} low[0, 0, 0] high[4, 0, 0]
// CHECK: } {st.fallback = "because", st.task = "pool_1"}
// TASK-LABEL: @prepared
// TASK: st.task @pool_1 {{.*}}st.fallback = "because"
func.func @prepared(%x: tensor<28x9x10xf32>) -> tensor<28x5x5xf32> {
  %lowest = arith.constant 0xFF800000 : f32
  %e0 = tensor.empty() : tensor<28x9x10xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(c, h, w) -> (c, h, w)>, affine_map<(c, h, w) -> (c, h, w)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%x : tensor<28x9x10xf32>) outs(%e0 : tensor<28x9x10xf32>) {
  ^bb0(%in: f32, %out: f32):
    %0 = math.exp %in : f32
    linalg.yield %0 : f32
  } -> tensor<28x9x10xf32>
  %p = tensor.pad %y low[0, 1, 1] high[0, 1, 1] {
  ^bb0(%c: index, %i: index, %j: index):
    tensor.yield %lowest : f32
  } : tensor<28x9x10xf32> to tensor<28x11x12xf32>
  %size = tensor.empty() : tensor<3x3xf32>
  %e = tensor.empty() : tensor<28x5x5xf32>
  %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<28x5x5xf32>) -> tensor<28x5x5xf32>
  %z = linalg.generic {indexing_maps = [affine_map<(c, h, w, a, b) -> (c, h * 2 + a, w * 2 + b)>, affine_map<(c, h, w, a, b) -> (a, b)>, affine_map<(c, h, w, a, b) -> (c, h, w)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%p, %size : tensor<28x11x12xf32>, tensor<3x3xf32>) outs(%f : tensor<28x5x5xf32>) attrs = {st.fallback = "because"} {
  ^bb0(%in: f32, %unused: f32, %acc: f32):
    %m = arith.maximumf %acc, %in : f32
    linalg.yield %m : f32
  } -> tensor<28x5x5xf32>
  return %z : tensor<28x5x5xf32>
}

// -----

// Read by index: along the dimension that moves with a loop by tiles, along the computed one whole. Where tiles do not
// divide, an index made from padding stays inside.
// CHOICE-LABEL: @backwards
// CHOICE: st.operand_orders = [array<i64: 0, 1>]
// CHOICE-SAME: st.operand_tiles = [array<i64: 8, 16>]
// CHECK-LABEL: @backwards
// CHECK: scf.for %[[I:[^ ]*]] = %c0{{.*}} to %c24
// CHECK:   %[[TILE:[^ ]*]] = scf.for %[[J:[^ ]*]] = %c0{{.*}} to %c32
// CHECK:     tensor.extract_slice %{{.*}}[%[[I]], %[[J]]] [8, 16]
// CHECK:     tensor.insert_slice {{.*}}[0, %[[J]]] [8, 16] [1, 1] : tensor<8x16xf32> into tensor<8x32xf32>
// CHECK:   linalg.generic
// CHECK:     arith.subi
// CHECK:     %[[ROW:.*]] = linalg.index 0 : index
// CHECK:     %[[CAPPED:.*]] = arith.minsi
// CHECK:     %[[INSIDE:.*]] = arith.maxsi %[[CAPPED]]
// CHECK:     tensor.extract %[[TILE]][%[[ROW]], %[[INSIDE]]] : tensor<8x32xf32>
func.func @backwards(%x: tensor<20x32xf32>) -> tensor<20x32xf32> {
  %e = tensor.empty() : tensor<20x32xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<20x32xf32>) {
  ^bb0(%out: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %last = arith.constant 31 : index
    %k = arith.subi %last, %j : index
    %v = tensor.extract %x[%i, %k] : tensor<20x32xf32>
    linalg.yield %v : f32
  } -> tensor<20x32xf32>
  return %y : tensor<20x32xf32>
}
