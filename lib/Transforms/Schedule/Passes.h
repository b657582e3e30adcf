//===- Passes.h - The schedule phase ----------------------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_SCHEDULE_PASSES_H
#define ST_TRANSFORMS_SCHEDULE_PASSES_H

#include "Dialect/StDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace st {

#define GEN_PASS_DECL
#include "Transforms/Schedule/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Transforms/Schedule/Passes.h.inc"

} // namespace st

#endif // ST_TRANSFORMS_SCHEDULE_PASSES_H
