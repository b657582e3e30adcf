// What a task does against its types or its neighbours is reported, with the task and the itensor.
// RUN: split-file %s %t
// RUN: not st-reference-test %t/short-read.mlir 2>&1 | FileCheck %s --check-prefix=SHORT-READ
// RUN: not st-reference-test %t/surplus-write.mlir 2>&1 | FileCheck %s --check-prefix=SURPLUS
// RUN: not st-reference-test %t/leftover.mlir 2>&1 | FileCheck %s --check-prefix=LEFTOVER
// RUN: not st-reference-test %t/outside.mlir 2>&1 | FileCheck %s --check-prefix=OUTSIDE
// RUN: not st-reference-test %t/two-writers.mlir 2>&1 | FileCheck %s --check-prefix=WRITERS
// RUN: not st-reference-test %t/unsupported.mlir 2>&1 | FileCheck %s --check-prefix=OPERATION
// RUN: not st-reference-test %t/division.mlir 2>&1 | FileCheck %s --check-prefix=DIVISION

//--- short-read.mlir
// SHORT-READ: error: 'st.task' op 'copy' ends after it read 3 of the 4 slices of itensor 'operand 0'
!c = !st.itensor<2xf32, iter_space = [4] * [2], iter_map = (d0) -> (d0)>
func.func @main(%a: tensor<8xf32>) -> tensor<8xf32> {
  %r = st.kernel @k (%s = %a : tensor<8xf32> as !c) -> (tensor<8xf32>) {
    %e0 = st.itensor_empty : !c
    %d = st.task @copy reads(%x = %s : !c) inits(%o = %e0 : !c) {
      %e = tensor.empty() : tensor<2xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c3 = arith.addi %c2, %c1 : index
      %t0 = tensor.empty() : tensor<2xf32>
      %1 = scf.for %i = %c0 to %c3 step %c1 iter_args(%p = %o) -> !c {
        %t = st.itensor_read %x init %e : !c -> tensor<2xf32>
        %2 = st.itensor_write %t into %p : tensor<2xf32> -> !c
        scf.yield %2 : !c
      }
      %3 = st.itensor_write %t0 into %1 : tensor<2xf32> -> !c
      st.yield %3 : !c
    }
    st.yield %d : !c
  }
  return %r : tensor<8xf32>
}

//--- surplus-write.mlir
// SURPLUS: error: 'st.itensor_write' op writes more than the 4 slices that the type of itensor 'copy' promises
// SURPLUS: note: in task 'copy'
!c = !st.itensor<2xf32, iter_space = [4] * [2], iter_map = (d0) -> (d0)>
func.func @main() -> tensor<8xf32> {
  %r = st.kernel @k () -> (tensor<8xf32>) {
    %e0 = st.itensor_empty : !c
    %d = st.task @copy inits(%o = %e0 : !c) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c5 = arith.addi %c4, %c1 : index
      %t = arith.constant dense<1.0> : tensor<2xf32>
      %1 = scf.for %i = %c0 to %c5 step %c1 iter_args(%p = %o) -> !c {
        %2 = st.itensor_write %t into %p : tensor<2xf32> -> !c
        scf.yield %2 : !c
      }
      st.yield %1 : !c
    }
    st.yield %d : !c
  }
  return %r : tensor<8xf32>
}

//--- leftover.mlir
// LEFTOVER: error: 'st.stream' op FIFO 'x' still holds 2 tokens after all tasks are done
// LEFTOVER: note: 'writer' wrote 3
// LEFTOVER: note: 'reader' read 1
func.func @main() {
  st.kernel @k () {
    %x = st.stream @x : !st.stream<i32, depth = 4>
    st.task @writer inits(%o = %x : !st.stream<i32, depth = 4>) {
      %c = arith.constant 7 : i32
      st.stream_write %c, %o : i32, !st.stream<i32, depth = 4>
      st.stream_write %c, %o : i32, !st.stream<i32, depth = 4>
      st.stream_write %c, %o : i32, !st.stream<i32, depth = 4>
    }
    st.task @reader reads(%i = %x : !st.stream<i32, depth = 4>) {
      %a = st.stream_read %i : !st.stream<i32, depth = 4> -> i32
    }
    st.yield
  }
  return
}

//--- outside.mlir
// OUTSIDE: error: 'memref.store' op accesses outside: index 1 is 4, which must be from 0 to 3
// OUTSIDE: note: in task 'walk'
func.func @main() {
  st.kernel @k () {
    st.task @walk {
      %b = st.buffer @b : memref<2x4xf32>
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c5 = arith.constant 5 : index
      %f = arith.constant 0.0 : f32
      scf.for %i = %c0 to %c5 step %c1 {
        memref.store %f, %b[%c1, %i] : memref<2x4xf32>
      }
    }
    st.yield
  }
  return
}

//--- two-writers.mlir
// WRITERS: error: 'st.task' op writes to FIFO 'x', which has a writer already
// WRITERS: note: written by 'one'
func.func @main() {
  st.kernel @k () {
    %x = st.stream @x : !st.stream<i32, depth = 4>
    st.task @one inits(%o = %x : !st.stream<i32, depth = 4>) {
    }
    st.task @two inits(%o = %x : !st.stream<i32, depth = 4>) {
    }
    st.yield
  }
  return
}

//--- unsupported.mlir
// OPERATION: error: 'memref.atomic_rmw' op is not supported by reference execution
func.func @main(%f: f32) {
  %c0 = arith.constant 0 : index
  %m = memref.alloc() : memref<2xf32>
  %0 = memref.atomic_rmw addf %f, %m[%c0] : (f32, memref<2xf32>) -> f32
  return
}

//--- division.mlir
// DIVISION: error: 'arith.divsi' op divides by zero
func.func @main(%a: tensor<2xi32>) -> tensor<2xi32> {
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<2xi32>
  %0 = linalg.map ins(%a : tensor<2xi32>) outs(%e : tensor<2xi32>) (%x: i32, %y: i32) {
    %1 = arith.divsi %x, %zero : i32
    linalg.yield %1 : i32
  }
  return %0 : tensor<2xi32>
}
