#include "Optimize/ChooseFifos.h"

#include "Simulate/RandomGraph.h"
#include "gtest/gtest.h"

using namespace st;

namespace {

TEST(ShrinkDepths, KeepsTheTimeAndEveryTokenCounts) {
  int64_t before = 0, after = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    FifoSizingProblem problem(timed::RandomGraph(seed).make(/*memories=*/false, false, 5));
    FifoSolution solution = llvm::cantFail(problem.solve());
    ShrinkOptions options;
    options.maxCycles = timed::simulate(problem.graph(), solution.depths).latencyCycles;
    options.minDepth = 1;
    std::vector<int64_t> depths = shrinkDepths(problem, solution.depths, options);
    timed::Activity run = timed::simulate(problem.graph(), depths);
    ASSERT_TRUE(run.finished);
    EXPECT_LE(run.latencyCycles, options.maxCycles);
    EXPECT_LE(problem.countBits(depths), solution.totalBits);
    before += solution.totalBits;
    after += problem.countBits(depths);
    // One token less anywhere takes longer.
    for (size_t i = 0; i < depths.size(); ++i) {
      if (depths[i] <= std::max<int64_t>(1, problem.graph().fifos[i].initialTokens))
        continue;
      std::vector<int64_t> less = depths;
      --less[i];
      timed::Activity slower = timed::simulate(problem.graph(), less);
      EXPECT_TRUE(!slower.finished || slower.latencyCycles > options.maxCycles) << "seed " << seed << " FIFO " << i;
    }
  }
  RecordProperty("bits_left_percent", static_cast<int>(100 * after / before));
  EXPECT_LT(after, before);
}

TEST(ShrinkDepths, StopsWhenItsTokensAreUsedUp) {
  FifoSizingProblem problem(timed::RandomGraph(7).make(false, false, 6, 240));
  FifoSolution solution = llvm::cantFail(problem.solve());
  ShrinkOptions options;
  options.maxCycles = timed::simulate(problem.graph(), solution.depths).latencyCycles;
  std::vector<int64_t> all = shrinkDepths(problem, solution.depths, options);
  options.maxEvents = 1;
  std::vector<int64_t> none = shrinkDepths(problem, solution.depths, options);
  EXPECT_GE(problem.countBits(none), problem.countBits(all));
  EXPECT_LE(timed::simulate(problem.graph(), none).latencyCycles, options.maxCycles);
}

TEST(ChooseFifos, TakesTheFewestBitsThatAreFastEnough) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    FifoSizingProblem problem(timed::RandomGraph(seed).make(/*memories=*/seed % 2, false, 5));
    FifoChoice any = llvm::cantFail(chooseFifos(problem, {1e9})), fast = llvm::cantFail(chooseFifos(problem, {1.0}));
    EXPECT_EQ(any.model, "deadlock-only");
    EXPECT_LE(any.modelBits, fast.modelBits);
    EXPECT_LE(fast.cycles, fast.unboundedCycles);
    for (const FifoChoice &choice : {any, fast}) {
      EXPECT_LE(choice.solution.totalBits, choice.modelBits);
      EXPECT_EQ(llvm::toString(problem.verify(choice.solution)), "");
      EXPECT_EQ(choice.cycles, timed::simulate(problem.graph(), choice.solution.depths).latencyCycles);
    }
  }
}

} // namespace
