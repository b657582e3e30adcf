// Every dimension gets a fixed size.
#pragma once

#include "Import/Mlir/ImportMlir.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"

namespace st::mlirimport {

/// Gives the dynamic dimensions of `entry`'s arguments the sizes in `options.dims` ("arg0.1" is dimension 1 of arg0),
/// or the maximum of those in `options.bounds`, which are declared as named sizes. Fails on sizes for dimensions that
/// do not exist, are fixed otherwise, or are not given.
mlir::LogicalResult fixArgumentShapes(mlir::func::FuncOp entry, const MlirImportOptions &options);

/// The extents of an argument that a file may give to one whose sizes come with each run: by dimension, null for a
/// constant.
using ArgumentExtents = llvm::SmallVector<llvm::SmallVector<ExtentAttr>>;

/// Replaces sizes of arguments by named ones, and gives what has them the shape of the largest run. `extents` are those
/// of the arguments, whose types are still dynamic.
mlir::LogicalResult boundShapes(mlir::func::FuncOp entry, const ArgumentExtents &extents);

/// Makes reads of what joins tensors along a dimension that is not fixed: canonicalization does not find its size.
void gatherConcats(mlir::func::FuncOp entry);

/// Says how much counts of tensors that `boundShapes` joins, now that their shapes are those of the largest run.
void boundGathered(mlir::func::FuncOp entry);

/// Carries fixed shapes from the arguments through the body to the results, and folds what only computes sizes.
mlir::LogicalResult propagateShapes(mlir::ModuleOp module, mlir::func::FuncOp entry);

} // namespace st::mlirimport
