//===- Sizes.cpp - What named sizes mean in the IR ------------------------------------------------------------===//

#include "Dialect/Sizes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"
#include <set>

using namespace mlir;
using namespace st;

SizeRangeAttr st::lookupSize(Operation *op, StringRef name) {
  for (; op; op = op->getParentOp())
    if (auto sizes = op->getAttrOfType<DictionaryAttr>(sizesAttr))
      if (auto range = sizes.getAs<SizeRangeAttr>(name))
        return range;
  return {};
}

/// The bound of `extent` that is its maximum or minimum: sizes that are subtracted count with their other end.
static int64_t getBound(ExtentAttr extent, Operation *op, bool isMaximum) {
  int64_t value = extent.getConstant();
  for (auto [name, coefficient] : llvm::zip(extent.getNames(), extent.getCoefficients()))
    if (SizeRangeAttr range = lookupSize(op, name.getValue()))
      value += coefficient * ((coefficient > 0) == isMaximum ? range.getMaximum() : range.getMinimum());
  return llvm::divideCeilSigned(std::max<int64_t>(value, 0), extent.getDivisor());
}

int64_t st::getMaximum(ExtentAttr extent, Operation *op) { return getBound(extent, op, /*isMaximum=*/true); }

int64_t st::getMinimum(ExtentAttr extent, Operation *op) { return getBound(extent, op, /*isMaximum=*/false); }

ExtentAttr st::getExtent(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return ExtentAttr::getConstant(value.getContext(), constant.getSExtValue());
  Operation *op = value.getDefiningOp();
  if (auto size = dyn_cast_or_null<SizeOp>(op))
    return ExtentAttr::getSize(size.getSymbolAttr());
  if (isa_and_nonnull<arith::IndexCastOp, arith::IndexCastUIOp>(op))
    return getExtent(op->getOperand(0));
  if (!isa_and_nonnull<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::CeilDivUIOp, arith::CeilDivSIOp>(op))
    return {};
  ExtentAttr left = getExtent(op->getOperand(0)), right = getExtent(op->getOperand(1));
  if (!left || !right || left.getDivisor() != 1 || right.getDivisor() != 1)
    return {};
  if (isa<arith::AddIOp>(op))
    return left.plus(right);
  if (isa<arith::SubIOp>(op))
    return left.plus(right.times(-1));
  if (isa<arith::MulIOp>(op)) {
    if (left.isConstant())
      std::swap(left, right);
    return right.isConstant() ? left.times(right.getConstant()) : ExtentAttr();
  }
  return right.isConstant() && right.getConstant() > 0 ? left.ceilDiv(right.getConstant()) : ExtentAttr();
}

Value st::materialize(OpBuilder &builder, Location loc, ExtentAttr extent) {
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(builder, loc, value); };
  if (extent.isConstant())
    return constant(extent.getConstant());
  // Rounding up is part of the constant. What is subtracted comes last: indices are unsigned in between.
  int64_t offset = extent.getConstant() + extent.getDivisor() - 1;
  Value sum;
  auto add = [&](Value term, bool isNegative) {
    if (!sum)
      sum = term;
    else if (isNegative)
      sum = arith::SubIOp::create(builder, loc, sum, term);
    else
      sum = arith::AddIOp::create(builder, loc, sum, term);
  };
  if (offset > 0 && llvm::all_of(extent.getCoefficients(), [](int64_t factor) { return factor < 0; }))
    add(constant(std::exchange(offset, 0)), false);
  for (bool isNegative : {false, true})
    for (auto [name, coefficient] : llvm::zip(extent.getNames(), extent.getCoefficients())) {
      if ((coefficient < 0) != isNegative)
        continue;
      Value term = SizeOp::create(builder, loc, builder.getIndexType(), name);
      if (std::abs(coefficient) != 1)
        term = arith::MulIOp::create(builder, loc, term, constant(std::abs(coefficient)));
      add(term, isNegative);
    }
  if (offset != 0)
    add(constant(std::abs(offset)), offset < 0);
  if (extent.getDivisor() != 1)
    sum = arith::DivUIOp::create(builder, loc, sum, constant(extent.getDivisor()));
  return sum;
}

