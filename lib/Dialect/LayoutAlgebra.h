//===- LayoutAlgebra.h - What two iterative tensor types are to each other --------------------------*- C++ -*-===//
//
// Fusion, converters, DMAs and FIFO sizes all rest on the question whether two streams are the same. It is answered
// here and nowhere else. The functions are pure: types in, facts out; no pass, no IR.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_DIALECT_LAYOUTALGEBRA_H
#define ST_DIALECT_LAYOUTALGEBRA_H

#include "Dialect/StDialect.h"
#include <optional>
#include <string>

namespace st {

/// The canonical spelling of a type: unit loops dropped, contiguous loops merged. Two types stream the same slices in
/// the same order exactly when their canonical forms are equal.
ItensorType canonicalize(ItensorType type);

/// What connects a producer of one type to a reader of another.
enum class Relation {
  Equal,       ///< the same sequence of slices: a FIFO
  Regrouped,   ///< the same sequence of scalars in tokens of another shape: a width adapter, no buffer
  Convertible, ///< the same data in another order, or re-accessed: a converter
  Incompatible ///< other data shape or dtype, or data that the source does not hold
};
Relation relate(ItensorType source, ItensorType result);
llvm::StringRef stringify(Relation relation);

/// Why `type` cannot be produced: a producer writes every element of the data shape exactly once (no re-access, no
/// overlap, no gap). Names the dimension. nullopt when it can. Padding beyond the data shape is not judged.
std::optional<std::string> whyNotProducer(ItensorType type);

/// The slice offsets in stream order; the brute-force meaning of the type. `type.getNumTiles()` entries.
llvm::SmallVector<llvm::SmallVector<int64_t>> enumerateOffsets(ItensorType type);

/// Shape of the tensor packed by tiles as it lies in external memory: number of tiles along each data dimension
/// (the last may be partly padding), then the tile shape.
llvm::SmallVector<int64_t> packedShape(ItensorType type);

/// Whether every slice starts at a multiple of the tile, so that it is one tile of the packed tensor.
bool isTileAligned(ItensorType type);

/// Where data lies along one dimension as the loops from `firstLoop` on run: scalars per step of each loop.
struct LoopStride {
  unsigned loop;
  int64_t stride;
};

/// The loops that drive data dimension `dim`, outermost first, with the scalars that one iteration advances; loops
/// that run once are left out.
llvm::SmallVector<LoopStride> getLoopsOf(ItensorType type, unsigned dim);

/// The constant part of the offset along data dimension `dim`, in scalars.
int64_t getConstantOffset(ItensorType type, unsigned dim);

/// The on-chip buffer of a layout converter (paper, Algorithm 1).
struct ConverterPlan {
  /// Extent of one half along each data dimension, in scalars, whole tiles.
  llvm::SmallVector<int64_t> bufferShape;
  /// Leading loops that source and result share; the buffer is filled and drained once for each of their iterations.
  int64_t sharedLoops = 0;
  /// Times that the buffer is filled: product of the shared trip counts.
  int64_t rounds = 1;
  /// 2 (ping-pong) when a fill can overlap the drain before it; 1 when the buffer is filled only once.
  int64_t halves = 1;
  /// Data dimensions that the buffer holds only one tile of.
  llvm::SmallVector<bool> sharedDims;
  /// On-chip bytes of all halves.
  int64_t bytes = 0;
  /// The two sequences in the spelling whose first `sharedLoops` loops are the same: the canonical form, or that form
  /// with loops split so that more of them agree.
  ItensorType source, result;
};

/// Infers the converter between two convertible types.
ConverterPlan inferConverter(ItensorType source, ItensorType result);

} // namespace st

#endif // ST_DIALECT_LAYOUTALGEBRA_H
