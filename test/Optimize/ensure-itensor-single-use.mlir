// RUN: streamtensor-opt %s -st-ensure-itensor-single-use -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0

!c = !st.itensor<4x4xf32 of 8x7, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<4x4xf32 of 8x7, iter_space = [2, 2, 2] * [4, 4, 4], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<4x4xf32 of 8x7, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d1, d0)>

// The copies follow the order of the readers; what leaves the kernel is a reader too. A stream that nobody reads is
// drained.
// CHECK-LABEL: func.func @main(
// CHECK:         st.kernel @k (%[[S:.+]] = %{{.+}} : {{.+}}, %[[U:.+]] = %{{.+}} : {{.+}}) -> (tensor<8x7xf32>, tensor<8x7xf32>) {
// CHECK:           st.task @drain_0 reads(%[[D:.+]] = %[[U]] : {{.+}}) attributes {st.kind = "drain"} {
// CHECK:             scf.for
// CHECK:               st.itensor_read %[[D]]
// CHECK:           %[[F:.+]] = st.task @first reads(%{{.+}} = %[[S]] :
// CHECK:           %[[C:.+]]:3 = st.itensor_fork %[[F]] : {{.+}}
// CHECK:           st.itensor_converter %[[C]]#0
// CHECK:           st.task @second reads(%{{.+}} = %[[C]]#1 :
// CHECK:           st.yield %[[C]]#2, %{{.+}}
func.func @main(%x: tensor<8x7xf32>, %u: tensor<8x7xf32>) -> (tensor<8x7xf32>, tensor<8x7xf32>) {
  %k:2 = st.kernel @k (%s = %x : tensor<8x7xf32> as !c, %unused = %u : tensor<8x7xf32> as !c) -> (tensor<8x7xf32>, tensor<8x7xf32>) {
    %efirst = st.itensor_empty : !c
    %first = st.task @first reads(%in = %s : !c) inits(%out = %efirst : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !c -> tensor<4x4xf32>
          %w = st.itensor_write %t into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    %v = st.itensor_converter %first : !c -> !a
    %esum = st.itensor_empty : !c
    %sum = st.task @sum reads(%in = %v : !a) inits(%out = %esum : !c) attributes {st.kind = "compute"} {
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
    %esecond = st.itensor_empty : !c
    %second = st.task @second reads(%in = %first : !c) inits(%out = %esecond : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !c -> tensor<4x4xf32>
          %w = st.itensor_write %t into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    %es = st.itensor_empty : !c
    %both = st.task @both reads(%in0 = %sum : !c, %in1 = %second : !c) inits(%out = %es : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t0 = st.itensor_read %in0 init %e : !c -> tensor<4x4xf32>
          %t1 = st.itensor_read %in1 init %e : !c -> tensor<4x4xf32>
          %m = linalg.sub ins(%t0, %t1 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %w = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %first, %both : !c, !c
  }
  return %k#0, %k#1 : tensor<8x7xf32>, tensor<8x7xf32>
}
