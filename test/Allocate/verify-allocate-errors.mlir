// RUN: streamtensor-opt %s -st-verify-allocate -verify-diagnostics

!v = !st.itensor<4xf32, iter_space = [4] * [4], iter_map = (d0) -> (d0)>

func.func @main(%x: tensor<4x4xf32>) {
  st.kernel @k (%mx = %x : tensor<4x4xf32>) {
    // expected-error@+2 {{has no 'depth_tokens' after the allocate phase}}
    // expected-error@+1 {{has no 'storage' after the allocate phase}}
    %f = st.itensor_instance {st.name = "f"} : !v
    // expected-error@+1 {{has the name of another FIFO}}
    %g = st.itensor_instance {depth_tokens = 2 : i64, storage = #st.storage<lutram>, st.name = "f"} : !v
    // expected-error@+1 {{is a DMA and has no 'st.hbm_channel' after the allocate phase}}
    %r, %s = st.task @dma_x reads(%m = %mx : tensor<4x4xf32>) inits(%o = %f : !v, %p = %g : !v)
        attributes {st.kind = "dma_read", die = 0 : i64} {
      st.yield %o, %p : !v, !v
    }
    // expected-error@+1 {{has no 'die' after the allocate phase}}
    st.task @sink reads(%i = %r : !v, %j = %s : !v) {
    }
  }
  return
}
