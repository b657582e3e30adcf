//===- Schedule.h - The schedule phase -------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_SCHEDULE_H
#define ST_PIPELINES_SCHEDULE_H

#include "mlir/Pass/PassManager.h"
#include <string>

namespace st {

struct ScheduleOptions {
  /// Path of the device file; empty for the U55C that comes with StreamTensor.
  std::string device;
  /// Kernel clock in MHz; 0 takes the device's default.
  double clockMhz = 0;
};

/// Materialized kernels -> the same with a schedule on every task.
void populateSchedulePipeline(mlir::OpPassManager &manager, const ScheduleOptions &options);

} // namespace st

#endif // ST_PIPELINES_SCHEDULE_H
