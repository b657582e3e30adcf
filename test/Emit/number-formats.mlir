// Number formats as a person reads them: bool takes a byte in memory and a bit in a token, half and bfloat16 come with
// their headers, and integers without sign are read either way.
//
// RUN: rm -rf %t && streamtensor-opt %s --st-emit-hls="directory=%t" -o /dev/null
// RUN: FileCheck %s --input-file=%t/formats.cpp
// RUN: FileCheck %s --check-prefix=HEADER --input-file=%t/formats.h
// RUN: FileCheck %s --check-prefix=BENCH --input-file=%t/formats_testbench.cpp
// RUN: %check_hls_api %t/formats.cpp
// RUN: %hls_cxx -Wall -Wextra -Werror -Wno-unknown-pragmas -fsyntax-only %t/formats.cpp %t/formats_testbench.cpp

// HEADER:      #include "ap_int.h"
// HEADER-NEXT: #include "st_bfloat16.h"
// HEADER-NEXT: #include "st_half.h"
// HEADER: extern "C" void formats(const bool *mask, const half *h, signed char *y);

// BENCH: operand<bool> mask = read_operand<bool>(argv[1], 4);
// BENCH: operand<signed char> y(4);

func.func @main(%mask: memref<4xi1>, %h: memref<4xf16>, %y: memref<4xi8>) {
  st.kernel @formats (%m = %mask : memref<4xi1>, %mh = %h : memref<4xf16>, %my = %y : memref<4xi8>)
      attributes {st.operand_names = ["mask", "h", "y"], st.operand_directions = ["in", "in", "out"]} {
    %bits = st.stream @dma_mask_to_mix : !st.stream<vector<4xi1>, depth = 2>
    %halves = st.stream @dma_h_to_mix : !st.stream<f16, depth = 2>
    %bytes = st.stream @mix_to_dma_y : !st.stream<i8, depth = 2>
    // CHECK-LABEL: static void dma_mask(const bool *mask, hls::stream<ap_uint<4>> &to_mix)
    // CHECK:         set_lane<bool>(token, lane, mask[lane]);
    st.task @dma_mask reads(%a = %m : memref<4xi1>) inits(%o = %bits : !st.stream<vector<4xi1>, depth = 2>) {
      %c0 = arith.constant 0 : index
      %v = vector.load %a[%c0] : memref<4xi1>, vector<4xi1>
      st.stream_write %v, %o : vector<4xi1>, !st.stream<vector<4xi1>, depth = 2>
      st.yield
    }
    st.task @dma_h reads(%a = %mh : memref<4xf16>) inits(%o = %halves : !st.stream<f16, depth = 2>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      scf.for %i = %c0 to %c4 step %c1 {
        %v = memref.load %a[%i] : memref<4xf16>
        st.stream_write %v, %o : f16, !st.stream<f16, depth = 2>
      } {st.pipeline = 1 : i64}
      st.yield
    }
    // CHECK-LABEL: static void mix(
    st.task @mix reads(%b = %bits : !st.stream<vector<4xi1>, depth = 2>, %f = %halves : !st.stream<f16, depth = 2>)
        inits(%o = %bytes : !st.stream<i8, depth = 2>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %half = arith.constant 0.5 : f16
      %limit = arith.constant 200 : i8
      %token = st.stream_read %b : !st.stream<vector<4xi1>, depth = 2> -> vector<4xi1>
      scf.for %i = %c0 to %c4 step %c1 {
        %bit = vector.extract %token[%i] : i1 from vector<4xi1>
        // CHECK: const float value = static_cast<float>(get_lane<half>(from_dma_h.read(), 0) * half(0.5f));
        %v = st.stream_read %f : !st.stream<f16, depth = 2> -> f16
        // CHECK: const st::bfloat16 value_1 = static_cast<st::bfloat16>(value);
        %product = arith.mulf %v, %half : f16
        %wide = arith.extf %product : f16 to f32
        %short = arith.truncf %wide : f32 to bf16
        %square = arith.mulf %short, %short : bf16
        // An unsigned byte, though the IR says none.
        %byte = arith.fptoui %square : bf16 to i8
        %least = arith.minui %byte, %limit : i8
        %chosen = arith.select %bit, %least, %limit : i8
        st.stream_write %chosen, %o : i8, !st.stream<i8, depth = 2>
      } {st.pipeline = 1 : i64}
      st.yield
    }
    // CHECK: static_cast<unsigned char>(value_2) < static_cast<unsigned char>(-56) ? value_2 : -56;
    // CHECK: set_lane<signed char>(token_1, 0, get_lane<bool>(token, i) ? smallest : -56);
    st.task @dma_y reads(%s = %bytes : !st.stream<i8, depth = 2>) inits(%a = %my : memref<4xi8>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      scf.for %i = %c0 to %c4 step %c1 {
        %v = st.stream_read %s : !st.stream<i8, depth = 2> -> i8
        memref.store %v, %a[%i] : memref<4xi8>
      } {st.pipeline = 1 : i64}
      st.yield
    }
    st.yield
  }
  return
}
