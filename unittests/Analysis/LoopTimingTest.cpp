#include "TestKernel.h"

#include "Analysis/LoopTiming.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace st;

namespace {
class LoopTimingTest : public AnalysisTest {
protected:
  /// A matrix product of MxK and KxN tiles with lane factors `unroll`.
  PointLoops timeProduct(int64_t m, int64_t n, int64_t k, const char *unroll) {
    module = parse(llvm::formatv(R"mlir(
      func.func @f(%a: tensor<{0}x{2}xf32>, %b: tensor<{2}x{1}xf32>, %c: tensor<{0}x{1}xf32>) -> tensor<{0}x{1}xf32> {{
        %r = linalg.generic {{indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>,
                                              affine_map<(i, j, k) -> (i, j)>],
                             iterator_types = ["parallel", "parallel", "reduction"]}
            ins(%a, %b : tensor<{0}x{2}xf32>, tensor<{2}x{1}xf32>) outs(%c : tensor<{0}x{1}xf32>)
            attrs = {{st.unroll = array<i64: {3}>} {{
        ^bb0(%x: f32, %y: f32, %z: f32):
          %p = arith.mulf %x, %y : f32
          %s = arith.addf %z, %p : f32
          linalg.yield %s : f32
        } -> tensor<{0}x{1}xf32>
        return %r : tensor<{0}x{1}xf32>
      })mlir",
                                 m, n, k, unroll)
                       .str());
    module->walk([&](linalg::GenericOp generic) { op = generic; });
    FailureOr<PointLoops> loops = timeLinalgOp(op, device);
    EXPECT_TRUE(succeeded(loops));
    return succeeded(loops) ? *loops : PointLoops();
  }

  OwningOpRef<ModuleOp> module;
  linalg::GenericOp op;
};

// The default tile: 8 tokens, 16 columns, 16 of k, 16 lanes.
TEST_F(LoopTimingTest, MatrixProductInterleavesItsRows) {
  PointLoops loops = timeProduct(8, 16, 16, "1, 16, 1");
  EXPECT_EQ(loops.loop.trips, 8 * 1 * 16); // sched_f3
  EXPECT_EQ(loops.unroll, 16);
  EXPECT_EQ(loops.loop.depthCycles, 2 + 4 + 7 + 1); // sched_f4: load, multiply, add, store
  EXPECT_EQ(loops.recurrenceCycles, 7 + 1);         // sched_f5: add and store; the product is not in the circle
  EXPECT_EQ(loops.distance, 8 * 1);
  EXPECT_EQ(loops.loop.ii, 1);
  EXPECT_EQ(loops.loop.cycles(), 127 * 1 + 14); // sched_f1
  EXPECT_EQ(loops.resources.dsp, 16 * (3 + 2));
  EXPECT_TRUE(explainII(op, loops).empty());
}

TEST_F(LoopTimingTest, FewerRowsThanTheAdderTakesCostInitiationInterval) {
  PointLoops loops = timeProduct(3, 16, 16, "1, 16, 1");
  EXPECT_EQ(loops.distance, 3);
  EXPECT_EQ(loops.loop.ii, 3); // ceil(8 / 3)
  EXPECT_EQ(loops.loop.cycles(), 47 * 3 + 14);
  EXPECT_NE(explainII(op, loops).find("only 2 other iterations"), std::string::npos) << explainII(op, loops);
}

// Half the lanes, twice the distance.
TEST_F(LoopTimingTest, UnrollingLessLengthensTheDistance) {
  PointLoops loops = timeProduct(3, 16, 16, "1, 4, 1");
  EXPECT_EQ(loops.distance, 3 * 4);
  EXPECT_EQ(loops.loop.ii, 1);
  EXPECT_EQ(loops.loop.trips, 3 * 4 * 16);
}

// A single term per accumulator has nothing to wait for.
TEST_F(LoopTimingTest, OneReductionStepHasNoRecurrence) {
  PointLoops loops = timeProduct(3, 16, 1, "1, 16, 1");
  EXPECT_EQ(loops.loop.ii, 1);
}

TEST_F(LoopTimingTest, TokenLoops) {
  EXPECT_EQ(tokenReadLoop(8, device).cycles(), 7 + 2);  // sched_f2: stream read 1, store 1
  EXPECT_EQ(tokenWriteLoop(8, device).cycles(), 7 + 3); // load 2, stream write 1
  EXPECT_EQ(tokenPushOffset(device), 2);
  EXPECT_EQ(fillLoop(128, 16, device).cycles(), 8); // sched_f6
  EXPECT_EQ(copyLoop(128, 16, device).cycles(), 7 + 3);
}

// At 300 MHz the adder takes ceil(7 * 300 / 250) = 9 cycles, the store 2.
TEST_F(LoopTimingTest, LatenciesFollowTheClock) {
  device = llvm::cantFail(device.withClock(300));
  PointLoops loops = timeProduct(8, 16, 16, "1, 16, 1");
  EXPECT_EQ(loops.recurrenceCycles, 9 + 2);
  EXPECT_EQ(loops.loop.ii, 2);
}
} // namespace
