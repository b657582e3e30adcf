// RUN: streamtensor-opt %s -st-materialize-kernel -st-convert-empty-to-instance -st-lower-itensor-to-stream | FileCheck %s

// A buffer that one task reads up to P and another writes behind it, row by row and no more than there are.

!old = !st.itensor<8x4xf32 of [P max 16, 4], iter_space = [P ceildiv 8 max 2] * [8], iter_map = (d0) -> (d0, 0)>
!row = !st.itensor<8x4xf32 of [S max 8, 4], iter_space = [S ceildiv 8 max 1] * [8], iter_map = (d0) -> (d0, 0)>
!placed = !st.itensor<8x4xf32 of [P + S max 24, 4], iter_space = [S ceildiv 8 max 1] * [8],
                      iter_map = (d0)[P] -> (d0 + P, 0)>

// CHECK-LABEL: func.func @main
// CHECK:         %[[MEMORY:.*]] = bufferization.to_buffer %{{.*}} : tensor<24x4xf32> to memref<24x4xf32>
// CHECK:         st.kernel @k (%[[INSIDE:.*]] = %[[MEMORY]] : memref<24x4xf32>
// CHECK-SAME:      st.operand_directions = ["inout", "in"]
// CHECK:           st.task @dma_in0 reads(%{{.*}} = %[[INSIDE]] : memref<24x4xf32>)
// CHECK:             %[[REST:.*]] = arith.subi
// CHECK:             arith.minsi %[[REST]]
// CHECK:             tensor.extract_slice {{.*}} [1, 4] [1, 1] : tensor<24x4xf32> to tensor<1x4xf32>
// CHECK:           st.task @dma_out0 {{.*}} inits(%{{.*}} = %[[INSIDE]] : memref<24x4xf32>)
// CHECK:             tensor.insert_slice {{.*}} [1, 4] [1, 1] : tensor<1x4xf32> into tensor<24x4xf32>
// CHECK:         %[[AFTER:.*]] = bufferization.to_tensor %[[MEMORY]]
// CHECK:         return %[[AFTER]]
func.func @main(%cache: tensor<24x4xf32>, %rows: tensor<1x1x8x4xf32>) -> tensor<24x4xf32>
    attributes {st.sizes = {P = #st.size_range<0 to 16>, S = #st.size_range<1 to 8>}} {
  %0 = st.kernel @k (%o = %cache : tensor<24x4xf32> as !old, %n = %rows : tensor<1x1x8x4xf32> as !row)
      -> (tensor<24x4xf32>) attributes {st.updates = array<i64: 0>} {
    st.task @drain reads(%in = %o : !old) {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %p = st.size "P" : index
      scf.for %i = %c0 to %p step %c8 {
        %t = tensor.empty() : tensor<8x4xf32>
        %x = st.itensor_read %in init %t : !old -> tensor<8x4xf32>
        scf.yield
      }
      st.yield
    }
    %p = st.itensor_cast %n : !row -> !placed
    st.yield %p : !placed
  }
  return %0 : tensor<24x4xf32>
}
