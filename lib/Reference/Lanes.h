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
