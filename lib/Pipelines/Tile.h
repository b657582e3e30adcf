//===- Tile.h - The tile phase ----------------------------------------------------------------------*- C++ -*-===//

#ifndef ST_PIPELINES_TILE_H
#define ST_PIPELINES_TILE_H

#include "mlir/Pass/PassManager.h"
#include <cstdint>

namespace st {

struct TileOptions {
  /// Tile extent along a dimension, in elements.
  int64_t defaultTileSize = 16;
  /// Tile extent along outermost (token) dimensions, in elements.
  int64_t tokenTileSize = 8;
  /// Multiply-accumulate lanes to spend on all nests together.
  int64_t overallUnrollSize = 256;
  /// Cycles from the operands of a sum to its result; a reduction gets no more lanes than hide them.
  int64_t adderLatency = 7;
};

/// Generics and row operations -> nests of loops over tiles, in the order in which their tensors stream.
void populateTilePipeline(mlir::OpPassManager &manager, const TileOptions &options);

} // namespace st

#endif // ST_PIPELINES_TILE_H
