// Convolutions and poolings through the tile and dataflow phases, executed before and after.
// RUN: split-file %s %t
// RUN: streamtensor-opt %t/strided.mlir -st-tile -o %t/strided.tile.mlir
// RUN: st-reference-test %t/strided.mlir --compare %t/strided.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/strided.tile.mlir -st-dataflow -o %t/strided.dataflow.mlir
// RUN: st-reference-test %t/strided.mlir --compare %t/strided.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/depthwise.mlir -st-tile -o %t/depthwise.tile.mlir
// RUN: st-reference-test %t/depthwise.mlir --compare %t/depthwise.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/depthwise.tile.mlir -st-dataflow -o %t/depthwise.dataflow.mlir
// RUN: st-reference-test %t/depthwise.mlir --compare %t/depthwise.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/grouped.mlir -st-tile -o %t/grouped.tile.mlir
// RUN: st-reference-test %t/grouped.mlir --compare %t/grouped.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/grouped.tile.mlir -st-dataflow -o %t/grouped.dataflow.mlir
// RUN: st-reference-test %t/grouped.mlir --compare %t/grouped.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/lines.mlir -st-tile -o %t/lines.tile.mlir
// RUN: st-reference-test %t/lines.mlir --compare %t/lines.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/lines.tile.mlir -st-dataflow -o %t/lines.dataflow.mlir
// RUN: st-reference-test %t/lines.mlir --compare %t/lines.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/volumes.mlir -st-tile -o %t/volumes.tile.mlir
// RUN: st-reference-test %t/volumes.mlir --compare %t/volumes.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/volumes.tile.mlir -st-dataflow -o %t/volumes.dataflow.mlir
// RUN: st-reference-test %t/volumes.mlir --compare %t/volumes.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/channels-last.mlir -st-tile -o %t/channels-last.tile.mlir
// RUN: st-reference-test %t/channels-last.mlir --compare %t/channels-last.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/channels-last.tile.mlir -st-dataflow -o %t/channels-last.dataflow.mlir
// RUN: st-reference-test %t/channels-last.mlir --compare %t/channels-last.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/network.mlir -st-tile -o %t/network.tile.mlir
// RUN: st-reference-test %t/network.mlir --compare %t/network.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/network.tile.mlir -st-dataflow -o %t/network.dataflow.mlir
// RUN: st-reference-test %t/network.mlir --compare %t/network.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/residual.mlir -st-tile -o %t/residual.tile.mlir
// RUN: st-reference-test %t/residual.mlir --compare %t/residual.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/residual.tile.mlir -st-dataflow -o %t/residual.dataflow.mlir
// RUN: st-reference-test %t/residual.mlir --compare %t/residual.dataflow.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/points.mlir -st-tile -o %t/points.tile.mlir
// RUN: st-reference-test %t/points.mlir --compare %t/points.tile.mlir --tolerance 1e-6
// RUN: streamtensor-opt %t/points.tile.mlir -st-dataflow -o %t/points.dataflow.mlir
// RUN: st-reference-test %t/points.mlir --compare %t/points.dataflow.mlir --tolerance 1e-6

//--- strided.mlir
// Two images, strides and dilation that differ by dimension, padding.
func.func @main(%a0: tensor<2x3x11x12xf32> {st.name = "a0"}, %a1: tensor<20x3x3x5xf32> {st.name = "a1"}) -> (tensor<2x20x5x5xf32> {st.name = "out0"}) {
  %v2 = arith.constant 0.0 : f32
  %v1 = tensor.pad %a0 low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %v2 : f32
  } : tensor<2x3x11x12xf32> to tensor<2x3x13x14xf32>
  %v3 = tensor.empty() : tensor<2x20x5x5xf32>
  %v4 = arith.constant 0.0 : f32
  %v5 = linalg.fill ins(%v4 : f32) outs(%v3 : tensor<2x20x5x5xf32>) -> tensor<2x20x5x5xf32>
  %v6 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w,c,i,j) -> (n,c,h * 2 + i * 2,w * 2 + j)>, affine_map<(n,o,h,w,c,i,j) -> (o,c,i,j)>, affine_map<(n,o,h,w,c,i,j) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%v1, %a1 : tensor<2x3x13x14xf32>, tensor<20x3x3x5xf32>) outs(%v5 : tensor<2x20x5x5xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<2x20x5x5xf32>
  return %v6 : tensor<2x20x5x5xf32>
}

