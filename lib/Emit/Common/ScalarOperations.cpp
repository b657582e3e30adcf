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
  Binary,         ///< a op b
  UnsignedBinary, ///< the same on unsigned operands
  Function,       ///< op(a, ...)
  Unary           ///< op a
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

static std::optional<Expression> printNotation(const Notation &notation, Type type, ArrayRef<Expression> operands) {
  switch (notation.form) {
  case Form::Function:
    return call(notation.text, operands);
  case Form::Unary:
    return unary(notation.text, operands[0]);
  case Form::UnsignedBinary: {
    Expression value = binary(castTo(unsignedType(type), operands[0]), notation.text,
                              castTo(unsignedType(type), operands[1]), notation.precedence);
    return castTo(*cppType(type), value);
  }
  case Form::Binary:
    if (type.isInteger(1)) {
      StringRef text = notation.text;
      if (text == "&")
        return binary(operands[0], "&&", operands[1], Precedence::LogicalAnd);
      if (text == "|")
        return binary(operands[0], "||", operands[1], Precedence::LogicalOr);
      if (text == "^")
        return operands[1].text == "true" ? unary("!", operands[0])
                                          : binary(operands[0], "!=", operands[1], Precedence::Equality);
    }
    return wrap(binary(operands[0], notation.text, operands[1], notation.precedence), type);
  }
  llvm_unreachable("unknown form");
}

static Expression printComparison(arith::CmpIPredicate predicate, Type type, Expression a, Expression b) {
  using Predicate = arith::CmpIPredicate;
  if (predicate >= Predicate::ult) {
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
  default:
    return std::nullopt;
  }
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
        return fromType == resultType ? operands[0] : castTo(*resultType, operands[0]);
      })
      .Case<arith::SIToFPOp, arith::FPToSIOp, arith::ExtSIOp, arith::TruncIOp, arith::ExtFOp, arith::TruncFOp>(
          [&](Operation *) -> std::optional<Expression> {
            // A signed bit is 0 or -1, unlike a C++ bool.
            if (from.isInteger(1) && isa<arith::SIToFPOp, arith::ExtSIOp>(op))
              return std::nullopt;
            if (type.isInteger(1)) // the lowest bit, which C++'s conversion to bool is not
              return std::nullopt;
            return castTo(*resultType, operands[0]);
          })
      .Case<arith::UIToFPOp, arith::ExtUIOp>(
          [&](Operation *) { return castTo(*resultType, castTo(unsignedType(from), operands[0])); })
      .Case<arith::MaxSIOp>([&](Operation *) {
        return conditional(binary(operands[0], ">", operands[1], Precedence::Relational), operands[0], operands[1]);
      })
      .Case<arith::MinSIOp>([&](Operation *) {
        return conditional(binary(operands[0], "<", operands[1], Precedence::Relational), operands[0], operands[1]);
      })
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
      .Case<arith::MaxSIOp>([](Operation *) { return "largest"; })
      .Case<arith::MinSIOp>([](Operation *) { return "smallest"; })
      .Default([](Operation *) { return "value"; });
}
