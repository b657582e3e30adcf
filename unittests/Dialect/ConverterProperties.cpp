//===- ConverterProperties.cpp - Converters of random types deliver, and hold no less than they must -----------===//
//
// Every plan is replayed slot by slot. Executing what becomes of it: unittests/Converters.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "PropertyTypes.h"
#include "gtest/gtest.h"
#include <map>

using namespace st;
using namespace st::testing;

namespace {

/// The most scalars that are held at once when each is written as late as a read allows. Scalar by scalar, over the
/// whole sequences.
int64_t peakByEnumeration(ItensorType source, ItensorType result) {
  Extents box = boxOf(source, result);
  auto written = scalarsOf(source, box), read = scalarsOf(result, box);
  int64_t inTile = mlir::ShapedType::getNumElements(source.getTileShape()),
          outTile = mlir::ShapedType::getNumElements(result.getTileShape());
  std::map<int64_t, int64_t> arrival, lastRead;
  for (size_t n = 0; n < written.size(); ++n)
    arrival[written[n]] = n / inTile;
  for (size_t n = 0; n < read.size(); ++n)
    lastRead[read[n]] = n / outTile;
  int64_t arrived = 0, live = 0, peak = 0;
  for (int64_t slice = 0; slice < static_cast<int64_t>(read.size()) / outTile; ++slice) {
    int64_t needed = -1, freed = 0;
    for (int64_t n = slice * outTile; n < (slice + 1) * outTile; ++n) {
      auto there = arrival.find(read[n]);
      if (there == arrival.end())
        continue;
      needed = std::max(needed, there->second);
      freed += lastRead[read[n]] == slice;
    }
    for (; arrived <= needed; ++arrived)
      for (int64_t n = arrived * inTile; n < (arrived + 1) * inTile; ++n)
        live += lastRead.count(written[n]);
    peak = std::max(peak, live);
    live -= freed;
  }
  return peak;
}

/// Fills and drains the slots of a ring as the plan says; each drained slice is the one that the result reads.
void replayRing(const ConverterPlan &plan) {
  const RingPlan &ring = *plan.ring;
  auto written = slicesOf(plan.source), read = slicesOf(plan.result);
  std::vector<Extents> slots(ring.slots);
  std::map<Extents, size_t> numbers;
  for (size_t number = 0; number < written.size(); ++number)
    numbers[written[number]] = number;
  size_t filled = 0, drained = 0;
  auto fill = [&] {
    slots[filled % ring.slots] = written[filled];
    ++filled;
  };
  auto drain = [&] {
    RC_ASSERT(slots[numbers[read[drained]] % ring.slots] == read[drained]);
    ++drained;
  };
  while (static_cast<int64_t>(filled) < ring.lead)
    fill();
  while (filled < written.size()) {
    for (int64_t n = 0; n < ring.drainsPerFill; ++n)
      drain();
    fill();
  }
  while (drained < read.size())
    drain();
  // Addresses repeat: `period` rounds move the slots around the ring by whole turns.
  RC_ASSERT(ring.period * static_cast<int64_t>(written.size()) / plan.rounds % ring.slots == 0 || plan.rounds == 1);
}

/// Fills and drains the halves; what is data must be there when it is read.
void replayPingPong(const ConverterPlan &plan) {
  auto written = slicesOf(plan.source), read = slicesOf(plan.result);
  size_t fills = written.size() / plan.rounds, drains = read.size() / plan.rounds;
  Extents box = boxOf(plan.source, plan.result);
  auto writtenScalars = scalarsOf(plan.source, box), readScalars = scalarsOf(plan.result, box);
  int64_t inTile = mlir::ShapedType::getNumElements(plan.source.getTileShape()),
          outTile = mlir::ShapedType::getNumElements(plan.result.getTileShape());
  for (int64_t round = 0; round < plan.rounds; ++round) {
    Extents base = written[round * fills];
    for (auto [dim, at] : llvm::enumerate(base))
      at -= getConstantOffset(plan.source, dim);
    std::map<int64_t, int64_t> held; // By place in the buffer: the scalar.
    auto placeOf = [&](int64_t scalar) {
      Extents position = positionOf(scalar, box);
      int64_t place = 0;
      for (auto [dim, extent] : llvm::enumerate(plan.bufferShape)) {
        RC_ASSERT(position[dim] >= base[dim]);
        RC_ASSERT(position[dim] - base[dim] < extent);
        place = place * extent + position[dim] - base[dim];
      }
      return place;
    };
    for (size_t n = round * fills * inTile; n < (round + 1) * fills * inTile; ++n)
      held[placeOf(writtenScalars[n])] = writtenScalars[n];
    for (size_t n = round * drains * outTile; n < (round + 1) * drains * outTile; ++n) {
      int64_t place = placeOf(readScalars[n]);
      if (isInside(positionOf(readScalars[n], box), plan.source.getDataShape())) {
        RC_ASSERT(held.count(place));
        RC_ASSERT(held[place] == readScalars[n]);
      }
    }
  }
}

/// Algorithm 1 as the paper words it, on the types as they are: by data dimension one element where tiles, trip counts
/// and steps agree and both results are the same dimension; then what is no prefix of the nest is dropped.
int64_t bytesByThePaper(ItensorType source, ItensorType result) {
  source = canonicalize(source);
  result = canonicalize(result);
  Extents fromTile = source.getTileShape(), toTile = result.getTileShape();
  std::map<unsigned, unsigned> dimOfLoop;
  for (unsigned dim = 0; dim < source.getRank(); ++dim) {
    auto left = mlir::dyn_cast<mlir::AffineDimExpr>(source.getIterMap().getResult(dim));
    if (!left || left != result.getIterMap().getResult(dim) || fromTile[dim] != toTile[dim])
      continue;
    unsigned loop = left.getPosition();
    if (source.getTripCounts()[loop] == result.getTripCounts()[loop] &&
        source.getSteps()[loop] == result.getSteps()[loop] &&
        llvm::count_if(result.getIterMap().getResults(), [&](auto offset) { return offset.isFunctionOfDim(loop); }) ==
            1)
      dimOfLoop[loop] = dim;
  }
  Extents shape;
  for (auto [from, to] : llvm::zip(source.getSpan(), result.getSpan()))
    shape.push_back(std::max(from, to));
  int64_t rounds = 1;
  for (unsigned loop = 0; dimOfLoop.count(loop); ++loop) {
    shape[dimOfLoop[loop]] = fromTile[dimOfLoop[loop]];
    rounds *= source.getTripCounts()[loop];
  }
  return (rounds > 1 ? 2 : 1) * mlir::ShapedType::getNumElements(shape) * 4;
}

TEST(ConverterProperties, PlansDeliverAndKeepTheirBounds) {
  int cases = 0;
  setCases("ST_CONVERTER_PAIRS", 20000);
  EXPECT_TRUE(rc::check("converters of random convertible types deliver what is read", [&] {
    if (++cases % 1000 == 0)
      recycleContext();
    int64_t rank = draw(1, 3);
    Shape shape = drawShape(draw(0, 3) ? Feature::Plain : Feature::Ragged, rank);
    Extents tile = shape.tile;
    if (draw(0, 3) == 3)
      for (auto [extent, inTile] : llvm::zip(shape.extents, tile))
        inTile = draw(1, std::min<int64_t>(3, extent));
    ItensorType source = drawProducer(shape.extents, shape.tile), result;
    switch (draw(0, 3)) {
    case 0:
      result = drawReader(shape.extents, tile, static_cast<Feature>(draw(0, 3)));
      break;
    case 1:
      result = drawProducer(shape.extents, tile);
      break;
    default: {
      // Re-access at some depth.
      result = drawProducer(shape.extents, tile);
      Extents counts(result.getTripCounts()), steps(result.getSteps());
      int64_t at = draw(0, counts.size());
      counts.insert(counts.begin() + at, draw(1, 3));
      steps.insert(steps.begin() + at, 1);
      llvm::SmallVector<mlir::AffineExpr> dims;
      for (int64_t loop = 0; loop < result.getNumLoops(); ++loop)
        dims.push_back(mlir::getAffineDimExpr(loop + (loop >= at), getContext()));
      result = ItensorType::get(getContext(), tile, result.getElementType(), shape.extents, counts, steps,
                                result.getIterMap().replaceDimsAndSymbols(dims, {}, counts.size(), 0));
    }
    }
    RC_LOG() << "source " << text(source) << "\nresult " << text(result) << "\n";
    ConverterPlan pingPong = inferPingPongConverter(source, result), chosen = inferConverter(source, result);
    RC_ASSERT(slicesOf(pingPong.source) == slicesOf(source));
    RC_ASSERT(slicesOf(pingPong.result) == slicesOf(result));
    RC_ASSERT(pingPong.bytes <= bytesByThePaper(source, result));
    RC_ASSERT(chosen.bytes <= pingPong.bytes);
    replayPingPong(pingPong);
    count(pingPong.rounds == 1 ? "whole tensors" : "rounds in two halves");

    auto live = getLiveBytes(chosen);
    RC_ASSERT(live.has_value());
    RC_ASSERT(*live == 4 * peakByEnumeration(source, result));
    RC_ASSERT(*live <= chosen.bytes);
    RC_ASSERT(getLiveBytes(pingPong) == live);
    if (auto ring = inferRingConverter(pingPong)) {
      count("circular buffers");
      // Smaller, or of one size and not full before the first slice leaves.
      bool startsEarlier = pingPong.rounds == 1 && ring->ring->lead < source.getNumTiles();
      RC_ASSERT(ring->bytes < pingPong.bytes || (ring->bytes == pingPong.bytes && startsEarlier));
      RC_ASSERT(*live <= ring->bytes);
      replayRing(*ring);
    }
    if (*live == chosen.bytes)
      count("at the bound");
  }));
  printCounts();
}

} // namespace
