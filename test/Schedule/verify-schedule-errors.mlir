// RUN: streamtensor-opt %s -st-verify-schedule -verify-diagnostics

func.func @main(%x: tensor<16xf32>) {
  st.kernel @k (%sx = %x : tensor<16xf32>) {
    // expected-error@+1 {{has no schedule after the schedule phase}}
    st.task @idle reads(%in = %sx : tensor<16xf32>) {
    }
  }
  return
}
