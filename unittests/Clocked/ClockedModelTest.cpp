//===- ClockedModelTest.cpp - The clocked model on examples worked out by hand --------------------------------===//
//
// The expected cycles were derived on paper from docs/graph-format.md; the derivation stands with each test.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "ClockedModel.h"
#include "gtest/gtest.h"

using namespace st::clocked;

namespace {

Graph graphOf(const std::string &text) {
  Graph graph;
  std::string error;
  EXPECT_TRUE(parse(text, graph, error)) << error;
  return graph;
}

/// All that the model says of a graph, which is what a test writes down.
std::string resultOf(const std::string &text) { return print(run(graphOf(text))); }

std::string mistakeIn(const std::string &text) {
  Graph graph;
  std::string error;
  EXPECT_FALSE(parse(text, graph, error));
  return error;
}

const char *fourTokens = R"(
task A {
  pipeline 4 ii 1 depth 1 {
    push c
  }
}
task B {
  pipeline 4 ii 1 depth 1 {
    pop c
  }
}
)";

// A pushes in 0, 2, 4, 6: in 1, 3, 5 the FIFO is full at the beginning, although B pops in these cycles.
TEST(ClockedModel, DepthOneGivesATokenEveryTwoCycles) {
  EXPECT_EQ(resultOf(std::string("channel c from A to B width 8 depth 1") + fourTokens),
            "latency 8\n"
            "launch 0 end 8\n"
            "task A ends 7 busy 4 starved 0 blocked 3\n"
            "task B ends 8 busy 4 starved 4 blocked 0\n"
            "fifo c high-water 1\n");
}

// A pushes in 0 to 3, B pops in 1 to 4. In 1 one token is there at the beginning, so that 2 are needed.
TEST(ClockedModel, DepthTwoGivesATokenPerCycle) {
  EXPECT_EQ(resultOf(std::string("channel c from A to B width 8 depth 2") + fourTokens),
            "latency 5\n"
            "launch 0 end 5\n"
            "task A ends 4 busy 4 starved 0 blocked 0\n"
            "task B ends 5 busy 4 starved 1 blocked 0\n"
            "fifo c high-water 2\n");
}

// A pushes in 0, 4, 5. F pops in 1 (local time 0), then stalls at local time 1 in 2, 3, 4 and pops in 5 and 6; in 6, at
// local time 2, it also pushes the first token, which would have been due in 3 had it not frozen. It pushes in 7 and 8
// (local times 3 and 4). B pops in 7, 8, 9. F stalled in 0, 2, 3, 4; B in 0 to 6.
TEST(ClockedModel, ATaskFreezesAsAWhole) {
  EXPECT_EQ(resultOf(R"(
channel a from A to F width 8 depth 2
channel b from F to B width 8 depth 2
task A {
  pipeline 1 ii 1 depth 1 {
    push a
  }
  delay 3
  pipeline 2 ii 1 depth 1 {
    push a
  }
}
task F {
  pipeline 3 ii 1 depth 3 {
    pop a
    push b at 2
  }
}
task B {
  pipeline 3 ii 1 depth 1 {
    pop b
  }
}
)"),
            "latency 10\n"
            "launch 0 end 10\n"
            "task A ends 6 busy 6 starved 0 blocked 0\n"
            "task F ends 9 busy 5 starved 4 blocked 0\n"
            "task B ends 10 busy 3 starved 7 blocked 0\n"
            "fifo a high-water 2\n"
            "fifo b high-water 2\n");
}

// A pushes in 0 and finds `a` full in 1 to 6: J does not take it alone. B pushes in 5 and 6; in 6 one token is there
// at the beginning. J pops both in 6, stalls in 7 for `a`, which A pushes in 7, and pops both in 8.
TEST(ClockedModel, AllOperationsOfACycleOrNone) {
  EXPECT_EQ(resultOf(R"(
channel a from A to J width 8 depth 1
channel b from B to J width 8 depth 2
task A {
  pipeline 2 ii 1 depth 1 {
    push a
  }
}
task B {
  delay 5
  pipeline 2 ii 1 depth 1 {
    push b
  }
}
task J {
  pipeline 2 ii 1 depth 1 {
    pop a
    pop b
  }
}
)"),
            "latency 9\n"
            "launch 0 end 9\n"
            "task A ends 8 busy 2 starved 0 blocked 6\n"
            "task B ends 7 busy 7 starved 0 blocked 0\n"
            "task J ends 9 busy 2 starved 7 blocked 0\n"
            "fifo a high-water 1\n"
            "fifo b high-water 2\n");
}

