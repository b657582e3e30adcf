// TOSA is lowered by MLIR's passes; a matrix product has a batch of one.

// RUN: streamtensor compile %s -o %t --to linalg --dim arg0.0=4 --verify-each-stage
// RUN: FileCheck %s < %t/ir/00-import.mlir

// CHECK-NOT: tosa
// CHECK: func.func @main(%{{.*}}: tensor<4x8xf32> {st.name = "arg0"}) -> (tensor<4x6xf32>
// CHECK: linalg.batch_matmul
// CHECK: arith.minimumf
func.func @mlp(%x: tensor<?x8xf32>) -> tensor<?x6xf32> {
  %w = "tosa.const"() <{values = dense<0.25> : tensor<1x8x6xf32>}> : () -> tensor<1x8x6xf32>
  %b = "tosa.const"() <{values = dense<[[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]]]> : tensor<1x1x6xf32>}> : () -> tensor<1x1x6xf32>
  %zero = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %s3 = tosa.const_shape {values = dense<[1, -1, 8]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %0 = tosa.reshape %x, %s3 : (tensor<?x8xf32>, !tosa.shape<3>) -> tensor<1x?x8xf32>
  %1 = tosa.matmul %0, %w, %zero, %zero : (tensor<1x?x8xf32>, tensor<1x8x6xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x?x6xf32>
  %2 = tosa.add %1, %b : (tensor<1x?x6xf32>, tensor<1x1x6xf32>) -> tensor<1x?x6xf32>
  %3 = tosa.clamp %2 {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x?x6xf32>) -> tensor<1x?x6xf32>
  %s2 = tosa.const_shape {values = dense<[-1, 6]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %4 = tosa.reshape %3, %s2 : (tensor<1x?x6xf32>, !tosa.shape<2>) -> tensor<?x6xf32>
  return %4 : tensor<?x6xf32>
}
