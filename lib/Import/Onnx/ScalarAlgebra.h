// One definition per element-wise operator, two meanings: an operator is
// written once against an algebra of scalars, which either emits arith/math
// operations or computes with host numbers, so that folding at import and the
// emitted code cannot disagree.
#pragma once

#include "Import/Onnx/Emit.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

namespace st::onnximport {

enum class Compare { Equal, Less, LessOrEqual, Greater, GreaterOrEqual };

/// The meaning as code: a scalar is an SSA value.
class EmitAlgebra : public ScalarBuilder {
public:
  using Scalar = mlir::Value;
  using ScalarBuilder::ScalarBuilder;

  Scalar neg(Scalar a) { return isFloat(type) ? create<mlir::arith::NegFOp>(a) : sub(constant(0), a); }
  Scalar abs(Scalar a) {
    if (isFloat(type))
      return create<mlir::math::AbsFOp>(a);
    return isUnsigned(type) ? a : create<mlir::math::AbsIOp>(a);
  }
  Scalar sqrt(Scalar a) { return create<mlir::math::SqrtOp>(a); }
  Scalar exp(Scalar a) { return create<mlir::math::ExpOp>(a); }
  Scalar log(Scalar a) { return create<mlir::math::LogOp>(a); }
  Scalar tanh(Scalar a) { return create<mlir::math::TanhOp>(a); }
  Scalar erf(Scalar a) { return create<mlir::math::ErfOp>(a); }
  Scalar sin(Scalar a) { return create<mlir::math::SinOp>(a); }
  Scalar cos(Scalar a) { return create<mlir::math::CosOp>(a); }
  Scalar tan(Scalar a) { return create<mlir::math::TanOp>(a); }
  Scalar asin(Scalar a) { return create<mlir::math::AsinOp>(a); }
  Scalar acos(Scalar a) { return create<mlir::math::AcosOp>(a); }
  Scalar atan(Scalar a) { return create<mlir::math::AtanOp>(a); }
  Scalar sinh(Scalar a) { return create<mlir::math::SinhOp>(a); }
  Scalar cosh(Scalar a) { return create<mlir::math::CoshOp>(a); }
  Scalar asinh(Scalar a) { return create<mlir::math::AsinhOp>(a); }
  Scalar acosh(Scalar a) { return create<mlir::math::AcoshOp>(a); }
  Scalar atanh(Scalar a) { return create<mlir::math::AtanhOp>(a); }
  Scalar shiftLeft(Scalar a, Scalar b) { return create<mlir::arith::ShLIOp>(a, b); }
  Scalar shiftRight(Scalar a, Scalar b) { return create<mlir::arith::ShRUIOp>(a, b); }
  Scalar floor(Scalar a) { return create<mlir::math::FloorOp>(a); }
  Scalar ceil(Scalar a) { return create<mlir::math::CeilOp>(a); }
  Scalar roundEven(Scalar a) { return create<mlir::math::RoundEvenOp>(a); }
  Scalar pow(Scalar a, Scalar b) {
    return isFloat(type) ? create<mlir::math::PowFOp>(a, b) : create<mlir::math::IPowIOp>(a, b);
  }
  /// Comparisons give an i1.
  Scalar compare(Compare predicate, Scalar a, Scalar b);
  Scalar select(Scalar condition, Scalar a, Scalar b) { return create<mlir::arith::SelectOp>(condition, a, b); }
  Scalar logicalAnd(Scalar a, Scalar b) { return create<mlir::arith::AndIOp>(a, b); }
  Scalar logicalOr(Scalar a, Scalar b) { return create<mlir::arith::OrIOp>(a, b); }
  Scalar logicalXor(Scalar a, Scalar b) { return create<mlir::arith::XOrIOp>(a, b); }
  Scalar logicalNot(Scalar a) { return logicalXor(a, mlir::arith::ConstantIntOp::create(builder, loc, 1, 1)); }
  /// `a`, of this algebra's type, as `to`.
  Scalar convert(Scalar a, ElementType to);

private:
  template <typename Op, typename... Args> Scalar create(Args... arguments) {
    return Op::create(builder, loc, arguments...);
  }
};

/// The meaning as a number. Integers are exact; floating-point is computed in
/// double and rounded once at the end.
class HostAlgebra {
public:
  struct Scalar {
    double number = 0;
    int64_t integer = 0;
  };
  explicit HostAlgebra(ElementType type) : type(type) {}