// Tokens of 2 bytes at 4 bytes a cycle: m = 1, 1, 2, 2, a burst is 2 cycles of service. Both ports request in 0 and in
// 1 (4 held or requested, 4 more are 8). Served: p from 1, q from 3, p from 5, q from 7. With latency 10 p's tokens
// arrive in 11, 11, 12, 12 and 15, 15, 16, 16: P pops in 12 to 15 and 16 to 19. q's arrive two cycles later.
TEST(ClockedModel, BurstsContendForAMemory) {
  EXPECT_EQ(resultOf(R"(
memory m rate 4 per 1 latency 10
port p reads m to P width 16 depth 8 burst 4 tokens 8
port q reads m to Q width 16 depth 8 burst 4 tokens 8
task P {
  pipeline 8 ii 1 depth 1 {
    pop p
  }
}
task Q {
  pipeline 8 ii 1 depth 1 {
    pop q
  }
}
)"),
            "latency 22\n"
            "launch 0 end 22\n"
            "task P ends 20 busy 8 starved 12 blocked 0\n"
            "task Q ends 22 busy 8 starved 14 blocked 0\n"
            "fifo p high-water 8\n"
            "fifo q high-water 8\n"
            "memory m busy 8\n");
}

// There is room for one burst. Requested in `from` = 3, served from 4, arriving in 14, 14, 15, 15, popped in 15 to 18.
// The FIFO is empty at the beginning of 19: requested in 19, served from 20, arriving in 30, 30, 31, 31, popped in 31
// to 34. Stalled in 0 to 14 and 19 to 30.
TEST(ClockedModel, AReadWaitsForRoom) {
  EXPECT_EQ(resultOf(R"(
memory m rate 4 per 1 latency 10
port p reads m to P width 16 depth 4 burst 4 tokens 8 from 3
task P {
  pipeline 8 ii 1 depth 1 {
    pop p
  }
}
)"),
            "latency 35\n"
            "launch 0 end 35\n"
            "task P ends 35 busy 8 starved 27 blocked 0\n"
            "fifo p high-water 4\n"
            "memory m busy 4\n");
}

// 12 bits at 1 byte in 3 cycles: the first k + 1 tokens are 2, 3 and 5 bytes, so m = 6, 9, 15; the last burst of two
// tokens is 9 cycles. Requests in 0 and 1. Served from 1 and, free again, from 16. Latency 0: tokens arrive in 6, 9, 15
// and 21, 24; popped a cycle later.
TEST(ClockedModel, BytesAndCyclesAreRoundedUp) {
  EXPECT_EQ(resultOf(R"(
memory m rate 1 per 3 latency 0
port p reads m to P width 12 depth 6 burst 3 tokens 5
task P {
  pipeline 5 ii 1 depth 1 {
    pop p
  }
}
)"),
            "latency 26\n"
            "launch 0 end 26\n"
            "task P ends 26 busy 5 starved 21 blocked 0\n"
            "fifo p high-water 5\n"
            "memory m busy 24\n");
}

const char *writer = R"(
memory m rate 4 per 1 latency 5
task W {
  pipeline 4 ii 1 depth 1 {
    push w
  }
}
)";

// Pushed in 0 to 3. Two tokens are there at the beginning of 2: requested in 2, served from 3, leaving in 3 and 4. At
// the beginning of 4 three are held and one of them is requested: requested in 4, served from 5 to 6, the end is
// 5 + 2 + 5. In 3 three tokens are there at the beginning and one more is pushed.
TEST(ClockedModel, AWritePortEndsInMemory) {
  EXPECT_EQ(resultOf(std::string("port w writes m from W width 32 depth 4 burst 2 tokens 4") + writer),
            "latency 12\n"
            "launch 0 end 12\n"
            "task W ends 4 busy 4 starved 0 blocked 0\n"
            "fifo w high-water 4\n"
            "memory m busy 4\n");
}

// Pushed in 0, 1; full in 2 and 3 (the first token leaves in 3); pushed in 4 and 5; two tokens at the beginning of 6:
// requested in 6, served from 7, the end is 7 + 2 + 5.
TEST(ClockedModel, AWritePortBlocksItsTask) {
  EXPECT_EQ(resultOf(std::string("port w writes m from W width 32 depth 2 burst 2 tokens 4") + writer),
            "latency 14\n"
            "launch 0 end 14\n"
            "task W ends 6 busy 4 starved 0 blocked 2\n"
            "fifo w high-water 2\n"
            "memory m busy 4\n");
}

