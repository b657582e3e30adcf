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
  stream.replaceAllUsesWith(replacement);
}

} // namespace st

#endif // ST_TRANSFORMS_FUSE_RETYPE_H
