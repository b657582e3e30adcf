// Every dimension gets a fixed size.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"

namespace st::mlirimport {

/// What an argument is called on the command line: its st.name, or else arg0, arg1, ...
std::string argumentName(mlir::func::FuncOp entry, unsigned index);

/// Gives the dynamic dimensions of `entry`'s arguments the sizes in `dims` ("arg0.1" is dimension 1 of arg0). Fails on
/// sizes for dimensions that do not exist, are fixed otherwise, or are not given.
mlir::LogicalResult fixArgumentShapes(mlir::func::FuncOp entry, const llvm::StringMap<int64_t> &dims);

/// Carries fixed shapes from the arguments through the body to the results, and folds what only computes sizes.
mlir::LogicalResult propagateShapes(mlir::ModuleOp module, mlir::func::FuncOp entry);

} // namespace st::mlirimport
