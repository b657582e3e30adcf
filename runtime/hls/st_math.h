//===- st_math.h - Arithmetic that C++ has no operator for ------------------------------------------*- C++ -*-===//

#ifndef ST_MATH_H
#define ST_MATH_H

#include "hls_math.h"

namespace st {

/// The larger of two numbers; not a number if either is not.
inline float maximum(float a, float b) {
#pragma HLS inline
  return a > b || a != a ? a : b;
}
inline double maximum(double a, double b) {
#pragma HLS inline
  return a > b || a != a ? a : b;
}

/// The smaller of two numbers; not a number if either is not.
inline float minimum(float a, float b) {
#pragma HLS inline
  return a < b || a != a ? a : b;
}
inline double minimum(double a, double b) {
#pragma HLS inline
  return a < b || a != a ? a : b;
}

} // namespace st

#endif // ST_MATH_H
