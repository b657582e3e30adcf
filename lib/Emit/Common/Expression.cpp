//===- Expression.cpp - C++ expressions as text ---------------------------------------------------------------===//

#include "Emit/Common/Expression.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace st;

std::string Expression::inside(Precedence outer, bool isRightOperand) const {
  bool fits = isRightOperand ? precedence < outer : precedence <= outer;
  return fits ? text : "(" + text + ")";
}

Expression st::binary(const Expression &a, StringRef op, const Expression &b, Precedence precedence) {
  return {a.inside(precedence) + " " + op.str() + " " + b.inside(precedence, /*isRightOperand=*/true), precedence};
}

Expression st::unary(StringRef op, const Expression &operand) {
  // A second sign must not melt into an operator: -(-x).
  return {op.str() + operand.inside(Precedence::Unary, /*isRightOperand=*/true), Precedence::Unary};
}

Expression st::call(StringRef function, ArrayRef<Expression> arguments) {
  auto texts = llvm::map_range(arguments, [](const Expression &argument) { return argument.text; });
  return {function.str() + "(" + llvm::join(texts, ", ") + ")", Precedence::Primary};
}

Expression st::castTo(StringRef type, const Expression &operand) {
  return {"static_cast<" + type.str() + ">(" + operand.text + ")", Precedence::Primary};
}

Expression st::conditional(const Expression &condition, const Expression &ifTrue, const Expression &ifFalse) {
  return {condition.inside(Precedence::LogicalOr) + " ? " + ifTrue.inside(Precedence::LogicalOr) + " : " +
              ifFalse.inside(Precedence::LogicalOr),
          Precedence::Conditional};
}

Expression st::literal(int64_t value) {
  return {std::to_string(value), value < 0 ? Precedence::Unary : Precedence::Primary};
}

Expression st::addIndex(const Expression &a, const Expression &b) {
  if (a.text == "0")
    return b;
  if (b.text == "0")
    return a;
  int64_t constant;
  if (!StringRef(b.text).getAsInteger(10, constant) && constant < 0)
    return binary(a, "-", literal(-constant), Precedence::Additive);
  // Sums of indices need no parentheses: they cannot overflow.
  return {a.inside(Precedence::Additive) + " + " + b.inside(Precedence::Additive), Precedence::Additive};
}

Expression st::multiplyIndex(const Expression &a, int64_t factor) {
  if (a.text == "0" || factor == 0)
    return literal(0);
  if (factor == 1)
    return a;
  int64_t constant;
  if (!StringRef(a.text).getAsInteger(10, constant))
    return literal(constant * factor);
  if (factor == -1)
    return unary("-", a);
  return binary(a, "*", literal(factor), Precedence::Multiplicative);
}

std::optional<std::string> st::cppType(Type type) {
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  if (type.isF16())
    return "half";
  if (type.isBF16())
    return "st::bfloat16";
  if (type.isIndex())
    return "int";
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return std::nullopt;
  bool isUnsigned = integer.isUnsigned();
  std::string prefix = isUnsigned ? "unsigned " : "";
  switch (integer.getWidth()) {
  case 1:
    return "bool";
  case 8:
    return isUnsigned ? "unsigned char" : "signed char";
  case 16:
    return prefix + "short";
  case 32:
    return isUnsigned ? "unsigned" : "int";
  case 64:
    return prefix + "long long";
  default:
    return (isUnsigned ? "ap_uint<" : "ap_int<") + std::to_string(integer.getWidth()) + ">";
  }
}

int64_t st::scalarBits(Type type) { return type.isIndex() ? 32 : type.getIntOrFloatBitWidth(); }

static std::optional<Expression> printFloat(APFloat value, Type type) {
  if (type.isF16() || type.isBF16()) {
    // Neither has literals: the float with the same value, converted.
    bool losesInfo = false;
    value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &losesInfo);
    return call(*cppType(type), *printFloat(value, Float32Type::get(type.getContext())));
  }
  if (!type.isF32() && !type.isF64())
    return std::nullopt;
  Expression printed;
  APFloat magnitude = abs(value);
  if (value.isInfinity()) {
    printed.text = "INFINITY";
  } else if (value.isNaN()) {
    printed.text = "NAN";
  } else {
    // As few digits as read back the same.
    SmallString<32> digits;
    for (unsigned precision = 1; precision <= 17; ++precision) {
      digits.clear();
      magnitude.toString(digits, precision, /*FormatMaxPadding=*/6);
      if (APFloat(magnitude.getSemantics(), digits).bitwiseIsEqual(magnitude))
        break;
    }
    printed.text = StringRef(digits).lower();
    if (printed.text.find_first_of(".e") == std::string::npos)
      printed.text += ".0";
    if (type.isF32())
      printed.text += "f";
  }
  return value.isNegative() && !value.isNaN() ? unary("-", printed) : printed;
}

