//===- InferItensor.h - From loops and slices to itensor types --------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_DATAFLOW_INFERITENSOR_H
#define ST_TRANSFORMS_DATAFLOW_INFERITENSOR_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace st {

/// The loops between `op` and `root`, `root` included, outermost first.
llvm::SmallVector<mlir::scf::ForOp> getEnclosingLoops(mlir::Operation *op, mlir::scf::ForOp root);

/// The type of the stream that `op` pulls or pushes slice by slice: `offsets` in terms of the loops that enclose it up
/// to `root`, slices of `tile` scalars, of a tensor of `dataShape` scalars. Emits an error at `op` when the loops or
/// offsets are not those of a stream.
mlir::FailureOr<ItensorType> inferItensor(mlir::Operation *op, mlir::scf::ForOp root,
                                          llvm::ArrayRef<mlir::OpFoldResult> offsets, llvm::ArrayRef<int64_t> tile,
                                          llvm::ArrayRef<int64_t> dataShape, mlir::Type scalarType);

} // namespace st

#endif // ST_TRANSFORMS_DATAFLOW_INFERITENSOR_H
