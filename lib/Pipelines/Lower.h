//===- Lower.h - The lower phase --------------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_LOWER_H
#define ST_PIPELINES_LOWER_H

#include "mlir/Pass/PassManager.h"

namespace st {

/// The phase has no choices: everything it needs stands in attributes.
struct LowerOptions {};

/// Tasks on tiles -> tasks of pipelined loops over scalars and tokens, ready to be printed.
void populateLowerPipeline(mlir::OpPassManager &manager, const LowerOptions &options);

} // namespace st

#endif // ST_PIPELINES_LOWER_H