std::optional<Expression> st::printConstant(TypedAttr value) {
  if (auto boolean = dyn_cast<BoolAttr>(value))
    return Expression{boolean.getValue() ? "true" : "false"};
  if (auto integer = dyn_cast<IntegerAttr>(value)) {
    std::optional<std::string> type = cppType(integer.getType());
    if (!type)
      return std::nullopt;
    // There are no negative literals, and the magnitude of the smallest number is none either.
    if (integer.getValue().getBitWidth() == 64 && integer.getValue().isMinSignedValue())
      return Expression{"-9223372036854775807LL - 1", Precedence::Additive};
    Expression printed = literal(integer.getValue().getSExtValue());
    // Shifted or handed to a template, a shorter literal would be another number.
    if (*type == "long long")
      printed.text += "LL";
    return printed;
  }
  if (auto number = dyn_cast<FloatAttr>(value))
    return printFloat(number.getValue(), number.getType());
  return std::nullopt;
}

/// Adds a multiple of `modulus` to a negative constant term, because C++ rounds toward zero.
static AffineExpr makeNonNegative(AffineExpr expression, int64_t modulus) {
  auto sum = dyn_cast<AffineBinaryOpExpr>(expression);
  if (!sum || sum.getKind() != AffineExprKind::Add)
    return expression;
  auto constant = dyn_cast<AffineConstantExpr>(sum.getRHS());
  if (!constant || constant.getValue() >= 0)
    return expression;
  return sum.getLHS() + ((constant.getValue() % modulus) + modulus) % modulus;
}

Expression st::printAffine(AffineExpr expression, unsigned numDims, ArrayRef<Expression> operands) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expression))
    return literal(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expression))
    return operands[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expression))
    return operands[numDims + symbol.getPosition()];
  auto operation = cast<AffineBinaryOpExpr>(expression);
  auto print = [&](AffineExpr e) { return printAffine(e, numDims, operands); };
  auto constant = dyn_cast<AffineConstantExpr>(operation.getRHS());
  switch (operation.getKind()) {
  case AffineExprKind::Add: {
    // a + b * -1 is how affine expressions subtract.
    for (auto [a, b] :
         {std::pair(operation.getLHS(), operation.getRHS()), std::pair(operation.getRHS(), operation.getLHS())})
      if (auto product = dyn_cast<AffineBinaryOpExpr>(b))
        if (auto factor = dyn_cast<AffineConstantExpr>(product.getRHS());
            factor && product.getKind() == AffineExprKind::Mul && factor.getValue() < 0)
          return binary(print(a), "-", multiplyIndex(print(product.getLHS()), -factor.getValue()),
                        Precedence::Additive);
    return addIndex(print(operation.getLHS()), print(operation.getRHS()));
  }
  case AffineExprKind::Mul:
    if (constant)
      return multiplyIndex(print(operation.getLHS()), constant.getValue());
    return binary(print(operation.getLHS()), "*", print(operation.getRHS()), Precedence::Multiplicative);
  case AffineExprKind::FloorDiv:
    return binary(print(operation.getLHS()), "/", print(operation.getRHS()), Precedence::Multiplicative);
  case AffineExprKind::CeilDiv:
    if (constant)
      return binary(addIndex(print(operation.getLHS()), literal(constant.getValue() - 1)), "/",
                    literal(constant.getValue()), Precedence::Multiplicative);
    return binary(addIndex(addIndex(print(operation.getLHS()), print(operation.getRHS())), literal(-1)), "/",
                  print(operation.getRHS()), Precedence::Multiplicative);
  case AffineExprKind::Mod: {
    AffineExpr dividend = constant ? makeNonNegative(operation.getLHS(), constant.getValue()) : operation.getLHS();
    return binary(print(dividend), "%", print(operation.getRHS()), Precedence::Multiplicative);
  }
  default:
    llvm_unreachable("constants, dimensions and symbols were printed above");
  }
}
