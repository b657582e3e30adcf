//===- RingConverter.h - The body of a circular buffer of slices ------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_RINGCONVERTER_H
#define ST_TRANSFORMS_OPTIMIZE_RINGCONVERTER_H

#include "Dialect/LayoutAlgebra.h"
#include "Transforms/Optimize/TaskBuilder.h"

namespace st {

/// Writes and ends the body of `task`, a converter with the circular buffer of `plan.ring`:
///
///   fill `lead` slices
///   for every round, for every slice that is still to come: drain `drainsPerFill` slices; fill the next slot
///   drain the rest
void writeRingConverter(TaskBuilder &task, mlir::Location loc, const ConverterPlan &plan);

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_RINGCONVERTER_H
