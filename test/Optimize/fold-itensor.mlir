// RUN: streamtensor-opt %s -st-fold-itensor="min-reaccess=3" -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0
// RUN: streamtensor-opt %s -st-fold-itensor | FileCheck %s --check-prefix=RARE

!c = !st.itensor<4x4xf32, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<4x4xf32, iter_space = [2, 3, 2] * [4, 1, 4], iter_map = (d0, d1, d2) -> (d0, d2)>
!g = !st.itensor<4xf32, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>

// The row task holds its row while it streams it, and the reader wants every row three times: the task makes and
// writes the tiles three times, from its own buffer. The gain comes from external memory, which is read again.
// CHECK-LABEL: func.func @main(
// CHECK:         st.kernel @k ({{.+}} : tensor<8xf32> as !st.itensor<4xf32, iter_space = [2, 3, 2] * [1, 1, 4], iter_map = (d0, d1, d2) -> (d2)>)
// CHECK-NOT:     st.itensor_converter
// CHECK:         %[[FIFO:[a-z0-9_]+]] = st.itensor_instance : <4x4xf32, iter_space = [2, 3, 2] * [4, 1, 4],
// CHECK:         %[[ROW:[a-z0-9_]+]] = st.task @row {{.+}} inits(%{{.+}} = %[[FIFO]] :
// CHECK:           scf.for
// CHECK:             %[[BUF:[a-z0-9_]+]] = scf.for {{.+}} -> (tensor<4x8xf32>)
// CHECK:             scf.for {{.+}} -> (!st.itensor<4x4xf32, iter_space = [2, 3, 2] * [4, 1, 4],
// CHECK:               scf.for %[[K:[a-z0-9_]+]] =
// CHECK:                 tensor.extract_slice %[[BUF]][0, %[[K]]] [4, 4] [1, 1]
// CHECK:                 linalg.generic
// CHECK:                 st.itensor_write
// CHECK:         st.task @sum reads(%{{.+}} = %[[ROW]] :

// Where each tile leaves less often than asked for, the converter stays.
// RARE: st.itensor_converter
func.func @main(%x: tensor<8x8xf32>, %gain: tensor<8xf32>) -> tensor<8x4xf32> {
  %y = st.kernel @k (%s = %x : tensor<8x8xf32> as !c, %sg = %gain : tensor<8xf32> as !g) -> (tensor<8x4xf32>) {
    %e0 = st.itensor_empty : !c
    %r = st.task @row reads(%in = %s : !c, %ing = %sg : !g) inits(%out = %e0 : !c) attributes {st.kind = "row"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %b0 = tensor.empty() : tensor<4x8xf32>
        %row = scf.for %k = %c0 to %c8 step %c4 iter_args(%b = %b0) -> (tensor<4x8xf32>) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !c -> tensor<4x4xf32>
          %b1 = tensor.insert_slice %t into %b[0, %k] [4, 4] [1, 1] : tensor<4x4xf32> into tensor<4x8xf32>
          scf.yield %b1 : tensor<4x8xf32>
        }
        %1 = scf.for %k = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %t = tensor.extract_slice %row[0, %k] [4, 4] [1, 1] : tensor<4x8xf32> to tensor<4x4xf32>
          %e = tensor.empty() : tensor<4x4xf32>
          %f = tensor.empty() : tensor<4xf32>
          %h = st.itensor_read %ing init %f : !g -> tensor<4xf32>
          %m = linalg.generic {indexing_maps = [#id, affine_map<(d0, d1) -> (d1)>, #id], iterator_types = ["parallel", "parallel"]}
              ins(%t, %h : tensor<4x4xf32>, tensor<4xf32>) outs(%e : tensor<4x4xf32>) {
          ^bb0(%v: f32, %u: f32, %w: f32):
            %n = arith.mulf %v, %u : f32
            linalg.yield %n : f32
          } -> tensor<4x4xf32>
          %w = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    %v = st.itensor_converter %r : !c -> !a
    %e1 = st.itensor_empty : !st.itensor<4x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)>
    %q = st.task @sum reads(%in = %v : !a) inits(%out = %e1 : !st.itensor<4x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)>) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c6 = arith.constant 6 : index
      %zero = arith.constant dense<0.0> : tensor<4x4xf32>
      %0 = scf.for %i = %c0 to %c2 step %c1 iter_args(%o = %out) -> (!st.itensor<4x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)>) {
        %1 = scf.for %k = %c0 to %c6 step %c1 iter_args(%acc = %zero) -> (tensor<4x4xf32>) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !a -> tensor<4x4xf32>
          %m = linalg.add ins(%acc, %t : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          scf.yield %m : tensor<4x4xf32>
        }
        %w = st.itensor_write %1 into %o : tensor<4x4xf32> -> !st.itensor<4x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)>
        scf.yield %w : !st.itensor<4x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)>
      }
      st.yield %0 : !st.itensor<4x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)>
    }
    st.yield %q : !st.itensor<4x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)>
  }
  return %y : tensor<8x4xf32>
}
