//===- DataSet.h - Which offsets a stream touches along a data dimension (private) ------------------*- C++ -*-===//

#ifndef ST_DIALECT_DATASET_H
#define ST_DIALECT_DATASET_H

#include "Dialect/LayoutAlgebra.h"
#include "llvm/ADT/BitVector.h"

namespace st {

/// The scalars along one data dimension that `loops` and a tile of `tile` scalars touch, from `start` on, as bits;
/// `limit` bits are kept. Sums of strides instead of an enumeration of slices: what counts is the extent of a
/// dimension, not the number of tiles.
llvm::BitVector touchedAlong(llvm::ArrayRef<int64_t> counts, llvm::ArrayRef<int64_t> strides, int64_t start,
                             int64_t tile, int64_t limit);

} // namespace st

#endif // ST_DIALECT_DATASET_H
