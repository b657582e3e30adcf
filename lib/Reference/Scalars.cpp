#include "Reference/Scalars.h"
#include "Reference/Activation.h"
#include "Reference/Lanes.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace st::reference;

bool st::reference::isFloat(Kind kind) {
  return kind == Kind::F32 || kind == Kind::F64 || kind == Kind::F16 || kind == Kind::BF16;
}

//===----------------------------------------------------------------------------------------------------------===//
// Loops over lanes
//===----------------------------------------------------------------------------------------------------------===//

namespace {

/// The result type of an operation on T: T itself, or i1 for comparisons.
template <typename Op, typename T> using ResultOf = decltype(Op::template apply<T>(T(), T()));

template <typename Op, typename T, bool many>
const Instruction *runBinary(const Instruction *in, char *registers, Activation &) {
  using R = ResultOf<Op, T>;
  R *dst = reinterpret_cast<R *>(registers + in->dst);
  const T *a = reinterpret_cast<const T *>(registers + in->a), *b = reinterpret_cast<const T *>(registers + in->b);
  const int32_t lanes = many ? in->lanes : 1;
  for (int32_t lane = 0; lane < lanes; ++lane)
    dst[lane] = Op::template apply<T>(a[lane], b[lane]);
  return in + 1;
}

template <typename Op, typename T, bool many>
const Instruction *runDivision(const Instruction *in, char *registers, Activation &activation) {
  const T *b = reinterpret_cast<const T *>(registers + in->b);
  for (int32_t lane = 0; lane < in->lanes; ++lane)
    if (b[lane] == 0)
      return activation.fail(in, "divides by zero");
  return runBinary<Op, T, many>(in, registers, activation);
}

template <typename Op> Handler floatHandler(Kind kind, bool lanes) {
  if (!isFloat(kind))
    return nullptr;
  if (kind == Kind::F64)
    return lanes ? runBinary<Op, double, true> : runBinary<Op, double, false>;
  return lanes ? runBinary<Op, float, true> : runBinary<Op, float, false>;
}

template <typename Op> Handler integerHandler(Kind kind, bool lanes) {
  switch (kind) {
  case Kind::I1:
    return lanes ? runBinary<Op, Bit, true> : runBinary<Op, Bit, false>;
  case Kind::I8:
    return lanes ? runBinary<Op, int8_t, true> : runBinary<Op, int8_t, false>;
  case Kind::I16:
    return lanes ? runBinary<Op, int16_t, true> : runBinary<Op, int16_t, false>;
  case Kind::I32:
    return lanes ? runBinary<Op, int32_t, true> : runBinary<Op, int32_t, false>;
  case Kind::I64:
    return lanes ? runBinary<Op, int64_t, true> : runBinary<Op, int64_t, false>;
  default:
    return nullptr;
  }
}

template <typename Op> Handler divisionHandler(Kind kind) {
  switch (kind) {
  case Kind::I8:
    return runDivision<Op, int8_t, true>;
  case Kind::I16:
    return runDivision<Op, int16_t, true>;
  case Kind::I32:
    return runDivision<Op, int32_t, true>;
  case Kind::I64:
    return runDivision<Op, int64_t, true>;
  default:
    return nullptr;
  }
}

} // namespace

//===----------------------------------------------------------------------------------------------------------===//
// The table of operations
//===----------------------------------------------------------------------------------------------------------===//

// Unary operations ignore `b`; the compiler of programs passes the same register twice.
#define FLOAT_OPERATION(NAME, RESULT, VALUE)                                                                           \
  namespace {                                                                                                          \
  struct Op##NAME {                                                                                                    \
    template <typename T> static RESULT apply(T a, [[maybe_unused]] T b) { return VALUE; }                             \
  };                                                                                                                   \
  }                                                                                                                    \
  Handler st::reference::handler##NAME(Kind kind, bool lanes) { return floatHandler<Op##NAME>(kind, lanes); }

#define INTEGER_OPERATION(NAME, RESULT, VALUE, HANDLER)                                                                \
  namespace {                                                                                                          \
  struct Op##NAME {                                                                                                    \
    template <typename T> static RESULT apply(T a, [[maybe_unused]] T b) {                                             \
      using U [[maybe_unused]] = Unsigned<T>;                                                                          \
      return VALUE;                                                                                                    \
    }                                                                                                                  \
  };                                                                                                                   \
  }                                                                                                                    \
  Handler st::reference::handler##NAME(Kind kind, [[maybe_unused]] bool lanes) { return HANDLER; }

