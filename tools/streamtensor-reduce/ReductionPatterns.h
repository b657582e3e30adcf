//===- ReductionPatterns.h - How programs become smaller --------------------------------------------*- C++ -*-===//

#ifndef ST_TOOLS_REDUCE_REDUCTIONPATTERNS_H
#define ST_TOOLS_REDUCE_REDUCTIONPATTERNS_H

#include "mlir/IR/DialectRegistry.h"

namespace st {

/// Tells the reducer what to try: a result of @main less, an unused argument less, a kernel replaced by a constant or
/// by an operand, an operation on tiles replaced by what it starts from.
void registerReductionPatterns(mlir::DialectRegistry &registry);

/// The pass `st-reduction`, which applies them one by one.
void registerGreedyReduction();

} // namespace st

#endif // ST_TOOLS_REDUCE_REDUCTIONPATTERNS_H
