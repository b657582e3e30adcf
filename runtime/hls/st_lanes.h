//===- st_lanes.h - Scalars inside a token ----------------------------------------------------------*- C++ -*-===//
//
// A token of a stream is an ap_uint that carries several scalars: lane 0 in the low bits. Floating-point values cross
// by their bit patterns. Only names from AMD's public headers are used, so the same code synthesizes.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_LANES_H
#define ST_LANES_H

#include "ap_int.h"

namespace st {

/// How a scalar is laid in the bits of a lane; specialised for every type that streams.
template <typename T> struct lane_format;

/// The integers: as many bits as the type has.
template <typename T, int WIDTH> struct integer_lane_format {
  static const int width_bits = WIDTH;
  static T from_bits(ap_uint<WIDTH> bits) { return T(bits); }
  static ap_uint<WIDTH> to_bits(T value) { return ap_uint<WIDTH>(value); }
};
template <> struct lane_format<bool> : integer_lane_format<bool, 1> {};
template <> struct lane_format<signed char> : integer_lane_format<signed char, 8> {};
template <> struct lane_format<unsigned char> : integer_lane_format<unsigned char, 8> {};
template <> struct lane_format<short> : integer_lane_format<short, 16> {};
template <> struct lane_format<unsigned short> : integer_lane_format<unsigned short, 16> {};
template <> struct lane_format<int> : integer_lane_format<int, 32> {};
template <> struct lane_format<unsigned> : integer_lane_format<unsigned, 32> {};
template <> struct lane_format<long long> : integer_lane_format<long long, 64> {};
template <> struct lane_format<unsigned long long> : integer_lane_format<unsigned long long, 64> {};
template <int W> struct lane_format<ap_int<W>> : integer_lane_format<ap_int<W>, W> {};
template <int W> struct lane_format<ap_uint<W>> : integer_lane_format<ap_uint<W>, W> {};

// The union is the idiom that HLS tools document for reinterpreting bits; it becomes wires.
template <> struct lane_format<float> {
  static const int width_bits = 32;
  static float from_bits(ap_uint<32> bits) {
    union {
      unsigned bits;
      float value;
    } cast;
    cast.bits = bits.to_uint();
    return cast.value;
  }
  static ap_uint<32> to_bits(float value) {
    union {
      unsigned bits;
      float value;
    } cast;
    cast.value = value;
    return ap_uint<32>(cast.bits);
  }
};
template <> struct lane_format<double> {
  static const int width_bits = 64;
  static double from_bits(ap_uint<64> bits) {
    union {
      unsigned long long bits;
      double value;
    } cast;
    cast.bits = bits.to_uint64();
    return cast.value;
  }
  static ap_uint<64> to_bits(double value) {
    union {
      unsigned long long bits;
      double value;
    } cast;
    cast.value = value;
    return ap_uint<64>(cast.bits);
  }
};

/// The number of another type with the same bits.
template <typename TO, typename FROM> inline TO reinterpret(FROM value) {
#pragma HLS inline
  return lane_format<TO>::from_bits(lane_format<FROM>::to_bits(value));
}

/// Scalar number `lane` of a token.
template <typename T, int W> inline T get_lane(const ap_uint<W> &token, int lane) {
#pragma HLS inline
  const int width = lane_format<T>::width_bits;
  const ap_uint<lane_format<T>::width_bits> bits = token.range(lane * width + width - 1, lane * width);
  return lane_format<T>::from_bits(bits);
}

/// Replaces scalar number `lane` of a token.
template <typename T, int W> inline void set_lane(ap_uint<W> &token, int lane, T value) {
#pragma HLS inline
  const int width = lane_format<T>::width_bits;
  token.range(lane * width + width - 1, lane * width) = lane_format<T>::to_bits(value);
}

} // namespace st

#endif // ST_LANES_H
