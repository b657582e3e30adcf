//===- Passes.h - The tile phase: every operation a nest of loops over tiles ------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_TILE_PASSES_H
#define ST_TRANSFORMS_TILE_PASSES_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace st {

#define GEN_PASS_DECL
#include "Transforms/Tile/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Transforms/Tile/Passes.h.inc"

} // namespace st

#endif // ST_TRANSFORMS_TILE_PASSES_H
