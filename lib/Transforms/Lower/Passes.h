//===- Passes.h - Passes of the lower phase ---------------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_LOWER_PASSES_H
#define ST_TRANSFORMS_LOWER_PASSES_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace st {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "Transforms/Lower/Passes.h.inc"

} // namespace st

#endif // ST_TRANSFORMS_LOWER_PASSES_H
