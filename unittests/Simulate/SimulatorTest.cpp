#include "ClockByClock.h"
#include "RandomGraph.h"

#include "Simulate/FlatProgram.h"
#include "Simulate/GraphText.h"
#include "Simulate/Trace.h"
#include "llvm/Support/JSON.h"
#include "gtest/gtest.h"

using namespace st;
using namespace st::timed;

namespace {

std::string print(const Graph &graph) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printGraph(graph, os);
  return text;
}

std::vector<std::tuple<int, int, bool>> waits(const Activity &activity) {
  std::vector<std::tuple<int, int, bool>> result;
  for (const WaitingTask &task : activity.waiting)
    for (const WaitingTask::On &on : task.on)
      result.push_back({task.task, on.fifo, on.isPush});
  std::sort(result.begin(), result.end());
  return result;
}

/// Runs both models and compares all that they say.
Activity compare(const Graph &graph, const std::vector<int64_t> &depths) {
  Activity fast = simulate(graph, depths), slow = clockbyclock::Model(graph, depths).run();
  EXPECT_EQ(fast.finished, slow.finished);
  EXPECT_EQ(waits(fast), waits(slow));
  EXPECT_EQ(fast.highWater, slow.highWater);
  EXPECT_EQ(fast.events, slow.events);
  for (size_t i = 0; i < fast.memories.size(); ++i) {
    EXPECT_EQ(fast.memories[i].bursts, slow.memories[i].bursts);
    EXPECT_EQ(fast.memories[i].busyCycles, slow.memories[i].busyCycles);
  }
  if (!slow.finished)
    return fast;
  EXPECT_EQ(fast.latencyCycles, slow.latencyCycles);
  EXPECT_EQ(fast.firstEndCycle, slow.firstEndCycle);
  for (size_t i = 0; i < fast.tasks.size(); ++i) {
    EXPECT_EQ(fast.tasks[i].endCycle, slow.tasks[i].endCycle);
    EXPECT_EQ(fast.tasks[i].busyCycles, slow.tasks[i].busyCycles);
    EXPECT_EQ(fast.tasks[i].starvedCycles, slow.tasks[i].starvedCycles);
    EXPECT_EQ(fast.tasks[i].blockedCycles, slow.tasks[i].blockedCycles);
  }
  return fast;
}

TEST(Simulator, AgreesWithCyclesOneByOne) {
  int deadlocks = 0, runs = 0;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    RandomGraph random(seed);
    Graph graph = random.make(random.chance(60), random.chance(40), random.pick(1, 6));
    ASSERT_FALSE(checkGraph(graph)) << checkGraph(graph)->message;
    for (const std::vector<int64_t> &depths : {getDepths(graph), getUnboundedDepths(graph)}) {
      Activity activity = compare(graph, depths);
      deadlocks += !activity.finished;
      ++runs;
      ASSERT_FALSE(HasFailure()) << "seed " << seed << "\n" << print(graph);
    }
  }
  EXPECT_GT(deadlocks, runs / 20);
  EXPECT_GT(runs - deadlocks, runs / 3);
}

TEST(Simulator, HighWaterMarksAreTheDepthsThatChangeNothing) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    RandomGraph random(seed);
    Graph graph = random.make(random.chance(50), /*feedback=*/false, 5);
    Activity unbounded = simulate(graph, getUnboundedDepths(graph));
    ASSERT_TRUE(unbounded.finished);
    std::vector<int64_t> depths = unbounded.highWater;
    for (size_t f = 0; f < depths.size(); ++f)
      depths[f] = std::max<int64_t>({depths[f], 1, graph.fifos[f].burstTokens});
    Activity bounded = simulate(graph, depths);
    EXPECT_EQ(bounded.latencyCycles, unbounded.latencyCycles);
    for (size_t i = 0; i < graph.tasks.size(); ++i) {
      EXPECT_EQ(bounded.tasks[i].endCycle, unbounded.tasks[i].endCycle);
      EXPECT_EQ(bounded.tasks[i].blockedCycles, unbounded.tasks[i].blockedCycles);
    }
  }
}

