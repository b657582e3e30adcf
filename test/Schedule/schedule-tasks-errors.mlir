// RUN: streamtensor-opt %s -st-schedule-tasks -split-input-file -verify-diagnostics

!v = !st.itensor<4xf32, iter_space = [1] * [4], iter_map = (d0) -> (d0)>

func.func @no_operator(%x: tensor<4xf32>) {
  st.kernel @k (%sx = %x : tensor<4xf32> as !v) {
    st.task @gamma reads(%in = %sx : !v) {
      %e = tensor.empty() : tensor<4xf32>
      %t = st.itensor_read %in init %e : !v -> tensor<4xf32>
      %g = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
          ins(%t : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32):
        // expected-error@+1 {{has no operator in the device file}}
        %c, %d = math.sincos %a : f32
        linalg.yield %c : f32
      } -> tensor<4xf32>
    }
  }
  return
}

// -----

!v = !st.itensor<4xf32, iter_space = [1] * [4], iter_map = (d0) -> (d0)>

func.func @unrolled_reduction(%x: tensor<4xf32>) {
  st.kernel @k (%sx = %x : tensor<4xf32> as !v) {
    st.task @sum reads(%in = %sx : !v) {
      %e = tensor.empty() : tensor<4xf32>
      %zero = arith.constant dense<0.0> : tensor<f32>
      %t = st.itensor_read %in init %e : !v -> tensor<4xf32>
      // expected-error@+1 {{unrolls dimension 0; only the innermost parallel dimension can be unrolled}}
      %g = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
          ins(%t : tensor<4xf32>) outs(%zero : tensor<f32>) attrs = {st.unroll = array<i64: 4>} {
      ^bb0(%a: f32, %b: f32):
        %c = arith.addf %a, %b : f32
        linalg.yield %c : f32
      } -> tensor<f32>
    }
  }
  return
}

// -----

!v = !st.itensor<4xf32, iter_space = [4] * [4], iter_map = (d0) -> (d0)>

func.func @run_time_loop(%x: tensor<16xf32>, %n: tensor<index>) {
  st.kernel @k (%sx = %x : tensor<16xf32> as !v, %sn = %n : tensor<index>) {
    st.task @loop reads(%in = %sx : !v, %m = %sn : tensor<index>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %trips = tensor.extract %m[] : tensor<index>
      %e = tensor.empty() : tensor<4xf32>
      // expected-error@+1 {{has a run-time trip count without a maximum, which has no schedule}}
      scf.for %i = %c0 to %trips step %c1 {
        %t = st.itensor_read %in init %e : !v -> tensor<4xf32>
      }
    }
  }
  return
}

