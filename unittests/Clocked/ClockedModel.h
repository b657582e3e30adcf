//===- ClockedModel.h - Timed graphs, one clock cycle after the other -------------------------------*- C++ -*-===//
//
// What the simulator is judged by: docs/graph-format.md as directly as it can be written down. Every cycle looks at
// every task, port and memory. It is slow, unrolls tasks into one entry per cycle, and is for small graphs.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_UNITTESTS_CLOCKED_CLOCKEDMODEL_H
#define ST_UNITTESTS_CLOCKED_CLOCKEDMODEL_H

#include "ClockedGraph.h"

namespace st::clocked {

struct TaskResult {
  std::string name;
  /// Of each launch that it has finished, in cycles from 0.
  std::vector<int64_t> ends;
  int64_t busy = 0, starved = 0, blocked = 0;
  /// In a deadlock, the operations due that cannot happen ("pop NAME", "push NAME"), sorted.
  std::vector<std::string> waits;
};

struct Result {
  /// Not simulated at all: why.
  std::string error;
  /// `maxCycles` passed, or no task can ever act again.
  bool outOfCycles = false, deadlocked = false;
  /// The end of each launch that is over, and of the last if it is.
  std::vector<int64_t> launchEnds;
  int64_t latency = 0;
  std::vector<TaskResult> tasks;
  /// Name and tokens, channels first, then ports.
  std::vector<std::pair<std::string, int64_t>> highWater;
  /// Name and the cycles of the bursts served.
  std::vector<std::pair<std::string, int64_t>> memoryBusy;
};

Result run(const Graph &graph, int64_t maxCycles = 1 << 24);

/// One fact on a line; equal texts mean equal results.
std::string print(const Result &result);

} // namespace st::clocked

#endif // ST_UNITTESTS_CLOCKED_CLOCKEDMODEL_H
