//===- st_half.h - Half precision in tokens ---------------------------------------------------------*- C++ -*-===//
//
// Included by kernels that compute in half, AMD's 16-bit IEEE type.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_HALF_H
#define ST_HALF_H

#include "hls_half.h"
#include "st_lanes.h"

namespace st {

template <> struct lane_format<half> {
  static const int width_bits = 16;
  union pun {
    unsigned short bits;
    half value;
    pun() : bits(0) {}
  };
  static half from_bits(ap_uint<16> bits) {
    pun cast;
    cast.bits = static_cast<unsigned short>(bits.to_uint());
    return cast.value;
  }
  static ap_uint<16> to_bits(half value) {
    pun cast;
    cast.value = value;
    return ap_uint<16>(cast.bits);
  }
};

} // namespace st

#endif // ST_HALF_H
