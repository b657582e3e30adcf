//===- Compile.h - `streamtensor compile`: from a model to a folder ---------------------------------*- C++ -*-===//

#ifndef ST_DRIVER_COMPILE_H
#define ST_DRIVER_COMPILE_H

#include "Import/Onnx/OnnxPartition.h"
#include "Pipelines/Phases.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"
#include <functional>
#include <map>
#include <string>

namespace st {

/// What a dynamic axis may be at run time: from `minimum` to `maximum`, multiples of `divisor`.
struct SizeBound {
  int64_t minimum = 1, maximum = 1, divisor = 1;
};

/// How a model is read.
struct ModelOptions {
  /// Sizes of the model's dynamic axes: by the axis's name, or as INPUT.AXIS.
  std::map<std::string, int64_t> dims;
  /// Axes whose size comes with each run, likewise.
  std::map<std::string, SizeBound> bounds;
  /// The largest size of every other dynamic axis; 0 where these are errors.
  int64_t maxSeq = 0;
  /// Results that stay in the memory of an argument, by name: argument, result.
  std::vector<std::pair<std::string, std::string>> caches;
  /// The function of an .mlir file to compile; where empty, the only one that can be.
  std::string entry;
};

struct CompileOptions {
  std::string model; ///< .onnx or .mlir
  ModelOptions modelOptions;
  std::string output; ///< folder to write
  Phase to = Phase::Emit;
  PhaseOptions phases;
  /// What to emit.
  bool emitHls = true, emitRtl = false;
  /// Leave what cannot be mapped to the host and compile the rest, instead of failing.
  bool partition = false;
  /// Execute the IR after every phase and compare with the phase before.
  bool verifyEachStage = false;
  /// Inputs for `verifyEachStage` (.npz by the model's names); random ones where empty.
  std::string inputs;
  /// Appends passes of the caller's own at the end of a phase, before its result is verified and dumped.
  std::function<void(Phase, mlir::OpPassManager &)> extendPhase;
};

/// Called when a phase has ended: its name, and how long it took in seconds.
using PhaseObserver = std::function<void(llvm::StringRef phase, double seconds)>;

/// A context with every dialect that a model or its compilation may hold.
std::unique_ptr<mlir::MLIRContext> createContext();

/// Reads a model into linalg on tensors; null after a diagnostic. Where `partition` is given, nodes that cannot be
/// imported are left to the host, and it tells which.
mlir::OwningOpRef<mlir::ModuleOp> importModel(llvm::StringRef path, const ModelOptions &options,
                                              mlir::MLIRContext *context, OnnxPartition *partition = nullptr);

/// Whether anything of a compiled module runs on the device.
bool holdsKernels(mlir::ModuleOp module);

/// Where the folder `design` holds the IR that `phase` has left; empty where it does not.
std::string findPhaseIr(llvm::StringRef design, Phase phase);

/// Compiles `options.model` and writes the folder: completely, or not at all. Returns the contents of design.json.
/// Diagnostics of the IR go to the context's handler; the error then only says which phase failed.
llvm::Expected<llvm::json::Value> compileModel(CompileOptions options, mlir::MLIRContext *context,
                                               const PhaseObserver &observer);

} // namespace st

#endif // ST_DRIVER_COMPILE_H
