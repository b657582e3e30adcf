#include "NaiveNetwork.h"

#include "Optimize/TimedNetwork.h"
#include "gtest/gtest.h"

#include <algorithm>

using namespace st;

namespace {

/// Cycle by cycle as the clock semantics say it: in each cycle every task does all that its FIFOs, as they were at the
/// start of the cycle, allow. Returns the cycles until all are done, or -1 when nothing can move any more.
int64_t clockedCycles(const FifoSizingProblem &problem, const std::vector<int64_t> &depths) {
  size_t count = problem.tasks().size();
  std::vector<std::vector<naive::Token>> tokens(count);
  std::vector<int64_t> ends(count), shift(count, 0), done(count, 0);
  std::vector<size_t> next(count, 0);
  for (size_t i = 0; i < count; ++i)
    ends[i] = naive::expand(problem.tasks()[i].program, 0, tokens[i]);
  std::vector<int64_t> fill(depths.size(), 0);
  int64_t idle = 0;
  for (int64_t cycle = 0;; ++cycle) {
    bool all = true, moved = false;
    std::vector<int64_t> atStart = fill;
    for (size_t i = 0; i < count; ++i) {
      while (next[i] < tokens[i].size()) {
        const naive::Token &token = tokens[i][next[i]];
        if (token.cycle + shift[i] > cycle)
          break;
        bool blocked = token.isRead ? atStart[token.channel] == 0 : atStart[token.channel] == depths[token.channel];
        if (blocked) {
          ++shift[i];
          break;
        }
        // One token per cycle and channel: what is left at the start of the cycle is not touched twice.
        fill[token.channel] += token.isRead ? -1 : 1;
        if (!token.isRead)
          done[i] = std::max(done[i], cycle + 1);
        ++next[i];
        moved = true;
      }
      all &= next[i] == tokens[i].size();
    }
    if (all)
      break;
    idle = moved ? 0 : idle + 1;
    if (idle > 10000)
      return -1;
  }
  int64_t last = 0;
  for (size_t i = 0; i < count; ++i)
    last = std::max({last, done[i], ends[i] + shift[i]});
  return last;
}

std::vector<int64_t> unbounded(const FifoSizingProblem &problem) {
  std::vector<int64_t> depths;
  for (const ChannelEnds &end : problem.computeEnds())
    depths.push_back(std::max<int64_t>(2, end.push.tokens));
  return depths;
}

TEST(TimedNetwork, AgreesWithTheClock) {
  std::mt19937 rng(23);
  int deadlocks = 0, runs = 0;
  for (int i = 0; i < 200; ++i) {
    FifoSizingProblem problem = naive::randomProblem(rng);
    for (int j = 0; j < 4; ++j) {
      std::vector<int64_t> depths;
      for (size_t c = 0; c < problem.channels().size(); ++c)
        depths.push_back(std::uniform_int_distribution<int64_t>(1, 13)(rng));
      int64_t expected = clockedCycles(problem, depths);
      llvm::Expected<TimedRun> run = runTimed(problem, depths);
      ASSERT_EQ(bool(run), expected >= 0);
      if (run) {
        ASSERT_EQ(run->cycles, expected) << "problem " << i;
      } else {
        EXPECT_TRUE(run.errorIsA<DeadlockError>());
        llvm::consumeError(run.takeError());
        ++deadlocks;
      }
      ++runs;
    }
  }
  EXPECT_GT(deadlocks, runs / 20);
  EXPECT_GT(runs - deadlocks, runs / 4);
}

TEST(TimedNetwork, DepthTwoKeepsFullRate) {
  FifoSizingProblem problem;
  int a = problem.addTask("a"), b = problem.addTask("b");
  int c = problem.addChannel("c", a, b, 32);
  problem.setProgram(a, {Event::write(c, 100)});
  problem.setProgram(b, {Event::read(c, 100)});
  EXPECT_EQ(llvm::cantFail(runTimed(problem, {2})).cycles, 101);
  EXPECT_EQ(llvm::cantFail(runTimed(problem, {1})).cycles, 200);
  EXPECT_EQ(llvm::cantFail(runTimed(problem, {100})).cycles, 101);
}

TEST(TimedNetwork, Figure8RunsAsFastAsUnbounded) {
  FifoSizingProblem problem;
  int source = problem.addTask("source"), target = problem.addTask("target");
  int c = problem.addChannel("c", source, target, 32);
  problem.setProgram(source, {Event::delay(3), Event::write(c, 5)});
  problem.setProgram(target, {Event::read(c, 5, 2)});
  FifoSolution solution = llvm::cantFail(problem.solve());
  TimedRun run = llvm::cantFail(runTimed(problem, solution.depths));
  EXPECT_EQ(run.cycles, 14);
  EXPECT_EQ(run.stalledCycles, (std::vector<int64_t>{0, 4}));
  // Depth 2: pushes in 3, 4, 5, then a cycle after the pops of 6 and 8 instead of in 6 and 8.
  EXPECT_EQ(llvm::cantFail(runTimed(problem, {2})).stalledCycles[source], 2);
}

TEST(TimedNetwork, DeeperIsNeverSlowerAndChosenDepthsCostLittle) {
  std::mt19937 rng(29);
  int64_t total = 0, best = 0, leastMemory = 0;
  for (int i = 0; i < 100; ++i) {
    FifoSizingProblem problem = naive::randomProblem(rng);
    FifoSizingOptions exact, least;
    exact.model = DepthModel::ExactCurve;
    least.model = DepthModel::DeadlockOnly;
    std::vector<int64_t> depths = llvm::cantFail(problem.solve(exact)).depths;
    std::vector<int64_t> few = llvm::cantFail(problem.solve(least)).depths;
    int64_t cycles = llvm::cantFail(runTimed(problem, depths)).cycles;
    int64_t unboundedCycles = llvm::cantFail(runTimed(problem, unbounded(problem))).cycles;
    int64_t fewCycles = llvm::cantFail(runTimed(problem, few)).cycles;
    EXPECT_GE(cycles, unboundedCycles);
    EXPECT_GE(fewCycles, unboundedCycles);
    total += cycles;
    best += unboundedCycles;
    leastMemory += fewCycles;
  }
  RecordProperty("slowdown_exact_percent", static_cast<int>(100 * (total - best) / best));
  RecordProperty("slowdown_least_percent", static_cast<int>(100 * (leastMemory - best) / best));
  EXPECT_LT(total, best * 11 / 10);
  EXPECT_LE(total, leastMemory);
}

TEST(TimedNetwork, ChoosesTheFewestBitsThatAreFastEnough) {
  std::mt19937 rng(31);
  for (int i = 0; i < 50; ++i) {
    FifoSizingProblem problem = naive::randomProblem(rng);
    FifoChoice any = llvm::cantFail(chooseFifos(problem, 1e9)), fast = llvm::cantFail(chooseFifos(problem, 1.0));
    EXPECT_EQ(any.model, "deadlock-only");
    EXPECT_LE(any.solution.totalBits, fast.solution.totalBits);
    EXPECT_EQ(fast.cycles, fast.unboundedCycles);
    for (const FifoChoice &choice : {any, fast}) {
      llvm::Error error = problem.verify(choice.solution);
      EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
      EXPECT_EQ(choice.cycles, llvm::cantFail(runTimed(problem, choice.solution.depths)).cycles);
    }
  }
}

} // namespace
