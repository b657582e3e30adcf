// RUN: streamtensor-opt %s -st-convert-linalg-to-kernel -st-verify-dataflow -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// The meaning stays, at every function.
// RUN: st-reference-test %t.mlir --compare %s --entry matmul --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --entry scaled --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --entry rows --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --entry whole --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --entry two_results --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --entry one_tile --tolerance 0

#lhs = affine_map<(d0, d1, d2) -> (d0, d2)>
#rhs = affine_map<(d0, d1, d2) -> (d2, d1)>
#out = affine_map<(d0, d1, d2) -> (d0, d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>

// A matrix product whose 20 rows are no multiple of the tile of 8. The types come from loops and slices, the data
// shape from the tensors before padding; padding and the final slice are gone.
// CHECK-LABEL: func.func @matmul(
// CHECK-NOT:     tensor.pad
// CHECK:         %[[K:.+]] = st.kernel @matmul_0 (%[[SA:.+]] = %{{.+}} : tensor<20x32xf32> as !st.itensor<8x16xf32 of 20x32, iter_space = [3, 4, 2] * [8, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>, %[[SB:.+]] = %{{.+}} : tensor<32x64xf32> as !st.itensor<16x16xf32, iter_space = [3, 4, 2] * [8, 16, 16], iter_map = (d0, d1, d2) -> (d2, d1)>) -> (tensor<20x64xf32>) {
// CHECK:           %[[EMPTY:.+]] = st.itensor_empty : <8x16xf32 of 20x64, iter_space = [3, 4] * [8, 16], iter_map = (d0, d1) -> (d0, d1)>
// CHECK:           %[[R:.+]] = st.task @matmul_0 reads(%[[A:.+]] = %[[SA]] : {{.+}}, %[[B:.+]] = %[[SB]] : {{.+}}) inits(%[[O:.+]] = %[[EMPTY]] : {{.+}}) attributes {st.kind = "compute"} {
// CHECK:             %[[INIT:.+]] = arith.constant dense<0.000000e+00> : tensor<8x16xf32>
// CHECK:             scf.for
// CHECK:               scf.for
// CHECK:                 %[[ACC:.+]] = scf.for {{.+}} iter_args({{.+}} = %[[INIT]])
// CHECK:                   st.itensor_read %[[A]] init %{{.+}} : {{.+}} -> tensor<8x16xf32>
// CHECK:                   st.itensor_read %[[B]] init %{{.+}} : {{.+}} -> tensor<16x16xf32>
// CHECK:                   linalg.generic {{.+}} attrs =  {st.unroll = array<i64: 1, 4, 1>}
// CHECK:                 st.itensor_write %[[ACC]] into
// CHECK:           st.yield %[[R]]
// CHECK-NOT:     tensor.extract_slice
// CHECK:         return %[[K]]
func.func @matmul(%a: tensor<20x32xf32>, %b: tensor<32x64xf32>) -> tensor<20x64xf32> {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c24 = arith.constant 24 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant 0.0 : f32
  %init = arith.constant dense<0.0> : tensor<8x16xf32>
  %p = tensor.pad %a low[0, 0] high[4, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } {st.tile_padding} : tensor<20x32xf32> to tensor<24x32xf32>
  %e = tensor.empty() : tensor<24x64xf32>
  %n = scf.for %i = %c0 to %c24 step %c8 iter_args(%o = %e) -> (tensor<24x64xf32>) {
    %r = scf.for %j = %c0 to %c64 step %c16 iter_args(%o1 = %o) -> (tensor<24x64xf32>) {
      %s = scf.for %k = %c0 to %c32 step %c16 iter_args(%acc = %init) -> (tensor<8x16xf32>) {
        %ta = tensor.extract_slice %p[%i, %k] [8, 16] [1, 1] : tensor<24x32xf32> to tensor<8x16xf32>
        %tb = tensor.extract_slice %b[%k, %j] [16, 16] [1, 1] : tensor<32x64xf32> to tensor<16x16xf32>
        %m = linalg.generic {indexing_maps = [#lhs, #rhs, #out], iterator_types = ["parallel", "parallel", "reduction"]}
            ins(%ta, %tb : tensor<8x16xf32>, tensor<16x16xf32>) outs(%acc : tensor<8x16xf32>)
            attrs = {st.unroll = array<i64: 1, 4, 1>} {
        ^bb0(%x: f32, %y: f32, %z: f32):
          %0 = arith.mulf %x, %y : f32
          %1 = arith.addf %z, %0 : f32
          linalg.yield %1 : f32
        } -> tensor<8x16xf32>
        scf.yield %m : tensor<8x16xf32>
      }
      %t = tensor.insert_slice %s into %o1[%i, %j] [8, 16] [1, 1] : tensor<8x16xf32> into tensor<24x64xf32>
      scf.yield %t : tensor<24x64xf32>
    }
    scf.yield %r : tensor<24x64xf32>
  } {st.task = "matmul_0"}
  %u = tensor.extract_slice %n[0, 0] [20, 64] [1, 1] {st.tile_padding} : tensor<24x64xf32> to tensor<20x64xf32>
  return %u : tensor<20x64xf32>
}

// A scaled loop variable is a step, a slice of lower rank reads the whole tile, a loop that runs once leaves the map,
// a constant offset stays in it, and a slice of the destination is an empty tensor.
// CHECK-LABEL: func.func @scaled(
// CHECK:         st.kernel @copy_0 (%{{.+}} = %{{.+}} : tensor<8x12x4xf32> as !st.itensor<1x4x4xf32, iter_space = [8, 1, 2] * [1, 4, 4], iter_map = (d0, d1, d2) -> (d0, d2 + 4, 0)>)
// CHECK:           st.itensor_read {{.+}} -> tensor<1x4x4xf32>
// CHECK:           tensor.extract_slice %{{.+}}[0, 0, 0] [1, 4, 4] [1, 1, 1] : tensor<1x4x4xf32> to tensor<4x4xf32>
// CHECK:           linalg.generic
// CHECK:           %[[T:.+]] = tensor.insert_slice %{{.+}} into %{{.+}}[0, 0, 0] [1, 4, 4] [1, 1, 1] : tensor<4x4xf32> into tensor<1x4x4xf32>
// CHECK:           st.itensor_write %[[T]]
func.func @scaled(%x: tensor<8x12x4xf32>) -> tensor<8x8x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e = tensor.empty() : tensor<8x8x4xf32>
  %n = scf.for %i = %c0 to %c8 step %c1 iter_args(%o = %e) -> (tensor<8x8x4xf32>) {
    %n1 = scf.for %z = %c0 to %c4 step %c4 iter_args(%o1 = %o) -> (tensor<8x8x4xf32>) {
      %n2 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o2 = %o1) -> (tensor<8x8x4xf32>) {
        %from = affine.apply affine_map<(d0) -> (d0 * 4 + 4)>(%j)
        %to = affine.apply affine_map<(d0) -> (d0 * 4)>(%j)
        %t = tensor.extract_slice %x[%i, %from, %z] [1, 4, 4] [1, 1, 1] : tensor<8x12x4xf32> to tensor<4x4xf32>
        %d = tensor.extract_slice %o2[%i, %to, %z] [1, 4, 4] [1, 1, 1] : tensor<8x8x4xf32> to tensor<4x4xf32>
        %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
            ins(%t : tensor<4x4xf32>) outs(%d : tensor<4x4xf32>) {
        ^bb0(%a: f32, %b: f32):
          %0 = arith.negf %a : f32
          linalg.yield %0 : f32
        } -> tensor<4x4xf32>
        %w = tensor.insert_slice %m into %o2[%i, %to, %z] [1, 4, 4] [1, 1, 1] : tensor<4x4xf32> into tensor<8x8x4xf32>
        scf.yield %w : tensor<8x8x4xf32>
      }
      scf.yield %n2 : tensor<8x8x4xf32>
    }
    scf.yield %n1 : tensor<8x8x4xf32>
  } {st.task = "copy_0"}
  return %n : tensor<8x8x4xf32>
}

