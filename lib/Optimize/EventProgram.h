// What a task does on its FIFOs, as a nested list of bursts, delays and loops: a run-length form of its token curves.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace st {

/// One event of a task. Events follow each other without a gap.
struct Event {
  enum class Kind { Read, Write, Delay, Loop };

  Kind kind = Kind::Delay;
  /// Read, Write: the channel's index.
  int channel = -1;
  /// Read, Write: tokens popped or pushed one after the other.
  int64_t tokens = 0;
  /// Read, Write: cycles from one token to the next and from the last one to the next event. With 0, allowed for a
  /// single token, the next event happens in the same cycle (two operands read together).
  int64_t ii = 1;
  /// Write: cycles by which the push comes later than the program's position, the depth of a pipeline that the events
  /// around it are issued into. It moves tokens in time only; where a frozen pipeline also changes the order of reads
  /// and writes use `pipelinedLoop`. All writes of a channel have the same latency, so that its tokens keep their
  /// order.
  int64_t latency = 0;
  /// Delay: cycles.
  int64_t cycles = 0;
  /// Loop: number of iterations.
  int64_t trips = 0;
  std::vector<Event> body;

  static Event read(int channel, int64_t tokens, int64_t ii = 1);
  static Event write(int channel, int64_t tokens, int64_t ii = 1, int64_t latency = 0);
  static Event delay(int64_t cycles);
  static Event loop(int64_t trips, std::vector<Event> body);
};

using EventProgram = std::vector<Event>;

/// The events of a loop pipelined at `ii` that pops one token from each of `reads` in the first stage and pushes one to
/// each of `writes` `latency` cycles later. A stalled pipeline freezes as a whole, so before its first push it has
/// popped floor(latency / ii) iterations ahead: the order that decides whether a network deadlocks.
EventProgram pipelinedLoop(int64_t trips, int64_t ii, const std::vector<int> &reads, const std::vector<int> &writes,
                           int64_t latency);

/// When a task touches one channel, in cycles from the task's start.
struct ChannelTiming {
  int64_t tokens = 0;
  int64_t first = 0;
  int64_t last = 0;
  /// Mean cycles between tokens; 0 when there is only one.
  double meanII() const { return tokens > 1 ? double(last - first) / double(tokens - 1) : 0; }
};

struct ProgramTiming {
  /// Cycles to the end of the last event.
  int64_t endCycles = 0;
  /// The same, or to one after the last push when that is later (L).
  int64_t cycles = 0;
  std::map<int, ChannelTiming> reads;
  std::map<int, ChannelTiming> writes;
};

/// The timing of `program` without stalls, in closed form: the cost depends on its text, not on its trip counts.
ProgramTiming analyzeProgram(const EventProgram &program);

/// A stretch of tokens at a constant rate: token i is at `start + i * ii`.
struct TokenRun {
  int64_t start = 0;
  int64_t tokens = 0;
  int64_t ii = 1;
};

/// The exact token curve of `channel` as runs in the order of the program.
std::vector<TokenRun> getTokenRuns(const EventProgram &program, int channel, bool reads);

} // namespace st
