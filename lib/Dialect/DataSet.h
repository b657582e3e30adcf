//===- DataSet.h - Which offsets a stream touches along a data dimension (private) ------------------*- C++ -*-===//

#ifndef ST_DIALECT_DATASET_H
#define ST_DIALECT_DATASET_H

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/LoopNest.h"
#include "llvm/ADT/BitVector.h"

namespace st {

/// The scalars along one data dimension that `loops` and a tile of `tile` scalars touch, from `start` on, as bits;
/// `limit` bits are kept. Sums of strides instead of an enumeration of slices: what counts is the extent of a
/// dimension, not the number of tiles.
llvm::BitVector touchedAlong(llvm::ArrayRef<int64_t> counts, llvm::ArrayRef<int64_t> strides, int64_t start,
                             int64_t tile, int64_t limit);

/// Whether along data dimension `dim` the loops of `from` from number `fromLoop` on write all that those of `to` from
/// `toLoop` on read, padding aside. The offsets of outer loops are taken as equal.
bool writesAllRead(ItensorType source, ItensorType result, const LoopNest &from, const LoopNest &to, unsigned dim,
                   unsigned fromLoop, unsigned toLoop, const Padding &padding);

/// Bytes of `halves` buffers of `shape`.
int64_t bytesOfBuffer(llvm::ArrayRef<int64_t> shape, mlir::Type scalar, int64_t halves);

/// What a nest spans along `dim` when only the loops from `firstLoop` on run: largest offset plus tile, in scalars.
int64_t innerSpan(const LoopNest &nest, unsigned dim, unsigned firstLoop, int64_t tile);

} // namespace st

#endif // ST_DIALECT_DATASET_H