//--- depthwise.mlir
// Depthwise, then a convolution of one point.
func.func @main(%a0: tensor<1x20x9x9xf32> {st.name = "a0"}, %a1: tensor<20xf32> {st.name = "a1"}, %a2: tensor<20x3x3xf32> {st.name = "a2"}, %a3: tensor<24x20xf32> {st.name = "a3"}) -> (tensor<1x24x5x5xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<1x20x9x9xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w) -> (n,o,h,w)>, affine_map<(n,o,h,w) -> (o)>, affine_map<(n,o,h,w) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%a0, %a1 : tensor<1x20x9x9xf32>, tensor<20xf32>) outs(%v1 : tensor<1x20x9x9xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %z = arith.constant 0.0 : f32
    %s = arith.addf %x0, %x1 : f32
    %m = arith.maximumf %s, %z : f32
    linalg.yield %m : f32
  } -> tensor<1x20x9x9xf32>
  %v4 = arith.constant 0.0 : f32
  %v3 = tensor.pad %v2 low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %v4 : f32
  } : tensor<1x20x9x9xf32> to tensor<1x20x11x11xf32>
  %v5 = tensor.empty() : tensor<1x20x5x5xf32>
  %v6 = arith.constant 0.0 : f32
  %v7 = linalg.fill ins(%v6 : f32) outs(%v5 : tensor<1x20x5x5xf32>) -> tensor<1x20x5x5xf32>
  %v8 = linalg.generic {indexing_maps = [affine_map<(n,c,h,w,i,j) -> (n,c,h*2+i,w*2+j)>, affine_map<(n,c,h,w,i,j) -> (c,i,j)>, affine_map<(n,c,h,w,i,j) -> (n,c,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%v3, %a2 : tensor<1x20x11x11xf32>, tensor<20x3x3xf32>) outs(%v7 : tensor<1x20x5x5xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x20x5x5xf32>
  %v9 = tensor.empty() : tensor<1x24x5x5xf32>
  %v10 = arith.constant 0.0 : f32
  %v11 = linalg.fill ins(%v10 : f32) outs(%v9 : tensor<1x24x5x5xf32>) -> tensor<1x24x5x5xf32>
  %v12 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w,c) -> (n,c,h,w)>, affine_map<(n,o,h,w,c) -> (o,c)>, affine_map<(n,o,h,w,c) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%v8, %a3 : tensor<1x20x5x5xf32>, tensor<24x20xf32>) outs(%v11 : tensor<1x24x5x5xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x24x5x5xf32>
  return %v12 : tensor<1x24x5x5xf32>
}

//--- grouped.mlir
// Groups of channels, merged by a reshape.
func.func @main(%a0: tensor<1x12x7x7xf32> {st.name = "a0"}, %a1: tensor<3x6x4x3x3xf32> {st.name = "a1"}, %a2: tensor<18xf32> {st.name = "a2"}) -> (tensor<1x18x5x5xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<1x3x6x5x5xf32>
  %v2 = arith.constant 0.0 : f32
  %v3 = linalg.fill ins(%v2 : f32) outs(%v1 : tensor<1x3x6x5x5xf32>) -> tensor<1x3x6x5x5xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(n,g,o,h,w,c,i,j) -> (n,g*4+c,h+i,w+j)>, affine_map<(n,g,o,h,w,c,i,j) -> (g,o,c,i,j)>, affine_map<(n,g,o,h,w,c,i,j) -> (n,g,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%a0, %a1 : tensor<1x12x7x7xf32>, tensor<3x6x4x3x3xf32>) outs(%v3 : tensor<1x3x6x5x5xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x3x6x5x5xf32>
  %v5 = tensor.collapse_shape %v4 [[0],[1,2],[3],[4]] : tensor<1x3x6x5x5xf32> into tensor<1x18x5x5xf32>
  %v6 = tensor.empty() : tensor<1x18x5x5xf32>
  %v7 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w) -> (n,o,h,w)>, affine_map<(n,o,h,w) -> (o)>, affine_map<(n,o,h,w) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v5, %a2 : tensor<1x18x5x5xf32>, tensor<18xf32>) outs(%v6 : tensor<1x18x5x5xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %z = arith.constant 0.0 : f32
    %s = arith.addf %x0, %x1 : f32
    %m = arith.maximumf %s, %z : f32
    linalg.yield %m : f32
  } -> tensor<1x18x5x5xf32>
  return %v7 : tensor<1x18x5x5xf32>
}

