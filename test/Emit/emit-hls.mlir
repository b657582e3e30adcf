// RUN: rm -rf %t && streamtensor-opt %s --st-emit-hls="directory=%t platform=u55c clock-mhz=250" -o /dev/null
// RUN: FileCheck %s --input-file=%t/features.cpp
// RUN: FileCheck %s --check-prefix=HEADER --input-file=%t/features.h
// RUN: FileCheck %s --check-prefix=LINK --input-file=%t/link.cfg
// RUN: FileCheck %s --check-prefix=BUILD --input-file=%t/build_xclbin.sh
// RUN: %check_hls_api %t/features.cpp
// RUN: %check_dataflow %t/features.cpp
// RUN: %hls_cxx -Wall -Wextra -Werror -Wno-unknown-pragmas -DST_CONCURRENT -fsyntax-only %t/features.cpp

// Two tasks read operand `x`, so it has two ports; `table` is read in halves of its rows, so its port is half as wide.

// HEADER: // x: in, 8 elements, used by dma_x
// HEADER: // x_1: in, 8 elements, used by dma_again
// HEADER: // table: in, 8 elements, used by dma_table
// HEADER: // y: out, 32 elements, used by dma_y
// HEADER: extern "C" void features(const ap_uint<128> *x, const ap_uint<128> *x_1, const ap_uint<128> *table, float *y);

// LINK: nk=features:1:features_1
// LINK-NEXT: slr=features_1:SLR1
// LINK-NEXT: sp=features_1.x:HBM[4]
// LINK-NEXT: sp=features_1.y:HBM[7]

// BUILD: platform=${PLATFORM:-u55c}
// BUILD: v++ --compile {{.*}} --kernel features
// BUILD: --hls.clock 250000000:features

memref.global "private" constant @gain : memref<2x2xf32> = dense<[[1.0, -0.5], [0.1, 1.0e10]]>

