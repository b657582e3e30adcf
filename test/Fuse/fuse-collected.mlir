// Where no tile before a reshape is a tile after it, the tensor is collected once and streamed again in its other shape.
//
// RUN: streamtensor-opt %s -st-fuse-kernels -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0
// RUN: streamtensor-opt %t.mlir -st-pack-kernel-interface -st-optimize -o %t.optimize.mlir
// RUN: FileCheck %s --input-file %t.optimize.mlir --check-prefix=OPTIMIZE
// RUN: st-reference-test %t.optimize.mlir --compare %s --tolerance 0
// RUN: streamtensor-opt %t.optimize.mlir -st-schedule -st-allocate -st-bufferize -st-lower -o %t.lower.mlir
// RUN: st-reference-test %t.lower.mlir --compare %s --tolerance 0

!src = !st.itensor<4x1x6xf32 of 8x5x6, iter_space = [5, 2] * [1, 4], iter_map = (d0, d1) -> (d1, d0, 0)>
!flat = !st.itensor<20xf32, iter_space = [12] * [20], iter_map = (d0) -> (d0)>
!back = !st.itensor<5x4x3xf32, iter_space = [2, 2] * [4, 3], iter_map = (d0, d1) -> (0, d0, d1)>

// CHECK-LABEL: func.func @main(
// CHECK:         st.kernel @a_to_c (
// CHECK:           %[[A:.+]] = st.task @a
// CHECK:           %[[ALL:.+]] = st.itensor_converter %[[A]] : {{.+}} -> <8x5x6xf32, iter_space = [] * [], iter_map = () -> (0, 0, 0)>
// CHECK:           %[[FLAT:.+]] = st.itensor_reassociate %[[ALL]] {{\[\[}}0, 1, 2]]
// CHECK:           %[[TILES:.+]] = st.itensor_converter %[[FLAT]] :
// CHECK:           st.task @b reads(%{{.+}} = %[[TILES]] :

