// The meaning of scalar operations, against numbers computed by C++ or by hand.
#include "Run.h"

#include <cmath>
#include <limits>

using namespace st;
using namespace st::test;

/// A program that applies `body` (of %x, %y to %r) to every element.
static std::string elementwise(const std::string &in, const std::string &out, int64_t size, const std::string &body) {
  std::string t = "tensor<" + std::to_string(size) + "x", ti = t + in + ">", to = t + out + ">";
  return "func.func @main(%a: " + ti + ", %b: " + ti + ") -> " + to + " {\n %e = tensor.empty() : " + to +
         "\n %0 = linalg.map ins(%a, %b : " + ti + ", " + ti + ") outs(%e : " + to + ") (%x: " + in + ", %y: " + in +
         ", %o: " + out + ") {\n" + body + "\n linalg.yield %r : " + out + "\n }\n return %0 : " + to + "\n}";
}

template <typename In, typename Out>
static std::vector<Out> apply(const std::string &in, const std::string &out, const std::string &body, std::vector<In> a,
                              std::vector<In> b) {
  int64_t size = a.size();
  return Program(elementwise(in, out, size, body)).runOne<Out>({array<In>({size}, a), array<In>({size}, b)});
}

TEST(Scalars, FloatsAgreeWithC) {
  std::vector<float> a = {0.5f, -1.25f, 3.0f, 1e-6f}, b = {2.0f, 0.75f, -4.0f, 1e6f};
  auto check = [&](const std::string &op, float (*expected)(float, float)) {
    auto actual = apply<float, float>("f32", "f32", "%r = " + op + " : f32", a, b);
    ASSERT_EQ(actual.size(), a.size());
    for (size_t i = 0; i < a.size(); ++i) {
      float e = expected(a[i], b[i]);
      EXPECT_TRUE(actual[i] == e || (std::isnan(actual[i]) && std::isnan(e))) << op << " at " << i;
    }
  };
  check("arith.subf %x, %y", [](float x, float y) { return x - y; });
  check("arith.divf %x, %y", [](float x, float y) { return x / y; });
  check("arith.remf %x, %y", [](float x, float y) { return std::fmod(x, y); });
  check("math.exp %x", [](float x, float) { return std::exp(x); });
  check("math.tanh %x", [](float x, float) { return std::tanh(x); });
  check("math.erf %x", [](float x, float) { return std::erf(x); });
  check("math.log %x", [](float x, float) { return std::log(x); });
  check("math.rsqrt %x", [](float x, float) { return 1 / std::sqrt(x); });
  check("math.powf %x, %y", [](float x, float y) { return std::pow(x, y); });
  check("math.fma %x, %y, %x", [](float x, float y) { return std::fma(x, y, x); });
}

TEST(Scalars, MaximumHandsNanOnAndMaxnumDoesNot) {
  float nan = std::numeric_limits<float>::quiet_NaN();
  auto maximum = apply<float, float>("f32", "f32", "%r = arith.maximumf %x, %y : f32", {nan, 1, -0.0f}, {1, nan, 0.0f});
  EXPECT_TRUE(std::isnan(maximum[0]) && std::isnan(maximum[1]));
  EXPECT_FALSE(std::signbit(maximum[2]));
  auto maxnum = apply<float, float>("f32", "f32", "%r = arith.maxnumf %x, %y : f32", {nan, 1, 2}, {1, nan, 3});
  EXPECT_EQ(maxnum, (std::vector<float>{1, 1, 3}));
}

TEST(Scalars, ComparisonsKnowUnordered) {
  float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> a = {1, 2, nan}, b = {2, 1, 1};
  auto compare = [&](const std::string &predicate) {
    return apply<float, int8_t>(
        "f32", "i8", "%c = arith.cmpf " + predicate + ", %x, %y : f32\n %r = arith.extui %c : i1 to i8", a, b);
  };
  EXPECT_EQ(compare("olt"), (std::vector<int8_t>{1, 0, 0}));
  EXPECT_EQ(compare("ult"), (std::vector<int8_t>{1, 0, 1}));
  EXPECT_EQ(compare("une"), (std::vector<int8_t>{1, 1, 1}));
  EXPECT_EQ(compare("one"), (std::vector<int8_t>{1, 1, 0}));
  EXPECT_EQ(compare("uno"), (std::vector<int8_t>{0, 0, 1}));
}

TEST(Scalars, IntegersWrapAndRoundAsSpecified) {
  using Bytes = std::vector<int8_t>;
  auto bytes = [](const std::string &op, Bytes a, Bytes b) {
    return apply<int8_t, int8_t>("i8", "i8", "%r = " + op + " %x, %y : i8", a, b);
  };
  EXPECT_EQ(bytes("arith.addi", {127, -128}, {1, -1}), (Bytes{-128, 127}));
  EXPECT_EQ(bytes("arith.muli", {100, -7}, {3, 3}), (Bytes{44, -21}));
  EXPECT_EQ(bytes("arith.divsi", {-7, -128}, {2, -1}), (Bytes{-3, -128}));
  EXPECT_EQ(bytes("arith.floordivsi", {-7, 7}, {2, -2}), (Bytes{-4, -4}));
  EXPECT_EQ(bytes("arith.ceildivsi", {-7, 7}, {2, 2}), (Bytes{-3, 4}));
  EXPECT_EQ(bytes("arith.divui", {-1, 16}, {2, 3}), (Bytes{127, 5}));
  EXPECT_EQ(bytes("arith.remsi", {-7, -128}, {4, -1}), (Bytes{-3, 0}));
  EXPECT_EQ(bytes("arith.shrui", {-128, -1}, {7, 8}), (Bytes{1, 0}));
  EXPECT_EQ(bytes("arith.shrsi", {-128, -1}, {7, 8}), (Bytes{-1, -1}));
  EXPECT_EQ(bytes("arith.maxui", {-1, 3}, {1, 4}), (Bytes{-1, 4}));
}

TEST(Scalars, ConversionsKeepSignAndSaturate) {
  auto extended = apply<int8_t, int32_t>("i8", "i32", "%r = arith.extui %x : i8 to i32", {-1, 5}, {0, 0});
  EXPECT_EQ(extended, (std::vector<int32_t>{255, 5}));
  auto bits = apply<int8_t, int32_t>("i8", "i32", "%c = arith.cmpi slt, %x, %y : i8\n %r = arith.extsi %c : i1 to i32",
                                     {-1, 5}, {0, 0});
  EXPECT_EQ(bits, (std::vector<int32_t>{-1, 0}));
  auto floats = apply<float, int8_t>("f32", "i8", "%r = arith.fptosi %x : f32 to i8", {-1.9f, 1000.0f}, {0, 0});
  EXPECT_EQ(floats, (std::vector<int8_t>{-1, 127}));
}

// f16 is rounded after every operation: 2048 + 1 is 2048 again, ties go to even.
TEST(Scalars, HalfPrecisionRoundsEveryResult) {
  uint16_t two11 = 0x6800, one = 0x3c00, three = 0x4200, tiny = 0x0001;
  auto sum = apply<uint16_t, uint16_t>("f16", "f16", "%s = arith.addf %x, %y : f16\n %r = arith.addf %s, %y : f16",
                                       {two11, two11, tiny}, {one, three, tiny});
  // 2048+1 -> 2048, again 2048; 2048+3 = 2051 -> 2052, +3 = 2055 -> 2056; the smallest number three times.
  EXPECT_EQ(sum, (std::vector<uint16_t>{0x6800, 0x6804, 0x0003}));
}
