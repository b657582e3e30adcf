#include "Import/Onnx/ScalarAlgebra.h"

using namespace mlir;

namespace st::onnximport {

Value EmitAlgebra::compare(Compare predicate, Value a, Value b) {
  using FP = arith::CmpFPredicate;
  using IP = arith::CmpIPredicate;
  static constexpr FP floats[] = {FP::OEQ, FP::OLT, FP::OLE, FP::OGT, FP::OGE};
  static constexpr IP signedInts[] = {IP::eq, IP::slt, IP::sle, IP::sgt, IP::sge};
  static constexpr IP unsignedInts[] = {IP::eq, IP::ult, IP::ule, IP::ugt, IP::uge};
  auto which = static_cast<size_t>(predicate);
  if (isFloat(type))
    return arith::CmpFOp::create(builder, loc, floats[which], a, b);
  bool noSign = isUnsigned(type) || type == ElementType::Bool;
  return arith::CmpIOp::create(builder, loc, (noSign ? unsignedInts : signedInts)[which], a, b);
}

Value EmitAlgebra::convert(Value a, ElementType to) {
  if (type == to)
    return a;
  Type target = toMlirType(to, builder.getContext());
  unsigned width = a.getType().getIntOrFloatBitWidth(), targetWidth = target.getIntOrFloatBitWidth();
  if (to == ElementType::Bool) {
    Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(a.getType()));
    if (isFloat(type))
      return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNE, a, zero);
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne, a, zero);
  }
  bool noSign = isUnsigned(type) || type == ElementType::Bool;
  if (isFloat(type) && isFloat(to)) {
    if (width == targetWidth) // f16 and bf16 meet in f32
      return arith::TruncFOp::create(builder, loc, target,
                                     arith::ExtFOp::create(builder, loc, builder.getF32Type(), a));
    if (width < targetWidth)
      return arith::ExtFOp::create(builder, loc, target, a);
    return arith::TruncFOp::create(builder, loc, target, a);
  }
  if (isFloat(type)) {
    if (isUnsigned(to))
      return arith::FPToUIOp::create(builder, loc, target, a);
    return arith::FPToSIOp::create(builder, loc, target, a);
  }
  if (isFloat(to)) {
    if (noSign)
      return arith::UIToFPOp::create(builder, loc, target, a);
    return arith::SIToFPOp::create(builder, loc, target, a);
  }
  if (width == targetWidth)
    return a;
  if (width > targetWidth)
    return arith::TruncIOp::create(builder, loc, target, a);
  if (noSign)
    return arith::ExtUIOp::create(builder, loc, target, a);
  return arith::ExtSIOp::create(builder, loc, target, a);
}

int64_t HostAlgebra::wrap(uint64_t value) {
  switch (type) {
  case ElementType::I32:
    return int32_t(value);
  case ElementType::I16:
    return int16_t(value);
  case ElementType::I8:
    return int8_t(value);
  case ElementType::U32:
    return uint32_t(value);
  case ElementType::U16:
    return uint16_t(value);
  case ElementType::U8:
    return uint8_t(value);
  case ElementType::Bool:
    return value != 0;
  default:
    return value;
  }
}

HostAlgebra::Scalar HostAlgebra::div(Scalar a, Scalar b) {
  if (isFloat(type))
    return {a.number / b.number};
  // Division by zero is undefined in ONNX as in hardware; the host must not
  // trap on it.
  if (b.integer == 0)
    return {0, 0};
  if (isUnsigned(type))
    return {0, int64_t(uint64_t(a.integer) / uint64_t(b.integer))};
  return b.integer == -1 ? neg(a) : Scalar{0, a.integer / b.integer};
}

HostAlgebra::Scalar HostAlgebra::rem(Scalar a, Scalar b) {
  if (isFloat(type))
    return {std::fmod(a.number, b.number)};
  if (b.integer == 0)
    return {0, 0};
  if (isUnsigned(type))
    return {0, int64_t(uint64_t(a.integer) % uint64_t(b.integer))};
  return {0, b.integer == -1 ? 0 : a.integer % b.integer};
}

HostAlgebra::Scalar HostAlgebra::pow(Scalar a, Scalar b) {
  if (isFloat(type))
    return {std::pow(a.number, b.number)};
  if (b.integer < 0)
    return {0, a.integer == 1 ? 1 : a.integer == -1 ? (b.integer % 2 ? -1 : 1) : 0};
  uint64_t result = 1, base = a.integer;
  for (uint64_t exponent = b.integer; exponent; exponent >>= 1, base *= base)
    if (exponent & 1)
      result *= base;
  return {0, wrap(result)};
}

HostAlgebra::Scalar HostAlgebra::compare(Compare predicate, Scalar a, Scalar b) {
  bool less, equal;
  if (isFloat(type)) {
    less = a.number < b.number;
    equal = a.number == b.number;
  } else {
    less = isUnsigned(type) ? uint64_t(a.integer) < uint64_t(b.integer) : a.integer < b.integer;
    equal = a.integer == b.integer;
  }
  // Comparisons with NaN are all false.
  bool ordered = !isFloat(type) || (!std::isnan(a.number) && !std::isnan(b.number));
  switch (predicate) {
  case Compare::Equal:
    return {0, equal};
  case Compare::Less:
    return {0, less};
  case Compare::LessOrEqual:
    return {0, less || equal};
  case Compare::Greater:
    return {0, ordered && !less && !equal};
  case Compare::GreaterOrEqual:
    return {0, ordered && !less};
  }
  llvm_unreachable("all predicates are listed");
}

HostAlgebra::Scalar HostAlgebra::convert(Scalar a, ElementType to) {
  HostAlgebra target(to);
  if (to == ElementType::Bool)
    return {0, isFloat(type) ? a.number != 0 : a.integer != 0};
  if (isFloat(type) && isFloat(to))
    return a;
  if (isFloat(type)) {
    // Outside the range of int64 the result is undefined in ONNX; clamp, so
    // that the host's is defined.
    double limit = 9223372036854774784.0;
    double number = std::isnan(a.number) ? 0 : std::min(std::max(std::trunc(a.number), -limit), limit);
    return {0, target.wrap(int64_t(number))};
  }
  if (isFloat(to))
    return {isUnsigned(type) ? double(uint64_t(a.integer)) : double(a.integer)};
  return {0, target.wrap(a.integer)};
}

} // namespace st::onnximport
