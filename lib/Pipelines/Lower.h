//===- Lower.h - The lower phase --------------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_LOWER_H
#define ST_PIPELINES_LOWER_H

#include "mlir/Pass/PassManager.h"
#include <string>

namespace st {

struct LowerOptions {
  /// Path of the device file; empty for the U55C that comes with StreamTensor.
  std::string device;
  /// Kernel clock in MHz; 0 takes the device's default.
  double clockMhz = 0;
};

/// Tasks on tiles -> tasks of pipelined loops over scalars and tokens, ready to be printed.
void populateLowerPipeline(mlir::OpPassManager &manager, const LowerOptions &options);

} // namespace st

#endif // ST_PIPELINES_LOWER_H
