// RUN: streamtensor-opt %s -st-fuse-kernels -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// The meaning stays, here and when the reader regroups the tiles.
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0
// RUN: streamtensor-opt %t.mlir -st-pack-kernel-interface -st-optimize -o %t.optimize.mlir
// RUN: FileCheck %s --input-file %t.optimize.mlir --check-prefix=OPTIMIZE
// RUN: st-reference-test %t.optimize.mlir --compare %s --tolerance 0
// RUN: streamtensor-opt %t.optimize.mlir -st-schedule -st-allocate -st-bufferize -st-lower -o %t.lower.mlir
// RUN: st-reference-test %t.lower.mlir --compare %s --tolerance 0

!src = !st.itensor<1x4x1x6xf32 of 2x8x5x6, iter_space = [2, 5, 2] * [1, 1, 4], iter_map = (d0, d1, d2) -> (d0, d2, d1, 0)>
!flat2 = !st.itensor<1x8x6xf32 of 2x8x30, iter_space = [2, 5] * [1, 6], iter_map = (d0, d1) -> (d0, 0, d1)>

// A collapsed and an expanded shape between kernels cost nothing; the converters only gather the channels of a row.
// CHECK-LABEL: func.func @main(
// CHECK-NOT:     tensor.collapse_shape
// CHECK:         st.kernel @a_to_c (
// CHECK:           %[[A:.+]] = st.task @a
// CHECK:           %[[V:.+]] = st.itensor_converter %[[A]] : {{.+}} -> <1x8x1x6xf32,
// CHECK:           %[[F:.+]] = st.itensor_reassociate %[[V]] {{\[\[}}0], [1], [2, 3]] : {{.+}} -> <1x8x6xf32,
// CHECK:           %[[B:.+]] = st.task @b reads(%{{.+}} = %[[F]] :
// CHECK:           st.itensor_reassociate
// CHECK:           st.task @c
// CHECK-NOT:     tensor.expand_shape
// CHECK:         return

