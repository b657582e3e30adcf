// Globals become constants of the program.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace st::mlirimport {

/// Replaces every load of an ml_program.global by its value, and erases the globals. A mutable global is a constant as
/// long as the program does not write it, as with the seed that torch-mlir puts into every module. Fails on globals
/// without a value and on written ones.
mlir::LogicalResult resolveGlobals(mlir::ModuleOp module, mlir::func::FuncOp entry);

/// Fails when the contents of a constant were left out of the file. Makes resources of large constants, which later
/// phases share instead of copying and do not print.
mlir::LogicalResult prepareConstants(mlir::func::FuncOp entry);

} // namespace st::mlirimport
