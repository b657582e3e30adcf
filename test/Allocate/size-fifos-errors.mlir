// RUN: streamtensor-opt %s -st-size-fifos -split-input-file -verify-diagnostics

!v = !st.itensor<4xf32, iter_space = [1] * [4], iter_map = (d0) -> (d0)>

func.func @stale(%x: tensor<4x4xf32>) {
  st.kernel @k (%mx = %x : tensor<4x4xf32>) {
    %f = st.itensor_instance : !v
    // expected-error@+1 {{has schedule #st.schedule<ii = 1, first_token_cycles = 7, latency_cycles = 9>, but its body gives}}
    %r = st.task @producer reads(%m = %mx : tensor<4x4xf32>) inits(%o = %f : !v)
        attributes {schedule = #st.schedule<ii = 1, first_token_cycles = 7, latency_cycles = 9>} {
      %t = tensor.extract_slice %m[0, 0] [1, 4] [1, 1] : tensor<4x4xf32> to tensor<4xf32>
      %0 = st.itensor_write %t into %o : tensor<4xf32> -> !v
      st.yield %0 : !v
    }
    st.task @consumer reads(%i = %r : !v) attributes {schedule = #st.schedule<ii = 1, first_token_cycles = 0, latency_cycles = 0>} {
    }
  }
  return
}

// -----

func.func @unscheduled(%x: tensor<4x4xf32>) {
  st.kernel @k (%mx = %x : tensor<4x4xf32>) {
    // expected-error@+1 {{has no schedule: run st-schedule-tasks first}}
    st.task @idle reads(%m = %mx : tensor<4x4xf32>) {
    }
  }
  return
}
