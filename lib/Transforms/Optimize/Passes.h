//===- Passes.h - Passes of the optimize phase ------------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_PASSES_H
#define ST_TRANSFORMS_OPTIMIZE_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace st {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "Transforms/Optimize/Passes.h.inc"

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_PASSES_H
