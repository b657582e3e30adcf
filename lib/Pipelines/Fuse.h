//===- Fuse.h - The fuse phase ----------------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_FUSE_H
#define ST_PIPELINES_FUSE_H

#include "mlir/Pass/PassManager.h"
#include <string>

namespace st {

struct FuseOptions {
  /// Path of the device file; its on-chip memory is the limit where none is given.
  std::string device;
  /// On-chip bytes of one fused kernel (C_max); 0 means 80 % of what the device has, or no limit without a device.
  int64_t maxConverterBytes = 0;
  /// External traffic in bytes that keeping on chip what is read again has to save in a launch.
  int64_t minSavedBytes = 65536;
};

/// Kernels of one task -> kernels of many, with converters where orders differ and packed tensors at their boundary.
void populateFusePipeline(mlir::OpPassManager &manager, const FuseOptions &options);

} // namespace st

#endif // ST_PIPELINES_FUSE_H
