//===- RandomGraphsTest.cpp - What the generator promises, and laws that the model obeys ----------------------===//

#include "RandomGraphs.h"
#include "ClockedModel.h"
#include "gtest/gtest.h"

using namespace st::clocked;

namespace {

constexpr uint64_t graphs = 400;

TEST(RandomGraphs, AreValidAndReadBack) {
  for (uint64_t seed = 1; seed <= graphs; ++seed) {
    Graph graph = makeRandomGraph(seed), again;
    std::string error;
    ASSERT_TRUE(parse(print(graph), again, error)) << seed << ": " << error;
    ASSERT_EQ(print(again), print(graph)) << seed;
    ASSERT_LE(graph.tasks.size(), 12u) << seed;
  }
}

TEST(RandomGraphs, ComeInEveryKind) {
  std::set<std::string> features;
  unsigned deadlocks = 0;
  for (uint64_t seed = 1; seed <= graphs; ++seed) {
    Graph graph = makeRandomGraph(seed);
    features.merge(featuresOf(graph));
    deadlocks += run(graph, 100000).deadlocked;
  }
  for (const char *feature : {"fork", "join", "re-convergence", "feedback", "multi-rate", "fill then drain",
                              "read port", "write port", "shared memory", "nest of 3 or more", "converter",
                              "II of a recurrence", "overlapped launches", "serial launches"})
    EXPECT_TRUE(features.count(feature)) << feature;
  EXPECT_GT(deadlocks, graphs / 10);
  EXPECT_LT(deadlocks, graphs / 2);
}

/// With the high-water marks as depths everything happens as before.
TEST(RandomGraphs, HighWaterMarksSuffice) {
  for (uint64_t seed = 1; seed <= graphs; ++seed) {
    Graph graph = makeRandomGraph(seed);
    Result before = run(graph, 100000);
    if (before.deadlocked || before.outOfCycles)
      continue;
    for (size_t i = 0; i < graph.channels.size(); ++i)
      graph.channels[i].depth = before.highWater[i].second;
    for (size_t i = 0; i < graph.ports.size(); ++i) {
      Port &port = graph.ports[i];
      port.depth = before.highWater[graph.channels.size() + i].second;
      port.burst = std::min(port.burst, port.tokens);
    }
    ASSERT_EQ(print(run(graph)), print(before)) << seed << "\n" << print(graph);
  }
}

/// Deeper channels let everything happen as early or earlier, where no memory is shared.
TEST(RandomGraphs, DeeperChannelsAreNeverSlower) {
  for (uint64_t seed = 1; seed <= graphs; ++seed) {
    Graph graph = makeRandomGraph(seed);
    if (featuresOf(graph).count("shared memory"))
      continue;
    Result before = run(graph, 100000);
    if (before.outOfCycles)
      continue;
    for (Channel &channel : graph.channels)
      ++channel.depth;
    Result after = run(graph, 200000);
    ASSERT_TRUE(before.deadlocked || (!after.deadlocked && after.latency <= before.latency)) << seed;
    for (size_t i = 0; i < before.tasks.size(); ++i)
      for (size_t k = 0; k < before.tasks[i].ends.size(); ++k) {
        ASSERT_LT(k, after.tasks[i].ends.size()) << seed;
        ASSERT_LE(after.tasks[i].ends[k], before.tasks[i].ends[k]) << seed;
      }
  }
}

// A deadlock of four tasks at most is all that a deadlock needs, mostly; it still is one when shrunk.
TEST(Shrink, KeepsWhatIsInteresting) {
  auto deadlocks = [](const Graph &graph) { return run(graph, 100000).deadlocked; };
  unsigned shrunk = 0;
  for (uint64_t seed = 1; shrunk < 20; ++seed) {
    Graph graph = makeRandomGraph(seed);
    if (!deadlocks(graph))
      continue;
    ++shrunk;
    Graph small = shrink(graph, deadlocks);
    EXPECT_TRUE(deadlocks(small)) << seed;
    EXPECT_LE(small.tasks.size(), 4u) << seed << "\n" << print(small);
    EXPECT_EQ(small.launches, 1) << seed << "\n" << print(small);
  }
}

} // namespace
