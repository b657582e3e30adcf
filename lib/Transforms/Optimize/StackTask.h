//===- StackTask.h - Let a task loop over repetitions ------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_STACKTASK_H
#define ST_TRANSFORMS_OPTIMIZE_STACKTASK_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace st {

/// On a converter: how many of its leading loops are repetitions whose next one needs what this one makes, so that the
/// converter must not take from the next before it has emptied itself.
inline constexpr llvm::StringLiteral restartsAttr = "st.restarts";

/// The groups that join a new leading dimension with the first of `rank` dimensions.
llvm::SmallVector<mlir::ReassociationIndices> getUnitGroups(int64_t rank);

/// Makes of `task`, whose operands stream what `count` repetitions do but whose body is that of one, the task of all:
/// a loop around its body, and tiles with a unit dimension more. `isAgain` tells the operands that stream the same in
/// every repetition, without a dimension for it. `index`, if not null, is the number of the repetition among its reads.
mlir::LogicalResult stackTask(TaskOp task, int64_t count, mlir::Value index,
                              llvm::function_ref<bool(mlir::Value)> isAgain);

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_STACKTASK_H
