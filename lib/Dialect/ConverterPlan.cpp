//===- ConverterPlan.cpp - The on-chip buffer of a layout converter -------------------------------------------===//
//
// H. Ye, D. Chen, StreamTensor, MICRO 2025, Algorithm 1. The printed pseudo-code stops at the first data dimension
// that differs; its text and figure examine every dimension, and so does this file. A second plan comes from the same
// rule applied after loops are split so that more of them agree; the smaller is kept.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/DataSet.h"
#include "Dialect/LayoutAlgebra.h"
#include "Dialect/LoopNest.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace st;

int64_t st::bytesOfBuffer(ArrayRef<int64_t> shape, Type scalar, int64_t halves) {
  int64_t bits = scalar.isIndex() ? 64 : scalar.getIntOrFloatBitWidth();
  return halves * llvm::divideCeil(ShapedType::getNumElements(shape) * bits, 8);
}

int64_t st::innerSpan(const LoopNest &nest, unsigned dim, unsigned firstLoop, int64_t tile) {
  int64_t span = nest.start[dim] + tile;
  for (const StridedLoop &loop : ArrayRef(nest.loops).drop_front(firstLoop))
    span += (loop.count - 1) * loop.strides[dim];
  return span;
}

bool st::writesAllRead(ItensorType source, ItensorType result, const LoopNest &from, const LoopNest &to, unsigned dim,
                       unsigned fromLoop, unsigned toLoop, const Padding &padding) {
  int64_t limit = source.getDataShape()[dim];
  auto touched = [&](ItensorType type, const LoopNest &nest, unsigned firstLoop) {
    SmallVector<int64_t> counts, strides;
    for (const StridedLoop &loop : ArrayRef(nest.loops).drop_front(firstLoop)) {
      counts.push_back(loop.count);
      strides.push_back(loop.strides[dim]);
    }
    return touchedAlong(counts, strides, nest.start[dim], type.getTileShape()[dim], limit);
  };
  llvm::BitVector read = touched(result, to, toLoop);
  read.reset(0, padding.lowOf(dim));
  read.reset(limit - padding.highOf(dim), limit);
  return !read.test(touched(source, from, fromLoop));
}

bool Padding::isNone() const {
  auto isZero = [](int64_t extent) { return extent == 0; };
  return llvm::all_of(low, isZero) && llvm::all_of(high, isZero);
}

Padding st::getPadding(ItensorConverterOp converter) {
  Padding padding;
  if (auto low = converter.getLow())
    llvm::append_range(padding.low, *low);
  if (auto high = converter.getHigh())
    llvm::append_range(padding.high, *high);
  return padding;
}

ItensorType st::padShape(ItensorType source, const Padding &padding) {
  if (padding.isNone())
    return source;
  SmallVector<int64_t> shape(source.getDataShape());
  SmallVector<AffineExpr> offsets(source.getIterMap().getResults());
  for (unsigned dim = 0; dim < shape.size(); ++dim) {
    shape[dim] += padding.lowOf(dim) + padding.highOf(dim);
    offsets[dim] = offsets[dim] + padding.lowOf(dim);
  }
  auto map = AffineMap::get(source.getNumLoops(), 0, offsets, source.getContext());
  SmallVector<ExtentAttr> extents(source.getDataExtents());
  for (auto [dim, extent] : llvm::enumerate(extents))
    extent = extent.plus(padding.lowOf(dim) + padding.highOf(dim));
  return ItensorType::get(source.getContext(), source.getElementShape(), source.getElementType(), shape,
                          source.getTripCounts(), source.getSteps(), map)
      .withSizes(extents, source.getTripExtents());
}

static ConverterPlan makePlan(ItensorType source, ItensorType result, const LoopNest &from, const LoopNest &to,
                              unsigned sharedLoops, const Padding &padding) {
  ConverterPlan plan;
  plan.padding = padding;
  plan.source = source;
  plan.result = result;
  plan.sharedLoops = sharedLoops;
  for (const StridedLoop &loop : ArrayRef(from.loops).take_front(sharedLoops))
    plan.rounds *= loop.count;
  plan.halves = plan.rounds > 1 ? 2 : 1;
  SmallVector<int64_t> fromTile = source.getTileShape(), toTile = result.getTileShape();
  for (unsigned dim = 0; dim < source.getRank(); ++dim) {
    int64_t extent =
        std::max(innerSpan(from, dim, sharedLoops, fromTile[dim]), innerSpan(to, dim, sharedLoops, toTile[dim]));
    plan.bufferShape.push_back(extent);
    plan.sharedDims.push_back(extent == fromTile[dim] && extent < source.getDataShape()[dim]);
  }
  plan.bytes = bytesOfBuffer(plan.bufferShape, source.getScalarType(), plan.halves);
  return plan;
}

