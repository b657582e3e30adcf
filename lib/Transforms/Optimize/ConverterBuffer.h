//===- ConverterBuffer.h - What converters do with their buffer, whatever its shape -----------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_CONVERTERBUFFER_H
#define ST_TRANSFORMS_OPTIMIZE_CONVERTERBUFFER_H

#include "Dialect/LayoutAlgebra.h"
#include "Transforms/Optimize/TaskBuilder.h"

namespace st {

/// The buffer of a converter as its task starts: of `shape`, full of `pad` if there is any.
mlir::Value createConverterBuffer(TaskBuilder &task, mlir::Location loc, llvm::ArrayRef<int64_t> shape,
                                  mlir::Type scalar, mlir::TypedAttr pad);

/// Pulls the next tile of the source of `plan`. Where padding follows an extent that tiles do not divide, what the tile
/// holds beyond it becomes `pad`. `offsets` is the place of the tile in the padded tensor; `skippedDim` is a dimension
/// along which the caller sees to that.
mlir::Value pullIntoPadding(TaskBuilder &task, mlir::Location loc, const ConverterPlan &plan, mlir::TypedAttr pad,
                            llvm::ArrayRef<mlir::OpFoldResult> offsets, std::optional<unsigned> skippedDim = {});

/// `expr` as unsigned arithmetic on `variables`, the d0, d1, ... of `expr`, which run to `trips`: later phases compose
/// affine maps, and spell remainders out as they do.
mlir::OpFoldResult expandUnsigned(TaskBuilder &task, mlir::Location loc, mlir::AffineExpr expr,
                                  llvm::ArrayRef<mlir::OpFoldResult> variables, llvm::ArrayRef<int64_t> trips);

/// `tile`, which lies in memory of another rank, in a buffer of its own: tokens are loaded from that as vectors.
mlir::Value copyTile(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value tile);

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_CONVERTERBUFFER_H
