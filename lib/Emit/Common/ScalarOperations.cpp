//===- ScalarOperations.cpp - arith and math as C++ -----------------------------------------------------------===//

#include "Emit/Common/ScalarOperations.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace st;

namespace {

/// How an operation reads in C++.
enum class Form {
  Binary,           ///< a op b; on single bits the operator of the same meaning
  UnsignedBinary,   ///< the same on unsigned operands
  UnsignedFunction, ///< op(a, ...) on unsigned operands
  Function,         ///< op(a, ...)
  Unary             ///< op a
};

struct Notation {
  Form form;
  const char *text;
  Precedence precedence;
  const char *valueName;
};

} // namespace

static const llvm::StringMap<Notation> &notations() {
  using P = Precedence;
  static const llvm::StringMap<Notation> table = {
      {"arith.addf", {Form::Binary, "+", P::Additive, "sum"}},
      {"arith.subf", {Form::Binary, "-", P::Additive, "difference"}},
      {"arith.mulf", {Form::Binary, "*", P::Multiplicative, "product"}},
      {"arith.divf", {Form::Binary, "/", P::Multiplicative, "quotient"}},
      {"arith.remf", {Form::Function, "hls::fmod", P::Primary, "remainder"}},
      {"arith.negf", {Form::Unary, "-", P::Unary, "negated"}},
      {"arith.maximumf", {Form::Function, "maximum", P::Primary, "largest"}},
      {"arith.minimumf", {Form::Function, "minimum", P::Primary, "smallest"}},
      {"arith.maxnumf", {Form::Function, "hls::fmax", P::Primary, "largest"}},
      {"arith.minnumf", {Form::Function, "hls::fmin", P::Primary, "smallest"}},
      {"arith.addi", {Form::Binary, "+", P::Additive, "sum"}},
      {"arith.subi", {Form::Binary, "-", P::Additive, "difference"}},
      {"arith.muli", {Form::Binary, "*", P::Multiplicative, "product"}},
      {"arith.divsi", {Form::Binary, "/", P::Multiplicative, "quotient"}},
      {"arith.floordivsi", {Form::Function, "st::floor_divide", P::Primary, "quotient"}},
      {"arith.ceildivsi", {Form::Function, "st::ceil_divide", P::Primary, "quotient"}},
      {"arith.ceildivui", {Form::UnsignedFunction, "st::ceil_divide", P::Primary, "quotient"}},
      {"arith.remsi", {Form::Binary, "%", P::Multiplicative, "remainder"}},
      {"arith.divui", {Form::UnsignedBinary, "/", P::Multiplicative, "quotient"}},
      {"arith.remui", {Form::UnsignedBinary, "%", P::Multiplicative, "remainder"}},
      {"arith.andi", {Form::Binary, "&", P::BitAnd, "masked"}},
      {"arith.ori", {Form::Binary, "|", P::BitOr, "joined"}},
      {"arith.xori", {Form::Binary, "^", P::BitXor, "toggled"}},
      {"arith.shli", {Form::Binary, "<<", P::Shift, "shifted"}},
      {"arith.shrsi", {Form::Binary, ">>", P::Shift, "shifted"}},
      {"arith.shrui", {Form::UnsignedBinary, ">>", P::Shift, "shifted"}},
      {"math.absf", {Form::Function, "hls::fabs", P::Primary, "magnitude"}},
      {"math.acos", {Form::Function, "hls::acos", P::Primary, "angle"}},
      {"math.acosh", {Form::Function, "hls::acosh", P::Primary, "argument"}},
      {"math.asin", {Form::Function, "hls::asin", P::Primary, "angle"}},
      {"math.asinh", {Form::Function, "hls::asinh", P::Primary, "argument"}},
      {"math.atan", {Form::Function, "hls::atan", P::Primary, "angle"}},
      {"math.atan2", {Form::Function, "hls::atan2", P::Primary, "angle"}},
      {"math.atanh", {Form::Function, "hls::atanh", P::Primary, "argument"}},
      {"math.cbrt", {Form::Function, "hls::cbrt", P::Primary, "root"}},
      {"math.ctlz", {Form::UnsignedFunction, "st::leading_zeros", P::Primary, "zeros"}},
      {"math.ctpop", {Form::UnsignedFunction, "st::count_ones", P::Primary, "ones"}},
      {"math.cttz", {Form::UnsignedFunction, "st::trailing_zeros", P::Primary, "zeros"}},
      {"math.ipowi", {Form::Function, "st::integer_power", P::Primary, "power"}},
      {"math.ceil", {Form::Function, "hls::ceil", P::Primary, "rounded"}},
      {"math.copysign", {Form::Function, "hls::copysign", P::Primary, "signed_value"}},
      {"math.cos", {Form::Function, "hls::cos", P::Primary, "cosine"}},
      {"math.cosh", {Form::Function, "hls::cosh", P::Primary, "cosine"}},
      {"math.erf", {Form::Function, "hls::erf", P::Primary, "error"}},
      {"math.erfc", {Form::Function, "hls::erfc", P::Primary, "error"}},
      {"math.exp", {Form::Function, "hls::exp", P::Primary, "power"}},
      {"math.exp2", {Form::Function, "hls::exp2", P::Primary, "power"}},
      {"math.expm1", {Form::Function, "hls::expm1", P::Primary, "power"}},
      {"math.floor", {Form::Function, "hls::floor", P::Primary, "rounded"}},
      {"math.fma", {Form::Function, "hls::fma", P::Primary, "sum"}},
      {"math.log", {Form::Function, "hls::log", P::Primary, "logarithm"}},
      {"math.log10", {Form::Function, "hls::log10", P::Primary, "logarithm"}},
      {"math.log1p", {Form::Function, "hls::log1p", P::Primary, "logarithm"}},
      {"math.log2", {Form::Function, "hls::log2", P::Primary, "logarithm"}},
      {"math.powf", {Form::Function, "hls::pow", P::Primary, "power"}},
      {"math.round", {Form::Function, "hls::round", P::Primary, "rounded"}},
      {"math.roundeven", {Form::Function, "hls::rint", P::Primary, "rounded"}},
      {"math.rsqrt", {Form::Function, "hls::rsqrt", P::Primary, "inverse_root"}},
      {"math.sin", {Form::Function, "hls::sin", P::Primary, "sine"}},
      {"math.sinh", {Form::Function, "hls::sinh", P::Primary, "sine"}},
      {"math.sqrt", {Form::Function, "hls::sqrt", P::Primary, "root"}},
      {"math.tan", {Form::Function, "hls::tan", P::Primary, "tangent"}},
      {"math.tanh", {Form::Function, "hls::tanh", P::Primary, "tangent"}},
      {"math.trunc", {Form::Function, "hls::trunc", P::Primary, "rounded"}},
  };
  return table;
}

