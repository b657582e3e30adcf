//===- DimensionClasses.h - Dimensions that several operations share --------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_TILE_DIMENSIONCLASSES_H
#define ST_TRANSFORMS_TILE_DIMENSIONCLASSES_H

#include "Transforms/Tile/StreamedOp.h"
#include "llvm/ADT/IntEqClasses.h"

namespace st {

/// Which loops and tensor dimensions are one dimension: all that operations index together, through padding and
/// reshapes of the host as well.
class DimensionClasses {
public:
  DimensionClasses(mlir::Block &block, llvm::ArrayRef<StreamedOp> ops);

  unsigned size() const { return classes.getNumClasses(); }
  unsigned ofLoop(const StreamedOp &op, unsigned loop) const { return classes[firstLoop.lookup(op.op) + loop]; }
  unsigned ofDim(mlir::Value tensor, unsigned dim) const { return classes[firstDim.lookup(tensor) + dim]; }

private:
  unsigned reserve(unsigned count);
  /// The node of `dim` of `tensor`.
  unsigned nodeOf(mlir::Value tensor, unsigned dim);

  unsigned numNodes = 0;
  llvm::DenseMap<mlir::Operation *, unsigned> firstLoop;
  llvm::DenseMap<mlir::Value, unsigned> firstDim;
  llvm::IntEqClasses classes;
};

} // namespace st

#endif // ST_TRANSFORMS_TILE_DIMENSIONCLASSES_H
