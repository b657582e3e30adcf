// The emitted test bench runs a kernel on files in both simulations. `join` needs the sum of a whole row of 16 tokens
// before it takes the first token that went around: the FIFO past `sum` needs 16.
//
// RUN: rm -rf %t && streamtensor-opt %s --st-emit-hls="directory=%t/hls" -o /dev/null
// RUN: sh %t/hls/simulate.sh
// RUN: python3 -c "import struct; open('%t/x.bin', 'wb').write(struct.pack('<16f', *range(16)))"
// RUN: %t/hls/build/normalize_sequential %t/x.bin %t/sequential.bin
// RUN: %t/hls/build/normalize_concurrent %t/x.bin %t/concurrent.bin
// RUN: cmp %t/sequential.bin %t/concurrent.bin
// RUN: python3 -c "import struct; print(*struct.unpack('<16f', open('%t/concurrent.bin', 'rb').read()))" | FileCheck %s
// CHECK: -120.0 -119.0 -118.0 -117.0 -116.0 -115.0 -114.0 -113.0 -112.0 -111.0 -110.0 -109.0 -108.0 -107.0 -106.0 -105.0

// Twice the depth changes nothing; one token less is a deadlock that names who waits for what.
// RUN: sed -e 's/depth = 16/depth = 32/g' %s | streamtensor-opt --st-emit-hls="directory=%t/double" -o /dev/null
// RUN: sh %t/double/simulate.sh && %t/double/build/normalize_concurrent %t/x.bin %t/double.bin
// RUN: cmp %t/concurrent.bin %t/double.bin
// RUN: sed -e 's/depth = 16/depth = 15/g' %s | streamtensor-opt --st-emit-hls="directory=%t/less" -o /dev/null
// RUN: sh %t/less/simulate.sh && %t/less/build/normalize_sequential %t/x.bin %t/less.bin
// RUN: cmp %t/sequential.bin %t/less.bin
// RUN: not %t/less/build/normalize_concurrent %t/x.bin %t/less.bin 2>&1 | FileCheck %s --check-prefix=DEADLOCK
// DEADLOCK:      deadlock: every task that has not finished waits for a FIFO
// DEADLOCK-NEXT: task 'dma_x' waits for FIFO 'around' (full, depth 15 tokens)
// DEADLOCK-NEXT: task 'sum' waits for FIFO 'dma_x_to_sum' (empty, depth 2 tokens)
// DEADLOCK-NEXT: task 'join' waits for FIFO 'sum_to_join' (empty, depth 2 tokens)
// DEADLOCK-NEXT: task 'dma_y' waits for FIFO 'join_to_dma_y' (empty, depth 2 tokens)

// No data races, and readable complaints about files.
// RUN: env CXXFLAGS="-fsanitize=thread -g" sh %t/hls/simulate.sh %t/tsan
// RUN: %t/tsan/normalize_concurrent %t/x.bin %t/tsan.bin && cmp %t/tsan.bin %t/sequential.bin
// RUN: not %t/hls/build/normalize_sequential %t/x.bin 2>&1 | FileCheck %s --check-prefix=USAGE
// USAGE: usage: {{.*}}normalize_sequential x.bin y.bin
// RUN: not %t/hls/build/normalize_sequential %t/hls/link.cfg %t/y.bin 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: error: '{{.*}}link.cfg' must have 64 bytes

func.func @main(%x: memref<16xf32>, %y: memref<16xf32>) {
  st.kernel @normalize (%mx = %x : memref<16xf32>, %my = %y : memref<16xf32>)
      attributes {st.operand_names = ["x", "y"], st.operand_directions = ["in", "out"]} {
    %work = st.stream @dma_x_to_sum : !st.stream<f32, depth = 2>
    %around = st.stream @around : !st.stream<f32, depth = 16>
    %total = st.stream @sum_to_join : !st.stream<f32, depth = 2>
    %out = st.stream @join_to_dma_y : !st.stream<f32, depth = 2>
    st.task @dma_x reads(%m = %mx : memref<16xf32>)
        inits(%o0 = %around : !st.stream<f32, depth = 16>, %o1 = %work : !st.stream<f32, depth = 2>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      scf.for %i = %c0 to %c16 step %c1 {
        %v = memref.load %m[%i] : memref<16xf32>
        st.stream_write %v, %o0 : f32, !st.stream<f32, depth = 16>
        st.stream_write %v, %o1 : f32, !st.stream<f32, depth = 2>
      } {st.pipeline = 1 : i64}
      st.yield
    }
    st.task @sum reads(%s = %work : !st.stream<f32, depth = 2>) inits(%o = %total : !st.stream<f32, depth = 2>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %zero = arith.constant 0.0 : f32
      %sum = scf.for %i = %c0 to %c16 step %c1 iter_args(%before = %zero) -> f32 {
        %v = st.stream_read %s : !st.stream<f32, depth = 2> -> f32
        %after = arith.addf %before, %v : f32
        scf.yield %after : f32
      } {st.pipeline = 1 : i64}
      st.stream_write %sum, %o : f32, !st.stream<f32, depth = 2>
      st.yield
    }
    st.task @join reads(%a = %around : !st.stream<f32, depth = 16>, %t = %total : !st.stream<f32, depth = 2>)
        inits(%o = %out : !st.stream<f32, depth = 2>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %sum = st.stream_read %t : !st.stream<f32, depth = 2> -> f32
      scf.for %i = %c0 to %c16 step %c1 {
        %v = st.stream_read %a : !st.stream<f32, depth = 16> -> f32
        %d = arith.subf %v, %sum : f32
        st.stream_write %d, %o : f32, !st.stream<f32, depth = 2>
      } {st.pipeline = 1 : i64}
      st.yield
    }
    st.task @dma_y reads(%s = %out : !st.stream<f32, depth = 2>) inits(%m = %my : memref<16xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      scf.for %i = %c0 to %c16 step %c1 {
        %v = st.stream_read %s : !st.stream<f32, depth = 2> -> f32
        memref.store %v, %m[%i] : memref<16xf32>
      } {st.pipeline = 1 : i64}
      st.yield
    }
    st.yield
  }
  return
}
