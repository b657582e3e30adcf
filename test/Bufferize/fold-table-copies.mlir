// RUN: streamtensor-opt %s -st-fold-table-copies -allow-unregistered-dialect | FileCheck %s

func.func @main() {
  st.kernel @k () {
    // CHECK-LABEL: st.task @whole
    // CHECK:         %[[TABLE:.*]] = arith.constant dense<[
    // CHECK-NOT:     scf.for
    // CHECK:         "test.use"(%[[TABLE]])
    st.task @whole {
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %table = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
      %e = tensor.empty() : tensor<4xf32>
      %copy = scf.for %j = %c0 to %c4 step %c2 iter_args(%row = %e) -> (tensor<4xf32>) {
        %part = tensor.extract_slice %table[%j] [2] [1] : tensor<4xf32> to tensor<2xf32>
        %next = tensor.insert_slice %part into %row[%j] [2] [1] : tensor<2xf32> into tensor<4xf32>
        scf.yield %next : tensor<4xf32>
      }
      "test.use"(%copy) : (tensor<4xf32>) -> ()
    }
    // CHECK-LABEL: st.task @two_loops
    // CHECK-NOT:     scf.for
    // CHECK:         "test.use"
    st.task @two_loops {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %table = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
      %e = tensor.empty() : tensor<2x2xf32>
      %copy = scf.for %i = %c0 to %c2 step %c1 iter_args(%a = %e) -> (tensor<2x2xf32>) {
        %inner = scf.for %j = %c0 to %c2 step %c1 iter_args(%b = %a) -> (tensor<2x2xf32>) {
          %part = tensor.extract_slice %table[%i, %j] [1, 1] [1, 1] : tensor<2x2xf32> to tensor<1x1xf32>
          %next = tensor.insert_slice %part into %b[%i, %j] [1, 1] [1, 1] : tensor<1x1xf32> into tensor<2x2xf32>
          scf.yield %next : tensor<2x2xf32>
        }
        scf.yield %inner : tensor<2x2xf32>
      }
      "test.use"(%copy) : (tensor<2x2xf32>) -> ()
    }
    // Neither a part of a table nor one slice again and again is the table.
    // CHECK-LABEL: st.task @not_whole
    // CHECK:         scf.for
    // CHECK:         scf.for
    st.task @not_whole {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %table = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>
      %e = tensor.empty() : tensor<3x3xf32>
      %copy = scf.for %j = %c0 to %c2 step %c1 iter_args(%row = %e) -> (tensor<3x3xf32>) {
        %part = tensor.extract_slice %table[%j, 0] [1, 3] [1, 1] : tensor<3x3xf32> to tensor<1x3xf32>
        %next = tensor.insert_slice %part into %row[%j, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<3x3xf32>
        scf.yield %next : tensor<3x3xf32>
      }
      %c3 = arith.constant 3 : index
      %repeated = scf.for %j = %c0 to %c3 step %c1 iter_args(%row = %e) -> (tensor<3x3xf32>) {
        %first = tensor.extract_slice %table[0, 0] [1, 3] [1, 1] : tensor<3x3xf32> to tensor<1x3xf32>
        %next = tensor.insert_slice %first into %row[%j, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<3x3xf32>
        scf.yield %next : tensor<3x3xf32>
      }
      "test.use"(%copy, %repeated) : (tensor<3x3xf32>, tensor<3x3xf32>) -> ()
    }
    st.yield
  }
  return
}
