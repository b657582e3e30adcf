//===- OperandReader.cpp - From a streamed tensor to the tile that a generic runs on -------------------------===//

#include "Transforms/Tile/OperandReader.h"

#include "Support/Units.h"
#include "Transforms/Tile/WindowLoops.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st {

static RankedTensorType typeOf(const StreamedTensor &tensor) { return cast<RankedTensorType>(tensor.value.getType()); }

OperandReader::OperandReader(NestBuilder &nest, unsigned operand, bool isResident)
    : nest(nest), tensor(nest.op.operands[operand]),
      tiling(nest.tiling.operands.empty() ? nullptr : &nest.tiling.operands[operand]), resident(isResident) {
  SmallVector<int64_t> shape(typeOf(tensor).getShape());
  for (unsigned dim = 0; dim < shape.size(); ++dim) {
    dims.push_back(analyze(dim));
    AffineExpr expr = tensor.map.getResult(dim);
    if (auto loop = getLoop(expr))
      shape[dim] = nest.paddedExtentOf(*loop);
    else if (isa<AffineSymbolExpr>(expr))
      shape[dim] = dims[dim].slices * dims[dim].size;
  }
  whole = nest.padTo(tensor.value, shape);
  places.assign(shape.size(), nest.builder.getIndexAttr(0));
}

OperandReader::Dimension OperandReader::analyze(unsigned dim) const {
  MLIRContext *context = nest.op.op->getContext();
  AffineExpr zero = getAffineConstantExpr(0, context), expr = tensor.map.getResult(dim);
  if (auto loop = getLoop(expr)) {
    int64_t tile = nest.tileOf(*loop);
    if (!resident && nest.op.loops[*loop] != LoopKind::Column)
      return {expr, tile, expr};
    bool isCut = nest.op.loops[*loop] != LoopKind::Column;
    return {zero, tile, expr, nest.tripCountOf(*loop), tile, isCut ? loop : std::nullopt, nest.op.bounds[*loop]};
  }
  if (isa<AffineConstantExpr>(expr))
    return {expr, 1, zero};
  int64_t extent = typeOf(tensor).getDimSize(dim);
  if (isa<AffineSymbolExpr>(expr)) {
    int64_t tile = tiling ? tiling->tileSizes[dim] : extent;
    ExtentAttr bound = tensor.bounds.empty() ? ExtentAttr() : tensor.bounds[dim];
    return {zero, tile, expr, ceilDiv(extent, tile), tile, std::nullopt, bound};
  }
  if (nest.op.rowLoop && expr.isFunctionOfDim(*nest.op.rowLoop))
    return analyzeWindow(dim);
  return {zero, extent, expr};
}

/// A window moved by rows: one row at a time.
OperandReader::Dimension OperandReader::analyzeWindow(unsigned dim) const {
  MLIRContext *context = nest.op.op->getContext();
  AffineExpr expr = tensor.map.getResult(dim);
  unsigned row = *nest.op.rowLoop;
  AffineExpr base = getAffineDimExpr(row, context) * getCoefficient(expr, row) + getConstantTerm(expr);
  AffineExpr inner = getAffineConstantExpr(0, context);
  SmallVector<unsigned> others;
  for (unsigned loop = 0; loop < nest.op.extents.size(); ++loop)
    if (loop != row && expr.isFunctionOfDim(loop)) {
      others.push_back(loop);
      inner = inner + getAffineDimExpr(loop, context) * getCoefficient(expr, loop);
    }
  // Of several loops under the window all rows are kept, of one only those that it meets.
  if (others.size() == 1)
    return {base, 1, getAffineDimExpr(others[0], context), nest.op.extents[others[0]], getCoefficient(expr, others[0])};
  return {base, 1, inner, getSpan(expr, others, nest.op.extents), 1};
}

AffineMap OperandReader::getTileMap() const {
  SmallVector<AffineExpr> exprs;
  for (const Dimension &dim : dims)
    exprs.push_back(dim.index);
  return AffineMap::get(tensor.map.getNumDims(), 0, exprs, nest.op.op->getContext());
}

