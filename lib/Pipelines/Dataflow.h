//===- Dataflow.h - The dataflow phase --------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_DATAFLOW_H
#define ST_PIPELINES_DATAFLOW_H

#include "mlir/Pass/PassManager.h"

namespace st {

/// The phase has no choices.
struct DataflowOptions {};

/// Tiled nests -> kernels of one task each, whose operands are iterative tensors.
void populateDataflowPipeline(mlir::OpPassManager &manager, const DataflowOptions &options);

} // namespace st

#endif // ST_PIPELINES_DATAFLOW_H
