// When a task touches its FIFOs if it never waits, in cycles from its start: closed forms whose cost depends on the
// text of the program, not on its trip counts.
#pragma once

#include "Simulate/Graph.h"

#include <map>

namespace st {

/// One side of a FIFO.
struct ChannelTiming {
  int64_t tokens = 0;
  int64_t first = 0;
  int64_t last = 0;
  /// Mean cycles between tokens; 0 when there is only one.
  double meanII() const { return tokens > 1 ? double(last - first) / double(tokens - 1) : 0; }
};

struct ProgramTiming {
  int64_t cycles = 0;
  /// By FIFO.
  std::map<int, ChannelTiming> pops;
  std::map<int, ChannelTiming> pushes;
};

ProgramTiming analyzeProgram(const timed::Program &program);

/// A stretch of tokens at a constant rate: token i is at `start + i * ii`.
struct TokenRun {
  int64_t start = 0;
  int64_t tokens = 0;
  int64_t ii = 1;
};

/// The exact token curve of one side of `fifo` as runs in the order of time.
std::vector<TokenRun> getTokenRuns(const timed::Program &program, int fifo, bool isPush);

} // namespace st
