// Crossings stream slices in the order of the type: logical with clipping and zero padding, and packed by tiles.
// RUN: split-file %s %t
// RUN: st-reference-test %t/logical.mlir --compare %t/expected.mlir --tolerance 0 | FileCheck %s
// RUN: st-reference-test %t/packed.mlir --compare %t/expected.mlir --tolerance 0 | FileCheck %s
// RUN: st-reference-test %t/bounded.mlir --compare %t/expected.mlir --tolerance 0 | FileCheck %s
// CHECK: result0: max|a-b| = 0
// CHECK: result1: max|a-b| = 0

//--- expected.mlir
#id = affine_map<(d0, d1) -> (d0, d1)>
func.func @main(%a: tensor<20x36xf32>) -> (tensor<20x36xf32>, tensor<20x36xf32>) {
  %e = tensor.empty() : tensor<20x36xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<20x36xf32>) outs(%e : tensor<20x36xf32>) {
  ^bb0(%x: f32, %y: f32):
    %s = arith.addf %x, %x : f32
    linalg.yield %s : f32
  } -> tensor<20x36xf32>
  return %0, %a : tensor<20x36xf32>, tensor<20x36xf32>
}

//--- logical.mlir
// Columns first, so that an order that is ignored shows.
!c = !st.itensor<8x16xf32 of 20x36, iter_space = [3, 3] * [16, 8], iter_map = (d0, d1) -> (d1, d0)>
func.func @main(%a: tensor<20x36xf32>) -> (tensor<20x36xf32>, tensor<20x36xf32>) {
  %r0, %r1 = st.kernel @double (%sa = %a : tensor<20x36xf32> as !c) -> (tensor<20x36xf32>, tensor<20x36xf32>) {
    %e0 = st.itensor_empty : !c
    %e1 = st.itensor_empty : !c
    %d, %f = st.task @double reads(%x = %sa : !c) inits(%o0 = %e0 : !c, %o1 = %e1 : !c) {
      %e = tensor.empty() : tensor<8x16xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c9 = arith.constant 9 : index
      %1:2 = scf.for %i = %c0 to %c9 step %c1 iter_args(%p = %o0, %q = %o1) -> (!c, !c) {
        %t = st.itensor_read %x init %e : !c -> tensor<8x16xf32>
        %m = linalg.add ins(%t, %t : tensor<8x16xf32>, tensor<8x16xf32>) outs(%e : tensor<8x16xf32>) -> tensor<8x16xf32>
        %2 = st.itensor_write %m into %p : tensor<8x16xf32> -> !c
        %3 = st.itensor_write %t into %q : tensor<8x16xf32> -> !c
        scf.yield %2, %3 : !c, !c
      }
      st.yield %1#0, %1#1 : !c, !c
    }
    st.yield %d, %f : !c, !c
  }
  return %r0, %r1 : tensor<20x36xf32>, tensor<20x36xf32>
}

//--- packed.mlir
// Two readers of one operand, vector tokens, one result packed and one logical.
!c = !st.itensor<8x1xvector<1x16xf32> of 20x36, iter_space = [3, 3] * [16, 8], iter_map = (d0, d1) -> (d1, d0)>
func.func @main(%a: tensor<20x36xf32>) -> (tensor<20x36xf32>, tensor<20x36xf32>) {
  %zero = arith.constant 0.0 : f32
  %pe = tensor.empty() : tensor<3x3x8x16xf32>
  %pa = linalg.pack %a padding_value(%zero : f32) inner_dims_pos = [0, 1] inner_tiles = [8, 16] into %pe : tensor<20x36xf32> -> tensor<3x3x8x16xf32>
  %r0, %r1 = st.kernel @double (%sa = %pa : tensor<3x3x8x16xf32> as !c) -> (tensor<3x3x8x16xf32>, tensor<20x36xf32>) {
    %f0, %f1 = st.itensor_fork %sa : !c -> !c, !c
    %e0 = st.itensor_empty : !c
    %d = st.task @double reads(%x = %f0 : !c) inits(%o = %e0 : !c) {
      %e = tensor.empty() : tensor<8x16xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c9 = arith.constant 9 : index
      %1 = scf.for %i = %c0 to %c9 step %c1 iter_args(%p = %o) -> (!c) {
        %t = st.itensor_read %x init %e : !c -> tensor<8x16xf32>
        %m = linalg.add ins(%t, %t : tensor<8x16xf32>, tensor<8x16xf32>) outs(%e : tensor<8x16xf32>) -> tensor<8x16xf32>
        %2 = st.itensor_write %m into %p : tensor<8x16xf32> -> !c
        scf.yield %2 : !c
      }
      st.yield %1 : !c
    }
    %e1 = st.itensor_empty : !c
    %g = st.task @copy reads(%x = %f1 : !c) inits(%o = %e1 : !c) {
      %e = tensor.empty() : tensor<8x16xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c9 = arith.constant 9 : index
      %1 = scf.for %i = %c0 to %c9 step %c1 iter_args(%p = %o) -> (!c) {
        %t = st.itensor_read %x init %e : !c -> tensor<8x16xf32>
        %2 = st.itensor_write %t into %p : tensor<8x16xf32> -> !c
        scf.yield %2 : !c
      }
      st.yield %1 : !c
    }
    st.yield %d, %g : !c, !c
  }
  %ue = tensor.empty() : tensor<20x36xf32>
  %u = linalg.unpack %r0 inner_dims_pos = [0, 1] inner_tiles = [8, 16] into %ue : tensor<3x3x8x16xf32> -> tensor<20x36xf32>
  return %u, %r1 : tensor<20x36xf32>, tensor<20x36xf32>
}

