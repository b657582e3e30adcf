// ONNX models to linalg on tensors.
//
// Every value whose inputs are known is computed at import, so shape
// arithmetic, masks and scalar constants leave no operations behind. What
// remains is one func.func @main with static shapes: linalg named operations
// where they exist, linalg.generic otherwise, broadcasting in the indexing
// maps, weights as dense resources that share the file's memory.
#pragma once

#include "Dialect/StDialect.h"
#include "Import/Onnx/OnnxPartition.h"
#include "Support/Npz.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace st {

struct OnnxImportOptions {
  /// Sizes of dynamic axes: by their name in the model, or as INPUT.AXIS (the number counts from 0), which also
  /// works for those without a name ("--dim NAME=VALUE").
  llvm::StringMap<int64_t> dims;
  /// Ranges of dynamic axes whose size comes with each run, likewise, and of those that are listed nowhere; null
  /// where these are errors.
  llvm::StringMap<SizeRangeAttr> bounds;
  SizeRangeAttr otherBound;
  /// Inputs that have this value in every run; they become constants instead of
  /// arguments of @main.
  NamedArrays fixedInputs;
  /// Runs @main of a module without arguments and returns its results, or nothing. Nodes whose operands are all known
  /// are computed by it at import where the importer has no way of its own; where empty they stay in the code.
  std::function<std::optional<std::vector<Array>>(mlir::ModuleOp)> evaluate;
  /// Where given, nodes that cannot be imported are left to the host instead of being errors, and this tells which.
  OnnxPartition *partition = nullptr;
};

/// Imports the ONNX model at `path`. The arguments and results of @main carry
/// the model's names as `st.name`; the location of every operation names the
/// ONNX node it came from. On failure emits diagnostics and returns null.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(llvm::StringRef path, const OnnxImportOptions &options,
                                             mlir::MLIRContext *context);

/// The names of all operators (domain ai.onnx) that `importOnnx` understands,
/// sorted.
std::vector<std::string> supportedOnnxOps();

} // namespace st
