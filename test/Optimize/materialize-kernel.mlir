// RUN: streamtensor-opt %s -st-materialize-kernel -st-convert-empty-to-instance -st-verify-optimize -o %t.mlir
// RUN: FileCheck %s --input-file %t.mlir
// RUN: st-reference-test %t.mlir --compare %s --tolerance 0

!c = !st.itensor<4x4xf32 of 8x7, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d0, d1)>
!a = !st.itensor<4x4xf32 of 8x7, iter_space = [2, 2, 2] * [4, 4, 4], iter_map = (d0, d1, d2) -> (d0, d2)>
!t = !st.itensor<4x4xf32 of 8x7, iter_space = [2, 2] * [4, 4], iter_map = (d0, d1) -> (d1, d0)>

// CHECK-LABEL: func.func @main(
// CHECK:         st.kernel @k (%[[M:[a-z0-9_]+]] = %{{.+}} : tensor<2x2x4x4xf32>, %[[W:[a-z0-9_]+]] = %{{.+}} : tensor<2x2x4x4xf32>) -> (tensor<2x2x4x4xf32>) {

// A crossing inwards: the tile at (i, k) again for every j. The user's names, as identifiers, once each.
// CHECK:           %[[FIFO:[a-z0-9_]+]] = st.itensor_instance : <4x4xf32 of 8x7, iter_space = [2, 2, 2] * [4, 4, 4],
// CHECK:           %[[A:[a-z0-9_]+]] = st.task @dma_my_input reads(%[[P:[a-z0-9_]+]] = %[[M]] : tensor<2x2x4x4xf32>) inits(%{{.+}} = %[[FIFO]] : {{.+}}) attributes {st.kind = "dma_read", st.tensor = "my.input"} {
// CHECK:             scf.for %[[I:[a-z0-9_]+]] =
// CHECK:               scf.for
// CHECK:                 scf.for %[[K:[a-z0-9_]+]] =
// CHECK:                   %[[T:[a-z0-9_]+]] = tensor.extract_slice %[[P]][%[[I]], %[[K]], 0, 0] [1, 1, 4, 4] [1, 1, 1, 1] : tensor<2x2x4x4xf32> to tensor<4x4xf32>
// CHECK:                   st.itensor_write %[[T]]
// CHECK:           st.task @dma_my_input_1 reads(%{{.+}} = %[[W]] : {{.+}}) {{.+}} attributes {st.kind = "dma_read", st.tensor = "my.input"}

// A converter that shares the loop over rows: two halves of one row of tiles. The first row fills a half; then each
// tile that fills one half is followed by the tiles of the other that leave meanwhile; the last row leaves.
// CHECK:           %[[SUM:[a-z0-9_]+]] = st.task @sum reads(%{{.+}} = %[[A]] :
// CHECK:           st.task @convert_0 reads(%[[IN:[a-z0-9_]+]] = %[[SUM]] : {{.+}}) {{.+}} attributes {st.halves = 1 : i64, st.kind = "converter", st.live_bytes = 128 : i64, st.ping_pong_bytes = {{[0-9]+}} : i64} {
// CHECK:             %[[BUF:[a-z0-9_]+]] = tensor.empty() : tensor<3x4x4xf32>
// CHECK:             scf.for {{.+}} = %[[BUF]]) -> (tensor<3x4x4xf32>) {
// CHECK:               %[[T:[a-z0-9_]+]] = st.itensor_read %[[IN]]
// CHECK:               tensor.insert_slice %[[T]] into %{{.+}}[%{{.+}}, 0, 0] [1, 4, 4] [1, 1, 1]

// CHECK:           %{{.+}}:2 = st.task @fork_0 {{.+}} attributes {st.kind = "fork"} {
// CHECK:             scf.for
// CHECK:               %[[T:[a-z0-9_]+]] = st.itensor_read
// CHECK:               %[[W0:[a-z0-9_]+]] = st.itensor_write %[[T]]
// CHECK:               %[[W1:[a-z0-9_]+]] = st.itensor_write %[[T]]
// CHECK:               scf.yield %[[W0]], %[[W1]]

