// What a simulation did over time, for the timeline of Chrome or Perfetto: for each task stretches in which it mostly
// works, starves or is blocked, for each memory how busy it is. Stretches, not tokens: the size of a trace does not
// depend on how long the simulation ran.
#pragma once

#include "Simulate/Graph.h"
#include "llvm/Support/raw_ostream.h"

namespace st::timed {

/// How many cycles of each stretch of time something was so.
class TimeSeries {
public:
  void add(int64_t begin, int64_t end);
  /// Cycles within stretch `index` of 2^`shift` cycles, which are no shorter than its own.
  int64_t at(int64_t index, unsigned shift) const;
  unsigned shift() const { return ownShift; }
  /// The end of the last stretch.
  int64_t end() const { return static_cast<int64_t>(bins.size()) << ownShift; }

private:
  unsigned ownShift = 0;
  std::vector<int64_t> bins;
};

class TraceRecorder {
public:
  explicit TraceRecorder(const Graph &graph);

  /// A task is in a launch from `begin` to `end`.
  void addLaunch(int task, int64_t begin, int64_t end) { tasks[task].active.add(begin, end); }
  /// A task waits for tokens, then for room.
  void addStall(int task, int64_t begin, int64_t starvedUntil, int64_t end) {
    tasks[task].starved.add(begin, starvedUntil);
    tasks[task].blocked.add(starvedUntil, end);
  }
  /// A memory serves a burst.
  void addService(int memory, int64_t begin, int64_t end) { memories[memory].add(begin, end); }

  /// Prints the Chrome trace event format, a cycle being 1 / `clockMhz` microseconds.
  void print(double clockMhz, llvm::raw_ostream &os) const;

private:
  struct TaskSeries {
    TimeSeries active, starved, blocked;
  };
  const Graph &graph;
  std::vector<TaskSeries> tasks;
  std::vector<TimeSeries> memories;
};

} // namespace st::timed
