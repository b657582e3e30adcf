//===- ConcurrentStreamTest.cpp - Bounded FIFOs between threads, and the report of a deadlock --------------------===//

#include "ap_int.h"
#include "st_dataflow.h"

#include <chrono>
#include <gtest/gtest.h>
#include <thread>

namespace {

void produce(hls::stream<int> &out, int count) {
  for (int i = 0; i < count; ++i)
    out.write(i);
}
void relay(hls::stream<int> &in, hls::stream<int> &out, int count) {
  for (int i = 0; i < count; ++i)
    out.write(in.read() + 1);
}
void check(hls::stream<int> &in, int count, int offset, int &mistakes) {
  for (int i = 0; i < count; ++i)
    mistakes += in.read() != i + offset;
}

template <int DEPTH> void runPair(int count) {
  int mistakes = 0;
  {
    hls::stream<int, DEPTH> link("link");
    ST_DATAFLOW_REGION;
    ST_TASK(produce(link, count));
    ST_TASK(check(link, count, 0, mistakes));
  }
  EXPECT_EQ(mistakes, 0);
}

TEST(ConcurrentStream, KeepsOrderAtEveryDepth) {
  runPair<1>(20000);
  runPair<2>(20000);
  runPair<3>(20000);
  runPair<32>(200000);
  runPair<1000>(200000);
}

TEST(ConcurrentStream, ManyMoreTasksThanProcessors) {
  int mistakes = 0;
  {
    hls::stream<int, 2> a("a");
    hls::stream<int, 3> b[40];
    hls::stream<int, 1> z("z");
    ST_DATAFLOW_REGION;
    ST_TASK(produce(a, 2000));
    ST_TASK(relay(a, b[0], 2000));
    for (int i = 0; i < 39; ++i)
      st_dataflow_region.start("relay", [&b, i] { relay(b[i], b[i + 1], 2000); });
    ST_TASK(relay(b[39], z, 2000));
    ST_TASK(check(z, 2000, 41, mistakes));
  }
  EXPECT_EQ(mistakes, 0);
}

TEST(ConcurrentStream, RegionsFollowEachOther) {
  for (int i = 0; i < 200; ++i)
    runPair<2>(3);
}

/// A slow producer must not look like a deadlock: nobody measures time.
void produceSlowly(hls::stream<int> &out, int count) {
  for (int i = 0; i < count; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    out.write(i);
  }
}
TEST(ConcurrentStream, SlowTasksAreNoDeadlock) {
  int mistakes = 0;
  {
    hls::stream<int, 2> slow("slow");
    hls::stream<int, 2> relayed("relayed");
    ST_DATAFLOW_REGION;
    ST_TASK(check(relayed, 6, 1, mistakes));
    ST_TASK(relay(slow, relayed, 6));
    ST_TASK(produceSlowly(slow, 6));
  }
  EXPECT_EQ(mistakes, 0);
}

// A row must pass whole through `wait_for_row` before `join` takes the first token of `skip`: a re-convergent path
// whose FIFO needs exactly `row` tokens.
void split(hls::stream<int> &skip, hls::stream<int> &work, int row) {
  for (int i = 0; i < row; ++i) {
    skip.write(i);
    work.write(i);
  }
}
void wait_for_row(hls::stream<int> &work, hls::stream<int> &sum, int row) {
  int total = 0;
  for (int i = 0; i < row; ++i)
    total += work.read();
  sum.write(total);
}
void join(hls::stream<int> &skip, hls::stream<int> &sum, int row, int &result) {
  result = sum.read();
  for (int i = 0; i < row; ++i)
    result -= skip.read();
}
template <int DEPTH> int runReconvergence(int row) {
  int result = -1;
  {
    hls::stream<int, DEPTH> skip("split_to_join");
    hls::stream<int, 2> work("split_to_wait_for_row");
    hls::stream<int, 2> sum("wait_for_row_to_join");
    ST_DATAFLOW_REGION;
    ST_TASK(split(skip, work, row));
    ST_TASK(wait_for_row(work, sum, row));
    ST_TASK(join(skip, sum, row, result));
  }
  return result;
}

TEST(ConcurrentStream, ReconvergenceAtExactlyItsNeed) {
  for (int round = 0; round < 50; ++round) {
    EXPECT_EQ(runReconvergence<64>(64), 0);
    EXPECT_EQ(runReconvergence<5>(5), 0);
  }
}

TEST(ConcurrentStreamDeathTest, OneTokenTooFewDeadlocksByName) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(runReconvergence<63>(64), testing::ExitedWithCode(3),
              "deadlock: every task that has not finished waits for a FIFO\n"
              "task 'split' waits for FIFO 'split_to_join' \\(full, depth 63 tokens\\)\n"
              "task 'wait_for_row' waits for FIFO 'split_to_wait_for_row' \\(empty, depth 2 tokens\\)\n"
              "task 'join' waits for FIFO 'wait_for_row_to_join' \\(empty, depth 2 tokens\\)\n");
  EXPECT_EXIT(runReconvergence<4>(5), testing::ExitedWithCode(3), "'split_to_join' \\(full, depth 4 tokens\\)");
}

void runShortage() {
  int mistakes = 0;
  hls::stream<int, 2> link("produce_to_check");
  ST_DATAFLOW_REGION;
  ST_TASK(produce(link, 9));
  ST_TASK(check(link, 10, 0, mistakes));
}
TEST(ConcurrentStreamDeathTest, AFinishedProducerLeavesItsReaderWaiting) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(runShortage(), testing::ExitedWithCode(3), "task 'check' waits for FIFO 'produce_to_check' \\(empty");
}

void runSurplus() {
  int mistakes = 0;
  hls::stream<int, 32> link("produce_to_check");
  ST_DATAFLOW_REGION;
  ST_TASK(produce(link, 12));
  ST_TASK(check(link, 10, 0, mistakes));
}
TEST(ConcurrentStreamDeathTest, LeftoverTokensAreReported) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(runSurplus(), testing::ExitedWithCode(4), "surplus: FIFO 'produce_to_check' still holds 2 tokens");
}

void runTwoReaders() {
  int mistakes = 0;
  hls::stream<int, 2> link("link");
  ST_DATAFLOW_REGION;
  ST_TASK(produce(link, 1000));
  ST_TASK(check(link, 500, 0, mistakes));
  ST_TASK(check(link, 500, 0, mistakes));
}
TEST(ConcurrentStreamDeathTest, TwoReadersAreReported) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(runTwoReaders(), testing::ExitedWithCode(4), "protocol: FIFO 'link' has two readers");
}

} // namespace
