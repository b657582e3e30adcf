//===- RingPlan.cpp - Circular buffers of slices, and the bound below every buffer ----------------------------===//
//
// Two halves let a fill overlap the drain before it, but most of the time neither half is full. A circular buffer of
// slices lets the same work overlap in the slots that are free at that moment. Which they are follows from the two
// sequences: a slot is taken from the arrival of its slice to the last time that it is read.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/DataSet.h"
#include "Dialect/LayoutAlgebra.h"
#include "Dialect/LoopNest.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace st;

/// Slices of a round beyond which a plan is not worth the time that it takes to find.
static constexpr int64_t maxSlices = 1 << 20;
/// Rounds after which the addresses of a ring may at the latest repeat: their arithmetic stays small.
static constexpr int64_t maxPeriod = 4;

/// `nest` without its first `sharedLoops` loops.
static LoopNest innerNest(const LoopNest &nest, unsigned sharedLoops) {
  LoopNest inner = nest;
  inner.loops.erase(inner.loops.begin(), inner.loops.begin() + sharedLoops);
  return inner;
}

static int64_t countSlices(const LoopNest &nest) {
  int64_t slices = 1;
  for (const StridedLoop &loop : nest.loops)
    if (llvm::MulOverflow(slices, loop.count, slices))
      return std::numeric_limits<int64_t>::max();
  return slices;
}

/// Calls `visit` with the number and the place of every slice of `nest`, in order.
static void forEachSlice(const LoopNest &nest, llvm::function_ref<void(int64_t number, ArrayRef<int64_t> at)> visit) {
  SmallVector<int64_t> counters(nest.loops.size(), 0), at(nest.start.begin(), nest.start.end());
  for (int64_t number = 0, slices = countSlices(nest); number < slices; ++number) {
    visit(number, at);
    for (int64_t loop = counters.size() - 1; loop >= 0; --loop) {
      int64_t move = ++counters[loop] < nest.loops[loop].count ? 1 : 1 - nest.loops[loop].count;
      for (auto [place, stride] : llvm::zip(at, nest.loops[loop].strides))
        place += move * stride;
      if (move == 1)
        break;
      counters[loop] = 0;
    }
  }
}

namespace {

/// One round of a converter, cut into blocks so that every slice is a number of whole blocks.
class Round {
public:
  explicit Round(const ConverterPlan &plan);

  /// Whether a slice of either side is one block.
  bool hasBlocksForSlices() const { return fromBlocks == ArrayRef<int64_t>(toBlocks) && countBlocks(toBlocks) == 1; }
  int64_t getNumBlocks() const { return numBlocks; }
  int64_t getBlockElements() const { return blockElements; }

  template <typename Visit> void forEachBlock(const LoopNest &nest, ArrayRef<int64_t> blocks, Visit visit) const {
    SmallVector<int64_t> within(blocks.size());
    forEachSlice(nest, [&](int64_t slice, ArrayRef<int64_t> at) {
      std::fill(within.begin(), within.end(), 0);
      while (true) {
        int64_t index = 0;
        for (unsigned dim = 0; dim < blocks.size(); ++dim)
          index = index * extents[dim] + at[dim] / blockShape[dim] + within[dim];
        visit(slice, index);
        int64_t dim = blocks.size() - 1;
        for (; dim >= 0 && ++within[dim] == blocks[dim]; --dim)
          within[dim] = 0;
        if (dim < 0)
          break;
      }
    });
  }

  LoopNest from, to;
  SmallVector<int64_t> fromBlocks, toBlocks;

private:
  static int64_t countBlocks(ArrayRef<int64_t> blocks) { return ShapedType::getNumElements(blocks); }

  SmallVector<int64_t> blockShape, extents;
  int64_t numBlocks = 1, blockElements = 1;
};

} // namespace

Round::Round(const ConverterPlan &plan)
    : from(innerNest(LoopNest::ofTiles(plan.source), plan.sharedLoops)),
      to(innerNest(LoopNest::ofTiles(plan.result), plan.sharedLoops)) {
  SmallVector<int64_t> fromTile = plan.source.getTileShape(), toTile = plan.result.getTileShape();
  for (unsigned dim = 0; dim < fromTile.size(); ++dim) {
    int64_t block = std::gcd(fromTile[dim], toTile[dim]);
    for (const LoopNest *nest : {&from, &to}) {
      block = std::gcd(block, nest->start[dim]);
      for (const StridedLoop &loop : nest->loops)
        block = std::gcd(block, loop.strides[dim]);
    }
    int64_t extent = std::max(innerSpan(from, dim, 0, fromTile[dim]), innerSpan(to, dim, 0, toTile[dim])) / block;
    blockShape.push_back(block);
    extents.push_back(extent);
    fromBlocks.push_back(fromTile[dim] / block);
    toBlocks.push_back(toTile[dim] / block);
    numBlocks *= extent;
    blockElements *= block;
  }
}