  Scalar constant(double value) { return {value, int64_t(value)}; }
  Scalar add(Scalar a, Scalar b) { return {a.number + b.number, wrap(uint64_t(a.integer) + uint64_t(b.integer))}; }
  Scalar sub(Scalar a, Scalar b) { return {a.number - b.number, wrap(uint64_t(a.integer) - uint64_t(b.integer))}; }
  Scalar mul(Scalar a, Scalar b) { return {a.number * b.number, wrap(uint64_t(a.integer) * uint64_t(b.integer))}; }
  Scalar div(Scalar a, Scalar b);
  Scalar rem(Scalar a, Scalar b);
  Scalar max(Scalar a, Scalar b) { return isNan(a) || compare(Compare::GreaterOrEqual, a, b).integer ? a : b; }
  Scalar min(Scalar a, Scalar b) { return isNan(a) || compare(Compare::LessOrEqual, a, b).integer ? a : b; }
  Scalar neg(Scalar a) { return {-a.number, wrap(-uint64_t(a.integer))}; }
  Scalar abs(Scalar a) {
    return {std::fabs(a.number), !isUnsigned(type) && a.integer < 0 ? neg(a).integer : a.integer};
  }
  Scalar sqrt(Scalar a) { return {std::sqrt(a.number)}; }
  Scalar exp(Scalar a) { return {std::exp(a.number)}; }
  Scalar log(Scalar a) { return {std::log(a.number)}; }
  Scalar tanh(Scalar a) { return {std::tanh(a.number)}; }
  Scalar erf(Scalar a) { return {std::erf(a.number)}; }
  Scalar sin(Scalar a) { return {std::sin(a.number)}; }
  Scalar cos(Scalar a) { return {std::cos(a.number)}; }
  Scalar tan(Scalar a) { return {std::tan(a.number)}; }
  Scalar asin(Scalar a) { return {std::asin(a.number)}; }
  Scalar acos(Scalar a) { return {std::acos(a.number)}; }
  Scalar atan(Scalar a) { return {std::atan(a.number)}; }
  Scalar sinh(Scalar a) { return {std::sinh(a.number)}; }
  Scalar cosh(Scalar a) { return {std::cosh(a.number)}; }
  Scalar asinh(Scalar a) { return {std::asinh(a.number)}; }
  Scalar acosh(Scalar a) { return {std::acosh(a.number)}; }
  Scalar atanh(Scalar a) { return {std::atanh(a.number)}; }
  Scalar shiftLeft(Scalar a, Scalar b) {
    return {0, uint64_t(b.integer) > 63 ? 0 : wrap(uint64_t(a.integer) << b.integer)};
  }
  Scalar shiftRight(Scalar a, Scalar b) {
    return {0, uint64_t(b.integer) > 63 ? 0 : int64_t(uint64_t(a.integer) >> b.integer)};
  }
  Scalar floor(Scalar a) { return {std::floor(a.number)}; }
  Scalar ceil(Scalar a) { return {std::ceil(a.number)}; }
  Scalar roundEven(Scalar a) { return {std::nearbyint(a.number)}; }
  Scalar pow(Scalar a, Scalar b);
  Scalar compare(Compare predicate, Scalar a, Scalar b);
  Scalar select(Scalar condition, Scalar a, Scalar b) { return condition.integer ? a : b; }
  Scalar logicalAnd(Scalar a, Scalar b) { return {0, a.integer & b.integer}; }
  Scalar logicalOr(Scalar a, Scalar b) { return {0, a.integer | b.integer}; }
  Scalar logicalXor(Scalar a, Scalar b) { return {0, a.integer ^ b.integer}; }
  Scalar logicalNot(Scalar a) { return {0, !a.integer}; }
  Scalar convert(Scalar a, ElementType to);

  ElementType type;

private:
  bool isNan(Scalar a) { return isFloat(type) && std::isnan(a.number); }
  /// Integers wrap around as they do in hardware.
  int64_t wrap(uint64_t value);
};

} // namespace st::onnximport
