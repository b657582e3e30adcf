// Linalg on tensors and TOSA from an .mlir file, as torch-mlir and others write them.
#pragma once

#include "Dialect/StDialect.h"
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
  /// Ranges of those whose size comes with each run, likewise. "seq" stands for all that are listed nowhere, and so
  /// does `otherBound`; null where these are errors.
  llvm::StringMap<SizeRangeAttr> bounds;
  SizeRangeAttr otherBound;
};

/// Reads the module at `path` (text, also of older versions, or bytecode) and makes one program of it: a single
/// function @main on ranked tensors with static shapes, in the dialects linalg, tensor, arith and math. TOSA is
/// lowered, calls are inlined, globals become constants, scalars at the interface rank-0 tensors. Arguments and results
/// without an `st.name` are called arg0, arg1, ... and result0, ... On failure emits diagnostics and returns null.
mlir::OwningOpRef<mlir::ModuleOp> importMlir(llvm::StringRef path, const MlirImportOptions &options,
                                             mlir::MLIRContext *context);

} // namespace st