// A row operation gathers the tiles of a row in a buffer of its own, which stays a tensor; each loop that only reads
// or writes keeps its place.
// CHECK-LABEL: func.func @rows(
// CHECK:         st.kernel @row_0 (%[[SX:.+]] = %{{.+}} : tensor<8x32xf32> as !st.itensor<4x16xf32, iter_space = [2, 2] * [4, 16], iter_map = (d0, d1) -> (d0, d1)>, %[[SG:.+]] = %{{.+}} : tensor<32xf32> as !st.itensor<16xf32, iter_space = [2, 2] * [4, 16], iter_map = (d0, d1) -> (d1)>)
// CHECK:           st.task @row_0 {{.+}} attributes {st.kind = "row"} {
// CHECK:             scf.for
// CHECK:               tensor.empty() : tensor<4x32xf32>
// CHECK:               scf.for {{.+}} -> (tensor<4x32xf32>)
// CHECK:                 st.itensor_read
// CHECK:                 tensor.insert_slice
// CHECK:               scf.for {{.+}} -> (tensor<32xf32>)
// CHECK:               linalg.generic
// CHECK:               scf.for {{.+}} -> (!st.itensor<
// CHECK:                 tensor.extract_slice
// CHECK:                 st.itensor_write
func.func @rows(%x: tensor<8x32xf32>, %g: tensor<32xf32>) -> tensor<8x32xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %zero = arith.constant dense<0.0> : tensor<4xf32>
  %e = tensor.empty() : tensor<8x32xf32>
  %n = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %e) -> (tensor<8x32xf32>) {
    %b0 = tensor.empty() : tensor<4x32xf32>
    %row = scf.for %j = %c0 to %c32 step %c16 iter_args(%b = %b0) -> (tensor<4x32xf32>) {
      %t = tensor.extract_slice %x[%i, %j] [4, 16] [1, 1] : tensor<8x32xf32> to tensor<4x16xf32>
      %b1 = tensor.insert_slice %t into %b[0, %j] [4, 16] [1, 1] : tensor<4x16xf32> into tensor<4x32xf32>
      scf.yield %b1 : tensor<4x32xf32>
    }
    %g0 = tensor.empty() : tensor<32xf32>
    %gain = scf.for %j = %c0 to %c32 step %c16 iter_args(%b = %g0) -> (tensor<32xf32>) {
      %t = tensor.extract_slice %g[%j] [16] [1] : tensor<32xf32> to tensor<16xf32>
      %b1 = tensor.insert_slice %t into %b[%j] [16] [1] : tensor<16xf32> into tensor<32xf32>
      scf.yield %b1 : tensor<32xf32>
    }
    %sum = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]}
        ins(%row : tensor<4x32xf32>) outs(%zero : tensor<4xf32>) {
    ^bb0(%a: f32, %s: f32):
      %0 = arith.addf %s, %a : f32
      linalg.yield %0 : f32
    } -> tensor<4xf32>
    %d = tensor.empty() : tensor<4x32xf32>
    %y = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d1)>, #id], iterator_types = ["parallel", "parallel"]}
        ins(%row, %sum, %gain : tensor<4x32xf32>, tensor<4xf32>, tensor<32xf32>) outs(%d : tensor<4x32xf32>) {
    ^bb0(%a: f32, %s: f32, %c: f32, %z: f32):
      %0 = arith.subf %a, %s : f32
      %1 = arith.mulf %0, %c : f32
      linalg.yield %1 : f32
    } -> tensor<4x32xf32>
    %o1 = scf.for %j = %c0 to %c32 step %c16 iter_args(%w = %o) -> (tensor<8x32xf32>) {
      %t = tensor.extract_slice %y[0, %j] [4, 16] [1, 1] : tensor<4x32xf32> to tensor<4x16xf32>
      %w1 = tensor.insert_slice %t into %w[%i, %j] [4, 16] [1, 1] : tensor<4x16xf32> into tensor<8x32xf32>
      scf.yield %w1 : tensor<8x32xf32>
    }
    scf.yield %o1 : tensor<8x32xf32>
  } {st.task = "row_0"}
  return %n : tensor<8x32xf32>
}

