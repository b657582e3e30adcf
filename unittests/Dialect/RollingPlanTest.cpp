//===- RollingPlanTest.cpp - Line buffers against brute force -------------------------------------------------===//

#include "RandomItensor.h"
#include "gtest/gtest.h"

using namespace st;
using namespace st::testing;

namespace {

/// One buffer in use: what lies in each of its places, as positions in the padded tensor.
class LineBuffer {
public:
  explicit LineBuffer(const ConverterPlan &plan)
      : plan(plan), rolling(*plan.rolling), written(enumerateOffsets(plan.source)),
        read(enumerateOffsets(plan.result)) {}

  void run() {
    ASSERT_EQ(plan.source.getTripCounts().take_front(plan.sharedLoops),
              plan.result.getTripCounts().take_front(plan.sharedLoops));
    int64_t rowLoop = plan.source.getTripCounts()[plan.sharedLoops],
            stepLoop = plan.result.getTripCounts()[plan.sharedLoops];
    tilesPerFill = written.size() / plan.rounds / rowLoop;
    tilesPerDrain = read.size() / plan.rounds / stepLoop;
    for (int64_t round = 0; round < plan.rounds; ++round) {
      base = written[fills * tilesPerFill];
      for (unsigned dim = 0; dim < base.size(); ++dim)
        base[dim] -= getConstantOffset(plan.source, dim);
      row = 0;
      fill(rolling.firstFills);
      for (const RollingPlan::Segment &segment : rolling.segments)
        for (int64_t n = 0; n < segment.count; ++n)
          for (int64_t after : segment.fills) {
            drain();
            fill(after);
          }
    }
    EXPECT_EQ(fills * tilesPerFill, (int64_t)written.size());
    EXPECT_EQ(drains * tilesPerDrain, (int64_t)read.size());
  }

private:
  Offset locate(llvm::ArrayRef<int64_t> position) {
    Offset at(position);
    for (unsigned dim = 0; dim < at.size(); ++dim) {
      at[dim] -= base[dim];
      if (dim == rolling.dim) {
        int64_t r = at[dim] - rolling.low;
        at[dim] = r >= 0 && r < rolling.numRows ? r % rolling.slots : rolling.slots;
      }
      EXPECT_GE(at[dim], 0);
      EXPECT_LT(at[dim], plan.bufferShape[dim]);
    }
    return at;
  }

  void fill(int64_t iterations) {
    for (int64_t n = 0; n < iterations; ++n, ++fills, row += rolling.rowsPerFill)
      for (int64_t tile = 0; tile < tilesPerFill; ++tile)
        forEachScalar(written[fills * tilesPerFill + tile], plan.source.getTileShape(),
                      [&](llvm::ArrayRef<int64_t> position) {
                        // Rows are numbered in the order in which they arrive.
                        int64_t r = position[rolling.dim] - rolling.low;
                        EXPECT_GE(r, row);
                        EXPECT_LT(r, row + rolling.rowsPerFill);
                        if (r < rolling.numRows)
                          held[locate(position)] = Offset(position);
                      });
  }

  void drain() {
    for (int64_t tile = 0; tile < tilesPerDrain; ++tile)
      forEachScalar(read[drains * tilesPerDrain + tile], plan.result.getTileShape(),
                    [&](llvm::ArrayRef<int64_t> position) {
                      Offset at = locate(position);
                      if (isData(position)) {
                        ASSERT_TRUE(held.count(at));
                        ASSERT_EQ(held[at], Offset(position));
                      } else if (at[rolling.dim] == rolling.slots) {
                        ASSERT_TRUE(rolling.hasPadRow);
                      }
                    });
    ++drains;
  }

  bool isData(llvm::ArrayRef<int64_t> position) {
    for (unsigned dim = 0; dim < position.size(); ++dim)
      if (position[dim] < plan.padding.lowOf(dim) ||
          position[dim] >= plan.source.getDataShape()[dim] - plan.padding.highOf(dim))
        return false;
    return true;
  }

