// Which function of a file is the program.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace st::mlirimport {

/// The function to compile: `name` where given, else the only function that computes tensors and that no other such
/// function calls, @main where it is among several. Harnesses (no tensor results, calls of undefined functions such as
/// printMemrefF32 or rtclock) are no candidates. Fails with the candidates named.
mlir::FailureOr<mlir::func::FuncOp> selectEntry(mlir::ModuleOp module, llvm::StringRef name);

/// Leaves the entry as the only function of `module`: what it calls is inlined, everything else erased but the globals.
mlir::FailureOr<mlir::func::FuncOp> isolateEntry(mlir::ModuleOp module, mlir::func::FuncOp entry);

} // namespace st::mlirimport
