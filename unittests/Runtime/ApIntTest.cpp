//===- ApIntTest.cpp - ap_int and ap_uint against native arithmetic and against single bits ---------------------===//

#include "ap_int.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace {

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 unsigned128;

std::mt19937_64 &generator() {
  static std::mt19937_64 engine(20250714);
  return engine;
}

/// Random bits in which long runs of equal bits are frequent, so that carries travel far.
uint64_t randomBits() {
  const uint64_t bits = generator()();
  switch (generator()() % 4) {
  case 0:
    return bits;
  case 1:
    return bits & generator()() & generator()();
  case 2:
    return ~uint64_t(0) << (bits % 64);
  default:
    return (uint64_t(1) << (bits % 64)) - 1;
  }
}

template <typename T> T randomValue() {
  T value = 0;
  for (int lo = 0; lo < T::width; lo += 64)
    value.range(std::min(lo + 63, T::width - 1), lo) = randomBits();
  return value;
}

/// The value of at most 127 bits, assembled bit by bit.
template <int W, bool S> int128 valueOf(const ap_int_base<W, S> &value) {
  static_assert(W < 128, "does not fit the reference");
  int128 sum = 0;
  for (int i = 0; i < W; ++i)
    if (value[i])
      sum += (S && i == W - 1 ? -(int128(1) << i) : int128(1) << i);
  return sum;
}

/// `value` reduced to the range of the type.
template <typename T> int128 wrapTo(int128 value) {
  const unsigned128 mask = (unsigned128(1) << T::width) - 1;
  const unsigned128 low = unsigned128(value) & mask;
  if (T::is_signed && (low >> (T::width - 1)))
    return int128(low | ~mask);
  return int128(low);
}

template <typename A, typename B> void checkPair() {
  for (int trial = 0; trial < 2000; ++trial) {
    const A a = randomValue<A>();
    const B b = randomValue<B>();
    const int128 x = valueOf(a), y = valueOf(b);
    ASSERT_EQ(valueOf(a + b), x + y);
    ASSERT_EQ(valueOf(a - b), x - y);
    ASSERT_EQ(valueOf(a * b), x * y);
    if (y != 0) {
      ASSERT_EQ(valueOf(a / b), x / y);
      ASSERT_EQ(valueOf(a % b), x % y);
    }
    ASSERT_EQ(valueOf(a & b), x & y);
    ASSERT_EQ(valueOf(a | b), x | y);
    ASSERT_EQ(valueOf(a ^ b), x ^ y);
    ASSERT_EQ(a == b, x == y);
    ASSERT_EQ(a != b, x != y);
    ASSERT_EQ(a < b, x < y);
    ASSERT_EQ(a <= b, x <= y);
    ASSERT_EQ(a > b, x > y);
    ASSERT_EQ(a >= b, x >= y);
    ASSERT_EQ(valueOf(-a), -x);
    ASSERT_EQ(valueOf(A(~a)), wrapTo<A>(~x));
    ASSERT_EQ(valueOf(A(b)), wrapTo<A>(y));
    const int amount = int(generator()() % (A::width + 3));
    ASSERT_EQ(valueOf(A(a << amount)), amount >= A::width ? 0 : wrapTo<A>(int128(unsigned128(x) << amount)));
    ASSERT_EQ(valueOf(A(a >> amount)), amount >= A::width ? (x < 0 ? -1 : 0) : x >> amount);
    if constexpr (A::width <= 64)
      ASSERT_EQ(a.to_double(), double(x));
    A sum = a;
    sum += b;
    ASSERT_EQ(valueOf(sum), wrapTo<A>(x + y));
    ASSERT_EQ(valueOf(sum++), wrapTo<A>(x + y));
    ASSERT_EQ(valueOf(sum), wrapTo<A>(x + y + 1));
  }
}

TEST(ApInt, ArithmeticMatchesNative) {
  checkPair<ap_int<8>, ap_int<8>>();
  checkPair<ap_uint<8>, ap_int<4>>();
  checkPair<ap_int<1>, ap_uint<1>>();
  checkPair<ap_uint<13>, ap_uint<29>>();
  checkPair<ap_int<31>, ap_uint<32>>();
  checkPair<ap_int<32>, ap_int<64>>();
  checkPair<ap_uint<62>, ap_int<61>>();
}

TEST(ApInt, WideArithmeticMatchesNative) {
  checkPair<ap_int<65>, ap_int<30>>();
  checkPair<ap_uint<70>, ap_uint<50>>();
  checkPair<ap_uint<96>, ap_int<27>>();
  checkPair<ap_int<20>, ap_int<100>>();
}

