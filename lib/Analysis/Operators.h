//===- Operators.h - What an operation costs on the device ------------------------------------------*- C++ -*-===//
//
// The one place that knows which operators of the device file an `arith` or `math` operation becomes.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_ANALYSIS_OPERATORS_H
#define ST_ANALYSIS_OPERATORS_H

#include "Device/Device.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"

namespace st {

/// The operators that `op` becomes, one after the other; none where it is wires only. A diagnostic and failure when
/// the device file prices no such operation.
mlir::FailureOr<llvm::SmallVector<OpKind, 2>> getOperators(mlir::Operation *op);

/// Cycles through all operators of `op`.
mlir::FailureOr<int64_t> getOperatorLatency(mlir::Operation *op, const Device &device);

/// Resources of all operators of `op`, once.
mlir::FailureOr<Resources> getOperatorResources(mlir::Operation *op, const Device &device);

} // namespace st

#endif // ST_ANALYSIS_OPERATORS_H
