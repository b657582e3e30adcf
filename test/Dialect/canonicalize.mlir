// What is nothing but a change of spelling, a copy that nobody reads, or a cut that is put together again disappears.
// RUN: streamtensor-opt %s -canonicalize | FileCheck %s

!c = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!split = !st.itensor<16x16xf32, iter_space = [4, 2, 2] * [16, 32, 16], iter_map = (d0, d1, d2) -> (d0, d1 + d2)>
!unit = !st.itensor<16x16xf32, iter_space = [4, 1, 4] * [16, 1, 16], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)>
!top = !st.itensor<16x16xf32, iter_space = [1, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!rest = !st.itensor<16x16xf32, iter_space = [3, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)>
!rows = !st.itensor<1x1x64xf32, iter_space = [4, 16] * [1, 1], iter_map = (d0, d1) -> (d0, d1, 0)>
!flat = !st.itensor<1x64xf32, iter_space = [4, 16] * [16, 1], iter_map = (d0, d1) -> (d0 + d1, 0)>

// CHECK-LABEL: func.func @casts_in_a_row
// CHECK: %[[CAST:.+]] = st.itensor_cast %{{.+}} : <16x16xf32, iter_space = [4, 4] * [16, 16], {{.*}}> -> <16x16xf32, iter_space = [4, 1, 4]
// CHECK-NEXT: st.yield %[[CAST]]
func.func @casts_in_a_row(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = st.kernel @k (%s = %x : tensor<64x64xf32> as !c) -> (tensor<64x64xf32>) {
    %1 = st.itensor_cast %s : !c -> !split
    %2 = st.itensor_cast %1 : !split -> !unit
    st.yield %2 : !unit
  }
  return %0 : tensor<64x64xf32>
}

// CHECK-LABEL: func.func @converter_of_nothing
// CHECK-NOT: st.itensor_converter
// CHECK: st.itensor_cast
// CHECK: st.itensor_converter
// CHECK-NOT: st.itensor_converter
func.func @converter_of_nothing(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = st.kernel @k (%s = %x : tensor<64x64xf32> as !c) -> (tensor<64x64xf32>) {
    %1 = st.itensor_converter %s : !c -> !split
    %2 = st.itensor_converter %1 : !split -> !t
    st.yield %2 : !t
  }
  return %0 : tensor<64x64xf32>
}

// CHECK-LABEL: func.func @copies_that_nobody_reads
// CHECK: st.kernel @k (%[[S:.+]] = %{{.+}} : tensor<64x64xf32> as
// CHECK-NOT: st.itensor_fork
// CHECK: st.yield %[[S]]
// CHECK: st.kernel @l
// CHECK: %[[F:.+]]:2 = st.itensor_fork
// CHECK: st.yield %[[F]]#0, %[[F]]#1
func.func @copies_that_nobody_reads(%x: tensor<64x64xf32>) -> (tensor<64x64xf32>, tensor<64x64xf32>, tensor<64x64xf32>) {
  %0 = st.kernel @k (%s = %x : tensor<64x64xf32> as !c) -> (tensor<64x64xf32>) {
    %1:2 = st.itensor_fork %s : !c -> !c, !c
    st.yield %1#1 : !c
  }
  %2:2 = st.kernel @l (%s = %x : tensor<64x64xf32> as !c) -> (tensor<64x64xf32>, tensor<64x64xf32>) {
    %1:3 = st.itensor_fork %s : !c -> !c, !c, !c
    st.yield %1#0, %1#2 : !c, !c
  }
  return %0, %2#0, %2#1 : tensor<64x64xf32>, tensor<64x64xf32>, tensor<64x64xf32>
}

// CHECK-LABEL: func.func @cut_and_put_together
// CHECK: st.kernel @k (%[[S:.+]] = %{{.+}} : tensor<64x64xf32> as
// CHECK-NEXT: st.yield %[[S]]
func.func @cut_and_put_together(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = st.kernel @k (%s = %x : tensor<64x64xf32> as !c) -> (tensor<64x64xf32>) {
    %1:2 = st.itensor_chunk %s dim 0 : !c -> !top, !rest
    %2 = st.itensor_concat %1#0, %1#1 dim 0 : !top, !rest -> !c
    st.yield %2 : !c
  }
  return %0 : tensor<64x64xf32>
}

// CHECK-LABEL: func.func @regrouped_and_back
// CHECK: st.kernel @k (%[[S:.+]] = %{{.+}} : tensor<4x16x64xf32> as
// CHECK-NEXT: st.yield %[[S]]
func.func @regrouped_and_back(%x: tensor<4x16x64xf32>) -> tensor<4x16x64xf32> {
  %0 = st.kernel @k (%s = %x : tensor<4x16x64xf32> as !rows) -> (tensor<4x16x64xf32>) {
    %1 = st.itensor_reassociate %s [[0, 1], [2]] : !rows -> !flat
    %2 = st.itensor_reassociate %1 [[0, 1], [2]] : !flat -> !rows
    st.yield %2 : !rows
  }
  return %0 : tensor<4x16x64xf32>
}