/// The type that C++ computes an operation in: an operand's for most, a lane's for vectors.
static Type scalarType(Type type) { return getElementTypeOrSelf(type); }

static std::string unsignedType(Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  return *cppType(IntegerType::get(type.getContext(), integer ? integer.getWidth() : 32, IntegerType::Unsigned));
}

/// The result as it is after wrapping: C++ computes on nothing narrower than int, ap_int in a wider type.
static Expression wrap(const Expression &value, Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || integer.getWidth() == 32 || integer.getWidth() == 64)
    return value;
  return castTo(*cppType(type), value);
}

/// Arithmetic on single bits, modulo 2. Nothing where C++'s operator already means that.
static std::optional<Expression> printBits(StringRef symbol, ArrayRef<Expression> operands) {
  if (symbol == "&" || symbol == "*")
    return binary(operands[0], "&&", operands[1], Precedence::LogicalAnd);
  if (symbol == "|")
    return binary(operands[0], "||", operands[1], Precedence::LogicalOr);
  if (symbol == "^" || symbol == "+" || symbol == "-")
    return operands[1].text == "true" ? unary("!", operands[0])
                                      : binary(operands[0], "!=", operands[1], Precedence::Equality);
  return std::nullopt;
}

static std::optional<Expression> printNotation(const Notation &notation, Type type, ArrayRef<Expression> operands) {
  switch (notation.form) {
  case Form::Function:
    // Arguments of narrow types may have become int on the way, and literals are.
    if (isa<IntegerType, IndexType>(type))
      return call(notation.text + ("<" + *cppType(type) + ">"), operands);
    // bfloat16 is not among the types that the functions are defined on: they compute in float.
    return type.isBF16() ? castTo(*cppType(type), call(notation.text, operands)) : call(notation.text, operands);
  case Form::UnsignedFunction: {
    auto operandsWithoutSign =
        llvm::map_to_vector(operands, [&](const Expression &operand) { return castTo(unsignedType(type), operand); });
    return castTo(*cppType(type), call(notation.text, operandsWithoutSign));
  }
  case Form::Unary:
    return unary(notation.text, operands[0]);
  case Form::UnsignedBinary: {
    Expression value = binary(castTo(unsignedType(type), operands[0]), notation.text,
                              castTo(unsignedType(type), operands[1]), notation.precedence);
    return castTo(*cppType(type), value);
  }
  case Form::Binary:
    if (type.isInteger(1))
      if (std::optional<Expression> bits = printBits(notation.text, operands))
        return bits;
    return wrap(binary(operands[0], notation.text, operands[1], notation.precedence), type);
  }
  llvm_unreachable("unknown form");
}

