//===- hls_math.h - Mathematical functions, for simulation with a plain C++ compiler ----------------*- C++ -*-===//
//
// Stands in for AMD's header of the same name. AMD's functions are approximations within a few units in the last place;
// these are the host's.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_HLS_COMPAT_HLS_MATH_H
#define ST_HLS_COMPAT_HLS_MATH_H

#include <cmath>

namespace hls {

using std::acos;
using std::acosh;
using std::asin;
using std::asinh;
using std::atan;
using std::atan2;
using std::atanh;
using std::cbrt;
using std::ceil;
using std::copysign;
using std::cos;
using std::cosh;
using std::erf;
using std::erfc;
using std::exp;
using std::exp2;
using std::expm1;
using std::fabs;
using std::floor;
using std::fma;
using std::fmax;
using std::fmin;
using std::fmod;
using std::isfinite;
using std::isinf;
using std::isnan;
using std::log;
using std::log10;
using std::log1p;
using std::log2;
using std::pow;
using std::rint;
using std::round;
using std::signbit;
using std::sin;
using std::sinh;
using std::sqrt;
using std::tan;
using std::tanh;
using std::trunc;

inline float recip(float x) { return 1.0f / x; }
inline double recip(double x) { return 1.0 / x; }
inline float rsqrt(float x) { return 1.0f / std::sqrt(x); }
inline double rsqrt(double x) { return 1.0 / std::sqrt(x); }

} // namespace hls

#endif // ST_HLS_COMPAT_HLS_MATH_H
