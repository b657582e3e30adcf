//===- Allocate.h - The allocate phase -------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_ALLOCATE_H
#define ST_PIPELINES_ALLOCATE_H

#include "mlir/Pass/PassManager.h"
#include <string>

namespace st {

struct AllocateOptions {
  /// Path of the device file; empty for the U55C that comes with StreamTensor.
  std::string device;
  /// Kernel clock in MHz; 0 takes the device's default.
  double clockMhz = 0;
  /// Launches without a pause between them that FIFOs are sized for.
  int64_t launches = 1;
};

/// Scheduled kernels -> the same with FIFO depths, kinds of memory, external channels and dies.
void populateAllocatePipeline(mlir::OpPassManager &manager, const AllocateOptions &options);

} // namespace st

#endif // ST_PIPELINES_ALLOCATE_H
