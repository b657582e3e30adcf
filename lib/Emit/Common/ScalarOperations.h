//===- ScalarOperations.h - arith and math as C++ ---------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_COMMON_SCALAROPERATIONS_H
#define ST_EMIT_COMMON_SCALAROPERATIONS_H

#include "Emit/Common/Expression.h"
#include "mlir/IR/Operation.h"

namespace st {

/// The value of an operation of arith, math or affine on scalars (on one lane, for vectors), given its operands.
/// Nothing when the operation has no C++ form; constants are printConstant's.
std::optional<Expression> printScalarOperation(mlir::Operation *op, llvm::ArrayRef<Expression> operands);

/// Whether printScalarOperation may know `op`: it is pure and of arith, math or affine.
bool isScalarOperation(mlir::Operation *op);

/// A name for the value of `op`: "sum", "product" ...
llvm::StringRef nameForValueOf(mlir::Operation *op);

} // namespace st

#endif // ST_EMIT_COMMON_SCALAROPERATIONS_H