// One that shares nothing: three of the four slices at a time.
// CHECK:           st.task @convert_1 {{.+}} attributes {st.halves = 1 : i64, st.kind = "converter", st.live_bytes = {{[0-9]+}} : i64, st.ping_pong_bytes = {{[0-9]+}} : i64} {
// CHECK:             tensor.empty() : tensor<3x4x4xf32>

// A crossing outwards.
// CHECK:           %[[OUT:[a-z0-9_]+]] = tensor.empty() : tensor<2x2x4x4xf32>
// CHECK:           %[[R:[a-z0-9_]+]] = st.task @dma_result reads(%[[IN:[a-z0-9_]+]] = %{{.+}} : {{.+}}) inits(%{{.+}} = %[[OUT]] : tensor<2x2x4x4xf32>) attributes {st.kind = "dma_write", st.tensor = "result"} {
// CHECK:             scf.for %[[I:[a-z0-9_]+]] =
// CHECK:               scf.for %[[J:[a-z0-9_]+]] = {{.+}} iter_args(%[[O:[a-z0-9_]+]] =
// CHECK:                 %[[T:[a-z0-9_]+]] = st.itensor_read %[[IN]]
// CHECK:                 tensor.insert_slice %[[T]] into %[[O]][%[[I]], %[[J]], 0, 0] [1, 1, 4, 4] [1, 1, 1, 1]
// CHECK:           st.yield %[[R]] : tensor<2x2x4x4xf32>
func.func @main(%x: tensor<8x7xf32> {st.name = "my.input"}) -> (tensor<8x7xf32> {st.name = "result"}) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<2x2x4x4xf32>
  %p = linalg.pack %x padding_value(%zero : f32) inner_dims_pos = [0, 1] inner_tiles = [4, 4] into %e : tensor<8x7xf32> -> tensor<2x2x4x4xf32>
  %k = st.kernel @k (%s = %p : tensor<2x2x4x4xf32> as !a, %s1 = %p : tensor<2x2x4x4xf32> as !c) -> (tensor<2x2x4x4xf32>) {
    %esum = st.itensor_empty : !c
    %sum = st.task @sum reads(%in = %s : !a) inits(%out = %esum : !c) attributes {st.kind = "compute"} {
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
    %v = st.itensor_converter %sum : !c -> !a
    %eagain = st.itensor_empty : !c
    %again = st.task @again reads(%in = %v : !a) inits(%out = %eagain : !c) attributes {st.kind = "compute"} {
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
    %f:2 = st.itensor_fork %again : !c -> !c, !c
    %u = st.itensor_converter %f#1 : !c -> !t
    %eturned = st.itensor_empty : !t
    %turned = st.task @turned reads(%in = %u : !t) inits(%out = %eturned : !t) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!t) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!t) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t = st.itensor_read %in init %e : !t -> tensor<4x4xf32>
          %w = st.itensor_write %t into %o1 : tensor<4x4xf32> -> !t
          scf.yield %w : !t
        }
        scf.yield %1 : !t
      }
      st.yield %0 : !t
    }
    %q = st.itensor_converter %turned : !t -> !c
    %es = st.itensor_empty : !c
    %both = st.task @both reads(%in0 = %f#0 : !c, %in1 = %q : !c, %in2 = %s1 : !c) inits(%out = %es : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %0 = scf.for %i = %c0 to %c8 step %c4 iter_args(%o = %out) -> (!c) {
        %1 = scf.for %j = %c0 to %c8 step %c4 iter_args(%o1 = %o) -> (!c) {
          %e = tensor.empty() : tensor<4x4xf32>
          %t0 = st.itensor_read %in0 init %e : !c -> tensor<4x4xf32>
          %t1 = st.itensor_read %in1 init %e : !c -> tensor<4x4xf32>
          %t2 = st.itensor_read %in2 init %e : !c -> tensor<4x4xf32>
          %m0 = linalg.mul ins(%t0, %t1 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %m = linalg.sub ins(%m0, %t2 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
          %w = st.itensor_write %m into %o1 : tensor<4x4xf32> -> !c
          scf.yield %w : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    st.yield %both : !c
  }
  %d = tensor.empty() : tensor<8x7xf32>
  %y = linalg.unpack %k inner_dims_pos = [0, 1] inner_tiles = [4, 4] into %d : tensor<2x2x4x4xf32> -> tensor<8x7xf32>
  return %y : tensor<8x7xf32>
}