//--- lines.mlir
// In one dimension.
func.func @main(%a0: tensor<2x4x20xf32> {st.name = "a0"}, %a1: tensor<6x4x3xf32> {st.name = "a1"}) -> (tensor<2x6x18xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<2x6x18xf32>
  %v2 = arith.constant 0.0 : f32
  %v3 = linalg.fill ins(%v2 : f32) outs(%v1 : tensor<2x6x18xf32>) -> tensor<2x6x18xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(n,o,l,c,k) -> (n,c,l+k)>, affine_map<(n,o,l,c,k) -> (o,c,k)>, affine_map<(n,o,l,c,k) -> (n,o,l)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%a0, %a1 : tensor<2x4x20xf32>, tensor<6x4x3xf32>) outs(%v3 : tensor<2x6x18xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<2x6x18xf32>
  return %v4 : tensor<2x6x18xf32>
}

//--- volumes.mlir
// In three dimensions.
func.func @main(%a0: tensor<1x3x6x7x8xf32> {st.name = "a0"}, %a1: tensor<5x3x2x3x3xf32> {st.name = "a1"}) -> (tensor<1x5x5x3x6xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<1x5x5x3x6xf32>
  %v2 = arith.constant 0.0 : f32
  %v3 = linalg.fill ins(%v2 : f32) outs(%v1 : tensor<1x5x5x3x6xf32>) -> tensor<1x5x5x3x6xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(n,o,d,h,w,c,a,i,j) -> (n,c,d+a,h*2+i,w+j)>, affine_map<(n,o,d,h,w,c,a,i,j) -> (o,c,a,i,j)>, affine_map<(n,o,d,h,w,c,a,i,j) -> (n,o,d,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction", "reduction"]} ins(%a0, %a1 : tensor<1x3x6x7x8xf32>, tensor<5x3x2x3x3xf32>) outs(%v3 : tensor<1x5x5x3x6xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x5x5x3x6xf32>
  return %v4 : tensor<1x5x5x3x6xf32>
}

//--- channels-last.mlir
// Channels last; the sum starts from what is computed before.
func.func @main(%a0: tensor<1x9x9x20xf32> {st.name = "a0"}, %a1: tensor<3x3x20x8xf32> {st.name = "a1"}) -> (tensor<1x4x4x8xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<1x9x9x20xf32>
  %v2 = linalg.generic {indexing_maps = [affine_map<(n,h,w,c) -> (n,h,w,c)>, affine_map<(n,h,w,c) -> (n,h,w,c)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%a0 : tensor<1x9x9x20xf32>) outs(%v1 : tensor<1x9x9x20xf32>) {
  ^bb0(%x0: f32, %acc: f32):
    %m = arith.negf %x0 : f32
    linalg.yield %m : f32
  } -> tensor<1x9x9x20xf32>
  %v3 = tensor.empty() : tensor<1x4x4x8xf32>
  %v4 = arith.constant 0.0 : f32
  %v5 = linalg.fill ins(%v4 : f32) outs(%v3 : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  %v6 = linalg.generic {indexing_maps = [affine_map<(n,h,w,o,i,j,c) -> (n,h*2+i,w*2+j,c)>, affine_map<(n,h,w,o,i,j,c) -> (i,j,c,o)>, affine_map<(n,h,w,o,i,j,c) -> (n,h,w,o)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%v2, %a1 : tensor<1x9x9x20xf32>, tensor<3x3x20x8xf32>) outs(%v5 : tensor<1x4x4x8xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x4x4x8xf32>
  return %v6 : tensor<1x4x4x8xf32>
}

//--- network.mlir
// Convolution, bias, maximum, pooling, twice.
func.func @main(%a0: tensor<1x1x14x14xf32> {st.name = "a0"}, %a1: tensor<6x1x5x5xf32> {st.name = "a1"}, %a2: tensor<6xf32> {st.name = "a2"}, %a3: tensor<16x6x3x3xf32> {st.name = "a3"}, %a4: tensor<16xf32> {st.name = "a4"}) -> (tensor<1x16x2x2xf32> {st.name = "out0"}) {
  %v2 = arith.constant 0.0 : f32
  %v1 = tensor.pad %a0 low[0, 0, 2, 2] high[0, 0, 2, 2] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %v2 : f32
  } : tensor<1x1x14x14xf32> to tensor<1x1x18x18xf32>
  %v3 = tensor.empty() : tensor<1x6x14x14xf32>
  %v4 = arith.constant 0.0 : f32
  %v5 = linalg.fill ins(%v4 : f32) outs(%v3 : tensor<1x6x14x14xf32>) -> tensor<1x6x14x14xf32>
  %v6 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w,c,i,j) -> (n,c,h + i,w + j)>, affine_map<(n,o,h,w,c,i,j) -> (o,c,i,j)>, affine_map<(n,o,h,w,c,i,j) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%v1, %a1 : tensor<1x1x18x18xf32>, tensor<6x1x5x5xf32>) outs(%v5 : tensor<1x6x14x14xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x6x14x14xf32>
  %v7 = tensor.empty() : tensor<1x6x14x14xf32>
  %v8 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w) -> (n,o,h,w)>, affine_map<(n,o,h,w) -> (o)>, affine_map<(n,o,h,w) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v6, %a2 : tensor<1x6x14x14xf32>, tensor<6xf32>) outs(%v7 : tensor<1x6x14x14xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %z = arith.constant 0.0 : f32
    %s = arith.addf %x0, %x1 : f32
    %m = arith.maximumf %s, %z : f32
    linalg.yield %m : f32
  } -> tensor<1x6x14x14xf32>
  %v9 = tensor.empty() : tensor<2x2xf32>
  %v10 = tensor.empty() : tensor<1x6x7x7xf32>
  %v11 = arith.constant 0xFF800000 : f32
  %v12 = linalg.fill ins(%v11 : f32) outs(%v10 : tensor<1x6x7x7xf32>) -> tensor<1x6x7x7xf32>
  %v13 = linalg.generic {indexing_maps = [affine_map<(n,c,h,w,i,j) -> (n,c,h * 2 + i,w * 2 + j)>, affine_map<(n,c,h,w,i,j) -> (i,j)>, affine_map<(n,c,h,w,i,j) -> (n,c,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%v8, %v9 : tensor<1x6x14x14xf32>, tensor<2x2xf32>) outs(%v12 : tensor<1x6x7x7xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %m = arith.maximumf %acc, %x0 : f32
    linalg.yield %m : f32
  } -> tensor<1x6x7x7xf32>
  %v14 = tensor.empty() : tensor<1x16x5x5xf32>
  %v15 = arith.constant 0.0 : f32
  %v16 = linalg.fill ins(%v15 : f32) outs(%v14 : tensor<1x16x5x5xf32>) -> tensor<1x16x5x5xf32>
  %v17 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w,c,i,j) -> (n,c,h + i,w + j)>, affine_map<(n,o,h,w,c,i,j) -> (o,c,i,j)>, affine_map<(n,o,h,w,c,i,j) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%v13, %a3 : tensor<1x6x7x7xf32>, tensor<16x6x3x3xf32>) outs(%v16 : tensor<1x16x5x5xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x16x5x5xf32>
  %v18 = tensor.empty() : tensor<1x16x5x5xf32>
  %v19 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w) -> (n,o,h,w)>, affine_map<(n,o,h,w) -> (o)>, affine_map<(n,o,h,w) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v17, %a4 : tensor<1x16x5x5xf32>, tensor<16xf32>) outs(%v18 : tensor<1x16x5x5xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %z = arith.constant 0.0 : f32
    %s = arith.addf %x0, %x1 : f32
    %m = arith.maximumf %s, %z : f32
    linalg.yield %m : f32
  } -> tensor<1x16x5x5xf32>
  %v20 = tensor.empty() : tensor<2x2xf32>
  %v21 = tensor.empty() : tensor<1x16x2x2xf32>
  %v22 = arith.constant 0xFF800000 : f32
  %v23 = linalg.fill ins(%v22 : f32) outs(%v21 : tensor<1x16x2x2xf32>) -> tensor<1x16x2x2xf32>
  %v24 = linalg.generic {indexing_maps = [affine_map<(n,c,h,w,i,j) -> (n,c,h * 2 + i,w * 2 + j)>, affine_map<(n,c,h,w,i,j) -> (i,j)>, affine_map<(n,c,h,w,i,j) -> (n,c,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%v19, %v20 : tensor<1x16x5x5xf32>, tensor<2x2xf32>) outs(%v23 : tensor<1x16x2x2xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %m = arith.maximumf %acc, %x0 : f32
    linalg.yield %m : f32
  } -> tensor<1x16x2x2xf32>
  return %v24 : tensor<1x16x2x2xf32>
}

//--- residual.mlir
// A sum around two convolutions.
func.func @main(%a0: tensor<1x8x8x8xf32> {st.name = "a0"}, %a1: tensor<8x8x3x3xf32> {st.name = "a1"}, %a2: tensor<8xf32> {st.name = "a2"}, %a3: tensor<8x8x3x3xf32> {st.name = "a3"}, %a4: tensor<8xf32> {st.name = "a4"}) -> (tensor<1x8x8x8xf32> {st.name = "out0"}) {
  %v2 = arith.constant 0.0 : f32
  %v1 = tensor.pad %a0 low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %v2 : f32
  } : tensor<1x8x8x8xf32> to tensor<1x8x10x10xf32>
  %v3 = tensor.empty() : tensor<1x8x8x8xf32>
  %v4 = arith.constant 0.0 : f32
  %v5 = linalg.fill ins(%v4 : f32) outs(%v3 : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %v6 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w,c,i,j) -> (n,c,h + i,w + j)>, affine_map<(n,o,h,w,c,i,j) -> (o,c,i,j)>, affine_map<(n,o,h,w,c,i,j) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%v1, %a1 : tensor<1x8x10x10xf32>, tensor<8x8x3x3xf32>) outs(%v5 : tensor<1x8x8x8xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x8x8x8xf32>
  %v7 = tensor.empty() : tensor<1x8x8x8xf32>
  %v8 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w) -> (n,o,h,w)>, affine_map<(n,o,h,w) -> (o)>, affine_map<(n,o,h,w) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v6, %a2 : tensor<1x8x8x8xf32>, tensor<8xf32>) outs(%v7 : tensor<1x8x8x8xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %z = arith.constant 0.0 : f32
    %s = arith.addf %x0, %x1 : f32
    %m = arith.maximumf %s, %z : f32
    linalg.yield %m : f32
  } -> tensor<1x8x8x8xf32>
  %v10 = arith.constant 0.0 : f32
  %v9 = tensor.pad %v8 low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %v10 : f32
  } : tensor<1x8x8x8xf32> to tensor<1x8x10x10xf32>
  %v11 = tensor.empty() : tensor<1x8x8x8xf32>
  %v12 = arith.constant 0.0 : f32
  %v13 = linalg.fill ins(%v12 : f32) outs(%v11 : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %v14 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w,c,i,j) -> (n,c,h + i,w + j)>, affine_map<(n,o,h,w,c,i,j) -> (o,c,i,j)>, affine_map<(n,o,h,w,c,i,j) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%v9, %a3 : tensor<1x8x10x10xf32>, tensor<8x8x3x3xf32>) outs(%v13 : tensor<1x8x8x8xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x8x8x8xf32>
  %v15 = tensor.empty() : tensor<1x8x8x8xf32>
  %v16 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w) -> (n,o,h,w)>, affine_map<(n,o,h,w) -> (n,o,h,w)>, affine_map<(n,o,h,w) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v14, %a0 : tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>) outs(%v15 : tensor<1x8x8x8xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %m = arith.addf %x0, %x1 : f32
    linalg.yield %m : f32
  } -> tensor<1x8x8x8xf32>
  %v17 = tensor.empty() : tensor<1x8x8x8xf32>
  %v18 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w) -> (n,o,h,w)>, affine_map<(n,o,h,w) -> (o)>, affine_map<(n,o,h,w) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%v16, %a4 : tensor<1x8x8x8xf32>, tensor<8xf32>) outs(%v17 : tensor<1x8x8x8xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %z = arith.constant 0.0 : f32
    %s = arith.addf %x0, %x1 : f32
    %m = arith.maximumf %s, %z : f32
    linalg.yield %m : f32
  } -> tensor<1x8x8x8xf32>
  return %v18 : tensor<1x8x8x8xf32>
}