// Bursts of 3 and 1. Requested in 3 (tokens of 0, 1, 2), served from 4, leaving in 4, 5, 6. At the beginning of 4 the
// FIFO holds 4, 3 of them requested: the last one is requested in 4, and served from 7; the end is 7 + 1 + 5.
TEST(ClockedModel, TheLastBurstIsShorter) {
  EXPECT_EQ(resultOf(std::string("port w writes m from W width 32 depth 4 burst 3 tokens 4") + writer),
            "latency 13\n"
            "launch 0 end 13\n"
            "task W ends 4 busy 4 starved 0 blocked 0\n"
            "fifo w high-water 4\n"
            "memory m busy 4\n");
}

const char *launched = R"(
channel c from A to B width 8 depth 2
task A {
  pipeline 2 ii 1 depth 1 {
    push c
  }
}
task B {
  pipeline 2 ii 1 depth 3 {
    pop c
  }
}
)";

// A launch of B takes 4 cycles: it pops in 1, 2, then 5, 6, then 9, 10. A pushes in 0, 1, then 2, 3, finds two tokens
// in 4 and 5, and pushes in 6, 7.
TEST(ClockedModel, LaunchesOverlap) {
  EXPECT_EQ(resultOf(std::string(launched) + "launches 3"), "latency 13\n"
                                                            "launch 0 end 5\n"
                                                            "launch 1 end 9\n"
                                                            "launch 2 end 13\n"
                                                            "task A ends 2 4 8 busy 6 starved 0 blocked 2\n"
                                                            "task B ends 5 9 13 busy 12 starved 1 blocked 0\n"
                                                            "fifo c high-water 2\n");
}

// Each launch begins when the one before has ended, and is the same: A pushes in 0, 1 and B pops in 1, 2 of it.
TEST(ClockedModel, SerialLaunchesDoNotOverlap) {
  EXPECT_EQ(resultOf(std::string(launched) + "launches 3 serial"), "latency 15\n"
                                                                   "launch 0 end 5\n"
                                                                   "launch 1 end 10\n"
                                                                   "launch 2 end 15\n"
                                                                   "task A ends 2 7 12 busy 6 starved 0 blocked 0\n"
                                                                   "task B ends 5 10 15 busy 12 starved 3 blocked 0\n"
                                                                   "fifo c high-water 2\n");
}

// A launch: read requested in its cycle 0, served from 1, arriving in 3 (1 + 2 + 1 - 1), popped in 4, pushed in 5, at
// the write port from 6, which requests in 6, is served from 7 and ends in 7 + 1 + 2 = 10. Serially the next launch
// begins there. Otherwise the read port requests in 1 again, and the task, ending in 6, pops that in 6 and pushes in 7:
// requested in 8, served from 9, and it ends in 12. The first token leaves in 7 (7 + 1 - 1), so that 2 are needed.
const char *const through = R"(
memory m rate 1 per 1 latency 2
port r reads m to T width 8 depth 2 burst 1 tokens 1
port w writes m from T width 8 depth 2 burst 1 tokens 1
task T {
  pipeline 1 ii 1 depth 2 {
    pop r
    push w at 1
  }
}
)";

TEST(ClockedModel, ASerialLaunchWaitsForTheMemory) {
  EXPECT_EQ(resultOf(std::string(through) + "launches 2 serial"), "latency 20\n"
                                                                  "launch 0 end 10\n"
                                                                  "launch 1 end 20\n"
                                                                  "task T ends 6 16 busy 4 starved 8 blocked 0\n"
                                                                  "fifo r high-water 1\n"
                                                                  "fifo w high-water 1\n"
                                                                  "memory m busy 4\n");
}

TEST(ClockedModel, APortPrefetchesTheNextLaunch) {
  EXPECT_EQ(resultOf(std::string(through) + "launches 2"), "latency 12\n"
                                                           "launch 0 end 10\n"
                                                           "launch 1 end 12\n"
                                                           "task T ends 6 8 busy 4 starved 4 blocked 0\n"
                                                           "fifo r high-water 2\n"
                                                           "fifo w high-water 2\n"
                                                           "memory m busy 4\n");
}

