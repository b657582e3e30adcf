// A repetition of tensors computes what its repetitions one after the other do.
// RUN: st-reference-test %s --compare %S/Inputs/unrolled.mlir | FileCheck %s
// CHECK: result0: max|a-b| = 0, max|b| = {{[1-9]}}

func.func @main(%x: tensor<8x8xf32>, %w: tensor<3x8x8xf32>, %b: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %y = st.repeat %i to 3 carried(%x_i = %x : tensor<8x8xf32>)
      slices(%w_i = %w : tensor<3x8x8xf32> as tensor<8x8xf32>) again(%b_i = %b : tensor<8x8xf32>) {
    %zero = arith.constant 0.0 : f32
    %integer = arith.index_cast %i : index to i32
    %layer = arith.sitofp %integer : i32 to f32
    %e = tensor.empty() : tensor<8x8xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
    %p = linalg.matmul ins(%x_i, %w_i : tensor<8x8xf32>, tensor<8x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32>
    %n = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>,
                                          affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%p, %x_i, %b_i : tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) {
    ^bb0(%pv: f32, %xv: f32, %bv: f32, %out: f32):
      %0 = arith.maximumf %pv, %zero : f32
      %1 = arith.addf %0, %xv : f32
      %2 = arith.mulf %bv, %layer : f32
      %3 = arith.addf %1, %2 : f32
      linalg.yield %3 : f32
    } -> tensor<8x8xf32>
    st.yield %n : tensor<8x8xf32>
  }
  return %y : tensor<8x8xf32>
}
