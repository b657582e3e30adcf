//===- Passes.h - Passes of the bufferize phase -----------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_BUFFERIZE_PASSES_H
#define ST_TRANSFORMS_BUFFERIZE_PASSES_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace st {

/// Lets upstream one-shot bufferization read and write tiles of streams.
void registerStreamBufferizationModels(mlir::DialectRegistry &registry);

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "Transforms/Bufferize/Passes.h.inc"

} // namespace st

#endif // ST_TRANSFORMS_BUFFERIZE_PASSES_H