// A tensor that is used as a whole is one slice for each iteration of the loops around its use; a small constant is
// made inside, a large one is read.
// CHECK-LABEL: func.func @whole(
// CHECK:         st.kernel @add_0 (%{{.+}} = %{{.+}} : tensor<16x4xf32> as {{.+}}, %{{.+}} = %{{.+}} : tensor<4x4xf32> as !st.itensor<4x4xf32, iter_space = [4] * [4], iter_map = (d0) -> (0, 0)>)
// CHECK:           arith.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf32>
func.func @whole(%x: tensor<16x4xf32>, %y: tensor<4x4xf32>) -> tensor<16x4xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %bias = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %e = tensor.empty() : tensor<16x4xf32>
  %n = scf.for %i = %c0 to %c16 step %c4 iter_args(%o = %e) -> (tensor<16x4xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [4, 4] [1, 1] : tensor<16x4xf32> to tensor<4x4xf32>
    %d = tensor.empty() : tensor<4x4xf32>
    %m = linalg.generic {indexing_maps = [#id, #id, affine_map<(d0, d1) -> (d1)>, #id], iterator_types = ["parallel", "parallel"]}
        ins(%t, %y, %bias : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4xf32>) outs(%d : tensor<4x4xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32, %z: f32):
      %0 = arith.addf %a, %b : f32
      %1 = arith.mulf %0, %c : f32
      linalg.yield %1 : f32
    } -> tensor<4x4xf32>
    %w = tensor.insert_slice %m into %o[%i, 0] [4, 4] [1, 1] : tensor<4x4xf32> into tensor<16x4xf32>
    scf.yield %w : tensor<16x4xf32>
  } {st.task = "add_0"}
  return %n : tensor<16x4xf32>
}

