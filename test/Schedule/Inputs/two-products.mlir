// relu(A·B)·W on 16x16 tensors, tiles of 8x8, tokens of eight lanes: the kernel as it leaves the optimize phase.

#ik = affine_map<(i, j, k) -> (i, k)>
#kj = affine_map<(i, j, k) -> (k, j)>
#ij = affine_map<(i, j, k) -> (i, j)>
#id = affine_map<(i, j) -> (i, j)>

!a = !st.itensor<8x1xvector<1x8xf32>, iter_space = [2, 2, 2] * [8, 8, 8], iter_map = (d0, d1, d2) -> (d0, d2)>
!b = !st.itensor<8x1xvector<1x8xf32>, iter_space = [2, 2, 2] * [8, 8, 8], iter_map = (d0, d1, d2) -> (d2, d1)>
!c = !st.itensor<8x1xvector<1x8xf32>, iter_space = [2, 2] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
!packed = tensor<2x2x8x8xf32>

func.func @main(%a: tensor<16x16xf32> {st.name = "a"}, %b: !packed {st.name = "b"}) -> (!packed {st.name = "y"}) {
  %w = arith.constant dense<0.5> : !packed
  %ea = tensor.empty() : !packed
  %pa = linalg.pack %a inner_dims_pos = [0, 1] inner_tiles = [8, 8] into %ea : tensor<16x16xf32> -> !packed
  %y = st.kernel @two_products (%ma = %pa : !packed, %mb = %b : !packed, %mw = %w : !packed) -> (!packed) {
    %fa = st.itensor_instance : !a
    %sa = st.task @dma_a reads(%m = %ma : !packed) inits(%o = %fa : !a) attributes {st.kind = "dma_read"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %0 = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (!a) {
        %1 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o1 = %o0) -> (!a) {
          %2 = scf.for %k = %c0 to %c2 step %c1 iter_args(%o2 = %o1) -> (!a) {
            %t = tensor.extract_slice %m[%i, %k, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1] : !packed to tensor<8x8xf32>
            %3 = st.itensor_write %t into %o2 : tensor<8x8xf32> -> !a
            scf.yield %3 : !a
          }
          scf.yield %2 : !a
        }
        scf.yield %1 : !a
      }
      st.yield %0 : !a
    }
    %fb = st.itensor_instance : !b
    %sb = st.task @dma_b reads(%m = %mb : !packed) inits(%o = %fb : !b) attributes {st.kind = "dma_read"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %0 = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (!b) {
        %1 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o1 = %o0) -> (!b) {
          %2 = scf.for %k = %c0 to %c2 step %c1 iter_args(%o2 = %o1) -> (!b) {
            %t = tensor.extract_slice %m[%k, %j, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1] : !packed to tensor<8x8xf32>
            %3 = st.itensor_write %t into %o2 : tensor<8x8xf32> -> !b
            scf.yield %3 : !b
          }
          scf.yield %2 : !b
        }
        scf.yield %1 : !b
      }
      st.yield %0 : !b
    }
    %fw = st.itensor_instance : !b
    %sw = st.task @dma_w reads(%m = %mw : !packed) inits(%o = %fw : !b) attributes {st.kind = "dma_read"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %0 = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (!b) {
        %1 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o1 = %o0) -> (!b) {
          %2 = scf.for %k = %c0 to %c2 step %c1 iter_args(%o2 = %o1) -> (!b) {
            %t = tensor.extract_slice %m[%k, %j, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1] : !packed to tensor<8x8xf32>
            %3 = st.itensor_write %t into %o2 : tensor<8x8xf32> -> !b
            scf.yield %3 : !b
          }
          scf.yield %2 : !b
        }
        scf.yield %1 : !b
      }
      st.yield %0 : !b
    }
    %fc = st.itensor_instance : !c
    %sc = st.task @matmul_0 reads(%xa = %sa : !a, %xb = %sb : !b) inits(%o = %fc : !c)
        attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %zero = arith.constant dense<0.0> : tensor<8x8xf32>
      %e = tensor.empty() : tensor<8x8xf32>
      %0 = scf.for %i = %c0 to %c16 step %c8 iter_args(%o0 = %o) -> (!c) {
        %1 = scf.for %j = %c0 to %c16 step %c8 iter_args(%o1 = %o0) -> (!c) {
          %acc = scf.for %k = %c0 to %c16 step %c8 iter_args(%t = %zero) -> (tensor<8x8xf32>) {
            %ta = st.itensor_read %xa init %e : !a -> tensor<8x8xf32>
            %tb = st.itensor_read %xb init %e : !b -> tensor<8x8xf32>
            %m = linalg.generic {indexing_maps = [#ik, #kj, #ij], iterator_types = ["parallel", "parallel", "reduction"]}
                ins(%ta, %tb : tensor<8x8xf32>, tensor<8x8xf32>) outs(%t : tensor<8x8xf32>)
                attrs = {st.unroll = array<i64: 1, 8, 1>} {
            ^bb0(%x: f32, %y: f32, %z: f32):
              %p = arith.mulf %x, %y : f32
              %s = arith.addf %z, %p : f32
              linalg.yield %s : f32
            } -> tensor<8x8xf32>
            scf.yield %m : tensor<8x8xf32>
          }
          %2 = st.itensor_write %acc into %o1 : tensor<8x8xf32> -> !c
          scf.yield %2 : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    %fd = st.itensor_instance : !c
    %sd = st.task @relu_1 reads(%x = %sc : !c) inits(%o = %fd : !c) attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %0 = scf.for %i = %c0 to %c16 step %c8 iter_args(%o0 = %o) -> (!c) {
        %1 = scf.for %j = %c0 to %c16 step %c8 iter_args(%o1 = %o0) -> (!c) {
          %t = st.itensor_read %x init %e : !c -> tensor<8x8xf32>
          %r = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
              ins(%t : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>) attrs = {st.unroll = array<i64: 1, 8>} {
          ^bb0(%in: f32, %out: f32):
            %zero = arith.constant 0.0 : f32
            %m = arith.maximumf %in, %zero : f32
            linalg.yield %m : f32
          } -> tensor<8x8xf32>
          %2 = st.itensor_write %r into %o1 : tensor<8x8xf32> -> !c
          scf.yield %2 : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    %fd2 = st.itensor_instance : !a
    %sd2 = st.task @convert_2 reads(%x = %sd : !c) inits(%o = %fd2 : !a)
        attributes {st.kind = "converter", st.halves = 2 : i64} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %buffer = tensor.empty() : tensor<2x8x16xf32>
      %first = scf.for %j = %c0 to %c2 step %c1 iter_args(%u = %buffer) -> (tensor<2x8x16xf32>) {
        %at = affine.apply affine_map<(d0) -> (d0 * 8)>(%j)
        %t = st.itensor_read %x init %e : !c -> tensor<8x8xf32>
        %v = tensor.insert_slice %t into %u[0, 0, %at] [1, 8, 8] [1, 1, 1] : tensor<8x8xf32> into tensor<2x8x16xf32>
        scf.yield %v : tensor<2x8x16xf32>
      }
      %0:2 = scf.for %r = %c0 to %c1 step %c1 iter_args(%u0 = %first, %o0 = %o) -> (tensor<2x8x16xf32>, !a) {
        %filled = affine.apply affine_map<(d0) -> ((d0 + 1) mod 2)>(%r)
        %drained = affine.apply affine_map<(d0) -> (d0 mod 2)>(%r)
        %1:2 = scf.for %j = %c0 to %c2 step %c1 iter_args(%u1 = %u0, %o1 = %o0) -> (tensor<2x8x16xf32>, !a) {
          %at = affine.apply affine_map<(d0) -> (d0 * 8)>(%j)
          %t = st.itensor_read %x init %e : !c -> tensor<8x8xf32>
          %v = tensor.insert_slice %t into %u1[%filled, 0, %at] [1, 8, 8] [1, 1, 1]
              : tensor<8x8xf32> into tensor<2x8x16xf32>
          %2 = scf.for %k = %c0 to %c2 step %c1 iter_args(%o2 = %o1) -> (!a) {
            %from = affine.apply affine_map<(d0) -> (d0 * 8)>(%k)
            %w = tensor.extract_slice %v[%drained, 0, %from] [1, 8, 8] [1, 1, 1]
                : tensor<2x8x16xf32> to tensor<8x8xf32>
            %3 = st.itensor_write %w into %o2 : tensor<8x8xf32> -> !a
            scf.yield %3 : !a
          }
          scf.yield %v, %2 : tensor<2x8x16xf32>, !a
        }
        scf.yield %1#0, %1#1 : tensor<2x8x16xf32>, !a
      }
      %4 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o1 = %0#1) -> (!a) {
        %5 = scf.for %k = %c0 to %c2 step %c1 iter_args(%o2 = %o1) -> (!a) {
          %from = affine.apply affine_map<(d0) -> (d0 * 8)>(%k)
          %t = tensor.extract_slice %0#0[1, 0, %from] [1, 8, 8] [1, 1, 1] : tensor<2x8x16xf32> to tensor<8x8xf32>
          %6 = st.itensor_write %t into %o2 : tensor<8x8xf32> -> !a
          scf.yield %6 : !a
        }
        scf.yield %5 : !a
      }
      st.yield %4 : !a
    }
    %fe = st.itensor_instance : !c
    %se = st.task @matmul_3 reads(%xa = %sd2 : !a, %xb = %sw : !b) inits(%o = %fe : !c)
        attributes {st.kind = "compute"} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %zero = arith.constant dense<0.0> : tensor<8x8xf32>
      %e = tensor.empty() : tensor<8x8xf32>
      %0 = scf.for %i = %c0 to %c16 step %c8 iter_args(%o0 = %o) -> (!c) {
        %1 = scf.for %j = %c0 to %c16 step %c8 iter_args(%o1 = %o0) -> (!c) {
          %acc = scf.for %k = %c0 to %c16 step %c8 iter_args(%t = %zero) -> (tensor<8x8xf32>) {
            %ta = st.itensor_read %xa init %e : !a -> tensor<8x8xf32>
            %tb = st.itensor_read %xb init %e : !b -> tensor<8x8xf32>
            %m = linalg.generic {indexing_maps = [#ik, #kj, #ij], iterator_types = ["parallel", "parallel", "reduction"]}
                ins(%ta, %tb : tensor<8x8xf32>, tensor<8x8xf32>) outs(%t : tensor<8x8xf32>)
                attrs = {st.unroll = array<i64: 1, 8, 1>} {
            ^bb0(%x: f32, %y: f32, %z: f32):
              %p = arith.mulf %x, %y : f32
              %s = arith.addf %z, %p : f32
              linalg.yield %s : f32
            } -> tensor<8x8xf32>
            scf.yield %m : tensor<8x8xf32>
          }
          %2 = st.itensor_write %acc into %o1 : tensor<8x8xf32> -> !c
          scf.yield %2 : !c
        }
        scf.yield %1 : !c
      }
      st.yield %0 : !c
    }
    %my = tensor.empty() : !packed
    %ty = st.task @dma_y reads(%x = %se : !c) inits(%m = %my : !packed) attributes {st.kind = "dma_write"} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %0 = scf.for %i = %c0 to %c2 step %c1 iter_args(%m0 = %m) -> (!packed) {
        %1 = scf.for %j = %c0 to %c2 step %c1 iter_args(%m1 = %m0) -> (!packed) {
          %t = st.itensor_read %x init %e : !c -> tensor<8x8xf32>
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
