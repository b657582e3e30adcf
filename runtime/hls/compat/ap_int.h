//===- ap_int.h - Integers of any width, for simulation with a plain C++ compiler -------------------*- C++ -*-===//
//
// Stands in for AMD's header of the same name, so that generated HLS C++ compiles and runs on a machine without
// AMD's tools. Names, result widths and wrap-around follow AMD's public documentation; the code is our own. Only what
// generated code uses is here (see AMD_API.txt).
//
// Up to 64 bits a value is one native integer. Wider values are arrays of 32-bit words, because the hot path of a
// streaming design is reading and writing 32-bit lanes: `token.range(32 * i + 31, 32 * i)` is one load of word i, which
// the compiler can also vectorize.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_HLS_COMPAT_AP_INT_H
#define ST_HLS_COMPAT_AP_INT_H

#include <cstdint>
#include <string>
#include <type_traits>

template <int W, bool S> class ap_int_base;
template <int W> class ap_int;
template <int W> class ap_uint;

namespace st {
namespace compat {

/// The native integer that an `ap_int_base<W, S>` converts to.
template <int W, bool S> struct native {
  using type =
      std::conditional_t<(W <= 8), std::conditional_t<S, int8_t, uint8_t>,
                         std::conditional_t<(W <= 16), std::conditional_t<S, int16_t, uint16_t>,
                                            std::conditional_t<(W <= 32), std::conditional_t<S, int32_t, uint32_t>,
                                                               std::conditional_t<S, long long, unsigned long long>>>>;
};

/// Width and signedness of a C++ integer, as it takes part in mixed arithmetic.
template <typename T> struct integer_traits {
  static constexpr bool is_signed = std::is_signed<T>::value;
  static constexpr int width = std::is_same<T, bool>::value ? 1 : 8 * int(sizeof(T));
};

template <typename T> using if_integer = std::enable_if_t<std::is_integral<T>::value, int>;

constexpr int max_of(int a, int b) { return a > b ? a : b; }
constexpr int min_of(int a, int b) { return a < b ? a : b; }

/// Widths and signs of results, as AMD documents them: nothing overflows except by assignment and by shifts.
template <int W1, bool S1, int W2, bool S2> struct result {
  static constexpr bool either = S1 || S2;
  static constexpr int common = max_of(W1 + (S2 && !S1), W2 + (S1 && !S2));
  using plus = ap_int_base<common + 1, either>;
  using minus = ap_int_base<common + 1, true>;
  using mult = ap_int_base<W1 + W2, either>;
  using div = ap_int_base<W1 + S2, either>;
  using mod = ap_int_base<min_of(W1, W2 + (!S2 && S1)), S1>;
  using logic = ap_int_base<common, either>;
};

} // namespace compat
} // namespace st

/// Bits [lo, hi] of an integer, readable and assignable.
template <int W, bool S> class ap_range_ref {
public:
  ap_range_ref(ap_int_base<W, S> &value, int hi, int lo) : value_(value), hi_(hi), lo_(lo) {}
  ap_range_ref(const ap_range_ref &) = default;

  template <typename T, st::compat::if_integer<T> = 0> ap_range_ref &operator=(T bits) {
    if (length() > 64) // sign extension reaches further than one native integer
      return *this = ap_int_base<st::compat::integer_traits<T>::width, st::compat::integer_traits<T>::is_signed>(bits);
    value_.set_bits(lo_, length(), static_cast<uint64_t>(bits));
    return *this;
  }
  template <int W2, bool S2> ap_range_ref &operator=(const ap_int_base<W2, S2> &bits) {
    if constexpr (W2 <= 64 && !S2) {
      value_.set_bits(lo_, length(), bits.to_uint64());
      return *this;
    }
    for (int done = 0; done < length(); done += 32)
      value_.set_bits(lo_ + done, st::compat::min_of(32, length() - done), bits.word(done / 32));
    return *this;
  }
  template <int W2, bool S2> ap_range_ref &operator=(const ap_range_ref<W2, S2> &bits) { return *this = bits.get(); }
  ap_range_ref &operator=(const ap_range_ref &bits) { return *this = bits.get(); }

  /// The bits as an unsigned integer of the full width.
  ap_int_base<W, false> get() const {
    ap_int_base<W, false> bits;
    for (int done = 0; done < length(); done += 32) {
      const int count = st::compat::min_of(32, length() - done);
      bits.set_bits(done, count, value_.get_bits(lo_ + done, count));
    }
    return bits;
  }
  operator unsigned long long() const { return to_uint64(); }

  int length() const { return hi_ - lo_ + 1; }
  int to_int() const { return static_cast<int>(to_uint64()); }
  unsigned to_uint() const { return static_cast<unsigned>(to_uint64()); }
  long long to_int64() const { return static_cast<long long>(to_uint64()); }
  unsigned long long to_uint64() const { return value_.get_bits(lo_, st::compat::min_of(length(), 64)); }

private:
  ap_int_base<W, S> &value_;
  int hi_, lo_;
};

