// A FIFO below its need is reported as a deadlock that names tasks and FIFOs; one token more and it runs.
// RUN: split-file %s %t
// RUN: not st-reference-test %t/small.mlir 2>&1 | FileCheck %s
// RUN: sed 's/depth = 7/depth = 8/' %t/small.mlir > %t/enough.mlir
// RUN: st-reference-test %t/enough.mlir --compare %t/expected.mlir --tolerance 0
// RUN: st-reference-test %t/small.mlir --unbounded --compare %t/expected.mlir --tolerance 0
// RUN: not st-reference-test %t/starved.mlir 2>&1 | FileCheck %s --check-prefix=STARVED

// CHECK: error: 'st.kernel' op deadlock: every task that has not ended waits
// CHECK: note: deadlock: task 'split' waits for FIFO 'bypass' (full, depth 7 tokens)
// CHECK: note: deadlock: task 'sum' waits for FIFO 'summed' (empty, depth 1 token)
// CHECK: note: deadlock: task 'join' waits for FIFO 'total' (empty, depth 1 token)
// CHECK: note: cycle:
// CHECK-SAME: 'split' -> full FIFO 'bypass' -> 'join' -> empty FIFO 'total' -> 'sum' -> empty FIFO 'summed' -> 'split'

// STARVED: error: 'st.kernel' op deadlock
// STARVED: note: deadlock: task 'reader' waits for FIFO 'x' (empty, depth 4 tokens); 'writer' has ended

//--- expected.mlir
func.func @main(%a: tensor<8xf32>) -> tensor<8xf32> {
  %zero = arith.constant dense<0.0> : tensor<f32>
  %e = tensor.empty() : tensor<8xf32>
  %s = linalg.reduce ins(%a : tensor<8xf32>) outs(%zero : tensor<f32>) dimensions = [0] (%x: f32, %y: f32) {
    %0 = arith.addf %y, %x : f32
    linalg.yield %0 : f32
  }
  %b = linalg.broadcast ins(%s : tensor<f32>) outs(%e : tensor<8xf32>) dimensions = [0]
  %r = linalg.add ins(%a, %b : tensor<8xf32>, tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  return %r : tensor<8xf32>
}

//--- small.mlir
// The sum is known after 8 values, of which the bypass holds 7.
func.func @main(%a: tensor<8xf32>) -> tensor<8xf32> {
  %in = bufferization.to_buffer %a read_only : tensor<8xf32> to memref<8xf32>
  %out = memref.alloc() : memref<8xf32>
  st.kernel @k (%x = %in : memref<8xf32>, %y = %out : memref<8xf32>) {
    %bypass = st.stream @bypass : !st.stream<f32, depth = 7>
    %summed = st.stream @summed : !st.stream<f32, depth = 1>
    %total = st.stream @total : !st.stream<f32, depth = 1>
    st.task @split reads(%m = %x : memref<8xf32>) inits(%o0 = %summed : !st.stream<f32, depth = 1>, %o1 = %bypass : !st.stream<f32, depth = 7>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      scf.for %i = %c0 to %c8 step %c1 {
        %v = memref.load %m[%i] : memref<8xf32>
        st.stream_write %v, %o1 : f32, !st.stream<f32, depth = 7>
        st.stream_write %v, %o0 : f32, !st.stream<f32, depth = 1>
      }
    }
    st.task @sum reads(%i = %summed : !st.stream<f32, depth = 1>) inits(%o = %total : !st.stream<f32, depth = 1>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      %zero = arith.constant 0.0 : f32
      %s = scf.for %n = %c0 to %c8 step %c1 iter_args(%t = %zero) -> f32 {
        %v = st.stream_read %i : !st.stream<f32, depth = 1> -> f32
        %u = arith.addf %t, %v : f32
        scf.yield %u : f32
      }
      st.stream_write %s, %o : f32, !st.stream<f32, depth = 1>
    }
    st.task @join reads(%i = %bypass : !st.stream<f32, depth = 7>, %t = %total : !st.stream<f32, depth = 1>) inits(%m = %y : memref<8xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      %s = st.stream_read %t : !st.stream<f32, depth = 1> -> f32
      scf.for %n = %c0 to %c8 step %c1 {
        %v = st.stream_read %i : !st.stream<f32, depth = 7> -> f32
        %u = arith.addf %v, %s : f32
        memref.store %u, %m[%n] : memref<8xf32>
      }
    }
    st.yield
  }
  %r = bufferization.to_tensor %out restrict : memref<8xf32> to tensor<8xf32>
  return %r : tensor<8xf32>
}

//--- starved.mlir
func.func @main() {
  st.kernel @k () {
    %x = st.stream @x : !st.stream<i32, depth = 4>
    st.task @writer inits(%o = %x : !st.stream<i32, depth = 4>) {
      %c = arith.constant 7 : i32
      st.stream_write %c, %o : i32, !st.stream<i32, depth = 4>
    }
    st.task @reader reads(%i = %x : !st.stream<i32, depth = 4>) {
      %a = st.stream_read %i : !st.stream<i32, depth = 4> -> i32
      %b = st.stream_read %i : !st.stream<i32, depth = 4> -> i32
    }
    st.yield
  }
  return
}