std::optional<int64_t> st::getLiveBytes(const ConverterPlan &plan) {
  Round round(plan);
  auto isLarge = [](const LoopNest &nest, ArrayRef<int64_t> blocks) {
    return countSlices(nest) > maxSlices / ShapedType::getNumElements(blocks);
  };
  if (isLarge(round.from, round.fromBlocks) || isLarge(round.to, round.toBlocks) || round.getNumBlocks() > maxSlices)
    return std::nullopt;
  // By block: the slice that brings it, and the one that reads it last; -1 for none.
  SmallVector<int64_t> arrival(round.getNumBlocks(), -1), lastRead(round.getNumBlocks(), -1);
  round.forEachBlock(round.from, round.fromBlocks, [&](int64_t slice, int64_t block) { arrival[block] = slice; });
  round.forEachBlock(round.to, round.toBlocks, [&](int64_t slice, int64_t block) { lastRead[block] = slice; });
  // What each arriving slice brings that is read at all.
  SmallVector<int64_t> brought(countSlices(round.from), 0);
  for (auto [slice, last] : llvm::zip(arrival, lastRead))
    if (slice >= 0 && last >= 0)
      ++brought[slice];
  // No write comes before a read needs it, which no other order of reads and writes can better.
  int64_t arrived = 0, live = 0, peak = 0;
  SmallVector<int64_t> freedAt(countSlices(round.to), 0), neededAt(countSlices(round.to), -1);
  round.forEachBlock(round.to, round.toBlocks, [&](int64_t slice, int64_t block) {
    if (arrival[block] < 0)
      return;
    neededAt[slice] = std::max(neededAt[slice], arrival[block]);
    freedAt[slice] += lastRead[block] == slice;
  });
  for (auto [needed, ends] : llvm::zip(neededAt, freedAt)) {
    for (; arrived <= needed; ++arrived)
      live += brought[arrived];
    peak = std::max(peak, live);
    live -= ends;
  }
  return bytesOfBuffer({peak, round.getBlockElements()}, plan.source.getScalarType(), /*halves=*/1);
}

namespace {

/// When the slices of a round arrive and leave, by number.
struct Lifetimes {
  /// By drained slice, the one of the source that it is; by slice of the source, the last drain of it, -1 for none.
  SmallVector<int64_t> sourceOf, lastDrain;
};

} // namespace

/// nullopt when a drained slice is no slice of the source.
static std::optional<Lifetimes> getLifetimes(const Round &round) {
  SmallVector<int64_t> arrival(round.getNumBlocks(), -1);
  Lifetimes lifetimes;
  lifetimes.lastDrain.assign(countSlices(round.from), -1);
  round.forEachBlock(round.from, round.fromBlocks, [&](int64_t slice, int64_t block) { arrival[block] = slice; });
  round.forEachBlock(round.to, round.toBlocks, [&](int64_t slice, int64_t block) {
    lifetimes.sourceOf.push_back(arrival[block]);
    if (arrival[block] >= 0)
      lifetimes.lastDrain[arrival[block]] = slice;
  });
  if (llvm::is_contained(lifetimes.sourceOf, -1))
    return std::nullopt;
  return lifetimes;
}

/// The circular buffer that drains `drainsPerFill` slices for each that arrives.
static ConverterPlan planRing(const ConverterPlan &pingPong, const Lifetimes &lifetimes, int64_t drainsPerFill) {
  int64_t fills = lifetimes.lastDrain.size(), drains = lifetimes.sourceOf.size();
  RingPlan ring;
  ring.drainsPerFill = drainsPerFill;
  // Before drain n, `lead` + n / drainsPerFill slices have arrived.
  for (auto [drain, source] : llvm::enumerate(lifetimes.sourceOf))
    ring.lead = std::max(ring.lead, source + 1 - static_cast<int64_t>(drain) / drainsPerFill);

  // When slice w arrives, lead + 1 slices after the drains before it, the oldest that is still to be read lies in
  // another slot. The second round stands for all that have one before and one after them.
  int64_t rounds = std::min<int64_t>(pingPong.rounds, 3), oldest = 0;
  for (int64_t slice = ring.lead; slice < rounds * fills; ++slice) {
    int64_t drained = (slice - ring.lead + 1) * drainsPerFill;
    while (oldest < slice && lifetimes.lastDrain[oldest % fills] + oldest / fills * drains < drained)
      ++oldest;
    ring.slots = std::max(ring.slots, slice - oldest + 1);
  }
  ring.slots = std::max(ring.slots, ring.lead);
  while (pingPong.rounds > 1 && ring.slots / std::gcd(ring.slots, fills) > maxPeriod)
    ++ring.slots;
  ring.period = pingPong.rounds > 1 ? ring.slots / std::gcd(ring.slots, fills) : 1;

  ConverterPlan plan = pingPong;
  plan.halves = 1;
  plan.bufferShape.assign({ring.slots});
  llvm::append_range(plan.bufferShape, plan.source.getTileShape());
  plan.bytes = bytesOfBuffer(plan.bufferShape, plan.source.getScalarType(), /*halves=*/1);
  plan.ring = ring;
  return plan;
}

std::optional<ConverterPlan> st::inferRingConverter(const ConverterPlan &pingPong) {
  // How slices follow each other is counted at compile time.
  if (pingPong.source.hasRunTimeSizes() || pingPong.result.hasRunTimeSizes())
    return std::nullopt;
  if (!pingPong.padding.isNone() || pingPong.source.getTileShape() != pingPong.result.getTileShape() ||
      whyNotProducer(pingPong.source))
    return std::nullopt;
  Round round(pingPong);
  int64_t fills = countSlices(round.from), drains = countSlices(round.to);
  // Reads keep pace with writes all the time only where each slice that arrives stands for as many that leave.
  if (fills < 2 || drains % fills != 0 || fills > maxSlices || drains > maxSlices || !round.hasBlocksForSlices())
    return std::nullopt;
  auto lifetimes = getLifetimes(round);
  if (!lifetimes)
    return std::nullopt;
  ConverterPlan even = planRing(pingPong, *lifetimes, drains / fills);
  if (even.bytes < pingPong.bytes)
    return even;
  // Where nothing follows, the source need not be slowed down to the pace of the result: what is read again and again
  // leaves for the first time as it comes, from a buffer that is no larger.
  if (pingPong.rounds > 1 || drains == fills)
    return std::nullopt;
  ConverterPlan early = planRing(pingPong, *lifetimes, /*drainsPerFill=*/1);
  if (early.bytes > pingPong.bytes || early.ring->lead == fills)
    return std::nullopt;
  return early;
}
