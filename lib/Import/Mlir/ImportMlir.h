// Linalg on tensors from an .mlir file, as torch-mlir writes it.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace st {

struct MlirImportOptions {
  /// The function to compile; where empty, @main or else the only one that can be.
  std::string entry;
  /// Sizes of dynamic dimensions by argument and position, such as "arg0.1".
  llvm::StringMap<int64_t> dims;
};

/// Reads the module at `path` (text or bytecode) and checks that it is one
/// program on ranked tensors with static shapes. The entry is the function
/// `main`, or else the only public one, which is renamed to `main`; functions
/// that it calls are inlined. Arguments and results without an `st.name` are
/// called arg0, arg1, ... and result0, ... On failure emits diagnostics and
/// returns null.
mlir::OwningOpRef<mlir::ModuleOp> importMlir(llvm::StringRef path, const MlirImportOptions &options,
                                             mlir::MLIRContext *context);

} // namespace st
