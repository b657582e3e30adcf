// RUN: streamtensor-opt %s -st-schedule-tasks='emit-remarks=true' -verify-diagnostics | FileCheck %s

!x = !st.itensor<4x1xvector<1x4xf32>, iter_space = [4] * [4], iter_map = (d0) -> (d0, 0)>
!r = !st.itensor<4xf32, iter_space = [4] * [4], iter_map = (d0) -> (d0)>

// A row sum over tiles of 4x4: only four rows interleave, an accumulator returns every 4 iterations, and the adder with
// the store takes 8 cycles: II = 2. 16 iterations: 15 * 2 + (2 + 7 + 1) = 40.
// Per tile: read 3 + 2 = 5, fill of four elements, one by one, 4, the loop 40, write 3 + 3 = 6: 55.
// CHECK: st.task @sum
// CHECK-SAME: schedule = #st.schedule<ii = 2, first_token_cycles = 51, latency_cycles = 220>
func.func @main(%x: tensor<16x4xf32>) -> tensor<16xf32> {
  %y = st.kernel @k (%sx = %x : tensor<16x4xf32> as !x) -> (tensor<16xf32>) {
    %f = st.itensor_instance : !r
    %r = st.task @sum reads(%in = %sx : !x) inits(%o = %f : !r) {
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %c16 = arith.constant 16 : index
      %zero = arith.constant dense<0.0> : tensor<4xf32>
      %e = tensor.empty() : tensor<4x4xf32>
      %0 = scf.for %i = %c0 to %c16 step %c4 iter_args(%o0 = %o) -> (!r) {
        %t = st.itensor_read %in init %e : !x -> tensor<4x4xf32>
        // expected-remark@+1 {{II = 2: each accumulation through 'arith.addf' takes 8 cycles, and only 3 other iterations lie between two on the same accumulator}}
        %s = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
                             iterator_types = ["parallel", "reduction"]}
            ins(%t : tensor<4x4xf32>) outs(%zero : tensor<4xf32>) {
        ^bb0(%v: f32, %acc: f32):
          %a = arith.addf %acc, %v : f32
          linalg.yield %a : f32
        } -> tensor<4xf32>
        %1 = st.itensor_write %s into %o0 : tensor<4xf32> -> !r
        scf.yield %1 : !r
      }
      st.yield %0 : !r
    }
    st.yield %r : !r
  }
  return %y : tensor<16xf32>
}
