// Tasks on streams and memrefs, with tiles and with scalar loops, compute the same; FIFOs of one token suffice.
// RUN: split-file %s %t
// RUN: st-reference-test %t/tiles.mlir --compare %t/expected.mlir --tolerance 0 | FileCheck %s
// RUN: st-reference-test %t/loops.mlir --compare %t/expected.mlir --tolerance 0 | FileCheck %s
// CHECK: result0: max|a-b| = 0

//--- expected.mlir
func.func @main(%a: tensor<16x32xf32>) -> tensor<16x32xf32> {
  %e = tensor.empty() : tensor<16x32xf32>
  %0 = linalg.exp ins(%a : tensor<16x32xf32>) outs(%e : tensor<16x32xf32>) -> tensor<16x32xf32>
  return %0 : tensor<16x32xf32>
}

//--- tiles.mlir
// Tokens are blocks of 2x4, so that they are not row-major in their tile.
!s = !st.stream<vector<2x4xf32>, depth = 1>
func.func @main(%a: tensor<16x32xf32>) -> tensor<16x32xf32> {
  %in = bufferization.to_buffer %a read_only : tensor<16x32xf32> to memref<16x32xf32>
  %out = memref.alloc() : memref<16x32xf32>
  st.kernel @k (%x = %in : memref<16x32xf32>, %y = %out : memref<16x32xf32>)
      attributes {"st.operand_names" = ["a", "y"], "st.operand_directions" = ["in", "out"]} {
    %s0 = st.stream @dma_a_to_exp : !s
    %s1 = st.stream @exp_to_dma_y : !s
    st.task @dma_a reads(%m = %x : memref<16x32xf32>) inits(%o = %s0 : !s) {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %c32 = arith.constant 32 : index
      scf.for %i = %c0 to %c16 step %c8 {
        scf.for %j = %c0 to %c32 step %c16 {
          %v = memref.subview %m[%i, %j] [8, 16] [1, 1] : memref<16x32xf32> to memref<8x16xf32, strided<[32, 1], offset: ?>>
          st.stream_write_tile %v, %o : memref<8x16xf32, strided<[32, 1], offset: ?>>, !s
        }
      }
    }
    st.task @exp reads(%i = %s0 : !s) inits(%o = %s1 : !s) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %t = st.buffer @tile {partition = array<i64: 1, 4>, role = "activation"} : memref<8x16xf32>
      scf.for %n = %c0 to %c4 step %c1 {
        st.stream_read_tile %i into %t : !s, memref<8x16xf32>
        linalg.exp ins(%t : memref<8x16xf32>) outs(%t : memref<8x16xf32>)
        st.stream_write_tile %t, %o : memref<8x16xf32>, !s
      }
    }
    st.task @dma_y reads(%i = %s1 : !s) inits(%m = %y : memref<16x32xf32>) {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %c32 = arith.constant 32 : index
      scf.for %i0 = %c0 to %c16 step %c8 {
        scf.for %j = %c0 to %c32 step %c16 {
          %v = memref.subview %m[%i0, %j] [8, 16] [1, 1] : memref<16x32xf32> to memref<8x16xf32, strided<[32, 1], offset: ?>>
          st.stream_read_tile %i into %v : !s, memref<8x16xf32, strided<[32, 1], offset: ?>>
        }
      }
    }
    st.yield
  }
  %r = bufferization.to_tensor %out restrict : memref<16x32xf32> to tensor<16x32xf32>
  return %r : tensor<16x32xf32>
}

//--- loops.mlir
!s = !st.stream<vector<1x4xf32>, depth = 1>
func.func @main(%a: tensor<16x32xf32>) -> tensor<16x32xf32> {
  %in = bufferization.to_buffer %a read_only : tensor<16x32xf32> to memref<16x32xf32>
  %out = memref.alloc() : memref<16x32xf32>
  st.kernel @k (%x = %in : memref<16x32xf32>, %y = %out : memref<16x32xf32>) {
    %s0 = st.stream @dma_a_to_exp : !s
    %s1 = st.stream @exp_to_dma_y : !s
    st.task @dma_a reads(%m = %x : memref<16x32xf32>) inits(%o = %s0 : !s) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c16 = arith.constant 16 : index
      %c32 = arith.constant 32 : index
      scf.for %i = %c0 to %c16 step %c1 {
        scf.for %j = %c0 to %c32 step %c4 {
          %v = vector.load %m[%i, %j] : memref<16x32xf32>, vector<1x4xf32>
          st.stream_write %v, %o : vector<1x4xf32>, !s
        }
      }
    }
    st.task @exp reads(%i = %s0 : !s) inits(%o = %s1 : !s) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c128 = arith.constant 128 : index
      %half = st.buffer @half {halves = 2, role = "activation"} : memref<2x1x4xf32>
      scf.for %n = %c0 to %c128 step %c1 {
        %v = st.stream_read %i : !s -> vector<1x4xf32>
        %h = affine.apply affine_map<(d0) -> (d0 mod 2)>(%n)
        vector.store %v, %half[%h, %c0, %c0] : memref<2x1x4xf32>, vector<1x4xf32>
        scf.for %l = %c0 to %c4 step %c1 {
          %e = memref.load %half[%h, %c0, %l] : memref<2x1x4xf32>
          %f = math.exp %e : f32
          memref.store %f, %half[%h, %c0, %l] : memref<2x1x4xf32>
        }
        %w = vector.load %half[%h, %c0, %c0] : memref<2x1x4xf32>, vector<1x4xf32>
        %f0 = vector.extract %w[0, 0] : f32 from vector<1x4xf32>
        %w2 = vector.insert %f0, %w [0, 0] : f32 into vector<1x4xf32>
        st.stream_write %w2, %o : vector<1x4xf32>, !s
      }
    }
    st.task @dma_y reads(%i = %s1 : !s) inits(%m = %y : memref<16x32xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c16 = arith.constant 16 : index
      %c32 = arith.constant 32 : index
      scf.for %i0 = %c0 to %c16 step %c1 {
        scf.for %j = %c0 to %c32 step %c4 {
          %v = st.stream_read %i : !s -> vector<1x4xf32>
          vector.store %v, %m[%i0, %j] : memref<16x32xf32>, vector<1x4xf32>
        }
      }
    }
    st.yield
  }
  %r = bufferization.to_tensor %out restrict : memref<16x32xf32> to tensor<16x32xf32>
  return %r : tensor<16x32xf32>
}
