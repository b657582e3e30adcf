//===- st_bfloat16.h - The upper half of a float ------------------------------------------------*- C++ -*-===//
//
// AMD's headers offer no such type. Arithmetic is that of float, rounded to nearest, ties to even, after each
// operation.
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_BFLOAT16_H
#define ST_BFLOAT16_H

#include "st_lanes.h"

namespace st {

class bfloat16 {
public:
  bfloat16() : bits_(0) {}
  bfloat16(float value) {
    const unsigned wide = lane_format<float>::to_bits(value).to_uint();
    // Rounding could carry the payload of a NaN into the exponent's sign.
    bits_ = value != value ? 0x7fc0 : static_cast<unsigned short>((wide + 0x7fff + ((wide >> 16) & 1)) >> 16);
  }
  operator float() const { return lane_format<float>::from_bits(ap_uint<32>(static_cast<unsigned>(bits_) << 16)); }

  static bfloat16 from_bits(unsigned short bits) {
    bfloat16 value;
    value.bits_ = bits;
    return value;
  }
  unsigned short bits() const { return bits_; }

  friend bfloat16 operator+(bfloat16 a, bfloat16 b) { return float(a) + float(b); }
  friend bfloat16 operator-(bfloat16 a, bfloat16 b) { return float(a) - float(b); }
  friend bfloat16 operator*(bfloat16 a, bfloat16 b) { return float(a) * float(b); }
  friend bfloat16 operator/(bfloat16 a, bfloat16 b) { return float(a) / float(b); }
  friend bfloat16 operator-(bfloat16 a) { return -float(a); }
  bfloat16 &operator+=(bfloat16 other) { return *this = *this + other; }
  bfloat16 &operator-=(bfloat16 other) { return *this = *this - other; }
  bfloat16 &operator*=(bfloat16 other) { return *this = *this * other; }
  bfloat16 &operator/=(bfloat16 other) { return *this = *this / other; }

private:
  unsigned short bits_;
};

template <> struct lane_format<bfloat16> {
  static const int width_bits = 16;
  static bfloat16 from_bits(ap_uint<16> bits) {
    return bfloat16::from_bits(static_cast<unsigned short>(bits.to_uint()));
  }
  static ap_uint<16> to_bits(bfloat16 value) { return ap_uint<16>(value.bits()); }
};

} // namespace st

#endif // ST_BFLOAT16_H
