// Operations and types that later phases do not know, in terms of those that they know.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace st::mlirimport {

/// Makes rank-0 tensors of scalar arguments and results and i64 tensors of index tensors at the interface.
void convertInterface(mlir::func::FuncOp entry);

/// Lets bodies of linalg operations take what the program computes as a scalar from a rank-0 tensor instead.
void convertScalars(mlir::func::FuncOp entry);

/// Rewrites operations around linalg: softmax into its steps, tensor.splat and tensor.generate into linalg, allocations
/// of tensors into tensor.empty; drops run-time checks. Fails on a check that never holds.
mlir::LogicalResult simplifyOperations(mlir::func::FuncOp entry);

/// Removes annotations that front ends leave on operations and arguments.
void stripAnnotations(mlir::ModuleOp module, mlir::func::FuncOp entry);

} // namespace st::mlirimport