/// Whether in each iteration of the first `sharedLoops` loops, which are the same on both sides, the source writes all
/// that the result reads.
static bool roundsMatch(ItensorType source, ItensorType result, const LoopNest &from, const LoopNest &to,
                        unsigned sharedLoops, const Padding &padding) {
  if (from.isCoupled())
    return false;
  for (unsigned dim = 0; dim < source.getRank(); ++dim) {
    // Padding keeps its place in the buffer, so that no round may move it.
    for (const StridedLoop &loop : ArrayRef(from.loops).take_front(sharedLoops))
      if (padding.along(dim) && loop.strides[dim] != 0)
        return false;
    if (!writesAllRead(source, result, from, to, dim, sharedLoops, sharedLoops, padding))
      return false;
  }
  return true;
}

/// Algorithm 1: a data dimension is shared when along it tiles, trip counts and steps agree and both maps give the
/// same single iteration dimension; then shared loops that are no prefix of the nest are dropped.
static ConverterPlan planByDimensions(ItensorType source, ItensorType result, const Padding &padding) {
  LoopNest from = LoopNest::ofTiles(source), to = LoopNest::ofTiles(result);
  SmallVector<int64_t> fromTile = source.getTileShape(), toTile = result.getTileShape();
  SmallVector<bool> isSharedLoop(from.loops.size(), false);
  for (unsigned dim = 0; dim < source.getRank(); ++dim) {
    auto left = dyn_cast<AffineDimExpr>(source.getIterMap().getResult(dim));
    auto right = dyn_cast<AffineDimExpr>(result.getIterMap().getResult(dim));
    if (!left || left != right || fromTile[dim] != toTile[dim])
      continue;
    unsigned loop = left.getPosition();
    // A loop that drives further dimensions on one side only is another loop.
    if (from.loops[loop] == to.loops[loop])
      isSharedLoop[loop] = true;
  }
  unsigned sharedLoops = 0;
  while (sharedLoops < isSharedLoop.size() && isSharedLoop[sharedLoops])
    ++sharedLoops;
  while (sharedLoops > 0 && !roundsMatch(source, result, from, to, sharedLoops, padding))
    --sharedLoops;
  return makePlan(source, result, from, to, sharedLoops, padding);
}

/// Splits loop number `index` into an outer one of `outerCount` iterations and an inner one of the rest.
static void splitLoop(LoopNest &nest, unsigned index, int64_t outerCount) {
  StridedLoop &loop = nest.loops[index];
  StridedLoop inner{loop.count / outerCount, loop.strides};
  loop.count = outerCount;
  for (int64_t &stride : loop.strides)
    stride *= inner.count;
  if (inner.count > 1)
    nest.loops.insert(nest.loops.begin() + index + 1, inner);
}

static bool spansSame(const StridedLoop &a, const StridedLoop &b) {
  return llvm::all_of(llvm::zip(a.strides, b.strides),
                      [&](auto pair) { return a.count * std::get<0>(pair) == b.count * std::get<1>(pair); });
}

/// Splits loops from the outermost on, as long as both sides can be cut into the same outer loop, and shares as many
/// as the data of a round allow.
static ConverterPlan planByRefinement(ItensorType source, ItensorType result, const Padding &padding) {
  LoopNest from = LoopNest::ofTiles(source), to = LoopNest::ofTiles(result);
  unsigned sharedLoops = 0;
  while (sharedLoops < from.loops.size() && sharedLoops < to.loops.size()) {
    const StridedLoop &left = from.loops[sharedLoops], &right = to.loops[sharedLoops];
    int64_t common = std::gcd(left.count, right.count);
    // A run-time count has no parts.
    if (left.extent != right.extent || (left.extent && left.count != right.count))
      break;
    if ((common == 1 && !left.extent) || !spansSame(left, right))
      break;
    splitLoop(from, sharedLoops, common);
    splitLoop(to, sharedLoops, common);
    ++sharedLoops;
  }
  while (sharedLoops > 0 && !roundsMatch(source, result, from, to, sharedLoops, padding))
    --sharedLoops;
  return makePlan(from.toType(source), to.toType(result), from, to, sharedLoops, padding);
}

ConverterPlan st::inferPingPongConverter(ItensorType source, ItensorType result, const Padding &padding) {
  source = padShape(canonicalize(source), padding);
  result = canonicalize(result);
  ConverterPlan paper = planByDimensions(source, result, padding);
  ConverterPlan refined = planByRefinement(source, result, padding);
  return refined.bytes < paper.bytes ? refined : paper;
}

ConverterPlan st::inferConverter(ItensorType source, ItensorType result, const Padding &padding) {
  ConverterPlan best = inferPingPongConverter(source, result, padding);
  // Where rounds follow each other row by row already, two halves let filling and draining overlap.
  if (auto rolling = inferRollingConverter(source, result, padding))
    if (rolling->bytes < best.bytes && best.sharedLoops <= rolling->sharedLoops)
      return *rolling;
  if (auto ring = inferRingConverter(best))
    return *ring;
  return best;
}