// `start` counts in the first launch: B stalls in no cycle before 3, pops in 3 and 4, and ends in 5; its second launch
// begins at once. A task without cycles ends where it begins.
TEST(ClockedModel, StartIsOfTheFirstLaunch) {
  EXPECT_EQ(resultOf(R"(
channel c from A to B width 8 depth 4
task A {
  pipeline 2 ii 1 depth 1 {
    push c
  }
}
task B start 3 {
  pipeline 2 ii 1 depth 1 {
    pop c
  }
}
task N start 2 {
  loop 0 {
    delay 9
  }
}
launches 2
)"),
            "latency 7\n"
            "launch 0 end 5\n"
            "launch 1 end 7\n"
            "task A ends 2 4 busy 4 starved 0 blocked 0\n"
            "task B ends 5 7 busy 4 starved 0 blocked 0\n"
            "task N ends 2 2 busy 0 starved 0 blocked 0\n"
            "fifo c high-water 4\n");
}

TEST(ClockedModel, ASerialLaunchIncludesTasksWithoutCycles) {
  EXPECT_EQ(resultOf("task A {\n  delay 3\n}\ntask N start 5 {\n}\nlaunches 3 serial\n"),
            "latency 11\n"
            "launch 0 end 5\n"
            "launch 1 end 8\n"
            "launch 2 end 11\n"
            "task A ends 3 8 11 busy 9 starved 0 blocked 0\n"
            "task N ends 5 5 8 busy 0 starved 0 blocked 0\n");
}

std::string crossed(int depth) {
  return "channel x from A to B width 8 depth " + std::to_string(depth) + R"(
channel y from A to B width 8 depth 1
task A {
  pipeline 2 ii 1 depth 1 {
    push x
  }
  pipeline 1 ii 1 depth 1 {
    push y
  }
}
task B {
  pipeline 1 ii 1 depth 1 {
    pop y
  }
  pipeline 2 ii 1 depth 1 {
    pop x
  }
}
)";
}

// B wants `y` first, which A pushes after two tokens of `x`.
TEST(ClockedModel, AShallowFifoDeadlocks) {
  EXPECT_EQ(resultOf(crossed(1)), "deadlock\n"
                                  "task A ends busy 1\n"
                                  "waits A push x\n"
                                  "task B ends busy 0\n"
                                  "waits B pop y\n"
                                  "fifo x high-water 1\n"
                                  "fifo y high-water 0\n");
}

// Pushed in 0, 1 and 2; popped in 3, 4 and 5.
TEST(ClockedModel, ADeeperFifoResolvesIt) {
  EXPECT_EQ(resultOf(crossed(2)), "latency 6\n"
                                  "launch 0 end 6\n"
                                  "task A ends 3 busy 3 starved 0 blocked 0\n"
                                  "task B ends 6 busy 3 starved 3 blocked 0\n"
                                  "fifo x high-water 2\n"
                                  "fifo y high-water 1\n");
}

std::string ring(const char *initial) {
  return std::string("channel f from B to A width 8 depth 1 ") + initial + R"(
channel g from A to B width 8 depth 1
task A {
  pipeline 2 ii 2 depth 2 {
    pop f
    push g at 1
  }
}
task B {
  pipeline 2 ii 2 depth 2 {
    pop g
    push f at 1
  }
}
)";
}

// A pops in 0, pushes in 1; B pops in 2, pushes in 3; A pops in 4 (stalled in 2 and 3), pushes in 5; B pops in 6,
// pushes in 7: it stalled in 0, 1, 4 and 5. The initial token has come back.
TEST(ClockedModel, FeedbackTurnsWithAnInitialToken) {
  EXPECT_EQ(resultOf(ring("initial 1")), "latency 8\n"
                                         "launch 0 end 8\n"
                                         "task A ends 6 busy 4 starved 2 blocked 0\n"
                                         "task B ends 8 busy 4 starved 4 blocked 0\n"
                                         "fifo f high-water 1\n"
                                         "fifo g high-water 1\n");
}

TEST(ClockedModel, FeedbackWithoutATokenDeadlocks) {
  EXPECT_EQ(resultOf(ring("")), "deadlock\n"
                                "task A ends busy 0\n"
                                "waits A pop f\n"
                                "task B ends busy 0\n"
                                "waits B pop g\n"
                                "fifo f high-water 0\n"
                                "fifo g high-water 0\n");
}

