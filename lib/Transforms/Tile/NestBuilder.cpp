//===- NestBuilder.cpp - Loops over tiles, slices at their place ---------------------------------------------===//

#include "Transforms/Tile/NestBuilder.h"

#include "Dialect/Sizes.h"
#include "Support/Units.h"
#include "Transforms/Tile/Attributes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace st {

NestBuilder::NestBuilder(OpBuilder &builder, const StreamedOp &op, const Tiling &tiling)
    : builder(builder), op(op), tiling(tiling), variables(op.extents.size()) {}

int64_t NestBuilder::tripCountOf(unsigned loop) const { return ceilDiv(op.extents[loop], tileOf(loop)); }

SmallVector<unsigned> NestBuilder::getLoops(LoopKind kind) const {
  SmallVector<unsigned> loops;
  bool runsMoreThanOnce = false;
  for (unsigned loop : tiling.loopOrder) {
    runsMoreThanOnce |= isLoop(loop) && op.loops[loop] != LoopKind::Column;
    if (op.loops[loop] == kind && isLoop(loop))
      loops.push_back(loop);
  }
  if (!runsMoreThanOnce && !tiling.loopOrder.empty() && op.loops[tiling.loopOrder.front()] == kind)
    loops.insert(loops.begin(), tiling.loopOrder.front());
  return loops;
}

unsigned NestBuilder::getDepth(AffineMap map, ArrayRef<unsigned> loops) const {
  unsigned depth = 1;
  for (auto [position, loop] : llvm::enumerate(loops))
    if (map.isFunctionOfDim(loop))
      depth = position + 1;
  return depth;
}

scf::ForOp NestBuilder::createLoop(unsigned loop, ValueRange inits, Body body) {
  Location loc = op.op->getLoc();
  Value lower = arith::ConstantIndexOp::create(builder, loc, 0);
  Value upper = isBounded(loop) ? materialize(builder, loc, op.bounds[loop])
                                : arith::ConstantIndexOp::create(builder, loc, paddedExtentOf(loop));
  Value step = arith::ConstantIndexOp::create(builder, loc, tileOf(loop));
  auto result = scf::ForOp::create(builder, loc, lower, upper, step, inits);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(result.getBody());
  variables[loop] = result.getInductionVar();
  SmallVector<Value> carried = body(result.getRegionIterArgs());
  variables[loop] = nullptr;
  // A loop that carries nothing has its terminator already.
  if (result.getNumRegionIterArgs() > 0)
    scf::YieldOp::create(builder, loc, carried);
  return result;
}

Value NestBuilder::createCountingLoop(int64_t end, int64_t step, Value init,
                                      llvm::function_ref<Value(Value, Value)> body, scf::ForOp *root,
                                      ExtentAttr bound) {
  Location loc = op.op->getLoc();
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(builder, loc, value); };
  Value upper = bound ? materialize(builder, loc, bound) : constant(end);
  auto loop = scf::ForOp::create(builder, loc, constant(0), upper, constant(step), init);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  scf::YieldOp::create(builder, loc, body(loop.getInductionVar(), loop.getRegionIterArg(0)));
  if (root)
    *root = loop;
  return loop.getResult(0);
}

OpFoldResult NestBuilder::getOffset(unsigned loop) const {
  if (variables[loop])
    return variables[loop];
  return builder.getIndexAttr(0);
}

SmallVector<OpFoldResult> NestBuilder::getOffsets(AffineMap map) const {
  SmallVector<OpFoldResult> offsets;
  for (unsigned dim = 0; dim < map.getNumResults(); ++dim)
    offsets.push_back(getOffset(map.getDimPosition(dim)));
  return offsets;
}

SmallVector<int64_t> NestBuilder::getTileShape(AffineMap map) const {
  return applyPermutationMap(map, ArrayRef(tiling.tileSizes));
}

SmallVector<int64_t> NestBuilder::getPaddedShape(AffineMap map) const {
  SmallVector<int64_t> shape;
  for (unsigned dim = 0; dim < map.getNumResults(); ++dim)
    shape.push_back(paddedExtentOf(map.getDimPosition(dim)));
  return shape;
}

Value NestBuilder::pad(const StreamedTensor &tensor) { return padTo(tensor.value, getPaddedShape(tensor.map)); }

Value NestBuilder::padTo(Value tensor, ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getShape() == shape)
    return tensor;
  SmallVector<OpFoldResult> low(shape.size(), builder.getIndexAttr(0)), high;
  for (auto [padded, extent] : llvm::zip(shape, type.getShape()))
    high.push_back(builder.getIndexAttr(padded - extent));
  Location loc = tensor.getLoc();
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type.getElementType()));
  auto pad =
      tensor::PadOp::create(builder, loc, RankedTensorType::get(shape, type.getElementType()), tensor, low, high, zero);
  pad->setDiscardableAttr(tilePaddingAttr, builder.getUnitAttr());
  return pad;
}

Value NestBuilder::createDestination(const StreamedTensor &tensor) {
  Type scalar = cast<RankedTensorType>(tensor.value.getType()).getElementType();
  return tensor::EmptyOp::create(builder, op.op->getLoc(), getPaddedShape(tensor.map), scalar);
}

Value NestBuilder::clip(Value result, const StreamedTensor &tensor) {
  auto type = cast<RankedTensorType>(tensor.value.getType());
  if (result.getType() == type)
    return result;
  SmallVector<OpFoldResult> zeros(type.getRank(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> ones(type.getRank(), builder.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes = getAsIndexOpFoldResult(builder.getContext(), type.getShape());
  auto slice = tensor::ExtractSliceOp::create(builder, op.op->getLoc(), type, result, zeros, sizes, ones);
  slice->setDiscardableAttr(tilePaddingAttr, builder.getUnitAttr());
  return slice;
}

Value NestBuilder::readTile(Value whole, AffineMap map) {
  SmallVector<OpFoldResult> sizes = getAsIndexOpFoldResult(builder.getContext(), getTileShape(map));
  SmallVector<OpFoldResult> ones(sizes.size(), builder.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(builder, op.op->getLoc(), whole, getOffsets(map), sizes, ones);
}

Value NestBuilder::insertTile(Value tile, Value whole, AffineMap map) {
  SmallVector<OpFoldResult> sizes = getAsIndexOpFoldResult(builder.getContext(), getTileShape(map));
  SmallVector<OpFoldResult> ones(sizes.size(), builder.getIndexAttr(1));
  return tensor::InsertSliceOp::create(builder, op.op->getLoc(), tile, whole, getOffsets(map), sizes, ones);
}

Value NestBuilder::createStart(Value init, ArrayRef<int64_t> shape) {
  auto fill = init.getDefiningOp<linalg::FillOp>();
  Attribute value;
  if (!fill || !matchPattern(fill.value(), m_Constant(&value))) {
    op.op->emitOpError("must start its reduction from a linalg.fill with a constant");
    return nullptr;
  }
  auto type = RankedTensorType::get(shape, getElementTypeOrSelf(init.getType()));
  return arith::ConstantOp::create(builder, init.getLoc(), cast<TypedAttr>(DenseElementsAttr::get(type, value)));
}

} // namespace st
