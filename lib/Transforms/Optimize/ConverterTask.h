//===- ConverterTask.h - The task that reorders a stream --------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_CONVERTERTASK_H
#define ST_TRANSFORMS_OPTIMIZE_CONVERTERTASK_H

#include "Dialect/LayoutAlgebra.h"
#include "mlir/IR/Builders.h"

namespace st {

/// Creates the task `name` that reads `source`, reorders it through the buffer of `plan` and writes `fifo`. `pad` is
/// the value of what a padding plan adds; null without padding. Line buffers: RollingConverter.h; circular buffers of
/// slices: RingConverter.h.
///
/// A plan of one round fills its buffer and then drains it. With more rounds the buffer has two halves, its leading
/// dimension: after the first fill, each round fills one half tile by tile and drains the other in between, evenly, so
/// that producer and consumer work at the same time; the last drain ends the task.
///
///   fill half 0
///   for round 1 ...: for every tile of the source: fill (round mod 2); drain some of ((round - 1) mod 2)
///   drain the half that was filled last
TaskOp buildConverterTask(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name, mlir::Value source,
                          mlir::Value fifo, const ConverterPlan &plan, mlir::TypedAttr pad);

/// Creates the task `name` that collects all of `source`, regroups its dimensions and writes it to `fifo` in another
/// order: two converters and the reassociation of a whole tensor between them, from one buffer. It has the shape of
/// lower rank, and the other side is a view of it. The buffers of both plans are exactly the tensor, in one round.
TaskOp buildRegroupingTask(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name, mlir::Value source,
                           mlir::Value fifo, const ConverterPlan &before, const ConverterPlan &after,
                           mlir::ArrayAttr reassociation);

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_CONVERTERTASK_H
