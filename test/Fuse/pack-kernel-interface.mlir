// RUN: streamtensor-opt %s -st-pack-kernel-interface -st-verify-fuse -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0

!o = !st.itensor<4x4xf32 of 6x7, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>
!w = !st.itensor<4xf32 of 7, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d1)>

// The argument is packed by the host and padded with zeros; constants are packed at compile time, under the name of
// their data; what one kernel leaves packed the next takes as it is; the result is unpacked.
// CHECK-LABEL: func.func @main(
// CHECK:         %[[ZERO:.+]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[X:.+]] = linalg.pack %arg0 padding_value(%[[ZERO]] : f32) inner_dims_pos = [0, 1] inner_tiles = [4, 4] into %{{.+}} : tensor<6x7xf32> -> tensor<2x2x4x4xf32>
// CHECK:         %[[W:.+]] = arith.constant {st.name = "bias"} dense_resource<bias_1> : tensor<2x4xf32>
// CHECK:         %[[K0:.+]] = st.kernel @first (%{{.+}} = %[[X]] : tensor<2x2x4x4xf32> as {{.+}}, %{{.+}} = %[[W]] : tensor<2x4xf32> as {{.+}}) -> (tensor<2x2x4x4xf32>) {
// CHECK-NOT:     linalg.pack
// CHECK-NOT:     linalg.unpack
// CHECK:         %[[S:.+]] = arith.constant {st.name = "second_constant_1"} dense_resource<second_constant_1> : tensor<2x4xf32>
// CHECK:         %[[K1:.+]] = st.kernel @second (%{{.+}} = %[[K0]] : tensor<2x2x4x4xf32> as {{.+}}, %{{.+}} = %[[S]] : tensor<2x4xf32> as {{.+}}) -> (tensor<2x2x4x4xf32>) {
// CHECK:         %[[R:.+]] = linalg.unpack %[[K1]] inner_dims_pos = [0, 1] inner_tiles = [4, 4] into %{{.+}} : tensor<2x2x4x4xf32> -> tensor<6x7xf32>
// CHECK:         return %[[R]]
// Seven values, then the padding.
// CHECK:         bias_1: "0x400000000000803F0000004000004040000080400000A0400000C0400000E04000000000"
// CHECK:         second_constant_1: "0x400000000000003F0000003F0000003F0000003F0000003F0000003F0000003F00000000"
func.func @main(%x: tensor<6x7xf32>) -> tensor<6x7xf32> {
  %bias = arith.constant dense_resource<bias> : tensor<7xf32>
  %half = arith.constant dense<0.5> : tensor<7xf32>
  %k0 = st.kernel @first (%s = %x : tensor<6x7xf32> as !o, %w = %bias : tensor<7xf32> as !w) -> (tensor<6x7xf32>) {
    %empty = st.itensor_empty : !o
    %r = st.task @first reads(%in = %s : !o, %c = %w : !w) inits(%out = %empty : !o) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!o) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!o) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !o -> tensor<4x4xf32>
          %f = tensor.empty() : tensor<4xf32>
          %b = st.itensor_read %c init %f : !w -> tensor<4xf32>
          %m = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
              ins(%t, %b : tensor<4x4xf32>, tensor<4xf32>) outs(%e : tensor<4x4xf32>) {
          ^bb0(%x0: f32, %x1: f32, %x2: f32):
            %s0 = arith.addf %x0, %x1 : f32
            linalg.yield %s0 : f32
          } -> tensor<4x4xf32>
          %v = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !o
          scf.yield %v : !o
        }
        scf.yield %1 : !o
      }
      st.yield %0 : !o
    }
    st.yield %r : !o
  }
  %k1 = st.kernel @second (%s = %k0 : tensor<6x7xf32> as !o, %w = %half : tensor<7xf32> as !w) -> (tensor<6x7xf32>) {
    %empty = st.itensor_empty : !o
    %r = st.task @second reads(%in = %s : !o, %c = %w : !w) inits(%out = %empty : !o) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!o) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!o) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !o -> tensor<4x4xf32>
          %f = tensor.empty() : tensor<4xf32>
          %b = st.itensor_read %c init %f : !w -> tensor<4xf32>
          %m = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]}
              ins(%t, %b : tensor<4x4xf32>, tensor<4xf32>) outs(%e : tensor<4x4xf32>) {
          ^bb0(%x0: f32, %x1: f32, %x2: f32):
            %s0 = arith.addf %x0, %x1 : f32
            linalg.yield %s0 : f32
          } -> tensor<4x4xf32>
          %v = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !o
          scf.yield %v : !o
        }
        scf.yield %1 : !o
      }
      st.yield %0 : !o
    }
    st.yield %r : !o
  }
  return %k1 : tensor<6x7xf32>
}

{-#
  dialect_resources: {
    builtin: {
      bias: "0x040000000000803F0000004000004040000080400000A0400000C0400000E040"
    }
  }
#-}