// A tile that is collapsed is read into a buffer of the collapsed shape.
// OPTIMIZE:      st.task @b
// OPTIMIZE:        %[[X:.+]] = tensor.expand_shape %{{.+}} {{\[\[}}0], [1], [2, 3]] output_shape [1, 8, 1, 6]
// OPTIMIZE:        %[[T:.+]] = st.itensor_read %{{.+}} init %[[X]]
// OPTIMIZE:        tensor.collapse_shape %[[T]] {{\[\[}}0], [1], [2, 3]]
func.func @main(%x: tensor<2x8x5x6xf32> {st.name = "x"}) -> (tensor<2x8x30xf32> {st.name = "y"}, tensor<2x8x5x6xf32> {st.name = "z"}) {
  %a = st.kernel @a (%s = %x : tensor<2x8x5x6xf32> as !src) -> (tensor<2x8x5x6xf32>) {
  %empty = st.itensor_empty : !src
  %r = st.task @a reads(%in = %s : !src) inits(%out = %empty : !src) attributes {st.kind = "compute"} {
    %c0 = arith.constant 0 : index
    %u0 = arith.constant 2 : index
    %s0 = arith.constant 1 : index
    %u1 = arith.constant 5 : index
    %s1 = arith.constant 1 : index
    %u2 = arith.constant 8 : index
    %s2 = arith.constant 4 : index
    %l0 = scf.for %i0 = %c0 to %u0 step %s0 iter_args(%o0 = %out) -> (!src) {
    %l1 = scf.for %i1 = %c0 to %u1 step %s1 iter_args(%o1 = %o0) -> (!src) {
    %l2 = scf.for %i2 = %c0 to %u2 step %s2 iter_args(%o2 = %o1) -> (!src) {
      %e = tensor.empty() : tensor<1x4x1x6xf32>
      %t = st.itensor_read %in init %e : !src -> tensor<1x4x1x6xf32>
      %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>], iterator_types = ["parallel","parallel","parallel","parallel"]} ins(%t : tensor<1x4x1x6xf32>) outs(%e : tensor<1x4x1x6xf32>) {
      ^bb0(%v: f32, %w: f32):
        %d = arith.addf %v, %v : f32
        linalg.yield %d : f32
      } -> tensor<1x4x1x6xf32>
      %w = st.itensor_write %m into %o2 : tensor<1x4x1x6xf32> -> !src
    scf.yield %w : !src
    }
    scf.yield %l2 : !src
    }
    scf.yield %l1 : !src
    }
    st.yield %l0 : !src
  }
  st.yield %r : !src
  }
  %r = tensor.collapse_shape %a [[0], [1], [2, 3]] : tensor<2x8x5x6xf32> into tensor<2x8x30xf32>
  %b = st.kernel @b (%s = %r : tensor<2x8x30xf32> as !flat2) -> (tensor<2x8x30xf32>) {
  %empty = st.itensor_empty : !flat2
  %r = st.task @b reads(%in = %s : !flat2) inits(%out = %empty : !flat2) attributes {st.kind = "compute"} {
    %c0 = arith.constant 0 : index
    %u0 = arith.constant 2 : index
    %s0 = arith.constant 1 : index
    %u1 = arith.constant 30 : index
    %s1 = arith.constant 6 : index
    %l0 = scf.for %i0 = %c0 to %u0 step %s0 iter_args(%o0 = %out) -> (!flat2) {
    %l1 = scf.for %i1 = %c0 to %u1 step %s1 iter_args(%o1 = %o0) -> (!flat2) {
      %e = tensor.empty() : tensor<1x8x6xf32>
      %t = st.itensor_read %in init %e : !flat2 -> tensor<1x8x6xf32>
      %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2)->(d0,d1,d2)>, affine_map<(d0,d1,d2)->(d0,d1,d2)>], iterator_types = ["parallel","parallel","parallel"]} ins(%t : tensor<1x8x6xf32>) outs(%e : tensor<1x8x6xf32>) {
      ^bb0(%v: f32, %w: f32):
        %d = arith.addf %v, %v : f32
        linalg.yield %d : f32
      } -> tensor<1x8x6xf32>
      %w = st.itensor_write %m into %o1 : tensor<1x8x6xf32> -> !flat2
    scf.yield %w : !flat2
    }
    scf.yield %l1 : !flat2
    }
    st.yield %l0 : !flat2
  }
  st.yield %r : !flat2
  }
  %r2 = tensor.expand_shape %b [[0], [1], [2, 3]] output_shape [2, 8, 5, 6] : tensor<2x8x30xf32> into tensor<2x8x5x6xf32>
  %c = st.kernel @c (%s = %r2 : tensor<2x8x5x6xf32> as !src) -> (tensor<2x8x5x6xf32>) {
  %empty = st.itensor_empty : !src
  %r = st.task @c reads(%in = %s : !src) inits(%out = %empty : !src) attributes {st.kind = "compute"} {
    %c0 = arith.constant 0 : index
    %u0 = arith.constant 2 : index
    %s0 = arith.constant 1 : index
    %u1 = arith.constant 5 : index
    %s1 = arith.constant 1 : index
    %u2 = arith.constant 8 : index
    %s2 = arith.constant 4 : index
    %l0 = scf.for %i0 = %c0 to %u0 step %s0 iter_args(%o0 = %out) -> (!src) {
    %l1 = scf.for %i1 = %c0 to %u1 step %s1 iter_args(%o1 = %o0) -> (!src) {
    %l2 = scf.for %i2 = %c0 to %u2 step %s2 iter_args(%o2 = %o1) -> (!src) {
      %e = tensor.empty() : tensor<1x4x1x6xf32>
      %t = st.itensor_read %in init %e : !src -> tensor<1x4x1x6xf32>
      %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>], iterator_types = ["parallel","parallel","parallel","parallel"]} ins(%t : tensor<1x4x1x6xf32>) outs(%e : tensor<1x4x1x6xf32>) {
      ^bb0(%v: f32, %w: f32):
        %d = arith.addf %v, %v : f32
        linalg.yield %d : f32
      } -> tensor<1x4x1x6xf32>
      %w = st.itensor_write %m into %o2 : tensor<1x4x1x6xf32> -> !src
    scf.yield %w : !src
    }
    scf.yield %l2 : !src
    }
    scf.yield %l1 : !src
    }
    st.yield %l0 : !src
  }
  st.yield %r : !src
  }
  return %b, %c : tensor<2x8x30xf32>, tensor<2x8x5x6xf32>
}
