// Runs linalg on tensors through MLIR's own lowering and JIT: an oracle that
// shares no code with this compiler.
#pragma once

#include "Support/Npz.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"

namespace st::testing {

/// A context with everything that the lowering needs.
std::unique_ptr<mlir::MLIRContext> makeJitContext();

/// Lowers `module` (which is changed), runs @main on `inputs` by their st.name,
/// and gives its results by theirs.
llvm::Expected<NamedArrays> runOnHost(mlir::ModuleOp module,
                                      const NamedArrays &inputs,
                                      unsigned optimization = 0);

} // namespace st::testing
