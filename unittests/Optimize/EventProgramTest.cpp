#include "NaiveNetwork.h"

#include "gtest/gtest.h"

using namespace st;

namespace {

/// Compares the closed forms of `program` with its tokens, one by one.
void compareWithTokens(const EventProgram &program) {
  std::vector<naive::Token> tokens;
  int64_t end = naive::expand(program, 0, tokens);
  ProgramTiming timing = analyzeProgram(program);
  EXPECT_EQ(timing.endCycles, end);
  int64_t latency = end;
  std::map<std::pair<int, bool>, std::vector<int64_t>> cycles;
  for (const naive::Token &token : tokens) {
    cycles[{token.channel, token.isRead}].push_back(token.cycle);
    if (!token.isRead)
      latency = std::max(latency, token.cycle + 1);
  }
  EXPECT_EQ(timing.cycles, latency);
  EXPECT_EQ(timing.reads.size() + timing.writes.size(), cycles.size());
  for (const auto &[end, expected] : cycles) {
    ChannelTiming t = (end.second ? timing.reads : timing.writes)[end.first];
    EXPECT_EQ(t.tokens, static_cast<int64_t>(expected.size()));
    EXPECT_EQ(t.first, expected.front());
    EXPECT_EQ(t.last, expected.back());
    std::vector<int64_t> fromRuns;
    for (const TokenRun &run : getTokenRuns(program, end.first, end.second))
      for (int64_t i = 0; i < run.tokens; ++i)
        fromRuns.push_back(run.start + i * run.ii);
    EXPECT_EQ(fromRuns, expected);
  }
}

TEST(EventProgram, ClosedFormsAreThoseOfTheTokens) {
  compareWithTokens({Event::delay(3), Event::write(0, 5)});
  compareWithTokens({Event::loop(
      4, {Event::loop(4, {Event::read(0, 16), Event::read(1, 16), Event::delay(1000)}), Event::write(2, 16, 1, 15)})});
  compareWithTokens({Event::loop(0, {Event::read(0, 1)}), Event::read(1, 1)});
  std::mt19937 rng(1);
  for (int i = 0; i < 300; ++i)
    compareWithTokens(naive::randomProgram(rng, {{0, true}, {1, true}, {2, false}}, 12));
}

TEST(EventProgram, RunsAreMerged) {
  // 4 x 16 tokens back to back are one run, a token per iteration as well.
  EXPECT_EQ(getTokenRuns({Event::loop(4, {Event::read(0, 16)})}, 0, true).size(), 1u);
  EventProgram perIteration{Event::loop(1000000000, {Event::read(0, 1, 0), Event::delay(7)})};
  auto runs = getTokenRuns(perIteration, 0, true);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].tokens, 1000000000);
  EXPECT_EQ(runs[0].ii, 7);
  EXPECT_EQ(getTokenRuns({Event::loop(4, {Event::read(0, 16), Event::delay(1)})}, 0, true).size(), 4u);
}

TEST(EventProgram, CostDoesNotDependOnTripCounts) {
  EventProgram program{Event::write(0, 1)};
  for (int level = 0; level < 6; ++level)
    program = {Event::loop(1000, program), Event::delay(1)};
  EXPECT_EQ(analyzeProgram(program).writes[0].tokens, 1000000000000000000);
}

TEST(EventProgram, PipelinedLoopKeepsItsDistance) {
  for (int64_t trips : {1, 3, 100})
    for (int64_t ii : {1, 2, 3})
      for (int64_t latency : {0, 1, 7, 15}) {
        std::vector<naive::Token> tokens;
        naive::expand(pipelinedLoop(trips, ii, {0, 1}, {2}, latency), 0, tokens);
        std::vector<int64_t> reads, writes;
        int64_t readsSoFar = 0;
        for (const naive::Token &token : tokens) {
          if (token.channel == 0) {
            reads.push_back(token.cycle);
            ++readsSoFar;
          } else if (token.channel == 2) {
            writes.push_back(token.cycle);
            // Frozen as a whole: this push needed that many iterations to have begun.
            EXPECT_EQ(readsSoFar, std::min<int64_t>(trips, writes.size() + latency / ii));
          }
        }
        ASSERT_EQ(reads.size(), static_cast<size_t>(trips));
        ASSERT_EQ(writes.size(), static_cast<size_t>(trips));
        for (int64_t i = 0; i < trips; ++i) {
          EXPECT_EQ(reads[i], i * ii);
          EXPECT_EQ(writes[i], i * ii + latency);
        }
      }
}

} // namespace
