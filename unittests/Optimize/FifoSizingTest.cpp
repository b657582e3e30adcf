#include "Optimize/FifoSizingProblem.h"

#include "Simulate/ClockByClock.h"
#include "Simulate/GraphText.h"
#include "Simulate/RandomGraph.h"
#include "gtest/gtest.h"

#include <chrono>

using namespace st;
using timed::Statement;

namespace {

bool completes(const FifoSizingProblem &problem, const std::vector<int64_t> &depths) {
  llvm::Error error = problem.verifyDepths(depths);
  bool failed = bool(error);
  llvm::consumeError(std::move(error));
  return !failed;
}

std::string print(const timed::Graph &graph) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printGraph(graph, os);
  return text;
}

Statement burst(int fifo, bool isPush, int64_t tokens, int64_t ii = 1) {
  return Statement::pipeline(tokens, ii, ii, {{fifo, isPush, 0}});
}

/// fork -> worker -> join and fork -> join, 16 tokens; the worker takes all of them before it gives one.
timed::Graph forkJoin() {
  timed::Graph graph;
  int fork = graph.addTask("fork"), worker = graph.addTask("worker"), join = graph.addTask("join");
  int a = graph.addChannel("a", fork, worker, 32), b = graph.addChannel("b", fork, join, 32);
  int c = graph.addChannel("c", worker, join, 32);
  graph.tasks[fork].program = {Statement::pipeline(16, 1, 1, {{a, true, 0}, {b, true, 0}})};
  graph.tasks[worker].program = {burst(a, false, 16), Statement::delay(10), burst(c, true, 16)};
  graph.tasks[join].program = {Statement::pipeline(16, 1, 1, {{c, false, 0}, {b, false, 0}})};
  return graph;
}

TEST(FifoSizing, DeadlockNamesTasksFifosAndDepths) {
  FifoSizingProblem problem(forkJoin());
  // The last token of a comes in the same cycle as the 16th of b.
  EXPECT_TRUE(completes(problem, {2, 16, 2}));
  llvm::Error error = problem.verifyDepths({2, 14, 2});
  ASSERT_TRUE(bool(error));
  llvm::handleAllErrors(std::move(error), [&](const DeadlockError &e) {
    ASSERT_EQ(e.cycle.size(), 3u);
    EXPECT_TRUE(e.others.empty());
    auto waits = [&](const std::string &task, const std::string &channel, bool full, int64_t depth,
                     const std::string &on) {
      return llvm::any_of(e.cycle, [&](const WaitingTask &w) {
        return w.task == task && w.channel == channel && w.full == full && w.depthTokens == depth && w.waitsFor == on &&
               w.resolvingDepth == (full ? 16 : 0);
      });
    };
    EXPECT_TRUE(waits("fork", "b", true, 14, "join"));
    EXPECT_TRUE(waits("join", "c", false, 2, "worker"));
    EXPECT_TRUE(waits("worker", "a", false, 2, "fork"));
    EXPECT_NE(e.message().find("'fork' waits for 'join': FIFO 'b' is full (depth 14); depth 16 is the least that "
                               "resolves it"),
              std::string::npos)
        << e.message();
  });
}

TEST(FifoSizing, AnEmptyCycleHasNoDepth) {
  timed::Graph graph;
  int first = graph.addTask("first"), second = graph.addTask("second");
  int there = graph.addChannel("there", first, second, 8, 4), back = graph.addChannel("back", second, first, 8, 4);
  graph.fifos[back].initialTokens = 1;
  graph.tasks[first].program = {burst(back, false, 2), burst(there, true, 2)};
  graph.tasks[second].program = {burst(there, false, 2), burst(back, true, 2)};
  std::string message = llvm::toString(FifoSizingProblem(graph).solve().takeError());
  EXPECT_NE(message.find("deadlock of 2 tasks"), std::string::npos) << message;
  EXPECT_NE(message.find("no depth resolves a cycle in which every FIFO is empty"), std::string::npos) << message;
}

