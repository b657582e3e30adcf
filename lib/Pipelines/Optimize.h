//===- Optimize.h - The optimize phase --------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_OPTIMIZE_H
#define ST_PIPELINES_OPTIMIZE_H

#include "mlir/Pass/PassManager.h"

namespace st {

struct OptimizeOptions {
  /// Widest token of a FIFO, in bits.
  int64_t maxTokenBits = 512;
};

/// Fused kernels -> tasks and FIFOs only: converters, forks and boundary crossings are tasks, tokens are vectors.
void populateOptimizePipeline(mlir::OpPassManager &manager, const OptimizeOptions &options);

} // namespace st

#endif // ST_PIPELINES_OPTIMIZE_H
