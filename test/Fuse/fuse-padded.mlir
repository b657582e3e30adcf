// RUN: streamtensor-opt %s -st-fuse-kernels -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// The meaning stays.
// RUN: st-reference-test %t.mlir --compare %s --entry padded --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --entry padded_and_not --tolerance 0
// RUN: st-reference-test %t.mlir --compare %s --entry padded_twice --tolerance 0

!src_padded = !st.itensor<1x1x1x3xf32 of 1x2x4x3, iter_space = [1, 4, 2] * [1, 1, 1], iter_map = (d0, d1, d2) -> (d0, d2, d1, 0)>
!rd_padded = !st.itensor<1x2x1x4xf32 of 1x2x6x4, iter_space = [1, 4, 1, 3] * [1, 1, 1, 1], iter_map = (d0, d1, d2, d3) -> (d0, 0, d1 + d3, 0)>
!out_padded = !st.itensor<1x1x2x1x4xf32, iter_space = [1, 4, 1] * [1, 1, 1], iter_map = (d0, d1, d2) -> (d0, d2, 0, d1, 0)>
!src_padded_and_not = !st.itensor<1x2x1x3xf32 of 1x2x5x3, iter_space = [1, 5, 1] * [1, 1, 2], iter_map = (d0, d1, d2) -> (d0, d2, d1, 0)>
!rd_padded_and_not = !st.itensor<1x2x1x5xf32 of 1x2x7x5, iter_space = [1, 3, 1, 3] * [1, 2, 1, 1], iter_map = (d0, d1, d2, d3) -> (d0, 0, d1 + d3, 0)>
!out_padded_and_not = !st.itensor<1x1x2x1x5xf32, iter_space = [1, 3, 1] * [1, 1, 1], iter_map = (d0, d1, d2) -> (d0, d2, 0, d1, 0)>

// The padding between two kernels becomes the converter's.
// CHECK-LABEL: func.func @padded(
// CHECK-NOT:     tensor.pad
// CHECK:         st.kernel @twice_to_windows (
// CHECK:           %[[TWICE:.+]] = st.task @twice
// CHECK:           %[[ROWS:.+]] = st.itensor_converter %[[TWICE]] {high = array<i64: 0, 0, 1, 0>, low = array<i64: 0, 0, 1, 1>, pad = 7.000000e+00 : f32}
// CHECK:           st.task @windows reads(%{{.+}} = %[[ROWS]] :
func.func @padded(%x: tensor<1x2x4x3xf32> {st.name = "x"}) -> (tensor<1x1x2x4x4xf32> {st.name = "y"}) {
  %twice = st.kernel @twice (%s = %x : tensor<1x2x4x3xf32> as !src_padded) -> (tensor<1x2x4x3xf32>) {
    %empty = st.itensor_empty : !src_padded
    %r = st.task @twice reads(%in = %s : !src_padded) inits(%out = %empty : !src_padded) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant 1 : index
      %h = arith.constant 4 : index
      %hs = arith.constant 1 : index
      %c = arith.constant 2 : index
      %cs = arith.constant 1 : index
      %0 = scf.for %i = %c0 to %n step %c1 iter_args(%o = %out) -> (!src_padded) {
        %1 = scf.for %j = %c0 to %h step %hs iter_args(%o1 = %o) -> (!src_padded) {
          %2 = scf.for %l = %c0 to %c step %cs iter_args(%o2 = %o1) -> (!src_padded) {
            %e = tensor.empty() : tensor<1x1x1x3xf32>
            %t = st.itensor_read %in init %e : !src_padded -> tensor<1x1x1x3xf32>
            %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>], iterator_types = ["parallel","parallel","parallel","parallel"]} ins(%t : tensor<1x1x1x3xf32>) outs(%e : tensor<1x1x1x3xf32>) {
            ^bb0(%v: f32, %w: f32):
              %d = arith.addf %v, %v : f32
              linalg.yield %d : f32
            } -> tensor<1x1x1x3xf32>
            %w = st.itensor_write %m into %o2 : tensor<1x1x1x3xf32> -> !src_padded
            scf.yield %w : !src_padded
          }
          scf.yield %2 : !src_padded
        }
        scf.yield %1 : !src_padded
      }
      st.yield %0 : !src_padded
    }
    st.yield %r : !src_padded
  }
  %pv = arith.constant 7.0 : f32
  %p = tensor.pad %twice low[0, 0, 1, 1] high[0, 0, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %pv : f32
  } : tensor<1x2x4x3xf32> to tensor<1x2x6x4xf32>

  %y = st.kernel @windows (%s = %p : tensor<1x2x6x4xf32> as !rd_padded) -> (tensor<1x1x2x4x4xf32>) {
    %empty = st.itensor_empty : !out_padded
    %r = st.task @windows reads(%in = %s : !rd_padded) inits(%out = %empty : !out_padded) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant 1 : index
      %h = arith.constant 4 : index
      %g = arith.constant 1 : index
      %k = arith.constant 3 : index
      %zero = arith.constant dense<0.0> : tensor<1x1x2x1x4xf32>
      %0 = scf.for %i = %c0 to %n step %c1 iter_args(%o = %out) -> (!out_padded) {
        %1 = scf.for %j = %c0 to %h step %c1 iter_args(%o1 = %o) -> (!out_padded) {
          %2 = scf.for %l = %c0 to %g step %c1 iter_args(%o2 = %o1) -> (!out_padded) {
            %sum = scf.for %kh = %c0 to %k step %c1 iter_args(%acc = %zero) -> (tensor<1x1x2x1x4xf32>) {
              %e = tensor.empty() : tensor<1x2x1x4xf32>
              %t = st.itensor_read %in init %e : !rd_padded -> tensor<1x2x1x4xf32>
              %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3)->(d0,0,d1,d2,d3)>], iterator_types = ["parallel","parallel","parallel","parallel"]} ins(%t : tensor<1x2x1x4xf32>) outs(%acc : tensor<1x1x2x1x4xf32>) {
              ^bb0(%v: f32, %w: f32):
                %half = arith.constant 0.5 : f32
                %w2 = arith.mulf %w, %half : f32
                %d = arith.addf %v, %w2 : f32
                linalg.yield %d : f32
              } -> tensor<1x1x2x1x4xf32>
              scf.yield %m : tensor<1x1x2x1x4xf32>
            }
            %w = st.itensor_write %sum into %o2 : tensor<1x1x2x1x4xf32> -> !out_padded
            scf.yield %w : !out_padded
          }
          scf.yield %2 : !out_padded
        }
        scf.yield %1 : !out_padded
      }
      st.yield %0 : !out_padded
    }
    st.yield %r : !out_padded
  }
  return %y : tensor<1x1x2x4x4xf32>
}