/// Three repetitions of a task that needs all 8 tokens of one before it gives the 8 that the next one takes.
static timed::Graph repetition() {
  timed::Graph graph;
  int source = graph.addTask("source"), enter = graph.addTask("enter"), work = graph.addTask("work"),
      leave = graph.addTask("leave"), sink = graph.addTask("sink");
  int in = graph.addChannel("in", source, enter, 8), all = graph.addChannel("all", enter, work, 8),
      done = graph.addChannel("done", work, leave, 8), back = graph.addChannel("back", leave, enter, 8),
      out = graph.addChannel("out", leave, sink, 8);
  auto pass = [](int64_t tokens, int from, int to) {
    // One after the other: a pipeline that waits for its next token would not let go of the last.
    return Statement::loop(tokens, {burst(from, false, 1), burst(to, true, 1)});
  };
  graph.tasks[source].program = {burst(in, true, 8)};
  graph.tasks[enter].program = {pass(8, in, all), pass(16, back, all)};
  graph.tasks[work].program = {Statement::loop(3, {burst(all, false, 8), burst(done, true, 8)})};
  graph.tasks[leave].program = {pass(16, done, back), pass(8, done, out)};
  graph.tasks[sink].program = {burst(out, false, 8)};
  return graph;
}

TEST(FifoSizing, WhatLeadsBackTakesNoPartInStartTimes) {
  timed::Graph graph = repetition();
  std::string message = llvm::toString(FifoSizingProblem(graph).solve().takeError());
  EXPECT_NE(message.find("tasks wait for each other's results"), std::string::npos) << message;
  graph.fifos[3].isFeedback = true;
  FifoSizingProblem problem(graph);
  for (DepthModel model : {DepthModel::DeadlockOnly, DepthModel::MeanRate, DepthModel::ExactCurve}) {
    FifoSizingOptions options;
    options.model = model;
    llvm::Expected<FifoSolution> solution = problem.solve(options);
    ASSERT_TRUE(bool(solution)) << llvm::toString(solution.takeError());
    EXPECT_EQ(llvm::toString(problem.verify(*solution)), "");
    // What comes back is taken as it comes, once the tokens before it are on their way.
    EXPECT_LE(solution->depths[3], 8);
  }
}

TEST(FifoSizing, VerifyRejectsWhatBreaksARule) {
  FifoSizingProblem problem(forkJoin());
  FifoSolution solution = llvm::cantFail(problem.solve());
  EXPECT_FALSE(bool(problem.verify(solution)));
  auto rejected = [&](const FifoSolution &changed) { return llvm::toString(problem.verify(changed)); };
  FifoSolution early = solution;
  early.startCycles[2] -= 1;
  EXPECT_NE(rejected(early).find("fifo_c4"), std::string::npos);
  FifoSolution shallow = solution;
  shallow.depths[0] = 1;
  EXPECT_NE(rejected(shallow).find("fifo_c5"), std::string::npos);
  FifoSolution stuck = solution;
  stuck.depths[1] = 15;
  EXPECT_NE(rejected(stuck).find("deadlock"), std::string::npos);
}

TEST(FifoSizing, WhatIsWrongIsTyped) {
  auto kindOf = [](timed::Graph graph) {
    InfeasibleError::Kind kind = InfeasibleError::Kind::Budget;
    std::vector<std::string> culprits;
    llvm::handleAllErrors(FifoSizingProblem(std::move(graph)).check(), [&](const InfeasibleError &e) {
      kind = e.kind;
      culprits = e.culprits;
    });
    return std::make_pair(kind, culprits);
  };
  using Names = std::vector<std::string>;
  timed::Graph mismatch = forkJoin();
  mismatch.tasks[1].program.back().trips = 15;
  EXPECT_EQ(kindOf(mismatch), std::make_pair(InfeasibleError::Kind::TokenMismatch, Names({"worker", "join"})));
  timed::Graph foreign = forkJoin();
  foreign.tasks[1].program = {burst(1, false, 16), burst(2, true, 16)};
  EXPECT_EQ(kindOf(foreign), std::make_pair(InfeasibleError::Kind::Malformed, Names({"worker"})));
  timed::Graph narrow = forkJoin();
  narrow.fifos[2].widthBits = 0;
  EXPECT_EQ(kindOf(narrow), std::make_pair(InfeasibleError::Kind::Malformed, Names({"c"})));
}

