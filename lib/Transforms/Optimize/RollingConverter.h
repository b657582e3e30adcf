//===- RollingConverter.h - The body of a line buffer -----------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_ROLLINGCONVERTER_H
#define ST_TRANSFORMS_OPTIMIZE_ROLLINGCONVERTER_H

#include "Dialect/LayoutAlgebra.h"
#include "Transforms/Optimize/TaskBuilder.h"

namespace st {

/// Writes and ends the body of `task`, a converter with the line buffer of `plan.rolling`:
///
///   for every round:
///     fill the rows of the first window
///     for window ...: drain the window; fill the rows that the next one needs
///
/// A row that a window reads beyond the data comes from the buffer's last slot, which holds `pad`.
void writeRollingConverter(TaskBuilder &task, mlir::Location loc, const ConverterPlan &plan, mlir::TypedAttr pad);

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_ROLLINGCONVERTER_H