static Expression printComparison(arith::CmpIPredicate predicate, Type type, Expression a, Expression b) {
  using Predicate = arith::CmpIPredicate;
  if (type.isInteger(1)) {
    // A signed bit is 0 or -1, C++'s false and true are 0 and 1.
    if (predicate >= Predicate::slt && predicate <= Predicate::sge)
      std::swap(a, b);
  } else if (predicate >= Predicate::ult) {
    a = castTo(unsignedType(type), a);
    b = castTo(unsignedType(type), b);
  }
  switch (predicate) {
  case Predicate::eq:
    return binary(a, "==", b, Precedence::Equality);
  case Predicate::ne:
    return binary(a, "!=", b, Precedence::Equality);
  case Predicate::slt:
  case Predicate::ult:
    return binary(a, "<", b, Precedence::Relational);
  case Predicate::sle:
  case Predicate::ule:
    return binary(a, "<=", b, Precedence::Relational);
  case Predicate::sgt:
  case Predicate::ugt:
    return binary(a, ">", b, Precedence::Relational);
  case Predicate::sge:
  case Predicate::uge:
    return binary(a, ">=", b, Precedence::Relational);
  }
  llvm_unreachable("unknown predicate");
}

/// C++ compares ordered; the unordered predicates are the negations of their ordered opposites.
static std::optional<Expression> printComparison(arith::CmpFPredicate predicate, const Expression &a,
                                                 const Expression &b) {
  using Predicate = arith::CmpFPredicate;
  auto negated = [&](const char *op) { return unary("!", binary(a, op, b, Precedence::Relational)); };
  switch (predicate) {
  case Predicate::OEQ:
    return binary(a, "==", b, Precedence::Equality);
  case Predicate::UNE:
    return binary(a, "!=", b, Precedence::Equality);
  case Predicate::ONE:
  case Predicate::UEQ: {
    Expression differs = binary(binary(a, "<", b, Precedence::Relational), "||",
                                binary(a, ">", b, Precedence::Relational), Precedence::LogicalOr);
    return predicate == Predicate::ONE ? differs : unary("!", differs);
  }
  case Predicate::OLT:
    return binary(a, "<", b, Precedence::Relational);
  case Predicate::OLE:
    return binary(a, "<=", b, Precedence::Relational);
  case Predicate::OGT:
    return binary(a, ">", b, Precedence::Relational);
  case Predicate::OGE:
    return binary(a, ">=", b, Precedence::Relational);
  case Predicate::ULT:
    return negated(">=");
  case Predicate::ULE:
    return negated(">");
  case Predicate::UGT:
    return negated("<=");
  case Predicate::UGE:
    return negated("<");
  case Predicate::AlwaysTrue:
    return Expression{"true"};
  case Predicate::AlwaysFalse:
    return Expression{"false"};
  case Predicate::UNO:
    return binary(call("hls::isnan", a), "||", call("hls::isnan", b), Precedence::LogicalOr);
  case Predicate::ORD:
    return binary(unary("!", call("hls::isnan", a)), "&&", unary("!", call("hls::isnan", b)), Precedence::LogicalAnd);
  }
  llvm_unreachable("unknown predicate");
}

/// The larger or smaller of two integers.
static Expression printExtremum(Operation *op, Type type, ArrayRef<Expression> operands) {
  bool isMaximum = isa<arith::MaxSIOp, arith::MaxUIOp>(op);
  bool isUnsigned = isa<arith::MaxUIOp, arith::MinUIOp>(op);
  // With sign, a set bit is -1.
  if (type.isInteger(1))
    return *printBits(isMaximum == isUnsigned ? "|" : "&", operands);
  auto predicate = isUnsigned ? (isMaximum ? arith::CmpIPredicate::ugt : arith::CmpIPredicate::ult)
                              : (isMaximum ? arith::CmpIPredicate::sgt : arith::CmpIPredicate::slt);
  return conditional(printComparison(predicate, type, operands[0], operands[1]), operands[0], operands[1]);
}