Graph parse(llvm::StringRef text) {
  auto graph = parseGraph(text, "test");
  EXPECT_TRUE(bool(graph)) << llvm::toString(graph.takeError());
  return graph ? std::move(*graph) : Graph();
}

TEST(Simulator, DepthTwoKeepsFullRate) {
  Graph graph = parse("channel c from a to b width 8 depth 2\n"
                      "task a {\n pipeline 100 ii 1 depth 1 {\n push c\n }\n}\n"
                      "task b {\n pipeline 100 ii 1 depth 1 {\n pop c\n }\n}\n");
  EXPECT_EQ(simulate(graph).latencyCycles, 101);
  EXPECT_EQ(simulate(graph, {1}).latencyCycles, 200);
  EXPECT_EQ(simulate(graph).highWater[0], 2);
  Activity slow = simulate(graph, {1});
  EXPECT_EQ(slow.tasks[0].blockedCycles, 99);
  EXPECT_EQ(slow.tasks[1].starvedCycles, 100);
}

// The paper's Figure 8: source II = 1, D = 3, T = 5; target II = 2, first pop at 4.
TEST(Simulator, Figure8) {
  Graph graph = parse("channel c from source to target width 8 depth 3\n"
                      "task source {\n delay 3\n pipeline 5 ii 1 depth 1 {\n push c\n }\n}\n"
                      "task target {\n pipeline 5 ii 2 depth 2 {\n pop c\n }\n}\n");
  Activity activity = simulate(graph);
  EXPECT_EQ(activity.latencyCycles, 14);
  EXPECT_EQ(activity.tasks[0].endCycle, 8);
  EXPECT_EQ(activity.tasks[1].starvedCycles, 4);
  EXPECT_EQ(activity.highWater[0], 3);
  EXPECT_EQ(simulate(graph, {2}).tasks[0].blockedCycles, 2);
}

// 64 bytes a cycle, latency 10; a burst of 4 tokens of 64 bytes is requested in cycle 0, served from 1, and its first
// token popped in 1 + 10 + 1 - 1 + 1 = 12.
TEST(Simulator, ReadPortByHand) {
  Graph graph = parse("memory m rate 64 per 1 latency 10\n"
                      "port p reads m to a width 512 depth 8 burst 4 tokens 16\n"
                      "task a {\n pipeline 16 ii 1 depth 1 {\n pop p\n }\n}\n");
  Activity activity = simulate(graph);
  // Two bursts fit: tokens 0 to 7 popped in 12 to 19. The third is requested in cycle 16, after 4 pops, and its tokens
  // are popped in 28 to 31, the fourth's in 32 to 35.
  EXPECT_EQ(activity.latencyCycles, 36);
  EXPECT_EQ(activity.tasks[0].starvedCycles, 12 + 8);
  EXPECT_EQ(activity.memories[0].busyCycles, 16);
  EXPECT_EQ(activity.memories[0].bytes, 16 * 64);
  EXPECT_EQ(activity.highWater[0], 8);
  EXPECT_EQ(simulate(graph, {16}).latencyCycles, 28);
}

TEST(Simulator, DeadlockNamesTheCycleAndItsDepth) {
  Graph graph = parse("channel a from fork to worker width 32 depth 2\n"
                      "channel b from fork to join width 32 depth 2\n"
                      "channel c from worker to join width 32 depth 2\n"
                      "task fork {\n pipeline 16 ii 1 depth 1 {\n push a\n push b\n }\n}\n"
                      "task worker {\n pipeline 16 ii 1 depth 1 {\n pop a\n }\n delay 10\n"
                      "  pipeline 16 ii 1 depth 1 {\n push c\n }\n}\n"
                      "task join {\n pipeline 16 ii 1 depth 1 {\n pop c\n pop b\n }\n}\n");
  Simulator simulator(graph);
  ASSERT_FALSE(simulator.run());
  std::vector<Simulator::Wait> cycle = simulator.findCycle();
  ASSERT_EQ(cycle.size(), 3u);
  for (size_t i = 0; i < cycle.size(); ++i)
    if (cycle[i].isPush) {
      EXPECT_EQ(cycle[i].fifo, 1);
      // 16 tokens of a before the worker gives one: b and a in the same cycle, so that all 16 of b come with them.
      EXPECT_EQ(simulator.growthNeeded(cycle, i), 1);
    }
  for (int growth = 0; growth < 14; ++growth) {
    EXPECT_FALSE(simulator.run());
    simulator.grow(1, 1);
  }
  EXPECT_TRUE(simulator.run());
  EXPECT_EQ(simulator.depth(1), 16);
  EXPECT_TRUE(simulate(graph, {2, 16, 2}).finished);
  EXPECT_FALSE(simulate(graph, {2, 15, 2}).finished);
}

