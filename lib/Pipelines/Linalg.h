//===- Linalg.h - The linalg phase ------------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_LINALG_H
#define ST_PIPELINES_LINALG_H

#include "mlir/Pass/PassManager.h"

namespace st {

/// The phase has no choices.
struct LinalgOptions {};

/// linalg on tensors -> generics and row operations whose indexing maps say all about layout.
void populateLinalgPipeline(mlir::OpPassManager &manager, const LinalgOptions &options);

} // namespace st

#endif // ST_PIPELINES_LINALG_H