/// A conversion between number formats.
static Expression printConversion(Operation *op, Type from, Type to, const Expression &operand) {
  std::string target = *cppType(to);
  // The lowest bit, which C++'s conversion to bool is not.
  if (to.isInteger(1) && isa<arith::TruncIOp>(op))
    return binary(binary(operand, "&", literal(1), Precedence::BitAnd), "!=", literal(0), Precedence::Equality);
  if (from.isInteger(1)) {
    // A signed bit is 0 or -1, unlike a C++ bool.
    bool isSigned = isa<arith::SIToFPOp, arith::ExtSIOp, arith::IndexCastOp>(op);
    return castTo(target, isSigned ? unary("-", castTo("int", operand)) : operand);
  }
  if (isa<arith::UIToFPOp, arith::ExtUIOp, arith::IndexCastUIOp>(op))
    return castTo(target, castTo(unsignedType(from), operand));
  if (isa<arith::FPToUIOp>(op))
    return castTo(target, castTo(unsignedType(to), operand));
  return castTo(target, operand);
}

std::optional<Expression> st::printScalarOperation(Operation *op, ArrayRef<Expression> operands) {
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op)) {
    AffineMap map = apply.getAffineMap();
    return printAffine(map.getResult(0), map.getNumDims(), operands);
  }
  if (op->getNumResults() != 1)
    return std::nullopt;
  Type type = scalarType(op->getResult(0).getType());
  std::optional<std::string> resultType = cppType(type);
  if (!resultType)
    return std::nullopt;
  if (auto notation = notations().find(op->getName().getStringRef()); notation != notations().end())
    return printNotation(notation->second, type, operands);

  Type from = op->getNumOperands() > 0 ? scalarType(op->getOperand(0).getType()) : Type();
  return TypeSwitch<Operation *, std::optional<Expression>>(op)
      .Case([&](arith::CmpIOp cmp) { return printComparison(cmp.getPredicate(), from, operands[0], operands[1]); })
      .Case([&](arith::CmpFOp cmp) { return printComparison(cmp.getPredicate(), operands[0], operands[1]); })
      .Case([&](arith::SelectOp) { return conditional(operands[0], operands[1], operands[2]); })
      .Case<arith::IndexCastOp, arith::IndexCastUIOp>([&](Operation *) -> std::optional<Expression> {
        std::optional<std::string> fromType = cppType(from);
        return fromType == resultType ? operands[0] : printConversion(op, from, type, operands[0]);
      })
      .Case<arith::SIToFPOp, arith::UIToFPOp, arith::FPToSIOp, arith::FPToUIOp, arith::ExtSIOp, arith::ExtUIOp,
            arith::TruncIOp, arith::ExtFOp, arith::TruncFOp>(
          [&](Operation *) { return printConversion(op, from, type, operands[0]); })
      .Case([&](arith::BitcastOp) -> std::optional<Expression> {
        std::optional<std::string> fromType = cppType(from);
        return fromType == resultType ? operands[0] : call("st::reinterpret<" + *resultType + ">", operands[0]);
      })
      .Case<arith::MaxSIOp, arith::MinSIOp, arith::MaxUIOp, arith::MinUIOp>(
          [&](Operation *) { return printExtremum(op, type, operands); })
      .Case([&](math::AbsIOp) {
        return conditional(binary(operands[0], "<", literal(0), Precedence::Relational),
                           wrap(unary("-", operands[0]), type), operands[0]);
      })
      .Case([&](math::FPowIOp) {
        return call("hls::pow", {operands[0], castTo(*resultType, operands[1])});
      })
      .Case([&](math::IsNaNOp) { return call("hls::isnan", operands[0]); })
      .Case([&](math::IsInfOp) { return call("hls::isinf", operands[0]); })
      .Case([&](math::IsFiniteOp) { return call("hls::isfinite", operands[0]); })
      .Default([](Operation *) { return std::nullopt; });
}

bool st::isScalarOperation(Operation *op) {
  return isa<affine::AffineApplyOp>(op) ||
         (isa<arith::ArithDialect, math::MathDialect>(op->getDialect()) && op->getNumResults() == 1);
}

StringRef st::nameForValueOf(Operation *op) {
  if (auto notation = notations().find(op->getName().getStringRef()); notation != notations().end())
    return notation->second.valueName;
  return TypeSwitch<Operation *, StringRef>(op)
      .Case<arith::CmpIOp, arith::CmpFOp>([](Operation *) { return "condition"; })
      .Case([](arith::SelectOp) { return "selected"; })
      .Case([](affine::AffineApplyOp) { return "position"; })
      .Case<arith::MaxSIOp, arith::MaxUIOp>([](Operation *) { return "largest"; })
      .Case<arith::MinSIOp, arith::MinUIOp>([](Operation *) { return "smallest"; })
      .Case<math::AbsIOp>([](Operation *) { return "magnitude"; })
      .Case<math::FPowIOp>([](Operation *) { return "power"; })
      .Default([](Operation *) { return "value"; });
}
