// The C++ types of lanes in registers.
#pragma once

#include "Reference/Program.h"

#include <type_traits>

namespace st::reference {

/// An i1 lane: a byte that is 0 or 1, so that arithmetic on it is arithmetic modulo 2.
struct Bit {
  uint8_t bit = 0;
  Bit() = default;
  template <typename T> constexpr Bit(T value) : bit(static_cast<uint8_t>(value) & 1) {}
  Bit(bool value) : bit(value) {}
  constexpr operator uint8_t() const { return bit; }
};

template <typename T> struct UnsignedOf : std::make_unsigned<T> {};
template <> struct UnsignedOf<Bit> { using type = uint8_t; };
template <typename T> using Unsigned = typename UnsignedOf<T>::type;

template <typename T> struct SignedOf : std::make_signed<T> {};
template <> struct SignedOf<Bit> { using type = int8_t; };
template <typename T> using Signed = typename SignedOf<T>::type;

/// A lane read with sign: a single bit is 0 or -1.
template <typename T> Signed<T> signedValue(T value) {
  if constexpr (std::is_same_v<T, Bit>)
    return static_cast<Signed<T>>(-static_cast<int>(value));
  else
    return value;
}

/// Bits of a lane's value.
template <typename T> constexpr int bitWidth = 8 * sizeof(T);
template <> inline constexpr int bitWidth<Bit> = 1;

/// base ^ exponent, wrapping. Negative exponents give what division rounds the inverse to: 0 but for 1 and -1.
template <typename T> T integerPower(T base, T exponent) {
  if constexpr (std::is_signed_v<T>) {
    if (exponent < 0) {
      if (base == 1)
        return 1;
      return base == -1 ? T(exponent % 2 ? -1 : 1) : T(0);
    }
  }
  uint64_t power = 1, square = static_cast<uint64_t>(base);
  for (uint64_t bits = static_cast<Unsigned<T>>(exponent); bits != 0; bits >>= 1) {
    if (bits & 1)
      power *= square;
    square *= square;
  }
  return T(power);
}

/// Calls `function` with a value of the type of a lane.
template <typename Function> void withRegisterType(Kind kind, Function function) {
  switch (kind) {
  case Kind::F32:
  case Kind::F16:
  case Kind::BF16:
    return function(float());
  case Kind::F64:
    return function(double());
  case Kind::I1:
    return function(Bit());
  case Kind::I8:
    return function(int8_t());
  case Kind::I16:
    return function(int16_t());
  case Kind::I32:
    return function(int32_t());
  case Kind::I64:
    return function(int64_t());
  }
}

} // namespace st::reference
