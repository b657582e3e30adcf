//===- NestBuilder.h - Loops over tiles, slices at their place --------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_TILE_NESTBUILDER_H
#define ST_TRANSFORMS_TILE_NESTBUILDER_H

#include "Transforms/Tile/StreamedOp.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"
#include <functional>

namespace st {

/// What a generic is cloned onto: its tiles, and how it sees them.
struct GenericTiles {
  /// A tensor that the body reads by index, and its tile; see `StreamedTensor::map`.
  struct Capture {
    mlir::Value tensor, tile;
    mlir::AffineMap map;
  };
  llvm::SmallVector<mlir::Value> inputs;
  mlir::Value init;
  /// By input, then of the result.
  llvm::SmallVector<mlir::AffineMap> maps;
  llvm::SmallVector<Capture> captures;
  /// By loop of the generic, the nest's loop.
  llvm::SmallVector<unsigned> loopOf;
  /// Whether a loop of the nest covers all tiles at once.
  std::function<bool(unsigned)> isWhole;
};

/// What nests of generics and of row operations have in common. `builder` starts before the operation; what is made
/// there (padding, empties, constants) belongs to the nest.
class NestBuilder {
public:
  using Body = llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange)>;

  NestBuilder(mlir::OpBuilder &builder, const StreamedOp &op, const Tiling &tiling);

  int64_t tileOf(unsigned loop) const { return tiling.tileSizes[loop]; }
  int64_t tripCountOf(unsigned loop) const;
  /// The extent rounded up to whole tiles, in elements.
  int64_t paddedExtentOf(unsigned loop) const { return tripCountOf(loop) * tileOf(loop); }
  /// Whether the last tile may hold more than what counts.
  bool isPadded(unsigned loop) const { return isBounded(loop) || paddedExtentOf(loop) != op.extents[loop]; }
  /// Whether the extent is known at run time only.
  bool isBounded(unsigned loop) const { return op.bounds[loop] != nullptr; }
  /// Whether tiles of `loop` need a loop: all but one tile that is always there.
  bool isLoop(unsigned loop) const { return tripCountOf(loop) > 1 || isBounded(loop); }

  /// The loops of `kind` that run more than once, outermost first. The nest keeps at least one loop.
  llvm::SmallVector<unsigned> getLoops(LoopKind kind) const;
  /// How many of `loops` must be open before all indices of `map` are known; at least 1, for a slice lies in the nest.
  unsigned getDepth(mlir::AffineMap map, llvm::ArrayRef<unsigned> loops) const;

  /// `for loop` over tiles, carrying `inits`; `body` gives the values to carry on. Its variable counts elements.
  mlir::scf::ForOp createLoop(unsigned loop, mlir::ValueRange inits, Body body);
  /// `for 0 to end`, carrying one value; `root`, if given, takes the loop. Where the end is known at run time, it is
  /// `bound`.
  mlir::Value createCountingLoop(int64_t end, int64_t step, mlir::Value init,
                                 llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> body,
                                 mlir::scf::ForOp *root = nullptr, ExtentAttr bound = {});
  /// The first element of the current tile along `loop`: the loop's variable, or 0.
  mlir::OpFoldResult getOffset(unsigned loop) const;

  /// The tensor with every dimension padded to whole tiles.
  mlir::Value pad(const StreamedTensor &tensor);
  mlir::Value padTo(mlir::Value tensor, llvm::ArrayRef<int64_t> shape);
  /// A destination for the whole result, in whole tiles.
  mlir::Value createDestination(const StreamedTensor &tensor);
  /// The result without padding.
  mlir::Value clip(mlir::Value result, const StreamedTensor &tensor);

  /// The current tile of `whole`.
  mlir::Value readTile(mlir::Value whole, mlir::AffineMap map);
  mlir::Value insertTile(mlir::Value tile, mlir::Value whole, mlir::AffineMap map);
  llvm::SmallVector<int64_t> getTileShape(mlir::AffineMap map) const;
  llvm::SmallVector<int64_t> getPaddedShape(mlir::AffineMap map) const;

  /// A tensor constant of `shape` with the value that a reduction starts from; null (after an error) when `init` is no
  /// fill with a constant.
  mlir::Value createStart(mlir::Value init, llvm::ArrayRef<int64_t> shape);
  /// Clones `generic` onto tiles. Indices become those of the whole tensor; reductions skip what only padding holds,
  /// and what it holds can neither address anything nor divide.
  mlir::linalg::GenericOp cloneOntoTiles(mlir::linalg::GenericOp generic, const GenericTiles &onto);

  mlir::OpBuilder &builder;
  const StreamedOp &op;
  const Tiling &tiling;

private:
  llvm::SmallVector<mlir::OpFoldResult> getOffsets(mlir::AffineMap map) const;

  llvm::SmallVector<mlir::Value> variables;
};

/// Builds the nest of a generic, or of a row operation. Returns the results, clipped; the outermost loop in `root`.
mlir::FailureOr<llvm::SmallVector<mlir::Value>> tileGeneric(NestBuilder &nest, mlir::scf::ForOp &root);
mlir::FailureOr<llvm::SmallVector<mlir::Value>> tileRowOp(NestBuilder &nest, mlir::scf::ForOp &root);

} // namespace st

#endif // ST_TRANSFORMS_TILE_NESTBUILDER_H