#define FLOAT_UNARY(OP, NAME, VALUE) FLOAT_OPERATION(NAME, T, VALUE)
#define FLOAT_BINARY(OP, NAME, VALUE) FLOAT_OPERATION(NAME, T, VALUE)
#define FLOAT_TEST(OP, NAME, VALUE) FLOAT_OPERATION(NAME, Bit, VALUE)
#define FLOAT_COMPARISON(PREDICATE, VALUE) FLOAT_OPERATION(CmpF_##PREDICATE, Bit, VALUE)
#define INTEGER_UNARY(OP, NAME, VALUE) INTEGER_OPERATION(NAME, T, VALUE, integerHandler<Op##NAME>(kind, lanes))
#define INTEGER_BINARY(OP, NAME, VALUE) INTEGER_OPERATION(NAME, T, VALUE, integerHandler<Op##NAME>(kind, lanes))
#define INTEGER_DIVISION(OP, NAME, VALUE) INTEGER_OPERATION(NAME, T, VALUE, divisionHandler<Op##NAME>(kind))
#define INTEGER_COMPARISON(PREDICATE, VALUE)                                                                           \
  INTEGER_OPERATION(CmpI_##PREDICATE, Bit, VALUE, integerHandler<OpCmpI_##PREDICATE>(kind, lanes))
#include "Reference/Scalars.def"

//===----------------------------------------------------------------------------------------------------------===//
// Operations of three operands
//===----------------------------------------------------------------------------------------------------------===//

template <typename T> static const Instruction *runFma(const Instruction *in, char *registers, Activation &) {
  T *dst = reinterpret_cast<T *>(registers + in->dst);
  const T *a = reinterpret_cast<const T *>(registers + in->a), *b = reinterpret_cast<const T *>(registers + in->b),
          *c = reinterpret_cast<const T *>(registers + in->c);
  for (int32_t lane = 0; lane < in->lanes; ++lane)
    dst[lane] = std::fma(a[lane], b[lane], c[lane]);
  return in + 1;
}

Handler st::reference::handlerFma(Kind kind, bool) {
  if (!isFloat(kind))
    return nullptr;
  return kind == Kind::F64 ? runFma<double> : runFma<float>;
}

template <typename T> static const Instruction *runSelect(const Instruction *in, char *registers, Activation &) {
  T *dst = reinterpret_cast<T *>(registers + in->dst);
  const uint8_t *a = reinterpret_cast<const uint8_t *>(registers + in->a);
  const T *b = reinterpret_cast<const T *>(registers + in->b), *c = reinterpret_cast<const T *>(registers + in->c);
  for (int32_t lane = 0; lane < in->lanes; ++lane)
    dst[lane] = a[lane] ? b[lane] : c[lane];
  return in + 1;
}

Handler st::reference::handlerSelect(Kind kind, bool) {
  switch (registerBytes(kind)) {
  case 1:
    return runSelect<uint8_t>;
  case 2:
    return runSelect<uint16_t>;
  case 4:
    return runSelect<uint32_t>;
  default:
    return runSelect<uint64_t>;
  }
}

//===----------------------------------------------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------------------------------------------===//

static uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static float floatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(bits));
  return value;
}

