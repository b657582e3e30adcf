// RUN: streamtensor-opt %s -st-fuse-kernels -o %t.all.mlir
// RUN: FileCheck %s --input-file %t.all.mlir
// RUN: streamtensor-opt %s -st-fuse-kernels="max-converter-bytes=500" -o %t.small.mlir
// RUN: FileCheck %s --input-file %t.small.mlir --check-prefix=SMALL
// RUN: streamtensor-opt %s -st-fuse-kernels="merge-groups=false" | FileCheck %s --check-prefix=PAPER
// RUN: streamtensor-opt %s -st-fuse-kernels -st-merge-converters -o %t.merged.mlir
// RUN: FileCheck %s --input-file %t.merged.mlir --check-prefix=MERGED
// What still goes through external memory is said, with the reason.
// RUN: streamtensor-opt %s -st-fuse-kernels="max-converter-bytes=500" -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// REMARK-DAG: remark: 256 bytes from 'twice_to_negated' pass through external memory: one kernel of both would hold more on the chip than allowed, or would wait for itself
// REMARK-DAG: remark: 256 bytes from 'first' pass through external memory: the host computes on it in between
// The meaning stays.
// RUN: st-reference-test %t.all.mlir --compare %s --entry chain --tolerance 0
// RUN: st-reference-test %t.small.mlir --compare %s --entry chain --tolerance 0
// RUN: st-reference-test %t.merged.mlir --compare %s --entry chain --tolerance 0
// RUN: st-reference-test %t.all.mlir --compare %s --entry host_between --tolerance 0
// RUN: st-reference-test %t.all.mlir --compare %s --entry two_sources --tolerance 0

!c = !st.itensor<4x4xf32, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>
!flat = !st.itensor<4x4xf32, iter_space = [2, 1, 2] * [4, 9, 4], iter_map = (d0, d1, d2) -> (d0, d2)>
!a = !st.itensor<4x4xf32, iter_space = [2, 2, 2] * [4, 4, 4], iter_map = (d0, d1, d2) -> (d0, d2)>
!a4 = !st.itensor<4x4xf32, iter_space = [2, 1, 2, 2] * [4, 9, 4, 4], iter_map = (d0, d1, d2, d3) -> (d0, d3)>

// Everything becomes one kernel. Where the sequence is the same, whatever its spelling, the reader takes it over;
// where it is not, a converter stands between. The first result also leaves the kernel.
// CHECK-LABEL: func.func @chain(
// CHECK:         %[[K:.+]]:2 = st.kernel @twice_to_all (%[[S:.+]] = %{{.+}} : tensor<8x8xf32> as {{.+}}) -> (tensor<8x8xf32>, tensor<8x8xf32>) {
// CHECK:           %[[TWICE:.+]] = st.task @twice reads(%{{.+}} = %[[S]] :
// CHECK:           %[[V0:.+]] = st.itensor_converter %[[TWICE]] : <4x4xf32, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)> -> <4x4xf32, iter_space = [2, 2, 2] * [4, 4, 4], iter_map = (d0, d1, d2) -> (d0, d2)>
// CHECK:           %[[ROWS:.+]] = st.task @rows reads(%{{.+}} = %[[V0]] :
// CHECK:           %[[V1:.+]] = st.itensor_converter %[[TWICE]]
// CHECK:           %[[AGAIN:.+]] = st.task @again reads(%{{.+}} = %[[V1]] :
// CHECK:           %[[NEG:.+]] = st.task @negated reads(%{{.+}} = %[[TWICE]] : !st.itensor<4x4xf32, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>)
// CHECK:           %[[ALL:.+]] = st.task @all reads(%{{.+}} = %[[ROWS]] : {{.+}}, %{{.+}} = %[[AGAIN]] : {{.+}}, %{{.+}} = %[[NEG]] :
// CHECK:           st.yield %[[TWICE]], %[[ALL]]
// CHECK:         return %[[K]]#0, %[[K]]#1

// Room for one converter but not for two (2 x 4 x 8 x 4 bytes each, and the tiles).
// SMALL-LABEL: func.func @chain(
// SMALL:         %{{.+}}:3 = st.kernel @twice_to_negated (
// SMALL:         st.kernel @again_to_all (

