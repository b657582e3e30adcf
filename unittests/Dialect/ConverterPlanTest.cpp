//===- ConverterPlanTest.cpp - Buffers of layout converters, and that they suffice ----------------------------===//
//
// Line buffers: RollingPlanTest.cpp.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "RandomItensor.h"
#include "gtest/gtest.h"

using namespace st;
using namespace st::testing;

namespace {

TEST(ConverterPlan, WorkedExampleKeepsTwoTiles) {
  Generator generator(1);
  ConverterPlan plan = inferPingPongConverter(
      generator.parse("4x2xf32 of 8x8, iter_space = [4, 2] * [2, 4], iter_map = (d0, d1) -> (d1, d0)"),
      generator.parse("4x2xf32, iter_space = [4, 2, 2] * [2, 1, 4], iter_map = (d0, d1, d2) -> (d2, d0)"));
  EXPECT_EQ(plan.bufferShape, (Offset{8, 2}));
  EXPECT_EQ(plan.sharedLoops, 1);
  EXPECT_EQ(plan.rounds, 4);
  EXPECT_EQ(plan.halves, 2);
  EXPECT_EQ(plan.bytes, 2 * 8 * 2 * 4);
  EXPECT_EQ(plan.sharedDims, (llvm::SmallVector<bool>{false, true}));
  // The second tile of a column may take the place of the first one of the column before.
  auto ring = inferRingConverter(plan);
  ASSERT_TRUE(ring);
  EXPECT_EQ(ring->bufferShape, (Offset{3, 4, 2}));
  EXPECT_EQ(ring->ring->period, 3);
  EXPECT_EQ(getLiveBytes(plan), 2 * 4 * 2 * 4);
}

TEST(ConverterPlan, ReaccessedRowsOfAMatrixProduct) {
  Generator generator(2);
  ConverterPlan plan = inferConverter(
      generator.parse("16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)"),
      generator.parse("16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)"));
  EXPECT_EQ(plan.bufferShape, (Offset{16, 64}));
  EXPECT_EQ(plan.sharedLoops, 1);
  EXPECT_EQ(plan.halves, 2);
}

TEST(ConverterPlan, NothingSharedKeepsTheTensorOnce) {
  Generator generator(3);
  ConverterPlan plan = inferPingPongConverter(
      generator.parse("16x16xf32 of 60x64, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)"),
      generator.parse("16x16xf32 of 60x64, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d1, d0)"));
  EXPECT_EQ(plan.bufferShape, (Offset{64, 64}));
  EXPECT_EQ(plan.halves, 1);
  EXPECT_EQ(plan.bytes, 64 * 64 * 4);
  // The last row of tiles is not there yet when the first column leaves.
  auto ring = inferRingConverter(plan);
  ASSERT_TRUE(ring);
  EXPECT_EQ(ring->bufferShape, (Offset{14, 16, 16}));
  EXPECT_EQ(ring->ring->lead, 10);
}

TEST(ConverterPlan, SplitLoopsShareMore) {
  Generator generator(4);
  // Eight rows at a time into sixteen rows at a time: 16 rows suffice.
  ConverterPlan plan =
      inferConverter(generator.parse("8x16xf32, iter_space = [8, 4] * [8, 16], iter_map = (d0, d1) -> (d0, d1)"),
                     generator.parse("16x16xf32, iter_space = [4, 4] * [16, 16], iter_map = (d0, d1) -> (d0, d1)"));
  EXPECT_EQ(plan.bufferShape, (Offset{16, 64}));
  EXPECT_EQ(plan.rounds, 4);
  EXPECT_EQ(plan.source.getTripCounts(), llvm::ArrayRef<int64_t>({4, 2, 4}));
}

/// Replays a plan: each round fills the buffer with the source's inner loops, then drains it with the result's.
void replay(const ConverterPlan &plan, ItensorType result) {
  auto written = enumerateOffsets(plan.source), read = enumerateOffsets(plan.result);
  ASSERT_EQ(read, enumerateOffsets(result));
  ASSERT_EQ(plan.source.getTripCounts().take_front(plan.sharedLoops),
            plan.result.getTripCounts().take_front(plan.sharedLoops));
  int64_t fills = written.size() / plan.rounds, drains = read.size() / plan.rounds;
  auto sourceTile = plan.source.getTileShape(), resultTile = plan.result.getTileShape();
  for (int64_t round = 0; round < plan.rounds; ++round) {
    // Where the buffer lies: the offset of the shared loops alone.
    Offset base(plan.source.getRank());
    for (unsigned dim = 0; dim < base.size(); ++dim)
      base[dim] = written[round * fills][dim] - getConstantOffset(plan.source, dim);
    std::set<Offset> held;
    auto local = [&](llvm::ArrayRef<int64_t> position) {
      Offset at(position);
      for (unsigned dim = 0; dim < at.size(); ++dim) {
        at[dim] -= base[dim];
        EXPECT_GE(at[dim], 0);
        EXPECT_LT(at[dim], plan.bufferShape[dim]);
      }
      return at;
    };
    for (int64_t n = 0; n < fills; ++n)
      forEachScalar(written[round * fills + n], sourceTile,
                    [&](llvm::ArrayRef<int64_t> position) { held.insert(local(position)); });
    for (int64_t n = 0; n < drains; ++n)
      forEachScalar(read[round * drains + n], resultTile, [&](llvm::ArrayRef<int64_t> position) {
        Offset at = local(position);
        if (isInside(position, plan.source.getDataShape()))
          ASSERT_TRUE(held.count(at));
      });
  }
}

TEST(ConverterPlan, EveryElementIsThereWhenRead) {
  Generator generator(5);
  std::map<int64_t, int> seen;
  for (int n = 0; n < 8000; ++n) {
    Offset shape{generator.draw(1, 12), generator.draw(1, 12)}, tile{generator.draw(1, 4), generator.draw(1, 4)};
    ItensorType source = generator.producer(shape, tile);
    ItensorType result = generator.producer(shape, n % 2 ? tile : Offset{generator.draw(1, 4), generator.draw(1, 4)});
    // Re-access at a random depth.
    if (generator.draw(0, 1)) {
      Offset counts(result.getTripCounts()), steps(result.getSteps());
      int64_t at = generator.draw(0, counts.size());
      counts.insert(counts.begin() + at, 2);
      steps.insert(steps.begin() + at, 1);
      llvm::SmallVector<mlir::AffineExpr> dims;
      for (int64_t loop = 0; loop < result.getNumLoops(); ++loop)
        dims.push_back(mlir::getAffineDimExpr(loop + (loop >= at), &generator.context));
      result = ItensorType::get(&generator.context, result.getElementShape(), result.getElementType(), shape, counts,
                                steps, result.getIterMap().replaceDimsAndSymbols(dims, {}, counts.size(), 0));
    }
    ConverterPlan plan = inferPingPongConverter(source, result);
    ASSERT_LE(inferConverter(source, result).bytes, plan.bytes);
    ++seen[plan.sharedLoops];
    std::string types;
    llvm::raw_string_ostream(types) << source << " to " << result;
    SCOPED_TRACE(types);
    replay(plan, result);
    if (HasFailure())
      return;
  }
  EXPECT_GT(seen[1], 100);
  EXPECT_GT(seen[2], 100);
}

} // namespace
