// A repetition prints as it parses, on tensors and on itensors.
// RUN: streamtensor-opt %s | streamtensor-opt | FileCheck %s

!t = !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>
!stack = !st.itensor<1x4xf32, iter_space = [3, 2] * [1, 4], iter_map = (d0, d1) -> (d0, d1)>
!again = !st.itensor<4xf32, iter_space = [3, 2] * [1, 4], iter_map = (d0, d1) -> (d1)>

// CHECK-LABEL: @tensors
func.func @tensors(%x: tensor<8xf32>, %w: tensor<3x8xf32>, %m: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: %[[Y:.*]] = st.repeat %{{[^ ]*}} to 3 carried(%[[X:[^ ]*]] = %{{[^ ]*}} : tensor<8xf32>)
  // CHECK-SAME: slices(%{{[^ ]*}} = %{{[^ ]*}} : tensor<3x8xf32> as tensor<8xf32>) again(%{{[^ ]*}} = %{{[^ ]*}} : tensor<8xf32>)
  // CHECK-SAME: attributes {st.note} {
  %y = st.repeat %i to 3 carried(%c = %x : tensor<8xf32>) slices(%s = %w : tensor<3x8xf32> as tensor<8xf32>)
      again(%a = %m : tensor<8xf32>) attributes {st.note} {
    // CHECK: %[[N:.*]] = math.exp %[[X]]
    %n = math.exp %c : tensor<8xf32>
    // CHECK: st.yield %[[N]] : tensor<8xf32>
    st.yield %n : tensor<8xf32>
  }
  // CHECK: return %[[Y]]
  return %y : tensor<8xf32>
}

// CHECK-LABEL: @itensors
func.func @itensors(%x: tensor<8xf32>, %w: tensor<3x8xf32>, %m: tensor<8xf32>) -> tensor<8xf32> {
  %y = st.kernel @k (%c = %x : tensor<8xf32> as !t, %s = %w : tensor<3x8xf32> as !stack,
                     %a = %m : tensor<8xf32> as !again) -> (tensor<8xf32>) {
    // CHECK: st.repeat %[[I:[^ ]*]] to 3 carried(%{{[^ ]*}} = %{{[^ ]*}} : !st.itensor<4xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0)>)
    // CHECK-SAME: slices(%{{[^ ]*}} = %{{[^ ]*}} : !st.itensor<1x4xf32, {{.*}}> as !st.itensor<4xf32, {{.*}}>) again(%{{[^ ]*}} = %{{[^ ]*}} : !st.itensor<4xf32, iter_space = [3, 2] * [1, 4], iter_map = (d0, d1) -> (d1)> as
    %r = st.repeat %i to 3 carried(%ci = %c : !t) slices(%si = %s : !stack as !t) again(%ai = %a : !again as !t) {
      %e = st.itensor_empty : !t
      // CHECK: st.task @f reads(%{{.*}} = %[[I]] : index,
      %n = st.task @f reads(%number = %i : index, %p = %ci : !t, %q = %si : !t, %r = %ai : !t) inits(%o = %e : !t) {
        st.yield %o : !t
      }
      st.yield %n : !t
    }
    st.yield %r : !t
  }
  return %y : tensor<8xf32>
}