// Who reads the tensor without padding takes it before the converter.
// CHECK-LABEL: func.func @padded_and_not(
// CHECK-NOT:     tensor.pad
// CHECK:         st.kernel @twice_to_windows (
// CHECK:           %[[TWICE:.+]] = st.task @twice
// CHECK:           %[[ROWS:.+]] = st.itensor_converter %[[TWICE]] {
// CHECK:           %[[W:.+]] = st.task @windows reads(%{{.+}} = %[[ROWS]] :
// CHECK:           st.yield %[[TWICE]], %[[W]]
func.func @padded_and_not(%x: tensor<1x2x5x3xf32> {st.name = "x"}) -> (tensor<1x1x2x3x5xf32> {st.name = "y"}, tensor<1x2x5x3xf32> {st.name = "z"}) {
  %twice = st.kernel @twice (%s = %x : tensor<1x2x5x3xf32> as !src_padded_and_not) -> (tensor<1x2x5x3xf32>) {
    %empty = st.itensor_empty : !src_padded_and_not
    %r = st.task @twice reads(%in = %s : !src_padded_and_not) inits(%out = %empty : !src_padded_and_not) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant 1 : index
      %h = arith.constant 5 : index
      %hs = arith.constant 1 : index
      %c = arith.constant 2 : index
      %cs = arith.constant 2 : index
      %0 = scf.for %i = %c0 to %n step %c1 iter_args(%o = %out) -> (!src_padded_and_not) {
        %1 = scf.for %j = %c0 to %h step %hs iter_args(%o1 = %o) -> (!src_padded_and_not) {
          %2 = scf.for %l = %c0 to %c step %cs iter_args(%o2 = %o1) -> (!src_padded_and_not) {
            %e = tensor.empty() : tensor<1x2x1x3xf32>
            %t = st.itensor_read %in init %e : !src_padded_and_not -> tensor<1x2x1x3xf32>
            %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>], iterator_types = ["parallel","parallel","parallel","parallel"]} ins(%t : tensor<1x2x1x3xf32>) outs(%e : tensor<1x2x1x3xf32>) {
            ^bb0(%v: f32, %w: f32):
              %d = arith.addf %v, %v : f32
              linalg.yield %d : f32
            } -> tensor<1x2x1x3xf32>
            %w = st.itensor_write %m into %o2 : tensor<1x2x1x3xf32> -> !src_padded_and_not
            scf.yield %w : !src_padded_and_not
          }
          scf.yield %2 : !src_padded_and_not
        }
        scf.yield %1 : !src_padded_and_not
      }
      st.yield %0 : !src_padded_and_not
    }
    st.yield %r : !src_padded_and_not
  }
  %pv = arith.constant 7.0 : f32
  %p = tensor.pad %twice low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %pv : f32
  } : tensor<1x2x5x3xf32> to tensor<1x2x7x5xf32>

  %y = st.kernel @windows (%s = %p : tensor<1x2x7x5xf32> as !rd_padded_and_not) -> (tensor<1x1x2x3x5xf32>) {
    %empty = st.itensor_empty : !out_padded_and_not
    %r = st.task @windows reads(%in = %s : !rd_padded_and_not) inits(%out = %empty : !out_padded_and_not) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant 1 : index
      %h = arith.constant 3 : index
      %g = arith.constant 1 : index
      %k = arith.constant 3 : index
      %zero = arith.constant dense<0.0> : tensor<1x1x2x1x5xf32>
      %0 = scf.for %i = %c0 to %n step %c1 iter_args(%o = %out) -> (!out_padded_and_not) {
        %1 = scf.for %j = %c0 to %h step %c1 iter_args(%o1 = %o) -> (!out_padded_and_not) {
          %2 = scf.for %l = %c0 to %g step %c1 iter_args(%o2 = %o1) -> (!out_padded_and_not) {
            %sum = scf.for %kh = %c0 to %k step %c1 iter_args(%acc = %zero) -> (tensor<1x1x2x1x5xf32>) {
              %e = tensor.empty() : tensor<1x2x1x5xf32>
              %t = st.itensor_read %in init %e : !rd_padded_and_not -> tensor<1x2x1x5xf32>
              %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3)->(d0,0,d1,d2,d3)>], iterator_types = ["parallel","parallel","parallel","parallel"]} ins(%t : tensor<1x2x1x5xf32>) outs(%acc : tensor<1x1x2x1x5xf32>) {
              ^bb0(%v: f32, %w: f32):
                %half = arith.constant 0.5 : f32
                %w2 = arith.mulf %w, %half : f32
                %d = arith.addf %v, %w2 : f32
                linalg.yield %d : f32
              } -> tensor<1x1x2x1x5xf32>
              scf.yield %m : tensor<1x1x2x1x5xf32>
            }
            %w = st.itensor_write %sum into %o2 : tensor<1x1x2x1x5xf32> -> !out_padded_and_not
            scf.yield %w : !out_padded_and_not
          }
          scf.yield %2 : !out_padded_and_not
        }
        scf.yield %1 : !out_padded_and_not
      }
      st.yield %0 : !out_padded_and_not
    }
    st.yield %r : !out_padded_and_not
  }
  return %y, %twice : tensor<1x1x2x3x5xf32>, tensor<1x2x5x3xf32>
}