// One task and one buffer, in the shape of lower rank: filled through a view of the other.
// OPTIMIZE:      st.task @convert_0
// OPTIMIZE:        %[[BUF:.+]] = tensor.empty() : tensor<240xf32>
// OPTIMIZE:        %[[VIEW:.+]] = tensor.expand_shape %[[BUF]] {{\[\[}}0, 1, 2]] output_shape [8, 5, 6]
// OPTIMIZE:        tensor.insert_slice
// OPTIMIZE:        %[[FULL:.+]] = tensor.collapse_shape
// OPTIMIZE:        tensor.extract_slice %[[FULL]]
// OPTIMIZE:      st.task @b
// Or drained through it, tile by tile.
// OPTIMIZE:      st.task @convert_1
// OPTIMIZE:        tensor.empty() : tensor<240xf32>
// OPTIMIZE:        %[[VIEW:.+]] = tensor.expand_shape
// OPTIMIZE:        tensor.extract_slice %[[VIEW]]
// OPTIMIZE:        linalg.copy
func.func @main(%x: tensor<8x5x6xf32> {st.name = "x"}) -> (tensor<240xf32> {st.name = "y"}, tensor<5x8x6xf32> {st.name = "z"}) {
  %a = st.kernel @a (%s = %x : tensor<8x5x6xf32> as !src) -> (tensor<8x5x6xf32>) {
  %empty = st.itensor_empty : !src
  %r = st.task @a reads(%in = %s : !src) inits(%out = %empty : !src) attributes {st.kind = "compute"} {
    %c0 = arith.constant 0 : index
    %u0 = arith.constant 5 : index
    %s0 = arith.constant 1 : index
    %u1 = arith.constant 8 : index
    %s1 = arith.constant 4 : index
    %l0 = scf.for %i0 = %c0 to %u0 step %s0 iter_args(%o0 = %out) -> (!src) {
    %l1 = scf.for %i1 = %c0 to %u1 step %s1 iter_args(%o1 = %o0) -> (!src) {
      %e = tensor.empty() : tensor<4x1x6xf32>
      %t = st.itensor_read %in init %e : !src -> tensor<4x1x6xf32>
      %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2)->(d0,d1,d2)>, affine_map<(d0,d1,d2)->(d0,d1,d2)>], iterator_types = ["parallel","parallel","parallel"]} ins(%t : tensor<4x1x6xf32>) outs(%e : tensor<4x1x6xf32>) {
      ^bb0(%v: f32, %w: f32):
        %d = arith.addf %v, %v : f32
        linalg.yield %d : f32
      } -> tensor<4x1x6xf32>
      %w = st.itensor_write %m into %o1 : tensor<4x1x6xf32> -> !src
    scf.yield %w : !src
    }
    scf.yield %l1 : !src
    }
    st.yield %l0 : !src
  }
  st.yield %r : !src
  }
  %r = tensor.collapse_shape %a [[0, 1, 2]] : tensor<8x5x6xf32> into tensor<240xf32>
  %b = st.kernel @b (%s = %r : tensor<240xf32> as !flat) -> (tensor<240xf32>) {
  %empty = st.itensor_empty : !flat
  %r = st.task @b reads(%in = %s : !flat) inits(%out = %empty : !flat) attributes {st.kind = "compute"} {
    %c0 = arith.constant 0 : index
    %u0 = arith.constant 240 : index
    %s0 = arith.constant 20 : index
    %l0 = scf.for %i0 = %c0 to %u0 step %s0 iter_args(%o0 = %out) -> (!flat) {
      %e = tensor.empty() : tensor<20xf32>
      %t = st.itensor_read %in init %e : !flat -> tensor<20xf32>
      %m = linalg.generic {indexing_maps = [affine_map<(d0)->(d0)>, affine_map<(d0)->(d0)>], iterator_types = ["parallel"]} ins(%t : tensor<20xf32>) outs(%e : tensor<20xf32>) {
      ^bb0(%v: f32, %w: f32):
        %d = arith.addf %v, %v : f32
        linalg.yield %d : f32
      } -> tensor<20xf32>
      %w = st.itensor_write %m into %o0 : tensor<20xf32> -> !flat
    scf.yield %w : !flat
    }
    st.yield %l0 : !flat
  }
  st.yield %r : !flat
  }
  %q = tensor.expand_shape %b [[0, 1, 2]] output_shape [5, 8, 6] : tensor<240xf32> into tensor<5x8x6xf32>
  %c = st.kernel @c (%s = %q : tensor<5x8x6xf32> as !back) -> (tensor<5x8x6xf32>) {
  %empty = st.itensor_empty : !back
  %r = st.task @c reads(%in = %s : !back) inits(%out = %empty : !back) attributes {st.kind = "compute"} {
    %c0 = arith.constant 0 : index
    %u0 = arith.constant 8 : index
    %s0 = arith.constant 4 : index
    %u1 = arith.constant 6 : index
    %s1 = arith.constant 3 : index
    %l0 = scf.for %i0 = %c0 to %u0 step %s0 iter_args(%o0 = %out) -> (!back) {
    %l1 = scf.for %i1 = %c0 to %u1 step %s1 iter_args(%o1 = %o0) -> (!back) {
      %e = tensor.empty() : tensor<5x4x3xf32>
      %t = st.itensor_read %in init %e : !back -> tensor<5x4x3xf32>
      %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2)->(d0,d1,d2)>, affine_map<(d0,d1,d2)->(d0,d1,d2)>], iterator_types = ["parallel","parallel","parallel"]} ins(%t : tensor<5x4x3xf32>) outs(%e : tensor<5x4x3xf32>) {
      ^bb0(%v: f32, %w: f32):
        %d = arith.addf %v, %v : f32
        linalg.yield %d : f32
      } -> tensor<5x4x3xf32>
      %w = st.itensor_write %m into %o1 : tensor<5x4x3xf32> -> !back
    scf.yield %w : !back
    }
    scf.yield %l1 : !back
    }
    st.yield %l0 : !back
  }
  st.yield %r : !back
  }
  return %b, %c : tensor<240xf32>, tensor<5x8x6xf32>
}
