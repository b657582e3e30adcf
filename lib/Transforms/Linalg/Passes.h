//===- Passes.h - The linalg phase: what streams is made visible ------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_LINALG_PASSES_H
#define ST_TRANSFORMS_LINALG_PASSES_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace st {

#define GEN_PASS_DECL
#include "Transforms/Linalg/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Transforms/Linalg/Passes.h.inc"

} // namespace st

#endif // ST_TRANSFORMS_LINALG_PASSES_H