  const ConverterPlan &plan;
  const RollingPlan &rolling;
  llvm::SmallVector<llvm::SmallVector<int64_t>> written, read;
  std::map<Offset, Offset> held;
  Offset base;
  int64_t tilesPerFill = 0, tilesPerDrain = 0, fills = 0, drains = 0, row = 0;
};

ConverterPlan rollingPlan(Generator &generator, llvm::StringRef source, llvm::StringRef result, Padding padding = {}) {
  ConverterPlan plan = inferConverter(generator.parse(source), generator.parse(result), padding);
  EXPECT_TRUE(plan.rolling);
  return plan;
}

TEST(RollingPlan, ThreeRowsForAWindowOfThree) {
  Generator generator(1);
  ConverterPlan plan = rollingPlan(generator, "8x1x6xf32, iter_space = [10] * [1], iter_map = (d0) -> (0, d0, 0)",
                                   "8x1x8xf32, iter_space = [10, 3] * [1, 1], iter_map = (d0, d1) -> (0, d0 + d1, 0)",
                                   {{0, 1, 1}, {0, 1, 1}});
  EXPECT_EQ(plan.bufferShape, (Offset{8, 4, 8})); // 3 rows and the padding row
  EXPECT_EQ(plan.rolling->slots, 3);
  EXPECT_EQ(plan.rolling->firstFills, 2);
  // Rows 3 to 9 come one by one after the first windows; the last windows need no more.
  ASSERT_EQ(plan.rolling->segments.size(), 2u);
  EXPECT_EQ(plan.rolling->segments[0].count, 8);
  EXPECT_EQ(plan.rolling->segments[0].fills, (Offset{1}));
  EXPECT_EQ(plan.rolling->segments[1].count, 2);
  EXPECT_EQ(plan.rolling->segments[1].fills, (Offset{0}));
  LineBuffer(plan).run();
}

TEST(RollingPlan, StridesAndDilationKeepWhatTheySpan) {
  Generator generator(2);
  ConverterPlan strided = rollingPlan(generator, "2x1x4xf32, iter_space = [9] * [1], iter_map = (d0) -> (0, d0, 0)",
                                      "2x1x4xf32 of 2x9x4, iter_space = [4, 3] * [2, 1], iter_map = (d0, d1) -> (0, "
                                      "d0 + d1, 0)");
  EXPECT_EQ(strided.rolling->slots, 3);
  EXPECT_FALSE(strided.rolling->hasPadRow);
  EXPECT_EQ(strided.rolling->segments.front().fills, (Offset{2}));
  LineBuffer(strided).run();
  ConverterPlan dilated = rollingPlan(generator, "2x1x4xf32, iter_space = [9] * [1], iter_map = (d0) -> (0, d0, 0)",
                                      "2x1x4xf32, iter_space = [5, 3] * [1, 2], iter_map = (d0, d1) -> (0, d0 + d1, "
                                      "0)");
  EXPECT_EQ(dilated.rolling->slots, 5);
  LineBuffer(dilated).run();
}

TEST(RollingPlan, RowsThatArriveSeveralAtATimeRepeatAPattern) {
  Generator generator(3);
  ConverterPlan plan = rollingPlan(generator, "4x5xf32, iter_space = [8] * [4], iter_map = (d0) -> (d0, 0)",
                                   "1x5xf32, iter_space = [30, 3] * [1, 1], iter_map = (d0, d1) -> (d0 + d1, 0)");
  EXPECT_EQ(plan.rolling->slots, 8);
  EXPECT_EQ(plan.rolling->segments.front().fills.size(), 4u);
  EXPECT_GT(plan.rolling->segments.front().count, 5);
  LineBuffer(plan).run();
}

TEST(RollingPlan, SharedRowsOverlap) {
  Generator generator(4);
  // Each row is read twice, but no row waits for another.
  ConverterPlan plan = inferConverter(
      generator.parse("1x4xf32, iter_space = [8, 4] * [1, 4], iter_map = (d0, d1) -> (d0, d1)"),
      generator.parse("1x4xf32, iter_space = [8, 2, 4] * [1, 1, 4], iter_map = (d0, d1, d2) -> (d0, d2)"));
  EXPECT_FALSE(plan.rolling);
  ASSERT_TRUE(plan.ring);
  EXPECT_EQ(plan.ring->slots, 6);
}

/// A row producer and a window reader behind a batch loop.
struct Windows {
  ItensorType source, result;
  Padding padding;
};

Windows drawWindows(Generator &generator) {
  auto draw = [&](int64_t low, int64_t high) { return generator.draw(low, high); };
  int64_t batch = draw(1, 2), channels = draw(1, 4), height = draw(2, 11), width = draw(1, 4);
  int64_t rows = draw(1, 3), channelTile = draw(1, channels);
  Windows windows;
  windows.padding = {{0, 0, draw(0, 2), draw(0, 1)}, {0, 0, draw(0, 2), draw(0, 1)}};
  auto d = [&](int64_t loop) { return mlir::getAffineDimExpr(loop, &generator.context); };
  auto zero = mlir::getAffineConstantExpr(0, &generator.context);
  mlir::Type f32 = mlir::Float32Type::get(&generator.context);
  windows.source = ItensorType::get(
      &generator.context, {1, channelTile, rows, width}, f32, {batch, channels, height, width},
      {batch, (height + rows - 1) / rows, (channels + channelTile - 1) / channelTile}, {1, rows, channelTile},
      mlir::AffineMap::get(3, 0, {d(0), d(2), d(1), zero}, &generator.context));
  int64_t paddedHeight = height + windows.padding.low[2] + windows.padding.high[2],
          paddedWidth = width + windows.padding.low[3] + windows.padding.high[3];
  int64_t stride = draw(1, 3), dilation = draw(1, 2), kernel = draw(1, 3);
  int64_t span = (kernel - 1) * dilation + 1;
  if (span > paddedHeight)
    return drawWindows(generator);
  int64_t steps = (paddedHeight - span) / stride + 1, again = draw(1, 2);
  windows.result = ItensorType::get(&generator.context, {1, channels, 1, paddedWidth}, f32,
                                    {batch, channels, paddedHeight, paddedWidth}, {batch, steps, again, kernel},
                                    {1, stride, 1, dilation},
                                    mlir::AffineMap::get(4, 0, {d(0), zero, d(1) + d(3), zero}, &generator.context));
  return windows;
}

TEST(RollingPlan, NothingIsOverwrittenBeforeItIsRead) {
  Generator generator(5);
  int numRolling = 0, numBatches = 0, numPadded = 0, numPatterns = 0;
  for (int n = 0; n < 4000; ++n) {
    Windows windows = drawWindows(generator);
    std::string types;
    llvm::raw_string_ostream(types) << windows.source << " to " << windows.result;
    SCOPED_TRACE(types);
    ConverterPlan bound = inferPingPongConverter(windows.source, windows.result, windows.padding);
    ConverterPlan chosen = inferConverter(windows.source, windows.result, windows.padding);
    ASSERT_LE(chosen.bytes, bound.bytes);
    auto plan = inferRollingConverter(windows.source, windows.result, windows.padding);
    if (!plan)
      continue;
    ++numRolling;
    numBatches += plan->rounds > 1;
    numPadded += plan->rolling->hasPadRow;
    for (const RollingPlan::Segment &segment : plan->rolling->segments)
      numPatterns += segment.fills.size() > 1;
    ASSERT_EQ(enumerateOffsets(plan->result), enumerateOffsets(windows.result));
    LineBuffer(*plan).run();
    if (HasFailure())
      return;
  }
  EXPECT_GT(numRolling, 2000);
  EXPECT_GT(numBatches, 300);
  EXPECT_GT(numPadded, 300);
  EXPECT_GT(numPatterns, 50);
}

} // namespace
