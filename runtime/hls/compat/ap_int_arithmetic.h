//===- ap_int_arithmetic.h - Binary operators of ap_int and ap_uint ---------------------------------*- C++ -*-===//
//
// Part of ap_int.h. Each operator computes in the width of its result, natively where that is at most 64 bits and word
// by word where it is not.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_HLS_COMPAT_AP_INT_ARITHMETIC_H
#define ST_HLS_COMPAT_AP_INT_ARITHMETIC_H

namespace st {
namespace compat {

__extension__ typedef __int128 wide_native;

/// a + b, or a - b when `subtract`, modulo the width of R.
template <typename R, typename A, typename B> R add(const A &a, const B &b, bool subtract) {
  if constexpr (R::width <= 64) {
    const uint64_t x = a.to_uint64(), y = b.to_uint64();
    return R(subtract ? x - y : x + y);
  } else {
    R sum;
    uint64_t carry = subtract;
    for (int i = 0; i < (R::width + 31) / 32; ++i) {
      carry += uint64_t(a.word(i)) + (subtract ? ~b.word(i) : b.word(i));
      sum.set_word(i, static_cast<uint32_t>(carry));
      carry >>= 32;
    }
    sum.wrap();
    return sum;
  }
}

template <typename R, typename A, typename B> R multiply(const A &a, const B &b) {
  if constexpr (R::width <= 64) {
    return R(a.to_uint64() * b.to_uint64());
  } else {
    // Two's complement operands extended to the result's width give the right product modulo that width.
    constexpr int words = (R::width + 31) / 32;
    R product;
    for (int i = 0; i < words; ++i) {
      uint64_t carry = 0;
      for (int j = 0; i + j < words; ++j) {
        carry += uint64_t(a.word(i)) * b.word(j) + product.word(i + j);
        product.set_word(i + j, static_cast<uint32_t>(carry));
        carry >>= 32;
      }
    }
    product.wrap();
    return product;
  }
}

/// Quotient (rounded toward zero) or remainder (with the sign of `a`).
template <typename R, typename A, typename B> R divide(const A &a, const B &b, bool remainder) {
  if constexpr (A::width <= 64 && B::width <= 64) {
    const wide_native x = a.native_value(), y = b.native_value();
    return R(static_cast<uint64_t>(remainder ? x % y : x / y));
  } else {
    constexpr int bits = max_of(A::width, B::width) + 2;
    using magnitude = ap_int_base<bits, true>;
    const magnitude x = a.sign() ? magnitude(-a) : magnitude(a), y = b.sign() ? magnitude(-b) : magnitude(b);
    magnitude quotient, rest;
    for (int i = A::width; i >= 0; --i) {
      rest = rest << 1;
      rest.set_bits(0, 1, x.get_bits(i, 1));
      if (!(rest < y)) {
        rest = magnitude(rest - y);
        quotient.set_bits(i, 1, 1);
      }
    }
    const magnitude &wanted = remainder ? rest : quotient;
    const bool negative = remainder ? a.sign() : a.sign() != b.sign();
    return negative ? R(-wanted) : R(wanted);
  }
}

/// Negative, zero or positive as a is less than, equal to or greater than b in value.
template <typename A, typename B> int compare(const A &a, const B &b) {
  if (a.sign() != b.sign())
    return a.sign() ? -1 : 1;
  for (int i = (max_of(A::width, B::width) + 31) / 32 - 1; i >= 0; --i)
    if (a.word(i) != b.word(i))
      return a.word(i) < b.word(i) ? -1 : 1;
  return 0;
}

struct bit_and {
  static uint32_t apply(uint32_t a, uint32_t b) { return a & b; }
};
struct bit_or {
  static uint32_t apply(uint32_t a, uint32_t b) { return a | b; }
};
struct bit_xor {
  static uint32_t apply(uint32_t a, uint32_t b) { return a ^ b; }
};
template <typename R, typename Op, typename A, typename B> R bitwise(const A &a, const B &b) {
  R bits;
  for (int i = 0; i < (R::width + 31) / 32; ++i)
    bits.set_word(i, Op::apply(a.word(i), b.word(i)));
  bits.wrap();
  return bits;
}

template <typename T> using of_integer = ap_int_base<integer_traits<T>::width, integer_traits<T>::is_signed>;

} // namespace compat
} // namespace st

// Each operator once for two arbitrary-precision operands and once for a C++ integer on either side.
#define ST_AP_BINARY(OP, RESULT, EXPRESSION)                                                                           \
  template <int W1, bool S1, int W2, bool S2>                                                                          \
  RESULT operator OP(const ap_int_base<W1, S1> &a, const ap_int_base<W2, S2> &b) {                                     \
    EXPRESSION;                                                                                                        \
  }                                                                                                                    \
  template <int W1, bool S1, typename T, st::compat::if_integer<T> = 0>                                                \
  auto operator OP(const ap_int_base<W1, S1> &a, T b) {                                                                \
    return a OP st::compat::of_integer<T>(b);                                                                          \
  }                                                                                                                    \
  template <typename T, int W2, bool S2, st::compat::if_integer<T> = 0>                                                \
  auto operator OP(T a, const ap_int_base<W2, S2> &b) {                                                                \
    return st::compat::of_integer<T>(a) OP b;                                                                          \
  }
#define ST_AP_RESULT(KIND) typename st::compat::result<W1, S1, W2, S2>::KIND

ST_AP_BINARY(+, ST_AP_RESULT(plus), return st::compat::add<ST_AP_RESULT(plus)>(a, b, false))
ST_AP_BINARY(-, ST_AP_RESULT(minus), return st::compat::add<ST_AP_RESULT(minus)>(a, b, true))
ST_AP_BINARY(*, ST_AP_RESULT(mult), return st::compat::multiply<ST_AP_RESULT(mult)>(a, b))
ST_AP_BINARY(/, ST_AP_RESULT(div), return st::compat::divide<ST_AP_RESULT(div)>(a, b, false))
ST_AP_BINARY(%, ST_AP_RESULT(mod), return st::compat::divide<ST_AP_RESULT(mod)>(a, b, true))
ST_AP_BINARY(&, ST_AP_RESULT(logic), return (st::compat::bitwise<ST_AP_RESULT(logic), st::compat::bit_and>(a, b)))
ST_AP_BINARY(|, ST_AP_RESULT(logic), return (st::compat::bitwise<ST_AP_RESULT(logic), st::compat::bit_or>(a, b)))
ST_AP_BINARY(^, ST_AP_RESULT(logic), return (st::compat::bitwise<ST_AP_RESULT(logic), st::compat::bit_xor>(a, b)))
ST_AP_BINARY(==, bool, return st::compat::compare(a, b) == 0)
ST_AP_BINARY(!=, bool, return st::compat::compare(a, b) != 0)
ST_AP_BINARY(<, bool, return st::compat::compare(a, b) < 0)
ST_AP_BINARY(<=, bool, return st::compat::compare(a, b) <= 0)
ST_AP_BINARY(>, bool, return st::compat::compare(a, b) > 0)
ST_AP_BINARY(>=, bool, return st::compat::compare(a, b) >= 0)

#undef ST_AP_BINARY
#undef ST_AP_RESULT

#endif // ST_HLS_COMPAT_AP_INT_ARITHMETIC_H