!src_padded_twice = !st.itensor<1x2x1x3xf32 of 1x2x4x3, iter_space = [1, 4, 1] * [1, 1, 2], iter_map = (d0, d1, d2) -> (d0, d2, d1, 0)>
!rd_padded_twice = !st.itensor<1x2x1x3xf32 of 1x2x6x3, iter_space = [1, 5, 1, 2] * [1, 1, 1, 1], iter_map = (d0, d1, d2, d3) -> (d0, 0, d1 + d3, 0)>
!out_padded_twice = !st.itensor<1x1x2x1x3xf32, iter_space = [1, 5, 1] * [1, 1, 1], iter_map = (d0, d1, d2) -> (d0, d2, 0, d1, 0)>

// A converter pads with one value only: the host does what remains.
// CHECK-LABEL: func.func @padded_twice(
// CHECK:         st.kernel @twice (
// CHECK-COUNT-2: tensor.pad
// CHECK:         st.kernel @windows (
func.func @padded_twice(%x: tensor<1x2x4x3xf32> {st.name = "x"}) -> (tensor<1x1x2x5x3xf32> {st.name = "y"}) {
  %twice = st.kernel @twice (%s = %x : tensor<1x2x4x3xf32> as !src_padded_twice) -> (tensor<1x2x4x3xf32>) {
    %empty = st.itensor_empty : !src_padded_twice
    %r = st.task @twice reads(%in = %s : !src_padded_twice) inits(%out = %empty : !src_padded_twice) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant 1 : index
      %h = arith.constant 4 : index
      %hs = arith.constant 1 : index
      %c = arith.constant 2 : index
      %cs = arith.constant 2 : index
      %0 = scf.for %i = %c0 to %n step %c1 iter_args(%o = %out) -> (!src_padded_twice) {
        %1 = scf.for %j = %c0 to %h step %hs iter_args(%o1 = %o) -> (!src_padded_twice) {
          %2 = scf.for %l = %c0 to %c step %cs iter_args(%o2 = %o1) -> (!src_padded_twice) {
            %e = tensor.empty() : tensor<1x2x1x3xf32>
            %t = st.itensor_read %in init %e : !src_padded_twice -> tensor<1x2x1x3xf32>
            %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>], iterator_types = ["parallel","parallel","parallel","parallel"]} ins(%t : tensor<1x2x1x3xf32>) outs(%e : tensor<1x2x1x3xf32>) {
            ^bb0(%v: f32, %w: f32):
              %d = arith.addf %v, %v : f32
              linalg.yield %d : f32
            } -> tensor<1x2x1x3xf32>
            %w = st.itensor_write %m into %o2 : tensor<1x2x1x3xf32> -> !src_padded_twice
            scf.yield %w : !src_padded_twice
          }
          scf.yield %2 : !src_padded_twice
        }
        scf.yield %1 : !src_padded_twice
      }
      st.yield %0 : !src_padded_twice
    }
    st.yield %r : !src_padded_twice
  }
  %pv = arith.constant 7.0 : f32
  %q = tensor.pad %twice low[0, 0, 1, 0] high[0, 0, 0, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %pv : f32
  } : tensor<1x2x4x3xf32> to tensor<1x2x5x3xf32>
  %pw = arith.constant 5.0 : f32
  %p = tensor.pad %q low[0, 0, 0, 0] high[0, 0, 1, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %pw : f32
  } : tensor<1x2x5x3xf32> to tensor<1x2x6x3xf32>

  %y = st.kernel @windows (%s = %p : tensor<1x2x6x3xf32> as !rd_padded_twice) -> (tensor<1x1x2x5x3xf32>) {
    %empty = st.itensor_empty : !out_padded_twice
    %r = st.task @windows reads(%in = %s : !rd_padded_twice) inits(%out = %empty : !out_padded_twice) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant 1 : index
      %h = arith.constant 5 : index
      %g = arith.constant 1 : index
      %k = arith.constant 2 : index
      %zero = arith.constant dense<0.0> : tensor<1x1x2x1x3xf32>
      %0 = scf.for %i = %c0 to %n step %c1 iter_args(%o = %out) -> (!out_padded_twice) {
        %1 = scf.for %j = %c0 to %h step %c1 iter_args(%o1 = %o) -> (!out_padded_twice) {
          %2 = scf.for %l = %c0 to %g step %c1 iter_args(%o2 = %o1) -> (!out_padded_twice) {
            %sum = scf.for %kh = %c0 to %k step %c1 iter_args(%acc = %zero) -> (tensor<1x1x2x1x3xf32>) {
              %e = tensor.empty() : tensor<1x2x1x3xf32>
              %t = st.itensor_read %in init %e : !rd_padded_twice -> tensor<1x2x1x3xf32>
              %m = linalg.generic {indexing_maps = [affine_map<(d0,d1,d2,d3)->(d0,d1,d2,d3)>, affine_map<(d0,d1,d2,d3)->(d0,0,d1,d2,d3)>], iterator_types = ["parallel","parallel","parallel","parallel"]} ins(%t : tensor<1x2x1x3xf32>) outs(%acc : tensor<1x1x2x1x3xf32>) {
              ^bb0(%v: f32, %w: f32):
                %half = arith.constant 0.5 : f32
                %w2 = arith.mulf %w, %half : f32
                %d = arith.addf %v, %w2 : f32
                linalg.yield %d : f32
              } -> tensor<1x1x2x1x3xf32>
              scf.yield %m : tensor<1x1x2x1x3xf32>
            }
            %w = st.itensor_write %sum into %o2 : tensor<1x1x2x1x3xf32> -> !out_padded_twice
            scf.yield %w : !out_padded_twice
          }
          scf.yield %2 : !out_padded_twice
        }
        scf.yield %1 : !out_padded_twice
      }
      st.yield %0 : !out_padded_twice
    }
    st.yield %r : !out_padded_twice
  }
  return %y : tensor<1x1x2x5x3xf32>
}
