//===- hls_half.h - Half precision, for simulation with a plain C++ compiler ------------------------*- C++ -*-===//
//
// Stands in for AMD's header of the same name. Every operation rounds to nearest, ties to even; computing in float and
// rounding once more gives the same for sums, products, quotients and roots.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_HLS_COMPAT_HLS_HALF_H
#define ST_HLS_COMPAT_HLS_HALF_H

#include "hls_math.h"

#include <cstdint>
#include <cstring>

class half {
public:
  half() : bits_(0) {}
  half(float value) : bits_(round(value)) {}
  explicit half(double value) : half(static_cast<float>(value)) {}
  explicit half(int value) : half(static_cast<float>(value)) {}
  explicit half(unsigned value) : half(static_cast<float>(value)) {}
  explicit half(long long value) : half(static_cast<float>(value)) {}
  explicit half(unsigned long long value) : half(static_cast<float>(value)) {}
  operator float() const {
    const int exponent = bits_ >> 10 & 31, fraction = bits_ & 1023;
    const float magnitude = exponent == 31  ? (fraction ? NAN : INFINITY)
                            : exponent == 0 ? std::ldexp(float(fraction), -24)
                                            : std::ldexp(float(fraction + 1024), exponent - 25);
    return bits_ & 0x8000 ? -magnitude : magnitude;
  }

  friend half operator+(half a, half b) { return float(a) + float(b); }
  friend half operator-(half a, half b) { return float(a) - float(b); }
  friend half operator*(half a, half b) { return float(a) * float(b); }
  friend half operator/(half a, half b) { return float(a) / float(b); }
  friend half operator-(half a) { return -float(a); }
  half &operator+=(half other) { return *this = *this + other; }
  half &operator-=(half other) { return *this = *this - other; }
  half &operator*=(half other) { return *this = *this * other; }
  half &operator/=(half other) { return *this = *this / other; }

private:
  static uint16_t round(float value) {
    uint32_t wide;
    std::memcpy(&wide, &value, sizeof wide);
    const uint16_t sign = wide >> 16 & 0x8000;
    if (value != value)
      return sign | 0x7e00;
    wide &= 0x7fffffff;
    const float magnitude = std::fabs(value);
    if (magnitude >= 65520.0f) // half way from the largest number to the next
      return sign | 0x7c00;
    if (magnitude < 6.103515625e-05f) // not normal: the spacing is constant
      return sign | static_cast<uint16_t>(std::nearbyint(std::ldexp(magnitude, 24)));
    const uint32_t rounded = (wide + 0xfff + (wide >> 13 & 1)) >> 13;
    return sign | static_cast<uint16_t>(rounded - ((127 - 15) << 10));
  }

  uint16_t bits_;
};

namespace hls {

#define ST_HALF_FUNCTION(NAME)                                                                                         \
  inline half NAME(half x) { return half(static_cast<float>(NAME(static_cast<float>(x)))); }
ST_HALF_FUNCTION(acos)
ST_HALF_FUNCTION(acosh)
ST_HALF_FUNCTION(asin)
ST_HALF_FUNCTION(asinh)
ST_HALF_FUNCTION(atan)
ST_HALF_FUNCTION(atanh)
ST_HALF_FUNCTION(cbrt)
ST_HALF_FUNCTION(ceil)
ST_HALF_FUNCTION(cos)
ST_HALF_FUNCTION(cosh)
ST_HALF_FUNCTION(erf)
ST_HALF_FUNCTION(erfc)
ST_HALF_FUNCTION(exp)
ST_HALF_FUNCTION(exp2)
ST_HALF_FUNCTION(expm1)
ST_HALF_FUNCTION(fabs)
ST_HALF_FUNCTION(floor)
ST_HALF_FUNCTION(log)
ST_HALF_FUNCTION(log10)
ST_HALF_FUNCTION(log1p)
ST_HALF_FUNCTION(log2)
ST_HALF_FUNCTION(recip)
ST_HALF_FUNCTION(rint)
ST_HALF_FUNCTION(round)
ST_HALF_FUNCTION(rsqrt)
ST_HALF_FUNCTION(sin)
ST_HALF_FUNCTION(sinh)
ST_HALF_FUNCTION(sqrt)
ST_HALF_FUNCTION(tan)
ST_HALF_FUNCTION(tanh)
ST_HALF_FUNCTION(trunc)
#undef ST_HALF_FUNCTION

#define ST_HALF_FUNCTION(NAME)                                                                                         \
  inline half NAME(half x, half y) {                                                                                   \
    return half(static_cast<float>(NAME(static_cast<float>(x), static_cast<float>(y))));                               \
  }
ST_HALF_FUNCTION(atan2)
ST_HALF_FUNCTION(copysign)
ST_HALF_FUNCTION(fmax)
ST_HALF_FUNCTION(fmin)
ST_HALF_FUNCTION(fmod)
ST_HALF_FUNCTION(pow)
#undef ST_HALF_FUNCTION

inline half fma(half x, half y, half z) { return half(std::fma(float(x), float(y), float(z))); }
inline bool isnan(half x) { return std::isnan(float(x)); }
inline bool isinf(half x) { return std::isinf(float(x)); }
inline bool isfinite(half x) { return std::isfinite(float(x)); }
inline bool signbit(half x) { return std::signbit(float(x)); }

} // namespace hls

#endif // ST_HLS_COMPAT_HLS_HALF_H
