#include "NaiveNetwork.h"

#include "Optimize/KahnNetwork.h"
#include "llvm/Support/Error.h"
#include "gtest/gtest.h"

#include <algorithm>

using namespace st;

namespace {

bool completes(const FifoSizingProblem &problem, const std::vector<int64_t> &depths) {
  llvm::Error error = problem.verifyDepths(depths);
  bool failed = bool(error);
  llvm::consumeError(std::move(error));
  return !failed;
}

/// fork -> worker -> join and fork -> join, 16 tokens; the worker takes all of them before it gives one.
struct ForkJoin {
  FifoSizingProblem problem;
  int a, b, c;

  ForkJoin() {
    int fork = problem.addTask("fork"), worker = problem.addTask("worker"), join = problem.addTask("join");
    a = problem.addChannel("a", fork, worker, 32);
    b = problem.addChannel("b", fork, join, 32);
    c = problem.addChannel("c", worker, join, 32);
    problem.setProgram(fork, {Event::loop(16, {Event::write(a, 1, 0), Event::write(b, 1)})});
    problem.setProgram(worker, {Event::read(a, 16), Event::delay(10), Event::write(c, 16)});
    problem.setProgram(join, {Event::loop(16, {Event::read(c, 1, 0), Event::read(b, 1)})});
  }
};

TEST(FifoSizing, DeadlockNamesTasksAndFifos) {
  ForkJoin net;
  // Before the last token of a, 15 tokens of b have been pushed.
  EXPECT_TRUE(completes(net.problem, {2, 15, 2}));
  llvm::Error error = net.problem.verifyDepths({2, 14, 2});
  ASSERT_TRUE(bool(error));
  llvm::handleAllErrors(std::move(error), [&](const DeadlockError &e) {
    ASSERT_EQ(e.cycle.size(), 3u);
    EXPECT_TRUE(e.others.empty());
    auto waits = [&](const std::string &task, const std::string &channel, bool full, int64_t depth,
                     const std::string &on) {
      return llvm::any_of(e.cycle, [&](const WaitingTask &w) {
        return w.task == task && w.channel == channel && w.full == full && w.depthTokens == depth && w.waitsFor == on;
      });
    };
    EXPECT_TRUE(waits("fork", "b", true, 14, "join"));
    EXPECT_TRUE(waits("join", "c", false, 2, "worker"));
    EXPECT_TRUE(waits("worker", "a", false, 2, "fork"));
    EXPECT_NE(e.message().find("'fork' waits for 'join': FIFO 'b' is full (depth 14)"), std::string::npos)
        << e.message();
  });
}

TEST(FifoSizing, VerifyRejectsWhatBreaksARule) {
  ForkJoin net;
  FifoSolution solution = llvm::cantFail(net.problem.solve());
  EXPECT_FALSE(bool(net.problem.verify(solution)));
  auto rejected = [&](const FifoSolution &changed) { return llvm::toString(net.problem.verify(changed)); };
  FifoSolution early = solution;
  early.startCycles[2] -= 1;
  EXPECT_NE(rejected(early).find("fifo_c4"), std::string::npos);
  FifoSolution shallow = solution;
  shallow.depths[net.a] = 1;
  EXPECT_NE(rejected(shallow).find("fifo_c5"), std::string::npos);
  FifoSolution stuck = solution;
  stuck.depths[net.b] = 14;
  EXPECT_NE(rejected(stuck).find("deadlock"), std::string::npos);
}

TEST(FifoSizing, ProgramsStayOnTheirChannels) {
  ForkJoin net;
  net.problem.setProgram(1, {Event::read(net.b, 16), Event::write(net.c, 16)});
  std::string message = llvm::toString(net.problem.check());
  EXPECT_NE(message.find("'worker' reads channel 'b', whose reader is 'join'"), std::string::npos) << message;
  ForkJoin instant;
  instant.problem.setProgram(0, {Event::loop(16, {Event::write(net.a, 1, 0), Event::write(net.b, 1, 0)})});
  message = llvm::toString(instant.problem.check());
  EXPECT_NE(message.find("takes no cycles"), std::string::npos) << message;
}

TEST(FifoSizing, NetworkAgreesWithTokenByTokenExecution) {
  std::mt19937 rng(7);
  int deadlocks = 0, runs = 0;
  for (int i = 0; i < 400; ++i) {
    FifoSizingProblem problem = naive::randomProblem(rng);
    llvm::Error error = problem.check();
    ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
    for (int j = 0; j < 5; ++j) {
      std::vector<int64_t> depths;
      for (size_t c = 0; c < problem.channels().size(); ++c)
        depths.push_back(std::uniform_int_distribution<int64_t>(1, 10)(rng));
      bool expected = naive::completes(problem, depths);
      ASSERT_EQ(completes(problem, depths), expected) << "problem " << i;
      deadlocks += !expected;
      ++runs;
    }
  }
  // The comparison says something only if both outcomes are common.
  EXPECT_GT(deadlocks, runs / 10);
  EXPECT_LT(deadlocks, runs * 9 / 10);
}

TEST(FifoSizing, SmallestDepthIsTheSmallest) {
  std::mt19937 rng(11);
  int needed = 0;
  for (int i = 0; i < 150; ++i) {
    FifoSizingProblem problem = naive::randomProblem(rng);
    std::vector<int64_t> depths =
        llvm::cantFail(problem.growDepths(std::vector<int64_t>(problem.channels().size(), 1)));
    ASSERT_TRUE(naive::completes(problem, depths));
    for (size_t c = 0; c < depths.size(); ++c) {
      int64_t smallest = llvm::cantFail(problem.smallestDepth(c, depths));
      std::vector<int64_t> changed = depths;
      changed[c] = smallest;
      EXPECT_TRUE(naive::completes(problem, changed));
      changed[c] = smallest - 1;
      EXPECT_FALSE(naive::completes(problem, changed));
      needed += smallest > 1;
    }
  }
  EXPECT_GT(needed, 50);
}

TEST(FifoSizing, SolutionsOfRandomProblemsHold) {
  std::mt19937 rng(13);
  for (int i = 0; i < 150; ++i) {
    FifoSizingProblem problem = naive::randomProblem(rng);
    for (DepthModel model : {DepthModel::MeanRate, DepthModel::ExactCurve, DepthModel::DeadlockOnly}) {
      FifoSizingOptions options;
      options.model = model;
      FifoSolution solution = llvm::cantFail(problem.solve(options));
      llvm::Error error = problem.verify(solution);
      ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
      EXPECT_TRUE(naive::completes(problem, solution.depths));
      for (size_t c = 0; c < solution.depths.size(); ++c)
        EXPECT_GE(solution.grownBy(c), 0);
    }
  }
}

TEST(FifoSizing, ExactCurveIsTheLargestOccupancy) {
  std::mt19937 rng(17);
  FifoSizingOptions options;
  options.model = DepthModel::ExactCurve;
  options.minDepth = 0;
  for (int i = 0; i < 200; ++i) {
    FifoSizingProblem problem = naive::randomProblem(rng);
    std::vector<ChannelEnds> ends = problem.computeEnds();
    std::vector<int64_t> starts = llvm::cantFail(problem.computeStartTimes(ends));
    std::vector<int64_t> depths = problem.computeDepths(ends, starts, options);
    std::vector<std::vector<int64_t>> pushes(depths.size()), pops(depths.size());
    for (size_t t = 0; t < starts.size(); ++t) {
      std::vector<naive::Token> tokens;
      naive::expand(problem.tasks()[t].program, starts[t], tokens);
      for (const naive::Token &token : tokens)
        (token.isRead ? pops : pushes)[token.channel].push_back(token.cycle);
    }
    for (size_t c = 0; c < depths.size(); ++c) {
      int64_t most = 0;
      for (size_t n = 0; n < pushes[c].size(); ++n) {
        int64_t popped = std::lower_bound(pops[c].begin(), pops[c].end(), pushes[c][n]) - pops[c].begin();
        most = std::max<int64_t>(most, n + 1 - popped);
      }
      EXPECT_EQ(depths[c], most);
    }
  }
}

TEST(FifoSizing, FixedDepthsStay) {
  ForkJoin net;
  FifoSizingProblem problem;
  for (const FifoTask &task : net.problem.tasks())
    problem.addTask(task.name, task.program);
  for (const FifoChannel &channel : net.problem.channels())
    problem.addChannel(channel.name, channel.writer, channel.reader, channel.widthBits,
                       channel.name == "c" ? std::optional<int64_t>(1) : std::nullopt);
  FifoSolution solution = llvm::cantFail(problem.solve());
  EXPECT_EQ(solution.depths[net.c], 1);
  EXPECT_GE(solution.depths[net.b], 15);
}

TEST(FifoSizing, ConservativeRatesNeedNoMore) {
  // A fast writer in front of a slow task: at the slow task's rate its tokens do not pile up.
  FifoSizingProblem problem;
  int writer = problem.addTask("writer"), reader = problem.addTask("reader");
  int c = problem.addChannel("c", writer, reader, 32);
  problem.setProgram(writer, {Event::write(c, 100)});
  problem.setProgram(reader, {Event::read(c, 100, 4)});
  FifoSizingOptions conservative;
  conservative.equalisation = Equalisation::Conservative;
  EXPECT_EQ(llvm::cantFail(problem.solve()).depths[c], 76);
  EXPECT_EQ(llvm::cantFail(problem.solve(conservative)).depths[c], 2);
}

TEST(FifoSizing, AThousandTasks) {
  // Blocks of fork, long and short branch, join, one after the other, each moving 4096 tokens in bursts of 16.
  FifoSizingProblem problem;
  int previous = problem.addTask("source");
  int channel = -1;
  std::vector<EventProgram> programs(1);
  while (problem.tasks().size() < 1000) {
    std::string block = std::to_string(problem.tasks().size());
    int fork = problem.addTask("fork" + block), work = problem.addTask("work" + block);
    int row = problem.addTask("row" + block), join = problem.addTask("join" + block);
    channel = problem.addChannel("in" + block, previous, fork, 512);
    int a = problem.addChannel("a" + block, fork, work, 512), b = problem.addChannel("b" + block, fork, join, 512);
    int c = problem.addChannel("c" + block, work, row, 512), d = problem.addChannel("d" + block, row, join, 512);
    programs[previous].push_back(previous == 0 ? Event::write(channel, 4096)
                                               : Event::loop(4096, {Event::write(channel, 1)}));
    if (previous != 0) {
      EventProgram &join = programs[previous];
      // The join reads both operands and writes their sum.
      Event read0 = join[0], read1 = join[1];
      join = {Event::loop(4096, {read0, read1, Event::write(channel, 1)})};
    }
    programs.push_back({Event::loop(4096, {Event::read(channel, 1, 0), Event::write(a, 1, 0), Event::write(b, 1)})});
    programs.push_back(
        {Event::loop(64, {Event::loop(4, {Event::read(a, 16), Event::delay(20)}), Event::write(c, 64)})});
    programs.push_back({Event::loop(64, {Event::read(c, 64), Event::delay(30), Event::write(d, 64)})});
    programs.push_back({Event::read(b, 1, 0), Event::read(d, 1, 0)});
    previous = join;
  }
  Event read0 = programs[previous][0], read1 = programs[previous][1];
  programs[previous] = {Event::loop(4096, {read0, read1, Event::delay(1)})};
  for (size_t i = 0; i < programs.size(); ++i)
    problem.setProgram(i, programs[i]);

  FifoSolution solution = llvm::cantFail(problem.solve());
  EXPECT_FALSE(bool(problem.verify(solution)));
  EXPECT_LT(solution.totalBits, solution.fullTensorBits / 4);
  FifoSizingOptions conservative;
  conservative.equalisation = Equalisation::Conservative;
  EXPECT_LT(llvm::cantFail(problem.solve(conservative)).totalBits, solution.totalBits / 4);
}

TEST(FifoSizing, CostFollowsBurstsNotTokens) {
  FifoSizingProblem problem;
  int dma = problem.addTask("dma"), compute = problem.addTask("compute");
  int c = problem.addChannel("c", dma, compute, 512);
  problem.setProgram(dma, {Event::write(c, 1000000000)});
  problem.setProgram(compute, {Event::loop(1000, {Event::read(c, 1000000), Event::delay(5)})});
  KahnNetwork network(problem, {2});
  EXPECT_TRUE(network.run());
  EXPECT_LT(network.steps(), 5000);
}

} // namespace
