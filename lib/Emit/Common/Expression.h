//===- Expression.h - C++ expressions as text -------------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_COMMON_EXPRESSION_H
#define ST_EMIT_COMMON_EXPRESSION_H

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Types.h"
#include <optional>
#include <string>

namespace st {

/// How tightly the outermost operator of an expression binds, from the tightest.
enum class Precedence {
  Primary,
  Unary,
  Multiplicative,
  Additive,
  Shift,
  Relational,
  Equality,
  BitAnd,
  BitXor,
  BitOr,
  LogicalAnd,
  LogicalOr,
  Conditional
};

struct Expression {
  std::string text;
  Precedence precedence = Precedence::Primary;

  /// The text as an operand of an operator that binds as `outer`, in parentheses where they are needed.
  std::string inside(Precedence outer, bool isRightOperand = false) const;
};

/// `a op b`. Left-associative: equal precedence on the right keeps its parentheses, so that the order of
/// floating-point operations survives.
Expression binary(const Expression &a, llvm::StringRef op, const Expression &b, Precedence precedence);
Expression unary(llvm::StringRef op, const Expression &operand);
/// `function(a, b, ...)`.
Expression call(llvm::StringRef function, llvm::ArrayRef<Expression> arguments);
/// `static_cast<type>(operand)`.
Expression castTo(llvm::StringRef type, const Expression &operand);
Expression conditional(const Expression &condition, const Expression &ifTrue, const Expression &ifFalse);
Expression literal(int64_t value);

/// a + b and a * b of indices, with the identities of 0 and 1 applied.
Expression addIndex(const Expression &a, const Expression &b);
Expression multiplyIndex(const Expression &a, int64_t factor);

/// The C++ type of a scalar (float, int, ap_int<4> ...), or nothing where C++ and AMD's headers have none.
std::optional<std::string> cppType(mlir::Type type);
/// Bits of a scalar in a token; an index has 32.
int64_t scalarBits(mlir::Type type);

/// A scalar constant, exact; nothing for types without a C++ type.
std::optional<Expression> printConstant(mlir::TypedAttr value);

/// An affine expression over non-negative operands.
Expression printAffine(mlir::AffineExpr expression, unsigned numDims, llvm::ArrayRef<Expression> operands);

} // namespace st

#endif // ST_EMIT_COMMON_EXPRESSION_H
