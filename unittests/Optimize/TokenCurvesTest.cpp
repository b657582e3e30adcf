#include "Optimize/TokenCurves.h"
#include "Simulate/ClockByClock.h"
#include "Simulate/RandomGraph.h"
#include "gtest/gtest.h"

using namespace st;
using timed::Statement;

namespace {

/// Compares the closed forms of `program` with its tokens, one by one.
void compareWithTokens(const timed::Program &program) {
  clockbyclock::DueAt due;
  int64_t end = clockbyclock::expand(program, 0, due);
  ProgramTiming timing = analyzeProgram(program);
  EXPECT_EQ(timing.cycles, end);
  std::map<std::pair<int, bool>, std::vector<int64_t>> cycles;
  for (const auto &[cycle, accesses] : due)
    for (const timed::Access &access : accesses)
      cycles[{access.fifo, access.isPush}].push_back(cycle);
  EXPECT_EQ(timing.pops.size() + timing.pushes.size(), cycles.size());
  for (const auto &[side, expected] : cycles) {
    ChannelTiming t = (side.second ? timing.pushes : timing.pops)[side.first];
    EXPECT_EQ(t.tokens, static_cast<int64_t>(expected.size()));
    EXPECT_EQ(t.first, expected.front());
    EXPECT_EQ(t.last, expected.back());
    std::vector<int64_t> fromRuns;
    for (const TokenRun &run : getTokenRuns(program, side.first, side.second))
      for (int64_t i = 0; i < run.tokens; ++i)
        fromRuns.push_back(run.start + i * run.ii);
    EXPECT_EQ(fromRuns, expected);
  }
}

TEST(TokenCurves, ClosedFormsAreThoseOfTheTokens) {
  compareWithTokens({Statement::delay(3), Statement::pipeline(5, 1, 1, {{0, true, 0}})});
  compareWithTokens({Statement::loop(0, {Statement::pipeline(1, 1, 1, {{0, false, 0}})}),
                     Statement::pipeline(1, 1, 1, {{1, false, 0}})});
  // Two pushes of an iteration interleave with those of the next.
  compareWithTokens({Statement::pipeline(4, 2, 6, {{0, true, 0}, {0, true, 5}})});
  for (uint64_t seed = 0; seed < 300; ++seed)
    for (const timed::Task &task : timed::RandomGraph(seed).make(true, true, 4).tasks)
      compareWithTokens(task.program);
}

TEST(TokenCurves, RunsAreMerged) {
  auto push = [](int64_t trips, int64_t depth) { return Statement::pipeline(trips, 1, depth, {{0, true, 0}}); };
  // 4 x 16 tokens back to back are one run, a token per iteration as well.
  EXPECT_EQ(getTokenRuns({Statement::loop(4, {push(16, 1)})}, 0, true).size(), 1u);
  auto runs = getTokenRuns({Statement::loop(1000000000, {push(1, 7)})}, 0, true);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].tokens, 1000000000);
  EXPECT_EQ(runs[0].ii, 7);
  EXPECT_EQ(getTokenRuns({Statement::loop(4, {push(16, 2)})}, 0, true).size(), 4u);
}

TEST(TokenCurves, CostDoesNotDependOnTripCounts) {
  timed::Program program{Statement::pipeline(1, 1, 1, {{0, true, 0}})};
  for (int level = 0; level < 6; ++level)
    program = {Statement::loop(1000, program), Statement::delay(1)};
  EXPECT_EQ(analyzeProgram(program).pushes[0].tokens, 1000000000000000000);
}

} // namespace
