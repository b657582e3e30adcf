// From a file to a module, with errors that say what to do.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace st::mlirimport {

/// Parses the text or bytecode at `path`, older syntax included. Operations, types and attributes of dialects that are
/// not MLIR's own may remain, in generic form; `rejectForeignDialects` judges those that matter.
mlir::OwningOpRef<mlir::ModuleOp> parseProgram(llvm::StringRef path, mlir::MLIRContext *context);

/// How to get from a dialect that StreamTensor does not read to one that it does, as the end of a sentence.
std::string remedyForDialect(llvm::StringRef dialect);

/// Fails with one diagnostic when `op` or something in it belongs to a dialect that is not registered.
mlir::LogicalResult rejectForeignDialects(mlir::Operation *op);

} // namespace st::mlirimport
