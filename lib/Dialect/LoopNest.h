//===- LoopNest.h - Iteration spaces as strides (private to the layout algebra) ---------------------*- C++ -*-===//

#ifndef ST_DIALECT_LOOPNEST_H
#define ST_DIALECT_LOOPNEST_H

#include "Dialect/StDialect.h"

namespace st {

/// One loop: how often it runs and how far one iteration advances along each data dimension, in scalars.
struct StridedLoop {
  int64_t count;
  llvm::SmallVector<int64_t, 4> strides;
  /// How often it runs where that is known at run time only, and `count` is the maximum; else null.
  ExtentAttr extent = {};

  bool operator==(const StridedLoop &other) const {
    return count == other.count && strides == other.strides && extent == other.extent;
  }
  /// Whether it runs once in every run.
  bool isUnit() const { return count == 1 && !extent; }
  bool operator!=(const StridedLoop &other) const { return !(*this == other); }
};

/// A row-major nest of strided loops from a constant start.
struct LoopNest {
  llvm::SmallVector<int64_t, 4> start;
  llvm::SmallVector<StridedLoop, 4> loops;

  /// The iteration space of `type` as written.
  static LoopNest ofTiles(ItensorType type);
  /// Down to single scalars: the iteration space, the blocks of a tile, the lanes of a token.
  static LoopNest ofScalars(ItensorType type);

  /// Drops loops that run once and merges an outer loop with an inner one where the outer takes over exactly where
  /// the inner ends. What is left is unique: the innermost loop is the longest run of equal differences, and so on
  /// outwards.
  void canonicalize();

  /// Whether some loop moves along several data dimensions, so that what the nest touches is no product of them.
  bool isCoupled() const;

  /// `like` with this iteration space.
  ItensorType toType(ItensorType like) const;

  bool operator==(const LoopNest &other) const { return start == other.start && loops == other.loops; }
};

} // namespace st

#endif // ST_DIALECT_LOOPNEST_H
