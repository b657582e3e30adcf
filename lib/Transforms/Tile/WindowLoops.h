//===- WindowLoops.h - The loops of an operation that slides windows --------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_TILE_WINDOWLOOPS_H
#define ST_TRANSFORMS_TILE_WINDOWLOOPS_H

#include "Transforms/Tile/StreamedOp.h"

namespace st {

/// Finds which loops of a generic are its windows' rows, which are whole and which enclose the rows, and makes
/// channels under a window columns.
void findWindowLoops(StreamedOp &op);

/// Elements from the first to the last that `expr` reaches over `loops` with `extents`.
int64_t getSpan(mlir::AffineExpr expr, llvm::ArrayRef<unsigned> loops, llvm::ArrayRef<int64_t> extents);

} // namespace st

#endif // ST_TRANSFORMS_TILE_WINDOWLOOPS_H