func.func @main(%x: memref<2x4x4xf32>, %table: memref<4x8xf32>, %y: memref<8x4xf32>) {
  st.kernel @features (%mx = %x : memref<2x4x4xf32>, %mt = %table : memref<4x8xf32>, %my = %y : memref<8x4xf32>)
      attributes {st.operand_names = ["x", "table", "y"], st.operand_directions = ["in", "in", "out"]} {
    %fx = st.stream @dma_x_to_mix {storage = #st.storage<bram>} : !st.stream<vector<1x4xf32>, depth = 4>
    %fa = st.stream @dma_again_to_mix : !st.stream<vector<1x4xf32>, depth = 4>
    %ft = st.stream @dma_table_to_mix : !st.stream<vector<1x4xf32>, depth = 4>
    %fy = st.stream @mix_to_dma_y {storage = #st.storage<lutram>} : !st.stream<f32, depth = 32>

    // The three dimensions of x in one counter.
    // CHECK-LABEL: static void dma_x(const ap_uint<128> *x, hls::stream<ap_uint<128>> &to_mix) {
    // CHECK-NEXT:    for (int i = 0; i < 2; ++i) {
    // CHECK-NEXT:      for (int j = 0; j < 4; ++j) {
    // CHECK-NEXT:  #pragma HLS pipeline II=1
    // CHECK-NEXT:        to_mix.write(x[i * 4 + j]);
    st.task @dma_x reads(%m = %mx : memref<2x4x4xf32>) inits(%o = %fx : !st.stream<vector<1x4xf32>, depth = 4>)
        attributes {st.kind = "dma_read", st.hbm_channel = 4, die = 1} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      scf.for %i = %c0 to %c2 step %c1 {
        scf.for %j = %c0 to %c4 step %c1 {
          %v = vector.load %m[%i, %j, %c0] : memref<2x4x4xf32>, vector<1x4xf32>
          st.stream_write %v, %o : vector<1x4xf32>, !st.stream<vector<1x4xf32>, depth = 4>
        } {st.pipeline = 1 : i64}
      }
      st.yield
    }

    // CHECK-LABEL: static void dma_again(const ap_uint<128> *x, hls::stream<ap_uint<128>> &to_mix) {
    // CHECK:         for (int i = 0; i < 8; ++i) {
    // CHECK:           to_mix.write(x[i / 4 * 4 + i % 4]);
    st.task @dma_again reads(%m = %mx : memref<2x4x4xf32>) inits(%o = %fa : !st.stream<vector<1x4xf32>, depth = 4>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c8 = arith.constant 8 : index
      scf.for %i = %c0 to %c8 step %c1 {
        %q = affine.apply affine_map<(d0) -> (d0 floordiv 4)>(%i)
        %r = affine.apply affine_map<(d0) -> (d0 mod 4)>(%i)
        %v = vector.load %m[%q, %r, %c0] : memref<2x4x4xf32>, vector<1x4xf32>
        st.stream_write %v, %o : vector<1x4xf32>, !st.stream<vector<1x4xf32>, depth = 4>
      } {st.pipeline = 1 : i64}
      st.yield
    }

    // CHECK-LABEL: static void dma_table(const ap_uint<128> *table, hls::stream<ap_uint<128>> &to_mix) {
    // CHECK:         for (int j = 0; j < 8; j += 4) {
    // CHECK:           to_mix.write(table[i * 2 + j / 4]);
    st.task @dma_table reads(%m = %mt : memref<4x8xf32>) inits(%o = %ft : !st.stream<vector<1x4xf32>, depth = 4>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      scf.for %i = %c0 to %c4 step %c1 {
        scf.for %j = %c0 to %c8 step %c4 {
          %v = vector.load %m[%i, %j] : memref<4x8xf32>, vector<1x4xf32>
          st.stream_write %v, %o : vector<1x4xf32>, !st.stream<vector<1x4xf32>, depth = 4>
        } {st.pipeline = 2 : i64}
      }
      st.yield
    }

    // CHECK-LABEL: // II 2, first token after 9 cycles, 80 cycles in all.
    // CHECK-NEXT:  static void mix(hls::stream<ap_uint<128>> &from_dma_x, hls::stream<ap_uint<128>> &from_dma_again,
    // CHECK-NEXT:                  hls::stream<ap_uint<128>> &from_dma_table, hls::stream<ap_uint<32>> &to_dma_y) {
    st.task @mix reads(%a = %fx : !st.stream<vector<1x4xf32>, depth = 4>,
                       %b = %fa : !st.stream<vector<1x4xf32>, depth = 4>,
                       %t = %ft : !st.stream<vector<1x4xf32>, depth = 4>)
        inits(%o = %fy : !st.stream<f32, depth = 32>)
        attributes {schedule = #st.schedule<ii = 2, first_token_cycles = 9, latency_cycles = 80>} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c3 = arith.constant 3 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %zero = arith.constant 0.0 : f32
      %lowest = arith.constant 0xFF800000 : f32
      // CHECK-NEXT:    static const float gain[2][2] = {{[{][{]}}1.0f, -0.5f}, {0.1f, 1.0e+10f}};
      %gain = memref.get_global @gain : memref<2x2xf32>
      // CHECK-NEXT:    float row[8][16];
      // CHECK-NEXT:  #pragma HLS array_partition variable=row type=cyclic factor=4 dim=2
      // CHECK-NEXT:  #pragma HLS bind_storage variable=row type=ram_2p impl=uram
      %row = st.buffer @row {partition = array<i64: 1, 4>, storage = #st.storage<uram>} : memref<8x16xf32>
      // CHECK-NEXT:    float total[4];
      // CHECK-NEXT:  #pragma HLS array_partition variable=total type=complete dim=0
      %total = st.buffer @total {storage = #st.storage<register>, role = "accumulator"} : memref<4xf32>
      // CHECK-NEXT:    for (int i = 0; i < 8; ++i) {
      // CHECK-NEXT:  #pragma HLS pipeline II=2
      scf.for %i = %c0 to %c8 step %c1 {
        // Lane-wise arithmetic on tokens, and single lanes of them.
        // CHECK-NEXT:    ap_uint<128> token = from_dma_x.read();
        %va = st.stream_read %a : !st.stream<vector<1x4xf32>, depth = 4> -> vector<1x4xf32>
        // CHECK-NEXT:    ap_uint<128> token_1 = from_dma_again.read();
        %vb = st.stream_read %b : !st.stream<vector<1x4xf32>, depth = 4> -> vector<1x4xf32>
        // CHECK-NEXT:    ap_uint<128> token_2;
        // CHECK-NEXT:    for (int lane = 0; lane < 4; ++lane) {
        // CHECK-NEXT:#pragma HLS unroll
        // CHECK-NEXT:      set_lane(token_2, lane, get_lane<float>(token, lane) + get_lane<float>(token_1, lane));
        // CHECK-NEXT:    }
        %sum = arith.addf %va, %vb : vector<1x4xf32>
        // CHECK-NEXT:    const float value = get_lane<float>(token_2, 3);
        %last = vector.extract %sum[0, 3] : f32 from vector<1x4xf32>
        // CHECK-NEXT:    ap_uint<128> token_3 = token_2;
        // CHECK-NEXT:    set_lane(token_3, 2, value * value);
        %square = arith.mulf %last, %last : f32
        %changed = vector.insert %square, %sum [0, 2] : f32 into vector<1x4xf32>
        // CHECK-NEXT:    for (int lane = 0; lane < 4; ++lane) {
        // CHECK-NEXT:#pragma HLS unroll
        // CHECK-NEXT:      row[i][8 + lane] = get_lane<float>(token_3, lane);
        vector.store %changed, %row[%i, %c8] : memref<8x16xf32>, vector<1x4xf32>
        // CHECK-NEXT:    }
        // CHECK-NEXT:    ap_uint<128> token_4 = from_dma_table.read();
        // CHECK-NEXT:    const float value_1 = get_lane<float>(token_4, 0);
        %vt = st.stream_read %t : !st.stream<vector<1x4xf32>, depth = 4> -> vector<1x4xf32>
        %first = vector.extract %vt[0, 0] : f32 from vector<1x4xf32>
        // Parentheses where the tree of a float expression needs them, and nowhere else.
        // CHECK-NEXT:    total[i % 4] += value_1 * (value - (value_1 - 2.5f)) / -value;
        %two = arith.constant 2.5 : f32
        %mod = affine.apply affine_map<(d0) -> (d0 mod 4)>(%i)
        %before = memref.load %total[%mod] : memref<4xf32>
        %d0 = arith.subf %first, %two : f32
        %d1 = arith.subf %last, %d0 : f32
        %p = arith.mulf %first, %d1 : f32
        %n = arith.negf %last : f32
        %q = arith.divf %p, %n : f32
        %after = arith.addf %before, %q : f32
        memref.store %after, %total[%mod] : memref<4xf32>
      } {st.pipeline = 2 : i64}

      // A value that a loop carries, a masked maximum.
      // CHECK:       float selected = -INFINITY;
      // CHECK-NEXT:  for (int i = 0; i < 4; ++i) {
      // CHECK-NEXT:    const float total_value = total[3 - i];
      // CHECK-NEXT:    selected = i * 2 + 1 < 6 ? maximum(selected, total_value) : total_value;
      // CHECK-NEXT:  }
      %largest = scf.for %i = %c0 to %c4 step %c1 iter_args(%max = %lowest) -> f32 {
        %mirrored = affine.apply affine_map<(d0) -> (-d0 + 3)>(%i)
        %v = memref.load %total[%mirrored] : memref<4xf32>
        %position = affine.apply affine_map<(d0) -> (d0 * 2 + 1)>(%i)
        %c6 = arith.constant 6 : index
        %inside = arith.cmpi slt, %position, %c6 : index
        %m = arith.maximumf %max, %v : f32
        %kept = arith.select %inside, %m, %v : f32
        scf.yield %kept : f32
      }

      // CHECK-NEXT:  for (int i = 0; i < 8; ++i) {
      scf.for %i = %c0 to %c8 step %c1 {
        // CHECK-NEXT:    float chosen;
        // CHECK-NEXT:    if (i > 0) {
        // CHECK-NEXT:      chosen = hls::exp(row[i][8] - selected) * hls::rsqrt(gain[0][1]);
        // CHECK-NEXT:    } else {
        // CHECK-NEXT:      chosen = 0.0f;
        // CHECK-NEXT:    }
        %isNotFirst = arith.cmpi sgt, %i, %c0 : index
        %value = scf.if %isNotFirst -> f32 {
          %r = memref.load %row[%i, %c8] : memref<8x16xf32>
          %d = arith.subf %r, %largest : f32
          %e = math.exp %d : f32
          %g = memref.load %gain[%c0, %c1] : memref<2x2xf32>
          %h = math.rsqrt %g : f32
          %product = arith.mulf %e, %h : f32
          scf.yield %product : f32
        } else {
          scf.yield %zero : f32
        }
        // CHECK-NEXT:    for (int lane = 0; lane < 4; ++lane) {
        // CHECK-NEXT:#pragma HLS unroll factor=2
        // CHECK-NEXT:      ap_uint<32> token;
        // CHECK-NEXT:      set_lane(token, 0, chosen);
        // CHECK-NEXT:      to_dma_y.write(token);
        scf.for %j = %c0 to %c4 step %c1 {
          st.stream_write %value, %o : f32, !st.stream<f32, depth = 32>
        } {st.unroll = 2 : i64}
      }
      st.yield
    }

    // CHECK-LABEL: static void dma_y(hls::stream<ap_uint<32>> &from_mix, float *y) {
    // CHECK:           y[i * 4 + j] = get_lane<float>(from_mix.read(), 0);
    st.task @dma_y reads(%s = %fy : !st.stream<f32, depth = 32>) inits(%m = %my : memref<8x4xf32>)
        attributes {st.kind = "dma_write", st.hbm_channel = 7, die = 1} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      scf.for %i = %c0 to %c8 step %c1 {
        scf.for %j = %c0 to %c4 step %c1 {
          %v = st.stream_read %s : !st.stream<f32, depth = 32> -> f32
          memref.store %v, %m[%i, %j] : memref<8x4xf32>
        } {st.pipeline = 1 : i64}
      }
      st.yield
    }

    // CHECK-LABEL: void features(
    // CHECK:       #pragma HLS interface m_axi port=x offset=slave bundle=gmem_x depth=8
    // CHECK-NEXT:  #pragma HLS interface m_axi port=x_1 offset=slave bundle=gmem_x_1 depth=8
    // CHECK:       #pragma HLS interface s_axilite port=return
    // CHECK-NEXT:  #pragma HLS dataflow
    // CHECK-NEXT:    hls::stream<ap_uint<128>, 4> dma_x_to_mix("dma_x_to_mix");
    // CHECK-NEXT:  #pragma HLS bind_storage variable=dma_x_to_mix type=fifo impl=bram
    // CHECK-NEXT:    hls::stream<ap_uint<128>, 4> dma_again_to_mix("dma_again_to_mix");
    // CHECK:         ST_DATAFLOW_REGION;
    // CHECK-NEXT:    ST_TASK(dma_x(x, dma_x_to_mix));
    // CHECK-NEXT:    ST_TASK(dma_again(x_1, dma_again_to_mix));
    // CHECK-NEXT:    ST_TASK(dma_table(table, dma_table_to_mix));
    // CHECK-NEXT:    ST_TASK(mix(dma_x_to_mix, dma_again_to_mix, dma_table_to_mix, mix_to_dma_y));
    // CHECK-NEXT:    ST_TASK(dma_y(mix_to_dma_y, y));
    st.yield
  }
  return
}
