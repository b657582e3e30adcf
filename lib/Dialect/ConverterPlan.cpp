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

static int64_t bytesOf(ArrayRef<int64_t> shape, Type scalar, int64_t halves) {
  int64_t bits = scalar.isIndex() ? 64 : scalar.getIntOrFloatBitWidth();
  return halves * llvm::divideCeil(ShapedType::getNumElements(shape) * bits, 8);
}

/// What a nest spans along `dim` when only the loops from `firstLoop` on run: largest offset plus tile, in scalars.
static int64_t innerSpan(const LoopNest &nest, unsigned dim, unsigned firstLoop, int64_t tile) {
  int64_t span = nest.start[dim] + tile;
  for (const StridedLoop &loop : ArrayRef(nest.loops).drop_front(firstLoop))
    span += (loop.count - 1) * loop.strides[dim];
  return span;
}

static ConverterPlan makePlan(ItensorType source, ItensorType result, const LoopNest &from, const LoopNest &to,
                              unsigned sharedLoops) {
  ConverterPlan plan;
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
  plan.bytes = bytesOf(plan.bufferShape, source.getScalarType(), plan.halves);
  return plan;
}

/// Whether in each iteration of the first `sharedLoops` loops, which are the same on both sides, the source writes all
/// that the result reads.
static bool roundsMatch(ItensorType source, ItensorType result, const LoopNest &from, const LoopNest &to,
                        unsigned sharedLoops) {
  if (from.isCoupled())
    return false;
  SmallVector<int64_t> fromTile = source.getTileShape(), toTile = result.getTileShape();
  for (unsigned dim = 0; dim < source.getRank(); ++dim) {
    SmallVector<int64_t> counts[2], strides[2];
    const LoopNest *nests[2] = {&from, &to};
    for (unsigned side = 0; side < 2; ++side)
      for (const StridedLoop &loop : ArrayRef(nests[side]->loops).drop_front(sharedLoops)) {
        counts[side].push_back(loop.count);
        strides[side].push_back(loop.strides[dim]);
      }
    int64_t limit = source.getDataShape()[dim];
    auto written = touchedAlong(counts[0], strides[0], from.start[dim], fromTile[dim], limit);
    auto read = touchedAlong(counts[1], strides[1], to.start[dim], toTile[dim], limit);
    if (read.test(written))
      return false;
  }
  return true;
}

/// Algorithm 1: a data dimension is shared when along it tiles, trip counts and steps agree and both maps give the
/// same single iteration dimension; then shared loops that are no prefix of the nest are dropped.
static ConverterPlan planByDimensions(ItensorType source, ItensorType result) {
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
  while (sharedLoops > 0 && !roundsMatch(source, result, from, to, sharedLoops))
    --sharedLoops;
  return makePlan(source, result, from, to, sharedLoops);
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
static ConverterPlan planByRefinement(ItensorType source, ItensorType result) {
  LoopNest from = LoopNest::ofTiles(source), to = LoopNest::ofTiles(result);
  unsigned sharedLoops = 0;
  while (sharedLoops < from.loops.size() && sharedLoops < to.loops.size()) {
    const StridedLoop &left = from.loops[sharedLoops], &right = to.loops[sharedLoops];
    int64_t common = std::gcd(left.count, right.count);
    if (common == 1 || !spansSame(left, right))
      break;
    splitLoop(from, sharedLoops, common);
    splitLoop(to, sharedLoops, common);
    ++sharedLoops;
  }
  while (sharedLoops > 0 && !roundsMatch(source, result, from, to, sharedLoops))
    --sharedLoops;
  return makePlan(from.toType(source), to.toType(result), from, to, sharedLoops);
}

ConverterPlan st::inferConverter(ItensorType source, ItensorType result) {
  source = canonicalize(source);
  result = canonicalize(result);
  ConverterPlan paper = planByDimensions(source, result);
  ConverterPlan refined = planByRefinement(source, result);
  return refined.bytes < paper.bytes ? refined : paper;
}
