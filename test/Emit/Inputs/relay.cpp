// A kernel in the form that the emitter writes: memory through two FIFOs and back.
#include "ap_int.h"
#include "hls_stream.h"
#include "st_dataflow.h"
#include "st_lanes.h"
#include "st_math.h"

using st::get_lane;
using st::maximum;
using st::set_lane;

static void dma_x(const ap_uint<512> *x, hls::stream<ap_uint<512>> &to_relu) {
  for (int i = 0; i < 64; ++i) {
#pragma HLS pipeline II=1
    to_relu.write(x[i]);
  }
}

static void relu(hls::stream<ap_uint<512>> &from_dma_x, hls::stream<ap_uint<512>> &to_dma_y) {
  for (int i = 0; i < 64; ++i) {
#pragma HLS pipeline II=1
    ap_uint<512> token = from_dma_x.read();
    for (int lane = 0; lane < 16; ++lane) {
#pragma HLS unroll
      set_lane(token, lane, maximum(get_lane<float>(token, lane), 0.0f));
    }
    to_dma_y.write(token);
  }
}

static void dma_y(hls::stream<ap_uint<512>> &from_relu, ap_uint<512> *y) {
  for (int i = 0; i < 64; ++i) {
#pragma HLS pipeline II=1
    y[i] = from_relu.read();
  }
}

extern "C" void relay(const ap_uint<512> *x, ap_uint<512> *y) {
#pragma HLS interface m_axi port=x bundle=gmem_x offset=slave depth=64
#pragma HLS interface m_axi port=y bundle=gmem_y offset=slave depth=64
#pragma HLS interface s_axilite port=return
#pragma HLS dataflow
  hls::stream<ap_uint<512>, 32> dma_x_to_relu("dma_x_to_relu");
  hls::stream<ap_uint<512>, 32> relu_to_dma_y("relu_to_dma_y");

  ST_DATAFLOW_REGION;
  ST_TASK(dma_x(x, dma_x_to_relu));
  ST_TASK(relu(dma_x_to_relu, relu_to_dma_y));
  ST_TASK(dma_y(relu_to_dma_y, y));
}

#ifdef RELAY_MAIN
int main() {
  ap_uint<512> x[64], y[64];
  for (int i = 0; i < 64; ++i)
    for (int lane = 0; lane < 16; ++lane)
      set_lane(x[i], lane, static_cast<float>(i * lane) - 100.0f);
  relay(x, y);
  for (int i = 0; i < 64; ++i)
    for (int lane = 0; lane < 16; ++lane)
      if (get_lane<float>(y[i], lane) != (i * lane < 100 ? 0.0f : i * lane - 100.0f))
        return 1;
  return 0;
}
#endif
