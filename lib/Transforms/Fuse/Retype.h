//===- Retype.h - Connect readers to another spelling of their sequence -----------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_FUSE_RETYPE_H
#define ST_TRANSFORMS_FUSE_RETYPE_H

#include "Dialect/StDialect.h"

namespace st {

/// Replaces `stream` by `replacement`, the same sequence of slices in whatever spelling. A task takes over the
/// spelling: its block argument changes type, and what it reads stays the same.
inline void replaceStream(mlir::Value stream, mlir::Value replacement) {
  for (mlir::OpOperand &use : stream.getUses())
    if (auto task = mlir::dyn_cast<TaskOp>(use.getOwner()))
      task.getBody().getArgument(use.getOperandNumber()).setType(replacement.getType());
  // A repetition has one type inside and outside.
  for (mlir::OpOperand &use : llvm::make_early_inc_range(stream.getUses()))
    if (mlir::isa<RepeatOp>(use.getOwner()) ||
        (mlir::isa<YieldOp>(use.getOwner()) && mlir::isa<RepeatOp>(use.getOwner()->getParentOp())))
      if (stream.getType() != replacement.getType()) {
        mlir::OpBuilder builder(use.getOwner());
        use.set(ItensorCastOp::create(builder, stream.getLoc(), stream.getType(), replacement));
      }
  stream.replaceAllUsesWith(replacement);
}

} // namespace st

#endif // ST_TRANSFORMS_FUSE_RETYPE_H
