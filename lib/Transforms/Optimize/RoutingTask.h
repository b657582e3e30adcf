//===- RoutingTask.h - The task that splits or joins streams along a data dimension -----------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_ROUTINGTASK_H
#define ST_TRANSFORMS_OPTIMIZE_ROUTINGTASK_H

#include "Dialect/LayoutAlgebra.h"
#include "mlir/IR/Builders.h"

namespace st {

/// Creates the task `name` that moves the slices of st.itensor_chunk, st.itensor_concat or st.itensor_join from `reads`
/// to `fifos`; one side is the whole, the other its parts. Nothing is held but the slice on its way:
///
///   for every iteration of the loops outside: for every part, as often as it has iterations: for the loops inside:
///     pull a slice; push it
///
/// A FIFO may lack the leading dimension of the whole, which is a unit one in its slices then.
TaskOp buildRoutingTask(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name, mlir::ValueRange reads,
                        mlir::ValueRange fifos, const Routing &routing);

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_ROUTINGTASK_H
