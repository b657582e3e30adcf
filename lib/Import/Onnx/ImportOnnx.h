// ONNX models to linalg on tensors.
//
// Every value whose inputs are known is computed at import, so shape
// arithmetic, masks and scalar constants leave no operations behind. What
// remains is one func.func @main with static shapes: linalg named operations
// where they exist, linalg.generic otherwise, broadcasting in the indexing
// maps, weights as dense resources that share the file's memory.
#pragma once

#include "Support/Npz.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"

#include <string>
#include <vector>

namespace st {

struct OnnxImportOptions {
  /// Sizes of symbolic dimensions by their name in the model ("--dim
  /// NAME=VALUE").
  llvm::StringMap<int64_t> dims;
  /// Inputs that have this value in every run; they become constants instead of
  /// arguments of @main.
  NamedArrays fixedInputs;
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