// A pushes c in 0. In 1 A is due to push into the full c and to pop from its own empty s: a task waits with all that
// cannot happen, and a stall with a pop among it is starved. B first wants what A pushes last.
TEST(ClockedModel, ATaskWaitsWithAllThatCannotHappen) {
  std::string text = R"(
channel c from A to B width 8 depth 1
channel d from A to B width 8 depth 1
channel s from A to A width 8 depth 3
task A {
  pipeline 1 ii 1 depth 2 {
    push c
    push s at 1
    pop s at 1
    push d at 1
  }
}
task B {
  pipeline 1 ii 1 depth 1 {
    pop d
    pop c
  }
}
launches 2
)";
  EXPECT_EQ(resultOf(text), "deadlock\n"
                            "task A ends busy 1\n"
                            "waits A pop s\n"
                            "task B ends busy 0\n"
                            "waits B pop d\n"
                            "fifo c high-water 1\n"
                            "fifo d high-water 0\n"
                            "fifo s high-water 0\n");
}

// Iteration i pops at 2i and 2i + 1: ii 2 leaves a slot for each of the two.
TEST(ClockedModel, SeveralTokensOfAFifoInOneIteration) {
  EXPECT_EQ(resultOf(R"(
channel c from A to B width 8 depth 4
task A {
  pipeline 6 ii 1 depth 1 {
    push c
  }
}
task B {
  loop 1 {
    pipeline 3 ii 2 depth 4 {
      pop c
      pop c at 3
    }
  }
}
)"),
            // B acts at local times 0 to 7: due at 0, 2, 4 and 3, 5, 7. It pops in 1, 3, 4, 5, 6, 8; A pushes in 0
            // to 5. At the beginning of 3 two tokens are left and the third is pushed, and so on until 5.
            "latency 9\n"
            "launch 0 end 9\n"
            "task A ends 6 busy 6 starved 0 blocked 0\n"
            "task B ends 9 busy 8 starved 1 blocked 0\n"
            "fifo c high-water 3\n");
}

TEST(ClockedModel, StopsAfterTheCyclesGiven) {
  Graph graph = graphOf("task A {\n  delay 10\n}\n");
  EXPECT_TRUE(run(graph, 9).outOfCycles);
  EXPECT_EQ(run(graph, 10).latency, 10);
}

TEST(ClockedGraph, PrintsWhatItRead) {
  std::string text = "memory m rate 3 per 2 latency 7\n"
                     "channel c from A to A width 9 depth 4 initial 2\n"
                     "port r reads m to A width 8 depth 4 burst 2 tokens 6 from 5\n"
                     "port w writes m from A width 8 depth 4 burst 3 tokens 6\n"
                     "task A start 4 {\n"
                     "  delay 3\n"
                     "  loop 2 {\n"
                     "    pipeline 3 ii 2 depth 5 {\n"
                     "      pop r\n"
                     "      pop c at 1\n"
                     "      push w at 4\n"
                     "      push c at 4\n"
                     "    }\n"
                     "  }\n"
                     "}\n"
                     "launches 2 serial\n";
  EXPECT_EQ(print(graphOf(text)), text);
}

TEST(ClockedGraph, RejectsWhatThePageForbids) {
  EXPECT_EQ(mistakeIn("task A {\n  delay x\n}\n"), "line 2: 'x' is no number up to 2^40");
  EXPECT_EQ(mistakeIn("task A {\n  delay 1\n"), "line 2: expected '}'");
  EXPECT_EQ(mistakeIn("task A {\n  pipeline 1 ii 1 depth 1 {\n    pop c\n  }\n}\n"), "task 'A' may not pop c");
  EXPECT_EQ(mistakeIn("channel c from A to B width 1 depth 1\ntask A {\n  delay 1\n}\n"),
            "a task of channel 'c' is not declared");
  EXPECT_EQ(
      mistakeIn("channel c from A to B width 1 depth 1\ntask A {\n  pipeline 1 ii 1 depth 1 {\n    push c\n  }\n}\n"
                "task B {\n  delay 1\n}\n"),
      "a launch does not pop from 'c' what it pushes");
  EXPECT_EQ(mistakeIn("task A {\n  pipeline 1 ii 2 depth 4 {\n    pop c at 1\n    pop c at 3\n  }\n}\n"),
            "two tokens of 'c' in one cycle");
  EXPECT_EQ(mistakeIn("launches 1\nlaunches 2\n"), "line 2: expected memory, channel, port, task or launches");
}

} // namespace
