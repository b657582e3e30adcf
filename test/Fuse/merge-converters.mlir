// RUN: streamtensor-opt %s -st-fuse-kernels -st-merge-converters -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// The meaning stays, and the rest of the way is open.
// RUN: st-reference-test %t.mlir --compare %s
// RUN: streamtensor-opt %s -st-fuse -st-optimize -o %t.tasks.mlir
// RUN: st-reference-test %t.tasks.mlir --compare %s

// Two readers of one tensor in another shape share its reassociation, and what is made of it.
// CHECK-LABEL: func.func @main(
// CHECK:         st.task @elementwise_2
// CHECK:         %[[WHOLE:.+]] = st.itensor_converter
// CHECK-NEXT:    %[[FLAT:.+]] = st.itensor_reassociate %[[WHOLE]]
// CHECK-NEXT:    %[[ROWS:.+]] = st.itensor_converter %[[FLAT]]
// CHECK-NOT:     st.itensor_reassociate
// CHECK-NOT:     st.itensor_converter
// CHECK:         st.task @elementwise_3 reads(%{{.+}} = %[[ROWS]] : {{.+}}, %{{.+}} = %[[ROWS]] :
#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map1 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map2 = affine_map<(d0, d1, d2) -> (d1, d0)>
#map3 = affine_map<(d0, d1) -> (d0, d1)>
!t0 = !st.itensor<6x1x2xi32, iter_space = [4] * [1], iter_map = (d0) -> (0, d0, 0)>
!t1 = !st.itensor<6x1xf32, iter_space = [4] * [1], iter_map = (d0) -> (0, d0)>
!t2 = !st.itensor<1x6xi8, iter_space = [4] * [1], iter_map = (d0) -> (d0, 0)>
!t3 = !st.itensor<6x1x2xf32, iter_space = [4] * [1], iter_map = (d0) -> (0, d0, 0)>
!t4 = !st.itensor<6x2xf32, iter_space = [4] * [6], iter_map = (d0) -> (d0, 0)>

func.func @main(%arg0: tensor<4x6xi8> {st.name = "arg1"}, %arg1: tensor<6x4xf32> {st.name = "arg2"}) -> (tensor<6x4x2xf32> {st.name = "result0"}, tensor<24x2xf32> {st.name = "result1"}) {
  %cst = arith.constant dense<1> : tensor<6x4x2xi32>
  %0 = st.kernel @elementwise_2 (%arg2 = %cst : tensor<6x4x2xi32> as !t0, %arg3 = %arg1 : tensor<6x4xf32> as !t1, %arg4 = %arg0 : tensor<4x6xi8> as !t2) -> (tensor<6x4x2xf32>) {
    %2 = st.itensor_empty : !t3
    %3 = st.task @elementwise_2 reads(%arg5 = %arg2 : !t0, %arg6 = %arg3 : !t1, %arg7 = %arg4 : !t2) inits(%arg8 = %2 : !t3) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %4 = scf.for %arg9 = %c0 to %c4 step %c1 iter_args(%arg10 = %arg8) -> (!t3) {
        %5 = tensor.empty() : tensor<6x1x2xi32>
        %6 = st.itensor_read %arg5 init %5 : !t0 -> tensor<6x1x2xi32>
        %7 = tensor.empty() : tensor<6x1xf32>
        %8 = st.itensor_read %arg6 init %7 : !t1 -> tensor<6x1xf32>
        %9 = tensor.empty() : tensor<1x6xi8>
        %10 = st.itensor_read %arg7 init %9 : !t2 -> tensor<1x6xi8>
        %11 = tensor.empty() : tensor<6x1x2xf32>
        %12 = linalg.generic {indexing_maps = [#map, #map1, #map2, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%6, %8, %10 : tensor<6x1x2xi32>, tensor<6x1xf32>, tensor<1x6xi8>) outs(%11 : tensor<6x1x2xf32>) attrs =  {st.unroll = array<i64: 1, 1, 1>} {
        ^bb0(%in: i32, %in_0: f32, %in_1: i8, %out: f32):
          %14 = arith.sitofp %in : i32 to f32
          %15 = arith.sitofp %in_1 : i8 to f32
          %cst_2 = arith.constant 0.000000e+00 : f32
          %16 = arith.maximumf %14, %cst_2 : f32
          %17 = arith.subf %16, %in_0 : f32
          %18 = arith.maximumf %17, %15 : f32
          linalg.yield %18 : f32
        } -> tensor<6x1x2xf32>
        %13 = st.itensor_write %12 into %arg10 : tensor<6x1x2xf32> -> !t3
        scf.yield %13 : !t3
      }
      st.yield %4 : !t3
    }
    st.yield %3 : !t3
  }
  %collapsed = tensor.collapse_shape %0 [[0, 1], [2]] : tensor<6x4x2xf32> into tensor<24x2xf32>
  %1 = st.kernel @elementwise_3 (%arg2 = %collapsed : tensor<24x2xf32> as !t4, %arg3 = %collapsed : tensor<24x2xf32> as !t4) -> (tensor<24x2xf32>) {
    %2 = st.itensor_empty : !t4
    %3 = st.task @elementwise_3 reads(%arg4 = %arg2 : !t4, %arg5 = %arg3 : !t4) inits(%arg6 = %2 : !t4) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c6 = arith.constant 6 : index
      %c24 = arith.constant 24 : index
      %4 = scf.for %arg7 = %c0 to %c24 step %c6 iter_args(%arg8 = %arg6) -> (!t4) {
        %5 = tensor.empty() : tensor<6x2xf32>
        %6 = st.itensor_read %arg4 init %5 : !t4 -> tensor<6x2xf32>
        %7 = tensor.empty() : tensor<6x2xf32>
        %8 = st.itensor_read %arg5 init %7 : !t4 -> tensor<6x2xf32>
        %9 = tensor.empty() : tensor<6x2xf32>
        %10 = linalg.generic {indexing_maps = [#map3, #map3, #map3], iterator_types = ["parallel", "parallel"]} ins(%6, %8 : tensor<6x2xf32>, tensor<6x2xf32>) outs(%9 : tensor<6x2xf32>) attrs =  {st.unroll = array<i64: 1, 1>} {
        ^bb0(%in: f32, %in_0: f32, %out: f32):
          %cst_1 = arith.constant 1.500000e+00 : f32
          %12 = arith.subf %in, %cst_1 : f32
          %13 = arith.addf %12, %in_0 : f32
          linalg.yield %13 : f32
        } -> tensor<6x2xf32>
        %11 = st.itensor_write %10 into %arg8 : tensor<6x2xf32> -> !t4
        scf.yield %11 : !t4
      }
      st.yield %4 : !t4
    }
    st.yield %3 : !t4
  }
  return %0, %1 : tensor<6x4x2xf32>, tensor<24x2xf32>
}
