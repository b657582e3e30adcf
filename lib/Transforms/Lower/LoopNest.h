//===- LoopNest.h - Loops with constant bounds ------------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_LOWER_LOOPNEST_H
#define ST_TRANSFORMS_LOWER_LOOPNEST_H

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"

namespace st {

/// Loop: initiation interval in cycles (i64); it is pipelined and all loops inside it are unrolled.
inline constexpr llvm::StringLiteral pipelineAttr = "st.pipeline";
/// Loop: it is unrolled completely (unit). On linalg ops: the factor of each of their loops (array of i64).
inline constexpr llvm::StringLiteral unrollAttr = "st.unroll";
/// Linalg op: initiation interval of its point loops in cycles (i64).
inline constexpr llvm::StringLiteral initiationIntervalAttr = "st.ii";

/// `scf.for` from 0 to `extent` in steps of `step`; the builder is left inside.
mlir::scf::ForOp enterLoop(mlir::OpBuilder &builder, mlir::Location loc, int64_t extent, int64_t step = 1);

/// A nest over `extents` in steps of `steps`, the builder left inside the innermost. No loop for what runs once: its
/// index is the constant 0. The innermost loop is pipelined with `initiationInterval` cycles.
llvm::SmallVector<mlir::Value> enterPipelinedNest(mlir::OpBuilder &builder, mlir::Location loc,
                                                  llvm::ArrayRef<int64_t> extents, llvm::ArrayRef<int64_t> steps,
                                                  int64_t initiationInterval);

} // namespace st

#endif // ST_TRANSFORMS_LOWER_LOOPNEST_H
