// RUN: streamtensor-opt %s -st-allocate-memories -verify-diagnostics

func.func @main(%x: memref<4xf32>) {
  // 2^27 words of 32 bits are 32768 URAM of 4096 words.
  // expected-error@+1 {{kernel 'k' needs 32768 URAM, but device 'u55c' has 864 available; the largest parts are buffer 'huge' of task 't' (32768)}}
  st.kernel @k (%mx = %x : memref<4xf32>) {
    %s = st.stream @unused : !st.stream<f32, depth = 2>
    st.task @t reads(%m = %mx : memref<4xf32>) {
      %huge = st.buffer @huge : memref<134217728xf32>
    }
  }
  return
}