// Both readers of the re-accessed rows share one converter.
// MERGED-LABEL: func.func @chain(
// MERGED:         %[[V:.+]] = st.itensor_converter
// MERGED-NOT:     st.itensor_converter
// MERGED:         st.task @rows reads(%{{.+}} = %[[V]] :
// MERGED:         st.task @again reads(%{{.+}} = %[[V]] : !st.itensor<4x4xf32, iter_space = [2, 2, 2] * [4, 4, 4],
func.func @chain(%x: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>) {
  %twice = st.kernel @twice (%s = %x : tensor<8x8xf32> as !c) -> (tensor<8x8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @twice reads(%in = %s : !c) inits(%out = %empty : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !c -> tensor<4x4xf32>
          %m = linalg.add ins(%t, %t : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %w = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  %rows = st.kernel @rows (%s = %twice : tensor<8x8xf32> as !a) -> (tensor<8x8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @rows reads(%in = %s : !a) inits(%out = %empty : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %zero = arith.constant dense<0.0> : tensor<4x4xf32>
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %sum = scf.for %k = %c0 to %c8 step %c4 iter_args(%acc = %zero) -> (tensor<4x4xf32>) {
            %e = tensor.empty() : tensor<4x4xf32>
            %t = st.itensor_read %in init %e : !a -> tensor<4x4xf32>
            %m = linalg.add ins(%acc, %t : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
            scf.yield %m : tensor<4x4xf32>
          }
          %w = st.itensor_write %sum into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  %again = st.kernel @again (%s = %twice : tensor<8x8xf32> as !a4) -> (tensor<8x8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @again reads(%in = %s : !a4) inits(%out = %empty : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %zero = arith.constant dense<0.0> : tensor<4x4xf32>
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %sum = scf.for %k = %c0 to %c8 step %c4 iter_args(%acc = %zero) -> (tensor<4x4xf32>) {
            %e = tensor.empty() : tensor<4x4xf32>
            %t = st.itensor_read %in init %e : !a4 -> tensor<4x4xf32>
            %m = linalg.add ins(%acc, %t : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
            scf.yield %m : tensor<4x4xf32>
          }
          %w = st.itensor_write %sum into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  %negated = st.kernel @negated (%s = %twice : tensor<8x8xf32> as !flat) -> (tensor<8x8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @negated reads(%in = %s : !flat) inits(%out = %empty : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !flat -> tensor<4x4xf32>
          %m = linalg.mul ins(%t, %t : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %w = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  %all = st.kernel @all (%s0 = %rows : tensor<8x8xf32> as !c, %s1 = %again : tensor<8x8xf32> as !c, %s2 = %negated : tensor<8x8xf32> as !c) -> (tensor<8x8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @all reads(%in0 = %s0 : !c, %in1 = %s1 : !c, %in2 = %s2 : !c) inits(%out = %empty : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t0 = st.itensor_read %in0 init %e : !c -> tensor<4x4xf32>
          %t1 = st.itensor_read %in1 init %e : !c -> tensor<4x4xf32>
          %t2 = st.itensor_read %in2 init %e : !c -> tensor<4x4xf32>
          %m1 = linalg.add ins(%t0, %t1 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %m2 = linalg.add ins(%m1, %t2 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %w = st.itensor_write %m2 into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  return %twice, %all : tensor<8x8xf32>, tensor<8x8xf32>
}

// What the host does to a tensor happens between two launches.
// CHECK-LABEL: func.func @host_between(
// CHECK:         st.kernel @first (
// CHECK:         linalg.transpose
// CHECK:         st.kernel @second (
func.func @host_between(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %first = st.kernel @first (%s = %x : tensor<8x8xf32> as !c) -> (tensor<8x8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @first reads(%in = %s : !c) inits(%out = %empty : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !c -> tensor<4x4xf32>
          %m = linalg.add ins(%t, %t : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %w = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  %e = tensor.empty() : tensor<8x8xf32>
  %back = linalg.transpose ins(%first : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) permutation = [1, 0]
  %second = st.kernel @second (%s = %back : tensor<8x8xf32> as !c) -> (tensor<8x8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @second reads(%in = %s : !c) inits(%out = %empty : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !c -> tensor<4x4xf32>
          %m = linalg.add ins(%t, %t : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %w = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  return %second : tensor<8x8xf32>
}

// Two sources meet: one kernel, or, as the paper's algorithm is printed, two.
// CHECK-LABEL: func.func @two_sources(
// CHECK:         st.kernel @left_to_sum (
// CHECK-NOT:     st.kernel
// PAPER-LABEL: func.func @two_sources(
// PAPER:         st.kernel @left (
// PAPER:         st.kernel @right_to_sum (
func.func @two_sources(%x: tensor<8x8xf32>, %y: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %left = st.kernel @left (%s = %x : tensor<8x8xf32> as !c) -> (tensor<8x8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @left reads(%in = %s : !c) inits(%out = %empty : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !c -> tensor<4x4xf32>
          %m = linalg.add ins(%t, %t : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %w = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  %right = st.kernel @right (%s = %y : tensor<8x8xf32> as !c) -> (tensor<8x8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @right reads(%in = %s : !c) inits(%out = %empty : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !c -> tensor<4x4xf32>
          %m = linalg.add ins(%t, %t : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %w = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  %sum = st.kernel @sum (%s0 = %left : tensor<8x8xf32> as !c, %s1 = %right : tensor<8x8xf32> as !c) -> (tensor<8x8xf32>) {
    %empty = st.itensor_empty : !c
    %r = st.task @sum reads(%in0 = %s0 : !c, %in1 = %s1 : !c) inits(%out = %empty : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t0 = st.itensor_read %in0 init %e : !c -> tensor<4x4xf32>
          %t1 = st.itensor_read %in1 init %e : !c -> tensor<4x4xf32>
          %m1 = linalg.add ins(%t0, %t1 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %w = st.itensor_write %m1 into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %r : !c
  }
  return %sum : tensor<8x8xf32>
}
