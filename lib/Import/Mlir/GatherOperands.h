// Elements of operands whose indexing maps divide, looked up.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace st::mlirimport {

/// Makes bodies look up their element of an operand whose indexing map divides, as in nearest neighbours: what later
/// phases know of are maps that are linear.
void gatherOperands(mlir::func::FuncOp entry);

} // namespace st::mlirimport