TEST(FifoSizing, SmallestDepthIsTheSmallest) {
  int needed = 0;
  for (uint64_t seed = 0; seed < 150; ++seed) {
    FifoSizingProblem problem(timed::RandomGraph(seed).make(/*memories=*/seed % 2, false, 5));
    std::vector<int64_t> start = timed::getDepths(problem.graph());
    for (size_t i = 0; i < start.size(); ++i)
      if (!problem.graph().fifos[i].isPort())
        start[i] = std::max<int64_t>(1, problem.graph().fifos[i].initialTokens);
    std::vector<int64_t> depths = llvm::cantFail(problem.growDepths(start));
    ASSERT_TRUE(clockbyclock::Model(problem.graph(), depths).run().finished);
    for (size_t i = 0; i < depths.size(); ++i) {
      if (problem.graph().fifos[i].isPort())
        continue;
      int64_t smallest = llvm::cantFail(problem.smallestDepth(i, depths));
      std::vector<int64_t> changed = depths;
      changed[i] = smallest;
      EXPECT_TRUE(clockbyclock::Model(problem.graph(), changed).run().finished);
      changed[i] = smallest - 1;
      if (smallest > std::max<int64_t>(1, problem.graph().fifos[i].initialTokens)) {
        EXPECT_FALSE(clockbyclock::Model(problem.graph(), changed).run().finished);
        ++needed;
      }
    }
  }
  EXPECT_GT(needed, 50);
}

/// Never a deadlock; normal equalisation never slower than unbounded FIFOs.
TEST(FifoSizing, SolutionsOfRandomProblemsHold) {
  int slower = 0, solutions = 0;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    FifoSizingProblem problem(timed::RandomGraph(seed).make(/*memories=*/seed % 2, false, 3 + seed % 5));
    int64_t unbounded = timed::simulate(problem.graph(), problem.unboundedDepths()).latencyCycles;
    for (DelayModel delays : {DelayModel::StartTimes, DelayModel::PathDelays})
      for (Equalisation equalisation : {Equalisation::Normal, Equalisation::Conservative})
        for (DepthModel model : {DepthModel::MeanRate, DepthModel::ExactCurve, DepthModel::DeadlockOnly}) {
          if (equalisation == Equalisation::Conservative && model == DepthModel::ExactCurve)
            continue;
          FifoSizingOptions options;
          options.model = model;
          options.equalisation = equalisation;
          options.delays = delays;
          FifoSolution solution = llvm::cantFail(problem.solve(options));
          ASSERT_EQ(llvm::toString(problem.verify(solution)), "") << print(problem.graph());
          for (size_t i = 0; i < solution.depths.size(); ++i)
            EXPECT_GE(solution.grownBy(i), 0);
          int64_t cycles = timed::simulate(problem.graph(), solution.depths).latencyCycles;
          if (equalisation == Equalisation::Normal && model != DepthModel::DeadlockOnly)
            ASSERT_LE(cycles, unbounded) << "seed " << seed << "\n" << print(problem.graph());
          slower += cycles > unbounded;
          ++solutions;
        }
  }
  // The invariant says something only if depths matter.
  EXPECT_GT(slower, solutions / 20);
}

