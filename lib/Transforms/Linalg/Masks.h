//===- Masks.h - Reductions over run-time extents ---------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_LINALG_MASKS_H
#define ST_TRANSFORMS_LINALG_MASKS_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace st {

/// Whether `op` keeps its accumulators wherever reduction loop `loop` has reached `extent`.
bool isMasked(mlir::linalg::GenericOp op, unsigned loop, ExtentAttr extent);

} // namespace st

#endif // ST_TRANSFORMS_LINALG_MASKS_H
