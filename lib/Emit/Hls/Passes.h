//===- Passes.h - The HLS back end as a pass --------------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_HLS_PASSES_H
#define ST_EMIT_HLS_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace st {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "Emit/Hls/Passes.h.inc"

} // namespace st

#endif // ST_EMIT_HLS_PASSES_H