//--- points.mlir
// A stride without a window.
func.func @main(%a0: tensor<1x20x9x9xf32> {st.name = "a0"}, %a1: tensor<24x20xf32> {st.name = "a1"}) -> (tensor<1x24x5x5xf32> {st.name = "out0"}) {
  %v1 = tensor.empty() : tensor<1x24x5x5xf32>
  %v2 = arith.constant 0.0 : f32
  %v3 = linalg.fill ins(%v2 : f32) outs(%v1 : tensor<1x24x5x5xf32>) -> tensor<1x24x5x5xf32>
  %v4 = linalg.generic {indexing_maps = [affine_map<(n,o,h,w,c) -> (n,c,h*2,w*2)>, affine_map<(n,o,h,w,c) -> (o,c)>, affine_map<(n,o,h,w,c) -> (n,o,h,w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%a0, %a1 : tensor<1x20x9x9xf32>, tensor<24x20xf32>) outs(%v3 : tensor<1x24x5x5xf32>) {
  ^bb0(%x0: f32, %x1: f32, %acc: f32):
    %p = arith.mulf %x0, %x1 : f32
    %m = arith.addf %acc, %p : f32
    linalg.yield %m : f32
  } -> tensor<1x24x5x5xf32>
  return %v4 : tensor<1x24x5x5xf32>
}
