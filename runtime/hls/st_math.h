//===- st_math.h - Arithmetic that C++ has no operator for ------------------------------------------*- C++ -*-===//

#ifndef ST_MATH_H
#define ST_MATH_H

#include "hls_math.h"

namespace st {

/// The larger of two numbers; not a number if either is not.
template <typename T> inline T maximum(T a, T b) {
#pragma HLS inline
  return a > b || a != a ? a : b;
}

/// The smaller of two numbers; not a number if either is not.
template <typename T> inline T minimum(T a, T b) {
#pragma HLS inline
  return a < b || a != a ? a : b;
}

/// The quotient of integers, rounded down.
template <typename T> inline T floor_divide(T a, T b) {
#pragma HLS inline
  return T(a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0));
}

/// The quotient of integers, rounded up.
template <typename T> inline T ceil_divide(T a, T b) {
#pragma HLS inline
  return T(a / b + (a % b != 0 && (a < 0) == (b < 0) ? 1 : 0));
}

/// base ^ exponent, which wraps. A negative exponent gives the inverse, rounded toward zero.
template <typename T> inline T integer_power(T base, T exponent) {
  if (exponent < 0)
    return T(base == 1 ? 1 : base == -1 ? (exponent % 2 != 0 ? -1 : 1) : 0);
  T power = 1;
  for (int bit = 0; bit < int(8 * sizeof(T)); ++bit) {
#pragma HLS pipeline II = 1
    if ((exponent >> bit) & 1)
      power = T(power * base);
    base = T(base * base);
  }
  return power;
}

/// Bits that are set in an unsigned number.
template <typename T> inline T count_ones(T value) {
  int ones = 0;
  for (int bit = 0; bit < int(8 * sizeof(T)); ++bit) {
#pragma HLS unroll
    ones += int((value >> bit) & 1);
  }
  return T(ones);
}

/// Bits above the highest that is set in an unsigned number.
template <typename T> inline T leading_zeros(T value) {
  int zeros = int(8 * sizeof(T));
  for (int bit = 0; bit < int(8 * sizeof(T)); ++bit) {
#pragma HLS unroll
    if ((value >> bit) & 1)
      zeros = int(8 * sizeof(T)) - 1 - bit;
  }
  return T(zeros);
}

/// Bits below the lowest that is set in an unsigned number.
template <typename T> inline T trailing_zeros(T value) {
  int zeros = int(8 * sizeof(T));
  for (int bit = int(8 * sizeof(T)) - 1; bit >= 0; --bit) {
#pragma HLS unroll
    if ((value >> bit) & 1)
      zeros = bit;
  }
  return T(zeros);
}

} // namespace st

#endif // ST_MATH_H