float st::reference::fromBits(Kind kind, uint16_t bits) {
  if (kind == Kind::BF16)
    return floatOf(uint32_t(bits) << 16);
  float magnitude;
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  if (exponent == 31)
    magnitude = fraction ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
  else if (exponent == 0)
    magnitude = std::ldexp(float(fraction), -24);
  else
    magnitude = std::ldexp(float(fraction + 1024), exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

uint16_t st::reference::toBits(Kind kind, float value) {
  uint32_t bits = bitsOf(value);
  if (kind == Kind::BF16) {
    if (value != value)
      return 0x7fc0;
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  }
  uint16_t sign = bits >> 16 & 0x8000;
  if (value != value)
    return sign | 0x7e00;
  float magnitude = std::fabs(value);
  if (magnitude >= 65520.0f)
    return sign | 0x7c00;
  // Below the normal numbers the spacing is constant; nearbyint rounds to even.
  if (magnitude < 6.103515625e-05f)
    return sign | uint16_t(std::nearbyint(std::ldexp(magnitude, 24)));
  uint32_t rounded = (bitsOf(magnitude) + 0xfff + (bitsOf(magnitude) >> 13 & 1)) >> 13;
  return sign | uint16_t(rounded - ((127 - 15) << 10));
}

template <Kind kind> static const Instruction *runRound(const Instruction *in, char *registers, Activation &) {
  float *values = reinterpret_cast<float *>(registers + in->dst);
  for (int32_t lane = 0; lane < in->lanes; ++lane)
    values[lane] = fromBits(kind, toBits(kind, values[lane]));
  return in + 1;
}

Handler st::reference::handlerRoundHalf(Kind kind) {
  return kind == Kind::F16 ? runRound<Kind::F16> : kind == Kind::BF16 ? runRound<Kind::BF16> : nullptr;
}

template <Kind kind, bool toInteger>
static const Instruction *runBitcastHalf(const Instruction *in, char *registers, Activation &) {
  for (int32_t lane = 0; lane < in->lanes; ++lane) {
    float *half = reinterpret_cast<float *>(registers + (toInteger ? in->a : in->dst)) + lane;
    int16_t *bits = reinterpret_cast<int16_t *>(registers + (toInteger ? in->dst : in->a)) + lane;
    if (toInteger)
      *bits = toBits(kind, *half);
    else
      *half = fromBits(kind, *bits);
  }
  return in + 1;
}

Handler st::reference::handlerBitcastHalf(Kind from, Kind to) {
  if (to == Kind::I16)
    return from == Kind::F16    ? runBitcastHalf<Kind::F16, true>
           : from == Kind::BF16 ? runBitcastHalf<Kind::BF16, true>
                                : nullptr;
  if (from == Kind::I16)
    return to == Kind::F16    ? runBitcastHalf<Kind::F16, false>
           : to == Kind::BF16 ? runBitcastHalf<Kind::BF16, false>
                              : nullptr;
  return nullptr;
}

/// Floats outside the range of the integer type give its nearest number, NaN gives 0.
template <typename To, typename From> static To saturate(From value) {
  if (value != value)
    return 0;
  if (value <= static_cast<From>(std::numeric_limits<To>::min()))
    return std::numeric_limits<To>::min();
  if (value >= static_cast<From>(std::numeric_limits<To>::max()))
    return std::numeric_limits<To>::max();
  return static_cast<To>(value);
}

template <typename From, typename To, bool isUnsigned> static To convert(From value) {
  constexpr bool fromFloat = std::is_floating_point_v<From>, toFloat = std::is_floating_point_v<To>;
  if constexpr (fromFloat && toFloat) {
    return static_cast<To>(value);
  } else if constexpr (fromFloat) {
    using Target = std::conditional_t<isUnsigned, Unsigned<To>, Signed<To>>;
    return static_cast<To>(saturate<Target>(value));
  } else {
    // A single bit read with sign is 0 or -1.
    using Source = std::conditional_t<isUnsigned, Unsigned<From>, Signed<From>>;
    if constexpr (std::is_same_v<From, Bit> && !isUnsigned)
      return static_cast<To>(-static_cast<Source>(value));
    else
      return static_cast<To>(static_cast<Source>(value));
  }
}

template <typename From, typename To, bool isUnsigned>
static const Instruction *runConvert(const Instruction *in, char *registers, Activation &) {
  To *dst = reinterpret_cast<To *>(registers + in->dst);
  const From *a = reinterpret_cast<const From *>(registers + in->a);
  for (int32_t lane = 0; lane < in->lanes; ++lane)
    dst[lane] = convert<From, To, isUnsigned>(a[lane]);
  return in + 1;
}

Handler st::reference::handlerConvert(Kind from, Kind to, bool isUnsigned, bool) {
  Handler handler = nullptr;
  withRegisterType(from, [&](auto source) {
    withRegisterType(to, [&](auto target) {
      handler = isUnsigned ? runConvert<decltype(source), decltype(target), true>
                           : runConvert<decltype(source), decltype(target), false>;
    });
  });
  return handler;
}
