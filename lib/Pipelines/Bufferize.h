//===- Bufferize.h - The bufferize phase ------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_BUFFERIZE_H
#define ST_PIPELINES_BUFFERIZE_H

#include "mlir/Pass/PassManager.h"

namespace st {

/// The phase has no choices: depths, memories and unrolling have been decided.
struct BufferizeOptions {};

/// Kernels of itensor tasks -> kernels of tasks that talk through FIFOs and work in named on-chip buffers.
void populateBufferizePipeline(mlir::OpPassManager &manager, const BufferizeOptions &options);

} // namespace st

#endif // ST_PIPELINES_BUFFERIZE_H