/// Interval arithmetic on what indices are computed by.
static std::optional<std::pair<int64_t, int64_t>> getInterval(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return std::pair(constant.getSExtValue(), constant.getSExtValue());
  Operation *op = value.getDefiningOp();
  if (auto size = dyn_cast_or_null<SizeOp>(op)) {
    SizeRangeAttr range = lookupSize(op, size.getSymbol());
    return range ? std::optional(std::pair(range.getMinimum(), range.getMaximum())) : std::nullopt;
  }
  if (!op || op->getNumOperands() != 2 || op->getNumResults() != 1)
    return std::nullopt;
  auto left = getInterval(op->getOperand(0)), right = getInterval(op->getOperand(1));
  if (!left || !right)
    return std::nullopt;
  if (isa<arith::AddIOp>(op))
    return std::pair(left->first + right->first, left->second + right->second);
  if (isa<arith::SubIOp>(op))
    return std::pair(left->first - right->second, left->second - right->first);
  if (isa<arith::MinUIOp, arith::MinSIOp>(op))
    return std::pair(std::min(left->first, right->first), std::min(left->second, right->second));
  if (isa<arith::MaxUIOp, arith::MaxSIOp>(op))
    return std::pair(std::max(left->first, right->first), std::max(left->second, right->second));
  if (left->first < 0 || right->first < 0)
    return std::nullopt;
  if (isa<arith::MulIOp>(op))
    return std::pair(left->first * right->first, left->second * right->second);
  if (right->first == 0)
    return std::nullopt;
  if (isa<arith::DivUIOp>(op))
    return std::pair(left->first / right->second, left->second / right->first);
  if (isa<arith::CeilDivUIOp>(op))
    return std::pair(llvm::divideCeilSigned(left->first, right->second),
                     llvm::divideCeilSigned(left->second, right->first));
  return std::nullopt;
}

std::optional<int64_t> st::getLargest(Value value) {
  if (auto interval = getInterval(value))
    return interval->second;
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<arith::MinUIOp, arith::MinSIOp>(op))
    return std::nullopt;
  // Either side bounds it.
  std::optional<int64_t> left = getLargest(op->getOperand(0)), right = getLargest(op->getOperand(1));
  return left && right ? std::min(*left, *right) : left ? left : right;
}

std::optional<int64_t> st::getLargestTripCount(scf::ForOp loop) {
  APInt lower, step;
  std::optional<int64_t> upper = getLargest(loop.getUpperBound());
  if (!upper || !matchPattern(loop.getLowerBound(), m_ConstantInt(&lower)) ||
      !matchPattern(loop.getStep(), m_ConstantInt(&step)) || step.getSExtValue() <= 0)
    return std::nullopt;
  return llvm::divideCeilSigned(std::max<int64_t>(*upper - lower.getSExtValue(), 0), step.getSExtValue());
}

std::vector<std::string> st::collectSizes(Operation *op) {
  std::set<std::string> names;
  op->walk([&](SizeOp size) { names.insert(size.getSymbol().str()); });
  return {names.begin(), names.end()};
}

SmallVector<int64_t> st::getTripCounts(ItensorType type, llvm::function_ref<int64_t(StringRef)> sizeOf) {
  SmallVector<int64_t> counts(type.getTripCounts());
  for (auto [loop, count] : llvm::enumerate(counts))
    if (ExtentAttr extent = type.getTripExtent(loop))
      count = extent.evaluate(sizeOf);
  return counts;
}

LogicalResult SizeOp::verify() {
  if (lookupSize(*this, getSymbol()))
    return success();
  return emitOpError() << "reads the size '" << getSymbol() << "', which no function or kernel around declares in '"
                       << sizesAttr << "'";
}

LogicalResult BoundOp::verify() {
  auto type = cast<RankedTensorType>(getSource().getType());
  if (static_cast<int64_t>(getExtents().size()) != type.getRank())
    return emitOpError() << "gives " << getExtents().size() << " extents for a tensor of rank " << type.getRank();
  return success();
}
