// RUN: streamtensor-opt %s -st-convert-empty-to-instance | FileCheck %s

!c = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
// CHECK-LABEL: func.func @main(
// CHECK:         %[[F:.+]] = st.itensor_instance : <4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
// CHECK-NOT:     st.itensor_empty
// CHECK:         st.task @t inits(%{{.+}} = %[[F]]
func.func @main() -> tensor<8xf32> {
  %0 = st.kernel @k () -> (tensor<8xf32>) {
    %e = st.itensor_empty : !c
    %r = st.task @t inits(%o = %e : !c) {
      st.yield %o : !c
    }
    st.yield %r : !c
  }
  return %0 : tensor<8xf32>
}
