//===- Linalg.h - The linalg phase ------------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_LINALG_H
#define ST_PIPELINES_LINALG_H

#include "mlir/Pass/PassManager.h"
#include <cstdint>
#include <string>

namespace st {

struct LinalgOptions {
  /// Path of the device file; empty for none.
  std::string device;
  /// Largest tensor buffered in full, in bytes; 0 takes a quarter of the device's on-chip memory, or no limit without a
  /// device.
  int64_t maxBufferBytes = 0;
  /// Whether the host executes what cannot stream; else it is an error.
  bool partition = false;
  /// Whether equal layers become a repetition.
  bool repeat = false;
};

/// linalg on tensors -> generics and row operations whose indexing maps say all about layout.
void populateLinalgPipeline(mlir::OpPassManager &manager, const LinalgOptions &options);

} // namespace st

#endif // ST_PIPELINES_LINALG_H
