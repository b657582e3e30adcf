// relu(A·B)·W, all 16x16, tiles of 8x8, as the `allocate` phase leaves it.
!a = !st.itensor<8x1xvector<1x8xf32>, iter_space = [2, 2, 2] * [8, 8, 8], iter_map = (d0, d1, d2) -> (d0, d2)>
!b = !st.itensor<8x1xvector<1x8xf32>, iter_space = [2, 2, 2] * [8, 8, 8], iter_map = (d0, d1, d2) -> (d2, d1)>
!c = !st.itensor<8x1xvector<1x8xf32>, iter_space = [2, 2] * [8, 8], iter_map = (d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1, d2) -> (d0, d2)>
#col = affine_map<(d0, d1, d2) -> (d2, d1)>
#out = affine_map<(d0, d1, d2) -> (d0, d1)>
#id = affine_map<(d0, d1) -> (d0, d1)>

func.func @main(%a: tensor<16x16xf32> {st.name = "a"}, %b: tensor<16x16xf32> {st.name = "b"})
    -> (tensor<16x16xf32> {st.name = "y"}) {
  %w = arith.constant {st.name = "w"} dense<0.5> : tensor<2x2x8x8xf32>
  %packed = tensor.empty() : tensor<2x2x8x8xf32>
  %pa = linalg.pack %a inner_dims_pos = [0, 1] inner_tiles = [8, 8] into %packed
      : tensor<16x16xf32> -> tensor<2x2x8x8xf32>
  %pb = linalg.pack %b inner_dims_pos = [0, 1] inner_tiles = [8, 8] into %packed
      : tensor<16x16xf32> -> tensor<2x2x8x8xf32>
  %py = st.kernel @chain (%ma = %pa : tensor<2x2x8x8xf32>, %mb = %pb : tensor<2x2x8x8xf32>,
                          %mw = %w : tensor<2x2x8x8xf32>) -> (tensor<2x2x8x8xf32>) {
    %fa = st.itensor_instance {st.name = "dma_a_to_matmul_0", depth_tokens = 16, storage = #st.storage<lutram>} : !a
    %fb = st.itensor_instance {st.name = "dma_b_to_matmul_0", depth_tokens = 16, storage = #st.storage<lutram>} : !b
    %fw = st.itensor_instance {st.name = "dma_w_to_matmul_1", depth_tokens = 16, storage = #st.storage<lutram>} : !b
    %fc = st.itensor_instance {st.name = "matmul_0_to_elementwise_0", depth_tokens = 8} : !c
    %fd = st.itensor_instance {st.name = "elementwise_0_to_convert_0"} : !c
    %fe = st.itensor_instance {st.name = "convert_0_to_matmul_1", depth_tokens = 8} : !a
    %fy = st.itensor_instance {st.name = "matmul_1_to_dma_y", depth_tokens = 8} : !c
    %y = tensor.empty() : tensor<2x2x8x8xf32>

    %sa = st.task @dma_a reads(%m = %ma : tensor<2x2x8x8xf32>) inits(%o = %fa : !a)
        attributes {st.kind = "dma_read", st.hbm_channel = 0, die = 0} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (!a) {
        %r0 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o1 = %o0) -> (!a) {
          %r1 = scf.for %k = %c0 to %c2 step %c1 iter_args(%o2 = %o1) -> (!a) {
            %t = tensor.extract_slice %m[%i, %k, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1]
                : tensor<2x2x8x8xf32> to tensor<8x8xf32>
            %r2 = st.itensor_write %t into %o2 : tensor<8x8xf32> -> !a
            scf.yield %r2 : !a
          }
          scf.yield %r1 : !a
        }
        scf.yield %r0 : !a
      }
      st.yield %r : !a
    }
    %sb = st.task @dma_b reads(%m = %mb : tensor<2x2x8x8xf32>) inits(%o = %fb : !b)
        attributes {st.kind = "dma_read", st.hbm_channel = 1, die = 0} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (!b) {
        %r0 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o1 = %o0) -> (!b) {
          %r1 = scf.for %k = %c0 to %c2 step %c1 iter_args(%o2 = %o1) -> (!b) {
            %t = tensor.extract_slice %m[%k, %j, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1]
                : tensor<2x2x8x8xf32> to tensor<8x8xf32>
            %r2 = st.itensor_write %t into %o2 : tensor<8x8xf32> -> !b
            scf.yield %r2 : !b
          }
          scf.yield %r1 : !b
        }
        scf.yield %r0 : !b
      }
      st.yield %r : !b
    }
    %sw = st.task @dma_w reads(%m = %mw : tensor<2x2x8x8xf32>) inits(%o = %fw : !b)
        attributes {st.kind = "dma_read", st.hbm_channel = 2, die = 0} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (!b) {
        %r0 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o1 = %o0) -> (!b) {
          %r1 = scf.for %k = %c0 to %c2 step %c1 iter_args(%o2 = %o1) -> (!b) {
            %t = tensor.extract_slice %m[%k, %j, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1]
                : tensor<2x2x8x8xf32> to tensor<8x8xf32>
            %r2 = st.itensor_write %t into %o2 : tensor<8x8xf32> -> !b
            scf.yield %r2 : !b
          }
          scf.yield %r1 : !b
        }
        scf.yield %r0 : !b
      }
      st.yield %r : !b
    }

    %sc = st.task @matmul_0 reads(%xa = %sa : !a, %xb = %sb : !b) inits(%o = %fc : !c)
        attributes {st.kind = "compute", die = 0,
                    schedule = #st.schedule<ii = 1, first_token_cycles = 150, latency_cycles = 600>} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %zero = arith.constant dense<0.0> : tensor<8x8xf32>
      %e = tensor.empty() : tensor<8x8xf32>
      %r = scf.for %i = %c0 to %c16 step %c8 iter_args(%o0 = %o) -> (!c) {
        %r0 = scf.for %j = %c0 to %c16 step %c8 iter_args(%o1 = %o0) -> (!c) {
          %acc = scf.for %k = %c0 to %c16 step %c8 iter_args(%t = %zero) -> (tensor<8x8xf32>) {
            %ta = st.itensor_read %xa init %e : !a -> tensor<8x8xf32>
            %tb = st.itensor_read %xb init %e : !b -> tensor<8x8xf32>
            %m = linalg.generic {indexing_maps = [#row, #col, #out],
                                 iterator_types = ["parallel", "parallel", "reduction"]}
                ins(%ta, %tb : tensor<8x8xf32>, tensor<8x8xf32>) outs(%t : tensor<8x8xf32>)
                attrs = {st.unroll = array<i64: 1, 8, 1>, st.ii = 1} {
            ^bb0(%u: f32, %v: f32, %z: f32):
              %p = arith.mulf %u, %v : f32
              %q = arith.addf %z, %p : f32
              linalg.yield %q : f32
            } -> tensor<8x8xf32>
            scf.yield %m : tensor<8x8xf32>
          }
          %r1 = st.itensor_write %acc into %o1 : tensor<8x8xf32> -> !c
          scf.yield %r1 : !c
        }
        scf.yield %r0 : !c
      }
      st.yield %r : !c
    }

    %sd = st.task @elementwise_0 reads(%x = %sc : !c) inits(%o = %fd : !c) attributes {st.kind = "compute", die = 0} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %r = scf.for %i = %c0 to %c16 step %c8 iter_args(%o0 = %o) -> (!c) {
        %r0 = scf.for %j = %c0 to %c16 step %c8 iter_args(%o1 = %o0) -> (!c) {
          %t = st.itensor_read %x init %e : !c -> tensor<8x8xf32>
          %m = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
              ins(%t : tensor<8x8xf32>) outs(%e : tensor<8x8xf32>)
              attrs = {st.unroll = array<i64: 1, 8>, st.ii = 1} {
          ^bb0(%v: f32, %unused: f32):
            %zero = arith.constant 0.0 : f32
            %p = arith.maximumf %v, %zero : f32
            linalg.yield %p : f32
          } -> tensor<8x8xf32>
          %r1 = st.itensor_write %m into %o1 : tensor<8x8xf32> -> !c
          scf.yield %r1 : !c
        }
        scf.yield %r0 : !c
      }
      st.yield %r : !c
    }

    %se = st.task @convert_0 reads(%x = %sd : !c) inits(%o = %fe : !a)
        attributes {st.kind = "converter", st.halves = 1, die = 0} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (!a) {
        %window = tensor.empty() : tensor<8x16xf32>
        %full = scf.for %j = %c0 to %c16 step %c8 iter_args(%w0 = %window) -> (tensor<8x16xf32>) {
          %t = st.itensor_read %x init %e : !c -> tensor<8x8xf32>
          %w1 = tensor.insert_slice %t into %w0[0, %j] [8, 8] [1, 1] : tensor<8x8xf32> into tensor<8x16xf32>
          scf.yield %w1 : tensor<8x16xf32>
        }
        %r0 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o1 = %o0) -> (!a) {
          %r1 = scf.for %k = %c0 to %c16 step %c8 iter_args(%o2 = %o1) -> (!a) {
            %t = tensor.extract_slice %full[0, %k] [8, 8] [1, 1] : tensor<8x16xf32> to tensor<8x8xf32>
            %r2 = st.itensor_write %t into %o2 : tensor<8x8xf32> -> !a
            scf.yield %r2 : !a
          }
          scf.yield %r1 : !a
        }
        scf.yield %r0 : !a
      }
      st.yield %r : !a
    }

    %sf = st.task @matmul_1 reads(%xa = %se : !a, %xb = %sw : !b) inits(%o = %fy : !c)
        attributes {st.kind = "compute", die = 0} {
      %c0 = arith.constant 0 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %zero = arith.constant dense<0.0> : tensor<8x8xf32>
      %e = tensor.empty() : tensor<8x8xf32>
      %r = scf.for %i = %c0 to %c16 step %c8 iter_args(%o0 = %o) -> (!c) {
        %r0 = scf.for %j = %c0 to %c16 step %c8 iter_args(%o1 = %o0) -> (!c) {
          %acc = scf.for %k = %c0 to %c16 step %c8 iter_args(%t = %zero) -> (tensor<8x8xf32>) {
            %ta = st.itensor_read %xa init %e : !a -> tensor<8x8xf32>
            %tb = st.itensor_read %xb init %e : !b -> tensor<8x8xf32>
            %m = linalg.generic {indexing_maps = [#row, #col, #out],
                                 iterator_types = ["parallel", "parallel", "reduction"]}
                ins(%ta, %tb : tensor<8x8xf32>, tensor<8x8xf32>) outs(%t : tensor<8x8xf32>)
                attrs = {st.unroll = array<i64: 1, 4, 1>, st.ii = 1} {
            ^bb0(%u: f32, %v: f32, %z: f32):
              %p = arith.mulf %u, %v : f32
              %q = arith.addf %z, %p : f32
              linalg.yield %q : f32
            } -> tensor<8x8xf32>
            scf.yield %m : tensor<8x8xf32>
          }
          %r1 = st.itensor_write %acc into %o1 : tensor<8x8xf32> -> !c
          scf.yield %r1 : !c
        }
        scf.yield %r0 : !c
      }
      st.yield %r : !c
    }

    %sy = st.task @dma_y reads(%x = %sf : !c) inits(%o = %y : tensor<2x2x8x8xf32>)
        attributes {st.kind = "dma_write", st.hbm_channel = 3, die = 0} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %e = tensor.empty() : tensor<8x8xf32>
      %r = scf.for %i = %c0 to %c2 step %c1 iter_args(%o0 = %o) -> (tensor<2x2x8x8xf32>) {
        %r0 = scf.for %j = %c0 to %c2 step %c1 iter_args(%o1 = %o0) -> (tensor<2x2x8x8xf32>) {
          %t = st.itensor_read %x init %e : !c -> tensor<8x8xf32>
          %r1 = tensor.insert_slice %t into %o1[%i, %j, 0, 0] [1, 1, 8, 8] [1, 1, 1, 1]
              : tensor<8x8xf32> into tensor<2x2x8x8xf32>
          scf.yield %r1 : tensor<2x2x8x8xf32>
        }
        scf.yield %r0 : tensor<2x2x8x8xf32>
      }
      st.yield %r : tensor<2x2x8x8xf32>
    }
    st.yield %sy : tensor<2x2x8x8xf32>
  }
  %e = tensor.empty() : tensor<16x16xf32>
  %y = linalg.unpack %py inner_dims_pos = [0, 1] inner_tiles = [8, 8] into %e
      : tensor<2x2x8x8xf32> -> tensor<16x16xf32>
  return %y : tensor<16x16xf32>
}