//--- bounded.mlir
// DMAs as tasks, a fork as a task, FIFOs of three tokens: less than a tile.
!c = !st.itensor<8x1xvector<1x16xf32> of 20x36, iter_space = [3, 3] * [16, 8], iter_map = (d0, d1) -> (d1, d0)>
func.func @main(%a: tensor<20x36xf32>) -> (tensor<20x36xf32>, tensor<20x36xf32>) {
  %zero = arith.constant 0.0 : f32
  %pe = tensor.empty() : tensor<3x3x8x16xf32>
  %pa = linalg.pack %a padding_value(%zero : f32) inner_dims_pos = [0, 1] inner_tiles = [8, 16] into %pe : tensor<20x36xf32> -> tensor<3x3x8x16xf32>
  %r0, %r1 = st.kernel @double (%sa = %pa : tensor<3x3x8x16xf32>) -> (tensor<3x3x8x16xf32>, tensor<20x36xf32>) {
    %f0 = st.itensor_instance {depth_tokens = 3} : !c
    %in = st.task @dma_a reads(%m = %sa : tensor<3x3x8x16xf32>) inits(%o = %f0 : !c) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c3 = arith.constant 3 : index
      %1 = scf.for %j = %c0 to %c3 step %c1 iter_args(%p = %o) -> (!c) {
        %2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%q = %p) -> (!c) {
          %t = tensor.extract_slice %m[%i, %j, 0, 0] [1, 1, 8, 16] [1, 1, 1, 1] : tensor<3x3x8x16xf32> to tensor<8x16xf32>
          %3 = st.itensor_write %t into %q : tensor<8x16xf32> -> !c
          scf.yield %3 : !c
        }
        scf.yield %2 : !c
      }
      st.yield %1 : !c
    }
    %f1 = st.itensor_instance {depth_tokens = 3} : !c
    %f2 = st.itensor_instance {depth_tokens = 3} : !c
    %d, %g = st.task @double reads(%x = %in : !c) inits(%o0 = %f1 : !c, %o1 = %f2 : !c) {
      %e = tensor.empty() : tensor<8x16xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c9 = arith.constant 9 : index
      %1:2 = scf.for %i = %c0 to %c9 step %c1 iter_args(%p = %o0, %q = %o1) -> (!c, !c) {
        %t = st.itensor_read %x init %e : !c -> tensor<8x16xf32>
        %m = linalg.add ins(%t, %t : tensor<8x16xf32>, tensor<8x16xf32>) outs(%e : tensor<8x16xf32>) -> tensor<8x16xf32>
        %2 = st.itensor_write %m into %p : tensor<8x16xf32> -> !c
        %3 = st.itensor_write %t into %q : tensor<8x16xf32> -> !c
        scf.yield %2, %3 : !c, !c
      }
      st.yield %1#0, %1#1 : !c, !c
    }
    %out = tensor.empty() : tensor<3x3x8x16xf32>
    %w = st.task @dma_out reads(%s = %d : !c) inits(%o = %out : tensor<3x3x8x16xf32>) {
      %e = tensor.empty() : tensor<8x16xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c3 = arith.constant 3 : index
      %1 = scf.for %j = %c0 to %c3 step %c1 iter_args(%p = %o) -> (tensor<3x3x8x16xf32>) {
        %2 = scf.for %i = %c0 to %c3 step %c1 iter_args(%q = %p) -> (tensor<3x3x8x16xf32>) {
          %t = st.itensor_read %s init %e : !c -> tensor<8x16xf32>
          %3 = tensor.insert_slice %t into %q[%i, %j, 0, 0] [1, 1, 8, 16] [1, 1, 1, 1] : tensor<8x16xf32> into tensor<3x3x8x16xf32>
          scf.yield %3 : tensor<3x3x8x16xf32>
        }
        scf.yield %2 : tensor<3x3x8x16xf32>
      }
      st.yield %1 : tensor<3x3x8x16xf32>
    }
    st.yield %w, %g : tensor<3x3x8x16xf32>, !c
  }
  %ue = tensor.empty() : tensor<20x36xf32>
  %u = linalg.unpack %r0 inner_dims_pos = [0, 1] inner_tiles = [8, 16] into %ue : tensor<3x3x8x16xf32> -> tensor<20x36xf32>
  return %u, %r1 : tensor<20x36xf32>, tensor<20x36xf32>
}
