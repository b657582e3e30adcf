//===- ConverterBuffer.cpp - What converters do with their buffer, whatever its shape -------------------------===//

#include "Transforms/Optimize/ConverterBuffer.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace st;

Value st::createConverterBuffer(TaskBuilder &task, Location loc, ArrayRef<int64_t> shape, Type scalar, TypedAttr pad) {
  if (!pad)
    return tensor::EmptyOp::create(task.body, loc, shape, scalar);
  auto type = RankedTensorType::get(shape, scalar);
  return arith::ConstantOp::create(task.body, loc, type, DenseElementsAttr::get(type, Attribute(pad)));
}

Value st::pullIntoPadding(TaskBuilder &task, Location loc, const ConverterPlan &plan, TypedAttr pad,
                          ArrayRef<OpFoldResult> offsets, std::optional<unsigned> skippedDim) {
  Value tile = task.pull(task.getRead(0));
  SmallVector<std::pair<unsigned, int64_t>> cuts; // dimension, end of the data
  SmallVector<int64_t> span = plan.source.getSpan();
  for (auto [dim, extent] : llvm::enumerate(plan.source.getDataShape())) {
    int64_t end = extent - plan.padding.highOf(dim);
    if (plan.padding.highOf(dim) != 0 && span[dim] > end && skippedDim != dim)
      cuts.push_back({dim, end});
  }
  if (cuts.empty())
    return tile;
  OpBuilder &builder = task.body;
  SmallVector<Value> places;
  for (auto [dim, end] : cuts)
    places.push_back(getValueOrCreateConstantIndexOp(builder, loc, offsets[dim]));
  auto type = cast<RankedTensorType>(tile.getType());
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> parallel(type.getRank(), utils::IteratorType::parallel);
  auto body = [&](OpBuilder &inner, Location loc, ValueRange values) {
    Value padding = arith::ConstantOp::create(inner, loc, pad), kept = values.front();
    for (auto [cut, place] : llvm::zip(cuts, places)) {
      Value index = linalg::IndexOp::create(inner, loc, cut.first);
      Value position = arith::AddIOp::create(inner, loc, index, place);
      Value end = arith::ConstantIndexOp::create(inner, loc, cut.second);
      Value isData = arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::slt, position, end);
      kept = arith::SelectOp::create(inner, loc, isData, kept, padding);
    }
    linalg::YieldOp::create(inner, loc, kept);
  };
  return linalg::GenericOp::create(builder, loc, type, tile, empty, ArrayRef<AffineMap>{identity, identity}, parallel,
                                   body)
      .getResult(0);
}

OpFoldResult st::expandUnsigned(TaskBuilder &task, Location loc, AffineExpr expr, ArrayRef<OpFoldResult> variables,
                                ArrayRef<int64_t> trips) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return task.body.getIndexAttr(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return variables[dim.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  bool isRemainder = expr.getKind() == AffineExprKind::Mod, isQuotient = expr.getKind() == AffineExprKind::FloorDiv;
  // A loop variable that stays below the divisor is its own remainder.
  if (auto dim = dyn_cast<AffineDimExpr>(binary.getLHS()); dim && (isRemainder || isQuotient))
    if (trips[dim.getPosition()] <= cast<AffineConstantExpr>(binary.getRHS()).getValue())
      return isRemainder ? variables[dim.getPosition()] : OpFoldResult(task.body.getIndexAttr(0));
  OpFoldResult operands[] = {expandUnsigned(task, loc, binary.getLHS(), variables, trips),
                             expandUnsigned(task, loc, binary.getRHS(), variables, trips)};
  if (!isRemainder && !isQuotient) {
    auto applied = getAffineBinaryOpExpr(expr.getKind(), task.body.getAffineDimExpr(0), task.body.getAffineDimExpr(1));
    return affine::makeComposedFoldedAffineApply(task.body, loc, applied, operands);
  }
  Value left = getValueOrCreateConstantIndexOp(task.body, loc, operands[0]);
  Value right = getValueOrCreateConstantIndexOp(task.body, loc, operands[1]);
  if (isRemainder)
    return arith::RemUIOp::create(task.body, loc, left, right).getResult();
  return arith::DivUIOp::create(task.body, loc, left, right).getResult();
}

Value st::copyTile(OpBuilder &builder, Location loc, Value tile) {
  auto type = cast<RankedTensorType>(tile.getType());
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  return linalg::CopyOp::create(builder, loc, tile, empty).getResult(0);
}