/// One bit of an integer, readable and assignable.
template <int W, bool S> class ap_bit_ref {
public:
  ap_bit_ref(ap_int_base<W, S> &value, int index) : value_(value), index_(index) {}
  ap_bit_ref(const ap_bit_ref &) = default;
  ap_bit_ref &operator=(bool bit) {
    value_.set_bits(index_, 1, bit);
    return *this;
  }
  ap_bit_ref &operator=(const ap_bit_ref &bit) { return *this = bool(bit); }
  operator bool() const { return value_.get_bits(index_, 1) != 0; }
  bool to_bool() const { return *this; }

private:
  ap_int_base<W, S> &value_;
  int index_;
};

template <int W, bool S> class ap_int_base {
  static_assert(W >= 1, "an integer has at least one bit");
  static constexpr bool is_native = W <= 64;
  static constexpr int words = (W + 31) / 32;
  using holder = std::conditional_t<S, int64_t, uint64_t>;

  template <int, bool> friend class ap_int_base;

public:
  static constexpr int width = W;
  static constexpr bool is_signed = S;

  ap_int_base() : storage_() {}
  template <typename T, st::compat::if_integer<T> = 0> ap_int_base(T value) { assign_native(value, value < T(0)); }
  /// Rounds toward zero, as C++ does.
  ap_int_base(float value) : ap_int_base(static_cast<long long>(value)) {}
  ap_int_base(double value) : ap_int_base(static_cast<long long>(value)) {}
  template <int W2, bool S2> ap_int_base(const ap_int_base<W2, S2> &value) { assign(value); }
  template <int W2, bool S2> ap_int_base(const ap_range_ref<W2, S2> &bits) {
    if constexpr (is_native)
      assign_native(bits.to_uint64(), false);
    else
      assign(bits.get());
  }
  template <int W2, bool S2> ap_int_base(const ap_bit_ref<W2, S2> &bit) : ap_int_base(bool(bit)) {}

  //===--- Bits ---===//

  ap_range_ref<W, S> range(int hi, int lo) { return {*this, hi, lo}; }
  ap_range_ref<W, S> operator()(int hi, int lo) { return {*this, hi, lo}; }
  // AMD's header has the same const_cast: a range of a constant can only be read.
  ap_range_ref<W, S> range(int hi, int lo) const { return {const_cast<ap_int_base &>(*this), hi, lo}; }
  ap_range_ref<W, S> operator()(int hi, int lo) const { return range(hi, lo); }
  ap_bit_ref<W, S> operator[](int index) { return {*this, index}; }
  bool operator[](int index) const { return test(index); }
  bool test(int index) const { return get_bits(index, 1) != 0; }
  void set(int index, bool bit = true) { set_bits(index, 1, bit); }
  void clear(int index) { set_bits(index, 1, 0); }
  int length() const { return W; }
  bool sign() const { return S && test(W - 1); }
  bool or_reduce() const { return !!*this; }
  bool and_reduce() const { return !~*this; }
  bool xor_reduce() const {
    uint32_t parity = 0;
    for (int i = 0; i < words; ++i)
      parity ^= masked_word(i);
    return __builtin_parity(parity);
  }

  //===--- Conversions ---===//

  operator typename st::compat::native<W, S>::type() const {
    return static_cast<typename st::compat::native<W, S>::type>(to_uint64());
  }
  int to_int() const { return static_cast<int>(word(0)); }
  unsigned to_uint() const { return word(0); }
  long long to_int64() const { return static_cast<long long>(to_uint64()); }
  unsigned long long to_uint64() const { return word(0) | (static_cast<unsigned long long>(word(1)) << 32); }
  bool to_bool() const { return !!*this; }
  float to_float() const { return static_cast<float>(native_value()); }
  double to_double() const { return static_cast<double>(native_value()); }
  /// Two's complement in hexadecimal, all W bits.
  std::string to_hex_string() const {
    std::string text;
    for (int digit = (W + 3) / 4 - 1; digit >= 0; --digit)
      text += "0123456789abcdef"[get_bits(4 * digit, st::compat::min_of(4, W - 4 * digit))];
    return text;
  }

  //===--- Operators that keep the type ---===//

  ap_int_base operator~() const {
    ap_int_base inverted;
    for (int i = 0; i < words; ++i)
      inverted.set_word(i, ~word(i));
    inverted.wrap();
    return inverted;
  }
  bool operator!() const {
    for (int i = 0; i < words; ++i)
      if (masked_word(i))
        return false;
    return true;
  }
  ap_int_base<W + 1, true> operator-() const { return ap_int_base<W + 1, true>(ap_int_base<1, false>() - *this); }
  ap_int_base<W, S> operator+() const { return *this; }
  ap_int_base operator<<(int amount) const {
    if (amount < 0)
      return *this >> -amount;
    ap_int_base shifted;
    if (amount >= W)
      return shifted;
    if constexpr (is_native) {
      shifted.storage_ = static_cast<holder>(static_cast<uint64_t>(storage_) << amount);
    } else {
      for (int i = words - 1; i >= 0; --i)
        shifted.set_word(i, funnel(i - amount / 32 - 1, 32 - amount % 32));
    }
    shifted.wrap();
    return shifted;
  }
  ap_int_base operator>>(int amount) const {
    if (amount < 0)
      return *this << -amount;
    ap_int_base shifted;
    if (amount >= W)
      return sign() ? ~shifted : shifted;
    if constexpr (is_native) {
      shifted.storage_ = storage_ >> amount;
    } else {
      for (int i = 0; i < words; ++i)
        shifted.set_word(i, funnel(i + amount / 32, amount % 32));
    }
    shifted.wrap();
    return shifted;
  }
  template <typename T> ap_int_base &operator+=(const T &other) { return *this = ap_int_base(*this + other); }
  template <typename T> ap_int_base &operator-=(const T &other) { return *this = ap_int_base(*this - other); }
  template <typename T> ap_int_base &operator*=(const T &other) { return *this = ap_int_base(*this * other); }
  template <typename T> ap_int_base &operator/=(const T &other) { return *this = ap_int_base(*this / other); }
  template <typename T> ap_int_base &operator%=(const T &other) { return *this = ap_int_base(*this % other); }
  template <typename T> ap_int_base &operator&=(const T &other) { return *this = ap_int_base(*this & other); }
  template <typename T> ap_int_base &operator|=(const T &other) { return *this = ap_int_base(*this | other); }
  template <typename T> ap_int_base &operator^=(const T &other) { return *this = ap_int_base(*this ^ other); }
  ap_int_base &operator<<=(int amount) { return *this = *this << amount; }
  ap_int_base &operator>>=(int amount) { return *this = *this >> amount; }
  ap_int_base &operator++() { return *this += 1; }
  ap_int_base &operator--() { return *this -= 1; }
  ap_int_base operator++(int) {
    const ap_int_base before = *this;
    ++*this;
    return before;
  }
  ap_int_base operator--(int) {
    const ap_int_base before = *this;
    --*this;
    return before;
  }

  //===--- Words: for this header only ---===//

  /// Word `index` of the infinitely sign- or zero-extended value.
  uint32_t word(int index) const {
    if constexpr (is_native)
      return index == 0   ? static_cast<uint32_t>(storage_)
             : index == 1 ? static_cast<uint32_t>(static_cast<uint64_t>(storage_) >> 32)
                          : extension();
    else
      return index < words ? storage_.word[index] : extension();
  }
  /// Bits [lo, lo + count) with count <= 64, zero-extended.
  uint64_t get_bits(int lo, int count) const {
    if constexpr (is_native) {
      return (static_cast<uint64_t>(storage_) >> lo) & mask(count);
    } else {
      const int index = lo / 32, shift = lo % 32;
      if (shift + count <= 32)
        return (storage_.word[index] >> shift) & mask(count);
      uint64_t bits = static_cast<uint64_t>(storage_.word[index]) >> shift;
      for (int got = 32 - shift, i = index + 1; got < count; got += 32, ++i)
        bits |= static_cast<uint64_t>(storage_.word[i]) << got;
      return bits & mask(count);
    }
  }
  /// Overwrites bits [lo, lo + count); bits of `bits` above 64 count as zero.
  void set_bits(int lo, int count, uint64_t bits) {
    if constexpr (is_native) {
      const uint64_t region = mask(count) << lo;
      storage_ = static_cast<holder>((static_cast<uint64_t>(storage_) & ~region) | ((bits << lo) & region));
    } else if (count == 32 && lo % 32 == 0) {
      storage_.word[lo / 32] = static_cast<uint32_t>(bits); // a whole word: the hot path
      if (W % 32 != 0)
        wrap();
      return;
    } else {
      for (int done = 0; done < count;) {
        const int index = (lo + done) >> 5, shift = (lo + done) & 31;
        const int step = st::compat::min_of(32 - shift, count - done);
        const uint32_t value = done < 64 ? static_cast<uint32_t>(bits >> done) : 0;
        if (step == 32) {
          storage_.word[index] = value;
        } else {
          const uint32_t region = static_cast<uint32_t>(mask(step)) << shift;
          storage_.word[index] = (storage_.word[index] & ~region) | ((value << shift) & region);
        }
        done += step;
      }
    }
    wrap();
  }
  void set_word(int index, uint32_t value) {
    if constexpr (is_native) {
      const uint64_t region = uint64_t(0xffffffffu) << (32 * index);
      storage_ = static_cast<holder>((static_cast<uint64_t>(storage_) & ~region) | (uint64_t(value) << (32 * index)));
    } else {
      storage_.word[index] = value;
    }
  }
  /// Makes the bits above W an extension of the value, which every other function relies on.
  void wrap() {
    if constexpr (is_native) {
      if constexpr (W < 64)
        storage_ = static_cast<holder>(static_cast<uint64_t>(storage_) << (64 - W)) >> (64 - W);
    } else if constexpr (W % 32 != 0) {
      uint32_t &top = storage_.word[words - 1];
      if constexpr (S)
        top = static_cast<uint32_t>(static_cast<int32_t>(top << (32 - W % 32)) >> (32 - W % 32));
      else
        top &= static_cast<uint32_t>(mask(W % 32));
    }
  }
  /// The value as a native integer; only where W <= 64.
  holder native_value() const {
    static_assert(is_native, "wider than any native integer");
    return storage_;
  }

private:
  struct word_array {
    uint32_t word[words] = {};
  };

  static constexpr uint64_t mask(int count) { return count >= 64 ? ~uint64_t(0) : (uint64_t(1) << count) - 1; }
  uint32_t extension() const { return sign() ? 0xffffffffu : 0; }
  uint32_t masked_word(int index) const {
    return index == words - 1 && W % 32 != 0 ? word(index) & static_cast<uint32_t>(mask(W % 32)) : word(index);
  }
  /// 32 bits starting `shift` bits into word `index`; words below the value are zero.
  uint32_t funnel(int index, int shift) const {
    const uint64_t low = index >= 0 ? word(index) : 0, high = index + 1 >= 0 ? word(index + 1) : 0;
    return static_cast<uint32_t>((low | (high << 32)) >> shift);
  }
  template <typename T> void assign_native(T value, bool negative) {
    if constexpr (is_native) {
      storage_ = static_cast<holder>(value);
    } else {
      const uint64_t bits = static_cast<uint64_t>(value);
      storage_.word[0] = static_cast<uint32_t>(bits);
      storage_.word[1] = static_cast<uint32_t>(bits >> 32);
      for (int i = 2; i < words; ++i)
        storage_.word[i] = negative ? 0xffffffffu : 0;
    }
    wrap();
  }
  template <int W2, bool S2> void assign(const ap_int_base<W2, S2> &value) {
    if constexpr (is_native) {
      storage_ = static_cast<holder>(value.to_uint64());
    } else {
      for (int i = 0; i < words; ++i)
        storage_.word[i] = value.word(i);
    }
    wrap();
  }

  std::conditional_t<is_native, holder, word_array> storage_;
};

#include "ap_int_arithmetic.h"

template <int W> class ap_int : public ap_int_base<W, true> {
public:
  using ap_int_base<W, true>::ap_int_base;
  ap_int() = default;
  ap_int(const ap_int_base<W, true> &value) : ap_int_base<W, true>(value) {}
};

template <int W> class ap_uint : public ap_int_base<W, false> {
public:
  using ap_int_base<W, false>::ap_int_base;
  ap_uint() = default;
  ap_uint(const ap_int_base<W, false> &value) : ap_int_base<W, false>(value) {}
};

#endif // ST_HLS_COMPAT_AP_INT_H