int64_t OperandReader::countBytes(const NestBuilder &nest, const StreamedTensor &tensor) {
  int64_t elements = 1;
  for (auto [extent, expr] : llvm::zip(typeOf(tensor).getShape(), tensor.map.getResults())) {
    auto loop = getLoop(expr);
    elements *= loop ? nest.paddedExtentOf(*loop) : extent;
  }
  Type scalar = typeOf(tensor).getElementType();
  return elements * ceilDiv(scalar.isIntOrFloat() ? scalar.getIntOrFloatBitWidth() : 64, 8);
}

OpFoldResult OperandReader::getOffset(AffineExpr base, OpFoldResult slice, int64_t scale) const {
  SmallVector<OpFoldResult> operands;
  for (unsigned loop = 0; loop < nest.op.extents.size(); ++loop)
    operands.push_back(nest.getOffset(loop));
  operands.push_back(slice);
  AffineExpr sum = base + getAffineDimExpr(operands.size() - 1, base.getContext()) * scale;
  return affine::makeComposedFoldedAffineApply(nest.builder, nest.op.op->getLoc(),
                                               AffineMap::get(operands.size(), 0, sum), operands);
}

/// The slice of the tensor that belongs at `places` in the tile.
Value OperandReader::readSlice() {
  SmallVector<OpFoldResult> offsets, sizes, ones;
  for (auto [dim, place] : llvm::zip(dims, places)) {
    offsets.push_back(getOffset(dim.base, place, dim.isGathered() ? dim.stride / dim.size : 0));
    sizes.push_back(nest.builder.getIndexAttr(dim.size));
    ones.push_back(nest.builder.getIndexAttr(1));
  }
  return tensor::ExtractSliceOp::create(nest.builder, nest.op.op->getLoc(), whole, offsets, sizes, ones);
}

Value OperandReader::gather(ArrayRef<unsigned> order, Value tile) {
  Location loc = nest.op.op->getLoc();
  if (order.empty()) {
    SmallVector<OpFoldResult> sizes, ones(dims.size(), nest.builder.getIndexAttr(1));
    for (const Dimension &dim : dims)
      sizes.push_back(nest.builder.getIndexAttr(dim.size));
    return tensor::InsertSliceOp::create(nest.builder, loc, readSlice(), tile, places, sizes, ones);
  }
  const Dimension &dim = dims[order.front()];
  Value result = nest.createCountingLoop(
      dim.slices * dim.size, dim.size, tile,
      [&](Value place, Value carried) {
        places[order.front()] = place;
        return gather(order.drop_front(), carried);
      },
      /*root=*/nullptr, dim.bound);
  places[order.front()] = nest.builder.getIndexAttr(0);
  return result;
}

Value OperandReader::read() {
  SmallVector<unsigned> order;
  SmallVector<int64_t> shape;
  for (const Dimension &dim : dims)
    shape.push_back(dim.slices * dim.size);
  for (unsigned i = 0; i < dims.size(); ++i) {
    unsigned dim = tiling ? tiling->order[i] : i;
    if (dims[dim].isGathered())
      order.push_back(dim);
  }
  if (order.empty())
    return readSlice();
  Type scalar = typeOf(tensor).getElementType();
  return gather(order, tensor::EmptyOp::create(nest.builder, nest.op.op->getLoc(), shape, scalar));
}

Value OperandReader::cutTile(Value all) {
  SmallVector<OpFoldResult> offsets, sizes, ones;
  for (const Dimension &dim : dims) {
    offsets.push_back(dim.loop ? nest.getOffset(*dim.loop) : OpFoldResult(nest.builder.getIndexAttr(0)));
    sizes.push_back(nest.builder.getIndexAttr(dim.loop ? dim.size : dim.slices * dim.size));
    ones.push_back(nest.builder.getIndexAttr(1));
  }
  auto type = cast<RankedTensorType>(all.getType());
  auto isAll = [&](auto pair) { return getConstantIntValue(std::get<0>(pair)) == std::get<1>(pair); };
  if (llvm::all_of(llvm::zip(sizes, type.getShape()), isAll))
    return all;
  return tensor::ExtractSliceOp::create(nest.builder, nest.op.op->getLoc(), all, offsets, sizes, ones);
}

} // namespace st
