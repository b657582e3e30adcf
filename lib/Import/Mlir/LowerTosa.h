// TOSA to linalg on tensors.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace st::mlirimport {

bool holdsTosa(mlir::func::FuncOp entry);

/// Infers shapes and lowers every TOSA operation of `entry` by MLIR's own passes. Fails with one diagnostic that names
/// the first operation that they do not lower.
mlir::LogicalResult lowerTosa(mlir::ModuleOp module, mlir::func::FuncOp entry);

} // namespace st::mlirimport
