//===- Passes.h - The RTL back end as a pass --------------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_PASSES_H
#define ST_EMIT_RTL_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace st {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "Emit/Rtl/Passes.h.inc"

} // namespace st

#endif // ST_EMIT_RTL_PASSES_H