TEST(ApInt, ResultsAreWideEnough) {
  EXPECT_EQ((ap_int<8>(-128) * ap_int<8>(-128)).to_int(), 16384);
  EXPECT_EQ((ap_uint<8>(255) + ap_uint<8>(255)).to_int(), 510);
  EXPECT_EQ((ap_uint<8>(0) - ap_uint<8>(1)).to_int(), -1);
  EXPECT_EQ(decltype(ap_uint<8>() + ap_int<8>())::width, 10);
  EXPECT_EQ(decltype(ap_int<8>() * ap_int<4>())::width, 12);
}

TEST(ApInt, MixesWithNativeIntegers) {
  ap_uint<4> counter = 15;
  counter += 1;
  EXPECT_EQ(counter.to_int(), 0);
  EXPECT_TRUE(ap_int<8>(-1) < 0);
  EXPECT_TRUE(ap_uint<8>(200) > -1);
  EXPECT_EQ((3 - ap_uint<8>(5)).to_int(), -2);
  const int table[4] = {7, 8, 9, 10};
  EXPECT_EQ(table[ap_uint<2>(2)], 9);
  EXPECT_EQ((ap_int<6>(-7.9f)).to_int(), -7);
}

/// Reads and writes of ranges of a wide value against a vector of bits.
template <int W> void checkRanges() {
  ap_uint<W> value = 0;
  std::vector<bool> bits(W, false);
  for (int trial = 0; trial < 5000; ++trial) {
    int lo = int(generator()() % W), length = 1 + int(generator()() % std::min(64, W - lo));
    if (trial % 2 && W >= 32) { // whole 32-bit lanes
      lo = 32 * int(generator()() % (W / 32));
      length = 32;
    }
    const uint64_t written = randomBits();
    value.range(lo + length - 1, lo) = written;
    for (int i = 0; i < length; ++i)
      bits[lo + i] = (written >> i) & 1;

    const int from = int(generator()() % W), count = 1 + int(generator()() % std::min(64, W - from));
    uint64_t expected = 0;
    for (int i = 0; i < count; ++i)
      expected |= uint64_t(bits[from + i]) << i;
    ASSERT_EQ(value.range(from + count - 1, from).to_uint64(), expected) << "[" << from << ", +" << count << ")";
    ASSERT_EQ(ap_uint<64>(value(from + count - 1, from)).to_uint64(), expected);
    const int flipped = int(generator()() % W);
    value[flipped] = !value.test(flipped);
    bits[flipped] = !bits[flipped];
  }
  for (int i = 0; i < W; ++i)
    ASSERT_EQ(value[i], bits[i]);
}

TEST(ApInt, Ranges) {
  checkRanges<7>();
  checkRanges<64>();
  checkRanges<100>();
  checkRanges<512>();
  checkRanges<1000>();
  checkRanges<1024>();
}

TEST(ApInt, WideRangesMoveAtOnce) {
  const ap_uint<512> source = randomValue<ap_uint<512>>();
  ap_uint<512> target = 0;
  target.range(300, 101) = source.range(250, 51);
  for (int i = 0; i < 512; ++i)
    ASSERT_EQ(target.test(i), i >= 101 && i <= 300 && source.test(i - 50)) << i;
  ap_uint<128> ones = 0;
  ones.range(99, 10) = -1;
  for (int i = 0; i < 128; ++i)
    ASSERT_EQ(ones.test(i), i >= 10 && i < 100) << i;
}

TEST(ApInt, WideShiftsMatchBits) {
  for (int amount : {0, 1, 31, 32, 33, 64, 100, 511, 512}) {
    const ap_uint<512> value = randomValue<ap_uint<512>>();
    const ap_uint<512> left = value << amount, right = value >> amount;
    for (int i = 0; i < 512; ++i) {
      ASSERT_EQ(left.test(i), i >= amount && value.test(i - amount));
      ASSERT_EQ(right.test(i), i + amount < 512 && value.test(i + amount));
    }
  }
}

TEST(ApInt, Reductions) {
  EXPECT_TRUE(ap_int<40>(-1).and_reduce());
  EXPECT_FALSE(ap_uint<100>(0).or_reduce());
  ap_uint<100> one = 0;
  one.set(77);
  EXPECT_TRUE(one.or_reduce());
  EXPECT_TRUE(one.xor_reduce());
  EXPECT_EQ(one.to_hex_string(), "0000020000000000000000000");
  one.clear(77);
  EXPECT_TRUE(!one);
}

} // namespace
