// x + exp(x), the exponential as a row operation: it takes a row of two tiles before it emits the first one. 16x16,
// tiles of 8x8, tokens of eight lanes. The addition asks for the row operation's tile first.

#id = affine_map<(i, j) -> (i, j)>
!c = !st.itensor<8x1xvector<1x8xf32>, iter_space = [2, 2] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
!packed = tensor<2x2x8x8xf32>

func.func @main(%x: !packed {st.name = "x"}) -> (!packed {st.name = "y"}) {
  %y = st.kernel @residual (%mx = %x : !packed) -> (!packed) {
    %fx = st.itensor_instance : !c
    %qx = st.task @dma_x reads(%m = %mx : !packed) inits(%o = %fx : !c) attributes {st.kind = "dma_read"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %0 = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (!c) {
        %1 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o1 = %o0) -> (!c) {
          %t = tensor.extract_slice %m[%i, %j, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1] : !packed to tensor<8x8xf32>
          %2 = st.itensor_write %t into %o1 : tensor<8x8xf32> -> !c
          scf.yield %2 : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    %flong = st.itensor_instance : !c
    %fshort = st.itensor_instance : !c // the short way
    %qlong, %qshort = st.task @fork_0 reads(%in = %qx : !c) inits(%a = %flong : !c, %b = %fshort : !c)
        attributes {st.kind = "fork"} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %0:2 = scf.for %i = %c0 to %c16 step %c8 iter_args(%a0 = %a, %b0 = %b) -> (!c, !c) {
        %1:2 = scf.for %j = %c0 to %c16 step %c8 iter_args(%a1 = %a0, %b1 = %b0) -> (!c, !c) {
          %t = st.itensor_read %in init %e : !c -> tensor<8x8xf32>
          %2 = st.itensor_write %t into %a1 : tensor<8x8xf32> -> !c
          %3 = st.itensor_write %t into %b1 : tensor<8x8xf32> -> !c
          scf.yield %2, %3 : !c, !c
        }
        scf.yield %1#0, %1#1 : !c, !c
      }
      st.yield %0#0, %0#1 : !c, !c
    }
    // BEGIN ROW
    %fr = st.itensor_instance : !c
    %qr = st.task @row_1 reads(%in = %qlong : !c) inits(%o = %fr : !c) attributes {st.kind = "row"} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %0 = scf.for %i = %c0 to %c16 step %c8 iter_args(%o0 = %o) -> (!c) {
        %row = tensor.empty() : tensor<8x16xf32>
        %full = scf.for %j = %c0 to %c16 step %c8 iter_args(%u = %row) -> (tensor<8x16xf32>) {
          %t = st.itensor_read %in init %e : !c -> tensor<8x8xf32>
          %v = tensor.insert_slice %t into %u[0, %j] [8, 8] [1, 1] : tensor<8x8xf32> into tensor<8x16xf32>
          scf.yield %v : tensor<8x16xf32>
        }
        %out = tensor.empty() : tensor<8x16xf32>
        %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
            ins(%full : tensor<8x16xf32>) outs(%out : tensor<8x16xf32>) attrs = {st.unroll = array<i64: 1, 8>} {
        ^bb0(%v: f32, %w: f32):
          %p = math.exp %v : f32
          linalg.yield %p : f32
        } -> tensor<8x16xf32>
        %1 = scf.for %j = %c0 to %c16 step %c8 iter_args(%o1 = %o0) -> (!c) {
          %t = tensor.extract_slice %r[0, %j] [8, 8] [1, 1] : tensor<8x16xf32> to tensor<8x8xf32>
          %2 = st.itensor_write %t into %o1 : tensor<8x8xf32> -> !c
          scf.yield %2 : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    // END ROW
    %fs = st.itensor_instance : !c
    %qs = st.task @add_2 reads(%in = %qr : !c, %direct = %qshort : !c) inits(%o = %fs : !c)
        attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %0 = scf.for %i = %c0 to %c16 step %c8 iter_args(%o0 = %o) -> (!c) {
        %1 = scf.for %j = %c0 to %c16 step %c8 iter_args(%o1 = %o0) -> (!c) {
          %t = st.itensor_read %in init %e : !c -> tensor<8x8xf32>
          %u = st.itensor_read %direct init %e : !c -> tensor<8x8xf32>
          %r = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
              ins(%t, %u : tensor<8x8xf32>, tensor<8x8xf32>) outs(%e : tensor<8x8xf32>)
              attrs = {st.unroll = array<i64: 1, 8>} {
          ^bb0(%v: f32, %w: f32, %z: f32):
            %p = arith.addf %v, %w : f32
            linalg.yield %p : f32
          } -> tensor<8x8xf32>
          %2 = st.itensor_write %r into %o1 : tensor<8x8xf32> -> !c
          scf.yield %2 : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    %my = tensor.empty() : !packed
    %ty = st.task @dma_y reads(%in = %qs : !c) inits(%m = %my : !packed) attributes {st.kind = "dma_write"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %0 = scf.for %i = %c0 to %c2 step %c1 iter_args(%m0 = %m) -> (!packed) {
        %1 = scf.for %j = %c0 to %c2 step %c1 iter_args(%m1 = %m0) -> (!packed) {
          %t = st.itensor_read %in init %e : !c -> tensor<8x8xf32>
          %2 = tensor.insert_slice %t into %m1[%i, %j, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1] : tensor<8x8xf32> into !packed
          scf.yield %2 : !packed
        }
        scf.yield %1 : !packed
      }
      st.yield %0 : !packed
    }
    st.yield %ty : !packed
  }
  return %y : !packed
}
