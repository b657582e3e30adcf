//===- OperandReader.h - From a streamed tensor to the tile that a generic runs on ------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_TILE_OPERANDREADER_H
#define ST_TRANSFORMS_TILE_OPERANDREADER_H

#include "Transforms/Tile/NestBuilder.h"

namespace st {

/// Reads one operand of a generic in a nest. Where one slice is all that a tile needs, the slice is the tile. Columns,
/// computed indices and the rows under a window need several: loops of their own gather them in a buffer.
///
/// A window is read row by row. Where the operand's map is `row * stride + k * dilation`, the tile has one row for each
/// `k`, which the generic indexes by `k` alone:
/// ```
/// %window = scf.for %k = 0 to 3 iter_args(%t = tensor.empty() : tensor<1x16x3x30xf32>) {
///   %row = tensor.extract_slice %x[%n, 0, %oh * 2 + %k, 0] [1, 16, 1, 30] [1, 1, 1, 1]
///   scf.yield (tensor.insert_slice %row into %t[0, 0, %k, 0] ...)
/// }
/// ```
class OperandReader {
public:
  /// `isResident`: all of the operand is read at once and tiles are cut from it.
  OperandReader(NestBuilder &nest, unsigned operand, bool isResident);

  bool isResident() const { return resident; }
  /// How the generic indexes the tile.
  mlir::AffineMap getTileMap() const;
  /// Bytes of all that is read of the operand, in whole tiles.
  static int64_t countBytes(const NestBuilder &nest, const StreamedTensor &tensor);

  /// Reads the tile of the loops that are open, or of a resident operand everything.
  mlir::Value read();
  /// The current tile of a resident operand.
  mlir::Value cutTile(mlir::Value all);

private:
  struct Dimension {
    /// The first element of the current tile, as a sum of the nest's loops.
    mlir::AffineExpr base;
    /// Elements of a slice.
    int64_t size;
    /// How the generic indexes the tile.
    mlir::AffineExpr index;
    /// Slices that make the tile, and elements of the tensor from one to the next.
    int64_t slices = 1, stride = 0;
    /// The loop that cuts a resident operand.
    std::optional<unsigned> loop = std::nullopt;
    /// How much there is to gather, where that is known at run time.
    ExtentAttr bound = {};

    bool isGathered() const { return slices > 1 || bound; }
  };

  Dimension analyze(unsigned dim) const;
  Dimension analyzeWindow(unsigned dim) const;
  mlir::OpFoldResult getOffset(mlir::AffineExpr base, mlir::OpFoldResult slice, int64_t scale) const;
  mlir::Value gather(llvm::ArrayRef<unsigned> order, mlir::Value tile);
  mlir::Value readSlice();

  NestBuilder &nest;
  const StreamedTensor &tensor;
  const OperandTiling *tiling;
  bool resident;
  mlir::Value whole;
  llvm::SmallVector<Dimension> dims;
  /// By dimension, the first element of the current slice in the tile.
  llvm::SmallVector<mlir::OpFoldResult> places;
};

} // namespace st

#endif // ST_TRANSFORMS_TILE_OPERANDREADER_H
