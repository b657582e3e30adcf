//===- Passes.h - The allocate phase ----------------------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_ALLOCATE_PASSES_H
#define ST_TRANSFORMS_ALLOCATE_PASSES_H

#include "Dialect/StDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace st {

#define GEN_PASS_DECL
#include "Transforms/Allocate/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Transforms/Allocate/Passes.h.inc"

} // namespace st

#endif // ST_TRANSFORMS_ALLOCATE_PASSES_H
