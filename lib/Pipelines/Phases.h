//===- Phases.h - From a model to an accelerator, phase by phase ------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_PHASES_H
#define ST_PIPELINES_PHASES_H

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace st {

enum class Phase {
#define ST_PHASE(Enumerator, Name, Description) Enumerator,
#include "Pipelines/Phases.def"
};

/// All phases, in order.
llvm::ArrayRef<Phase> allPhases();
llvm::StringRef getPhaseName(Phase phase);
llvm::StringRef getPhaseDescription(Phase phase);
std::optional<Phase> findPhase(llvm::StringRef name);

/// What a user may choose about the phases between `import` and `emit`.
struct PhaseOptions {
  /// Path of the device file.
  std::string device;
  /// Kernel clock in MHz; 0 takes the device's default.
  double clockMhz = 0;
  /// Tile extent along every dimension, in elements.
  int64_t defaultTileSize = 16;
  /// Tile extent along the outermost (token) dimension, in elements.
  int64_t tokenTileSize = 8;
  /// Multiply-accumulate lanes to spend on all tasks together; the driver takes 0 as what the device's DSPs allow.
  int64_t overallUnrollSize = 256;
  /// Cycles from the operands of a sum to its result; the driver takes them from the device.
  int64_t adderLatency = 7;
  /// On-chip bytes that converters of one fused kernel may take; 0 means 80 % of what the device has available.
  int64_t maxConverterBytes = 0;
  /// External traffic in bytes that keeping on chip what is read again has to save in a launch.
  int64_t minSavedBytes = 65536;
  /// Largest tensor buffered in full where a stream is read in another order, in bytes; 0 means a quarter of what the
  /// device has available.
  int64_t maxBufferBytes = 0;
  /// Launches without a pause between them that FIFOs are sized for.
  int64_t consecutiveLaunches = 1;
  /// Whether the host executes what cannot stream; else it is an error.
  bool partition = false;
  /// Whether equal layers become a repetition (`st.repeat`).
  bool repeat = false;
};

/// Appends the passes of one phase. `import` and `emit` have none: they cross the border of the IR.
void populatePhase(Phase phase, mlir::OpPassManager &manager, const PhaseOptions &options);

} // namespace st

#endif // ST_PIPELINES_PHASES_H