TEST(Simulator, CyclesOfADeadlockHold) {
  int found = 0;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    RandomGraph random(seed);
    Graph graph = random.make(false, true, 5);
    Simulator simulator(graph);
    if (simulator.run())
      continue;
    std::vector<Simulator::Wait> cycle = simulator.findCycle();
    ASSERT_FALSE(cycle.empty()) << print(graph);
    ++found;
    for (size_t i = 0; i < cycle.size(); ++i) {
      const Fifo &fifo = graph.fifos[cycle[i].fifo];
      EXPECT_EQ(cycle[i].isPush ? fifo.writer : fifo.reader, cycle[i].task);
      EXPECT_EQ(cycle[i].isPush ? fifo.reader : fifo.writer, cycle[(i + 1) % cycle.size()].task);
    }
  }
  EXPECT_GT(found, 50);
}

TEST(FlatProgram, StepsDoNotGrowWithTrips) {
  auto steps = [](int64_t trips) {
    return flatten({Statement::loop(trips, {Statement::pipeline(trips, 1, 9, {{0, false, 0}, {1, true, 8}})})})
        .steps.size();
  };
  EXPECT_EQ(steps(100), steps(1000000));
  // Iterations that follow each other at the pipeline's own distance are one sequence.
  EXPECT_EQ(flatten({Statement::loop(7, {Statement::pipeline(5, 2, 2, {{0, false, 1}})})}).steps.size(), 3u);
  EXPECT_EQ(flatten({Statement::loop(7, {Statement::pipeline(1, 1, 3, {{0, false, 1}})})}).steps.size(), 3u);
  EXPECT_EQ(flatten({Statement::loop(0, {Statement::pipeline(1, 1, 3, {{0, false, 1}})})}).steps.size(), 1u);
}

TEST(Trace, SeriesKeepTheirSum) {
  TimeSeries series;
  int64_t sum = 0;
  for (int64_t at = 0; at < 1000000; at += 1000) {
    series.add(at, at + at % 700);
    sum += at % 700;
  }
  int64_t kept = 0;
  for (int64_t i = 0; i << series.shift() < series.end(); ++i)
    kept += series.at(i, series.shift());
  EXPECT_EQ(kept, sum);
  EXPECT_LE(series.end() >> series.shift(), 512);
}

TEST(Trace, AccountsForEveryCycle) {
  Graph graph = RandomGraph(4).make(true, false, 4);
  TraceRecorder trace(graph);
  Simulator simulator(graph, &trace);
  simulator.run();
  std::string text;
  llvm::raw_string_ostream os(text);
  trace.print(250, os);
  auto parsed = llvm::json::parse(text);
  ASSERT_TRUE(bool(parsed)) << llvm::toString(parsed.takeError());
  std::vector<int64_t> starved(graph.tasks.size());
  for (const llvm::json::Value &event : *parsed->getAsObject()->getArray("traceEvents"))
    if (event.getAsObject()->getString("ph") == "X")
      starved[*event.getAsObject()->getInteger("tid")] +=
          *event.getAsObject()->getObject("args")->getInteger("starved_cycles");
  Activity activity = simulator.activity();
  for (size_t i = 0; i < starved.size(); ++i)
    EXPECT_EQ(starved[i], activity.tasks[i].starvedCycles);
}

} // namespace
