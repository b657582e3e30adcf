//===- Design.h - The account of an allocated design ------------------------------------------------*- C++ -*-===//
//
// Everything that design.json says, as plain data without IR. docs/design.schema.json describes the JSON.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_ANALYSIS_DESIGN_H
#define ST_ANALYSIS_DESIGN_H

#include "Analysis/IntermediateMemory.h"
#include "Device/Device.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace st {

/// The version of design.json; raised when a field changes its meaning or disappears.
constexpr int64_t designSchemaVersion = 1;

struct DesignTask {
  std::string kernel, name, kind;
  int64_t ii = 1;
  int64_t firstTokenCycles = 0;
  int64_t latencyCycles = 0;
  int64_t unroll = 1;
  int64_t die = 0;
  std::vector<LoopRecord> loops;
  /// Whether RTL has shown that tasks like this keep to these cycles.
  bool isCalibrated = false;
  /// Operators and buffers of the task.
  Resources resources;
};

struct DesignFifo {
  std::string kernel, name, producer, consumer, storage;
  int64_t tokenBits = 0;
  /// Tokens that pass in one launch.
  int64_t tokens = 0;
  int64_t depthTokens = 0;
  /// The depth before it was rounded up to what the storage gives.
  int64_t requiredTokens = 0;
  bool isParameter = false;
  /// Whether it leads from the end of a repetition back to its beginning.
  bool isFeedback = false;
  Resources resources;
};

struct DesignBuffer {
  std::string kernel, task, storage;
  TaskBuffer buffer;
};

struct DesignDma {
  std::string kernel, task;
  /// The tensor in external memory.
  std::string operand;
  bool isWrite = false;
  /// Bytes that cross in one launch, re-accesses included.
  int64_t bytes = 0;
  int64_t channel = 0;
};

/// A layer loop.
struct DesignRepeat {
  int64_t count = 1;
  /// What one repetition hands to the next; what is there for all of them, each taking its own part.
  int64_t carriedBytes = 0, stackedBytes = 0;
};

struct DesignKernel {
  std::string name;
  std::vector<DesignRepeat> repeats;
  /// Simulated cycles of a launch with these FIFOs, and with unbounded ones.
  int64_t launchCycles = 0;
  int64_t unboundedCycles = 0;
};

struct Design {
  std::string device, title, part, platform;
  double clockMhz = 0;
  std::vector<DesignKernel> kernels;
  std::vector<DesignTask> tasks;
  std::vector<DesignFifo> fifos;
  std::vector<DesignBuffer> buffers;
  std::vector<DesignDma> dmas;
  Resources used, available;
  /// Bits in all FIFOs, and if each of them held all the tokens that ever pass.
  int64_t fifoBits = 0;
  int64_t fullTensorBits = 0;
  /// Of all kernels together.
  IntermediateMemory intermediateMemory;
};

/// The design in `module`, whose kernels have passed the allocate phase, on the device in file `device` at `clockMhz`
/// (0: its default). What is wrong with the IR is a diagnostic; the error then only says so.
llvm::Expected<Design> collectDesign(mlir::ModuleOp module, llvm::StringRef device, double clockMhz);

/// The contents of design.json that the design itself determines.
llvm::json::Value toJson(const Design &design);

/// The account of intermediate memory as a table for people, one line for each holder of at least `minShare` of the
/// whole, and the sum of the rest.
std::string formatIntermediateMemory(const IntermediateMemory &memory, double minShare = 0.01);

} // namespace st

#endif // ST_ANALYSIS_DESIGN_H