// Two results, one of them transposed; a second nest of the same name gets its own.
// CHECK-LABEL: func.func @two_results(
// CHECK:         %[[A:.+]]:2 = st.kernel @split (%{{.+}}) -> (tensor<8x4xf32>, tensor<4x8xf32>) {
// CHECK:           %{{.+}}:2 = st.task @split
// CHECK:         st.kernel @split_1 (%{{.+}} = %[[A]]#0
func.func @two_results(%x: tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<4x8xf32>) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %e0 = tensor.empty() : tensor<8x4xf32>
  %e1 = tensor.empty() : tensor<4x8xf32>
  %n:2 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o0 = %e0, %o1 = %e1) -> (tensor<8x4xf32>, tensor<4x8xf32>) {
    %t = tensor.extract_slice %x[%i, 0] [4, 4] [1, 1] : tensor<8x4xf32> to tensor<4x4xf32>
    %d = tensor.empty() : tensor<4x4xf32>
    %m:2 = linalg.generic {indexing_maps = [#id, #id, affine_map<(d0, d1) -> (d1, d0)>], iterator_types = ["parallel", "parallel"]}
        ins(%t : tensor<4x4xf32>) outs(%d, %d : tensor<4x4xf32>, tensor<4x4xf32>) {
    ^bb0(%a: f32, %y: f32, %z: f32):
      %0 = arith.negf %a : f32
      linalg.yield %0, %a : f32, f32
    } -> (tensor<4x4xf32>, tensor<4x4xf32>)
    %w0 = tensor.insert_slice %m#0 into %o0[%i, 0] [4, 4] [1, 1] : tensor<4x4xf32> into tensor<8x4xf32>
    %w1 = tensor.insert_slice %m#1 into %o1[0, %i] [4, 4] [1, 1] : tensor<4x4xf32> into tensor<4x8xf32>
    scf.yield %w0, %w1 : tensor<8x4xf32>, tensor<4x8xf32>
  } {st.task = "split"}
  %f = tensor.empty() : tensor<8x4xf32>
  %q = scf.for %i = %c0 to %c8 step %c4 iter_args(%o0 = %f) -> (tensor<8x4xf32>) {
    %t = tensor.extract_slice %n#0[%i, 0] [4, 4] [1, 1] : tensor<8x4xf32> to tensor<4x4xf32>
    %w0 = tensor.insert_slice %t into %o0[%i, 0] [4, 4] [1, 1] : tensor<4x4xf32> into tensor<8x4xf32>
    scf.yield %w0 : tensor<8x4xf32>
  } {st.task = "split"}
  return %q, %n#1 : tensor<8x4xf32>, tensor<4x8xf32>
}

// Where the whole nest computes one tile, the tile is written after it.
// CHECK-LABEL: func.func @one_tile(
// CHECK:         st.kernel @reduce_0 (%{{.+}} = %{{.+}} : tensor<20x16xf32> as !st.itensor<8x16xf32 of 20x16, iter_space = [3] * [8], iter_map = (d0) -> (d0, 0)>) -> (tensor<14xf32>) {
// CHECK:           st.itensor_empty : <16xf32 of 14, iter_space = [] * [], iter_map = () -> (0)>
// CHECK:           st.task @reduce_0
// CHECK:             %[[SUM:.+]] = scf.for {{.+}} -> (tensor<16xf32>) {
// CHECK:             %[[W:.+]] = st.itensor_write %[[SUM]] into
// CHECK:             st.yield %[[W]]
func.func @one_tile(%x: tensor<20x16xf32>) -> tensor<14xf32> {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c24 = arith.constant 24 : index
  %zero = arith.constant 0.0 : f32
  %start = arith.constant dense<0.0> : tensor<16xf32>
  %p = tensor.pad %x low[0, 0] high[4, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : f32
  } {st.tile_padding} : tensor<20x16xf32> to tensor<24x16xf32>
  %e = tensor.empty() : tensor<16xf32>
  %n = scf.for %i = %c0 to %c24 step %c8 iter_args(%acc = %start) -> (tensor<16xf32>) {
    %t = tensor.extract_slice %p[%i, 0] [8, 16] [1, 1] : tensor<24x16xf32> to tensor<8x16xf32>
    %m = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1) -> (d1)>], iterator_types = ["reduction", "parallel"]}
        ins(%t : tensor<8x16xf32>) outs(%acc : tensor<16xf32>) {
    ^bb0(%a: f32, %s: f32):
      %0 = arith.addf %s, %a : f32
      linalg.yield %0 : f32
    } -> tensor<16xf32>
    scf.yield %m : tensor<16xf32>
  } {st.task = "reduce_0"}
  %w = tensor.insert_slice %n into %e[0] [16] [1] : tensor<16xf32> into tensor<16xf32>
  %u = tensor.extract_slice %w[0] [14] [1] {st.tile_padding} : tensor<16xf32> to tensor<14xf32>
  return %u : tensor<14xf32>
}