TEST(FifoSizing, ExactCurveIsTheLargestOccupancy) {
  FifoSizingOptions options;
  options.model = DepthModel::ExactCurve;
  options.minDepth = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    timed::Graph graph = timed::RandomGraph(seed).make(false, false, 5);
    for (timed::Fifo &fifo : graph.fifos)
      fifo.initialTokens = 0;
    FifoSizingProblem problem(graph);
    std::vector<ChannelEnds> ends = problem.computeEnds();
    std::vector<int64_t> starts = llvm::cantFail(problem.computeStartTimes(ends));
    std::vector<int64_t> depths = problem.computeDepths(ends, problem.delaysOf(starts), options);
    std::vector<std::vector<int64_t>> pushes(depths.size()), pops(depths.size());
    for (size_t t = 0; t < starts.size(); ++t) {
      clockbyclock::DueAt due;
      clockbyclock::expand(graph.tasks[t].program, starts[t], due);
      for (const auto &[cycle, accesses] : due)
        for (const timed::Access &access : accesses)
          (access.isPush ? pushes : pops)[access.fifo].push_back(cycle);
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

/// The least sum of delays over a path from u to v, and the largest of first-token delays, path by path.
TEST(FifoSizing, PathDelaysKeepEveryPath) {
  int relaxed = 0;
  for (uint64_t seed = 0; seed < 150; ++seed) {
    timed::Graph graph = timed::RandomGraph(seed).make(false, false, 7);
    FifoSizingProblem problem(graph);
    std::vector<ChannelEnds> ends = problem.computeEnds();
    PathDelays paths = llvm::cantFail(problem.computePathDelays(ends));
    std::vector<int64_t> starts = problem.delaysOf(llvm::cantFail(problem.computeStartTimes(ends)));
    size_t tasks = graph.tasks.size();
    int64_t startSum = 0;
    for (size_t u = 0; u < tasks; ++u) {
      // Channels lead forward only, so that tasks are in topological order.
      std::vector<int64_t> least(tasks, INT64_MAX / 2), most(tasks, INT64_MIN / 2);
      least[u] = most[u] = 0;
      for (size_t v = u; v < tasks; ++v)
        for (size_t f = 0; f < graph.fifos.size(); ++f) {
          const timed::Fifo &fifo = graph.fifos[f];
          if (fifo.initialTokens || fifo.writer != static_cast<int>(v))
            continue;
          least[fifo.reader] = std::min(least[fifo.reader], least[v] + paths.delays[f]);
          most[fifo.reader] = std::max(most[fifo.reader], most[v] + ends[f].push.first + 1 - ends[f].pop.first);
        }
      for (size_t v = u + 1; v < tasks; ++v)
        if (least[v] < INT64_MAX / 4)
          EXPECT_GE(least[v], most[v]) << "seed " << seed << " from " << u << " to " << v;
    }
    for (size_t f = 0; f < graph.fifos.size(); ++f)
      startSum += graph.fifos[f].initialTokens ? 0 : starts[f];
    // Its optimum is no worse than any start times, whatever they minimise.
    EXPECT_LE(paths.sum, startSum);
    relaxed += paths.sum < startSum;
  }
  EXPECT_GT(relaxed, 10);
}

TEST(FifoSizing, FixedDepthsStay) {
  timed::Graph graph = forkJoin();
  graph.fifos[2].depthTokens = 1;
  FifoSizingProblem problem(graph);
  problem.fixDepth(2);
  FifoSolution solution = llvm::cantFail(problem.solve());
  EXPECT_EQ(solution.depths[2], 1);
  EXPECT_GE(solution.depths[1], 16);
}

TEST(FifoSizing, ConservativeRatesNeedNoMore) {
  // A fast writer in front of a slow task: at the slow task's rate its tokens do not pile up.
  timed::Graph graph;
  int writer = graph.addTask("writer"), reader = graph.addTask("reader");
  int c = graph.addChannel("c", writer, reader, 32);
  graph.tasks[writer].program = {burst(c, true, 100)};
  graph.tasks[reader].program = {burst(c, false, 100, 4)};
  FifoSizingProblem problem(graph);
  FifoSizingOptions conservative;
  conservative.equalisation = Equalisation::Conservative;
  EXPECT_EQ(llvm::cantFail(problem.solve()).depths[c], 76);
  EXPECT_EQ(llvm::cantFail(problem.solve(conservative)).depths[c], 2);
}

/// Weights from a memory that gives a token in two cycles, for a task that takes one in three.
TEST(FifoSizing, MemoriesSetTheRateOfTheirTasks) {
  timed::Graph graph;
  int dma = graph.addTask("dma"), compute = graph.addTask("compute");
  int memory = graph.addMemory("m", 32, 1, 20);
  int port = graph.addReadPort("p", memory, dma, 512, 64, 16, 160);
  int c = graph.addChannel("c", dma, compute, 512);
  graph.tasks[dma].program = {Statement::pipeline(160, 1, 3, {{port, false, 0}, {c, true, 2}})};
  graph.tasks[compute].program = {burst(c, false, 160, 3)};
  FifoSizingProblem problem(graph);
  std::vector<ChannelEnds> ends = problem.computeEnds();
  EXPECT_NEAR(ends[c].push.meanII(), 2, 0.05);
  FifoSolution solution = llvm::cantFail(problem.solve());
  // A third of all tokens wait.
  EXPECT_NEAR(double(solution.depths[c]), 160 / 3.0, 4);
  EXPECT_EQ(solution.depths[port], 64);
}

TEST(FifoSizing, AThousandTasks) {
  // Blocks of fork, long and short branch, join, one after the other, each moving 4096 tokens in bursts of 16.
  timed::Graph graph;
  int previous = graph.addTask("source"), previousA = -1, previousB = -1;
  while (graph.tasks.size() < 1000) {
    std::string block = std::to_string(graph.tasks.size());
    int fork = graph.addTask("fork" + block), work = graph.addTask("work" + block);
    int row = graph.addTask("row" + block), join = graph.addTask("join" + block);
    int in = graph.addChannel("in" + block, previous, fork, 512);
    int a = graph.addChannel("a" + block, fork, work, 512), b = graph.addChannel("b" + block, fork, join, 512);
    int c = graph.addChannel("c" + block, work, row, 512), d = graph.addChannel("d" + block, row, join, 512);
    std::vector<timed::Access> accesses{{in, true, 0}};
    if (previousA >= 0)
      accesses = {{previousA, false, 0}, {previousB, false, 0}, {in, true, 0}};
    graph.tasks[previous].program = {Statement::pipeline(4096, 1, 1, accesses)};
    graph.tasks[fork].program = {Statement::pipeline(4096, 1, 1, {{in, false, 0}, {a, true, 0}, {b, true, 0}})};
    graph.tasks[work].program = {
        Statement::loop(64, {Statement::loop(4, {burst(a, false, 16), Statement::delay(20)}), burst(c, true, 64)})};
    graph.tasks[row].program = {Statement::loop(64, {burst(c, false, 64), Statement::delay(30), burst(d, true, 64)})};
    previous = join;
    previousA = b;
    previousB = d;
  }
  graph.tasks[previous].program = {Statement::pipeline(4096, 1, 1, {{previousA, false, 0}, {previousB, false, 0}})};

  FifoSizingProblem problem(graph);
  auto start = std::chrono::steady_clock::now();
  auto milliseconds = [&] {
    return static_cast<int>(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  };
  llvm::cantFail(problem.computeStartTimes(problem.computeEnds()));
  RecordProperty("start_time_lp_ms", milliseconds());
  start = std::chrono::steady_clock::now();
  PathDelays paths = llvm::cantFail(problem.computePathDelays(problem.computeEnds()));
  RecordProperty("path_lp_ms", milliseconds());
  RecordProperty("path_lp_constraints", static_cast<int>(paths.constraints));
  start = std::chrono::steady_clock::now();
  FifoSolution solution = llvm::cantFail(problem.solve());
  RecordProperty("solve_ms", milliseconds());
  EXPECT_FALSE(bool(problem.verify(solution)));
  EXPECT_LT(solution.totalBits, solution.fullTensorBits / 4);
  FifoSizingOptions conservative;
  conservative.equalisation = Equalisation::Conservative;
  EXPECT_LT(llvm::cantFail(problem.solve(conservative)).totalBits, solution.totalBits / 4);
}

} // namespace
