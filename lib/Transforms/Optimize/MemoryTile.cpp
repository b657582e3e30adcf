//===- MemoryTile.cpp - Tiles of a tensor that lies in memory as the model has it -----------------------------===//
//
// Along a dimension that tiles may exceed, a tile moves one element after the other: how many is known at run time, and
// slices have constant shapes.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Transforms/Optimize/MemoryTile.h"
#include "Dialect/LayoutAlgebra.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace st;

namespace {

/// A tile, cut into pieces of constant shape.
class MemoryTile {
public:
  MemoryTile(TaskBuilder &task, Location loc, ItensorType type, ValueRange variables)
      : task(task), loc(loc), type(type) {
    for (unsigned dim = 0; dim < type.getRank(); ++dim)
      locate(dim, variables);
  }

  struct Piece {
    SmallVector<OpFoldResult> inMemory, inTile, sizes, ones;
  };

  bool isWhole() const { return loops.empty(); }

  /// Calls `move` on every piece that counts.
  Value forEach(Value carried, function_ref<Value(const Piece &, Value)> move) {
    auto moveOne = [&](ValueRange counts, ValueRange values) -> SmallVector<Value> {
      return {move(getPiece(counts), values.front())};
    };
    return task.buildNest(loops, carried, moveOne).front();
  }

  Piece getPiece(ValueRange counts) {
    Piece piece;
    OpFoldResult zero = task.body.getIndexAttr(0), one = task.body.getIndexAttr(1);
    SmallVector<int64_t> tile = type.getTileShape();
    for (unsigned dim = 0; dim < type.getRank(); ++dim) {
      piece.ones.push_back(one);
      auto cut = llvm::find(cutDims, dim);
      if (cut == cutDims.end()) {
        piece.inMemory.push_back(offsets[dim]);
        piece.inTile.push_back(zero);
        piece.sizes.push_back(task.body.getIndexAttr(tile[dim]));
        continue;
      }
      Value count = counts[cut - cutDims.begin()];
      piece.inMemory.push_back(add(offsets[dim], count));
      piece.inTile.push_back(count);
      piece.sizes.push_back(one);
    }
    return piece;
  }

private:
  void locate(unsigned dim, ValueRange variables) {
    int64_t tile = type.getTileShape()[dim];
    OpFoldResult offset = task.getOffset(variables, getStrides(type, dim, 0), getConstantOffset(type, dim));
    // How far what counts reaches from the start of this stream.
    ExtentAttr extent = type.getDataExtent(dim);
    if (!extent)
      extent = ExtentAttr::getConstant(type.getContext(), type.getDataShape()[dim]);
    StringAttr place = type.getPlace(dim);
    if (place)
      extent = extent.plus(ExtentAttr::getSize(place).times(-1));
    bool fits = extent.isConstant() && type.getSpan()[dim] <= extent.getConstant();
    if (tile > 1 && !fits) {
      Value rest = arith::SubIOp::create(task.body, loc, task.getExtent(extent), asValue(offset));
      Value trips = arith::MinSIOp::create(task.body, loc, rest, task.getIndex(tile));
      cutDims.push_back(dim);
      loops.push_back({tile, 1, {}, trips});
    }
    offsets.push_back(place ? add(offset, task.getExtent(ExtentAttr::getSize(place))) : offset);
  }

  Value asValue(OpFoldResult value) {
    if (auto constant = getConstantIntValue(value))
      return task.getIndex(*constant);
    return cast<Value>(value);
  }

  OpFoldResult add(OpFoldResult left, Value right) {
    if (getConstantIntValue(left) == 0)
      return right;
    return arith::AddIOp::create(task.body, loc, asValue(left), right).getResult();
  }

  TaskBuilder &task;
  Location loc;
  ItensorType type;
  SmallVector<OpFoldResult> offsets;
  SmallVector<unsigned> cutDims;
  SmallVector<TaskBuilder::Loop> loops;
};

} // namespace

static Value extract(TaskBuilder &task, Location loc, ItensorType type, Value source, ArrayRef<OpFoldResult> offsets,
                     const MemoryTile::Piece &piece) {
  SmallVector<int64_t> shape;
  for (OpFoldResult size : piece.sizes)
    shape.push_back(*getConstantIntValue(size));
  return tensor::ExtractSliceOp::create(task.body, loc, RankedTensorType::get(shape, type.getScalarType()), source,
                                        offsets, piece.sizes, piece.ones);
}

Value st::readCounting(TaskBuilder &task, Location loc, ItensorType type, ValueRange variables, Value memory) {
  MemoryTile tile(task, loc, type, variables);
  if (tile.isWhole()) {
    MemoryTile::Piece all = tile.getPiece({});
    return extract(task, loc, type, memory, all.inMemory, all);
  }
  RankedTensorType tileType = type.getTileType();
  Value empty = tensor::EmptyOp::create(task.body, loc, tileType.getShape(), tileType.getElementType());
  return tile.forEach(empty, [&](const MemoryTile::Piece &piece, Value read) -> Value {
    Value part = extract(task, loc, type, memory, piece.inMemory, piece);
    return tensor::InsertSliceOp::create(task.body, loc, part, read, piece.inTile, piece.sizes, piece.ones);
  });
}

Value st::writeCounting(TaskBuilder &task, Location loc, ItensorType type, ValueRange variables, Value tile,
                        Value memory) {
  MemoryTile place(task, loc, type, variables);
  return place.forEach(memory, [&](const MemoryTile::Piece &piece, Value written) -> Value {
    Value part = place.isWhole() ? tile : extract(task, loc, type, tile, piece.inTile, piece);
    return tensor::InsertSliceOp::create(task.body, loc, part, written, piece.inMemory, piece.sizes, piece.ones);
  });
}
