//===- SequentialStreamTest.cpp - Streams of the sequential, unbounded simulation -------------------------------===//

#include "ap_int.h"
#include "st_dataflow.h"

#include <gtest/gtest.h>

namespace {

TEST(SequentialStream, KeepsOrderWithoutBound) {
  hls::stream<int, 2> numbers("numbers");
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5000; ++i)
      numbers.write(i);
    EXPECT_EQ(numbers.size(), 5000u);
    for (int i = 0; i < 5000; ++i)
      ASSERT_EQ(numbers.read(), i);
  }
  EXPECT_TRUE(numbers.empty());
}

TEST(SequentialStream, ReadsAndWritesInterleave) {
  hls::stream<ap_uint<512>> tokens("tokens");
  int written = 0, read = 0;
  for (int step = 1; step < 200; ++step) {
    for (int i = 0; i < 37; ++i)
      tokens << ap_uint<512>(written++);
    for (int i = 0; i < 36; ++i) {
      ap_uint<512> token;
      tokens >> token;
      ASSERT_EQ(token.to_int(), read++);
    }
  }
  ap_uint<512> token;
  while (tokens.read_nb(token))
    ASSERT_EQ(token.to_int(), read++);
  EXPECT_EQ(read, written);
}

void starve(hls::stream<int> &in) { in.read(); }
void flood(hls::stream<int> &out) {
  for (int i = 0; i < 7; ++i)
    out.write(i);
}
void callInWrongOrder() {
  hls::stream<int, 2> values("flood_to_starve");
  ST_DATAFLOW_REGION;
  ST_TASK(starve(values));
  ST_TASK(flood(values));
}
void leaveTokens() {
  hls::stream<int, 2> values("flood_to_nobody");
  ST_DATAFLOW_REGION;
  ST_TASK(flood(values));
}

TEST(SequentialStreamDeathTest, ReadingAnEmptyStreamNamesTheTask) {
  EXPECT_EXIT(callInWrongOrder(), testing::ExitedWithCode(3),
              "deadlock: sequential simulation\ntask 'starve' waits for FIFO 'flood_to_starve' \\(empty");
}

TEST(SequentialStreamDeathTest, LeftoverTokensAreReported) {
  EXPECT_EXIT(leaveTokens(), testing::ExitedWithCode(4), "surplus: FIFO 'flood_to_nobody' still holds 7 tokens");
}

} // namespace
