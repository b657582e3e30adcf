// Tensors put together slice by slice, as what they are.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace st::mlirimport {

/// Front ends and MLIR's own passes write a concatenation as tensor.insert_slice into an empty tensor, one after the
/// other, and padding as one into a filled tensor. Makes tensor.concat and tensor.pad of them, which can stream.
void combineSlices(mlir::func::FuncOp entry);

} // namespace st::mlirimport
