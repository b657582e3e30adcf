// Runs a timed graph, exactly as docs/graph-format.md defines it, at a cost that follows tokens and not cycles.
//
// Without memories everything is decided by order alone: a group of operations due at local time tau happens in the
// first cycle that is late enough after the task's last group, after the push of every token popped and after the pop
// that made room for every token pushed. So tasks run ahead one at a time, in any order, each until it needs a cycle
// that is not known yet; a FIFO is the cycles of its last tokens. A memory serves requests in the order of time, so
// that it waits until nothing else can run: the earliest request known then cannot be overtaken by one still unknown,
// which depends on its or a later service.
#pragma once

#include "Simulate/Graph.h"

#include <memory>

namespace st::timed {

struct TaskActivity {
  /// End in the last launch; cycles in which it acted, waited for a token, waited for room, over all launches.
  int64_t endCycle = 0;
  int64_t busyCycles = 0;
  int64_t starvedCycles = 0;
  int64_t blockedCycles = 0;
};

struct MemoryActivity {
  int64_t bursts = 0;
  int64_t bytes = 0;
  /// Cycles in which it serves.
  int64_t busyCycles = 0;
};

/// An unfinished task of a deadlock and its due operations that cannot happen.
struct WaitingTask {
  struct On {
    int fifo;
    bool isPush;
  };
  int task;
  std::vector<On> on;
};

struct Activity {
  /// Whether all tasks have finished all launches.
  bool finished = false;
  /// Ends of the first and the last launch.
  int64_t firstEndCycle = 0;
  int64_t latencyCycles = 0;
  /// By index in the graph.
  std::vector<TaskActivity> tasks;
  std::vector<MemoryActivity> memories;
  /// By FIFO: high-water marks, and the cycle of the first push, -1 where there was none.
  std::vector<int64_t> highWater;
  std::vector<int64_t> firstPush;
  /// Of a deadlock.
  std::vector<WaitingTask> waiting;
  /// Pushes and pops of tokens.
  int64_t events = 0;

  /// Cycles between launches; 0 for a single one.
  double intervalCycles(int64_t launches) const {
    return launches > 1 ? double(latencyCycles - firstEndCycle) / double(launches - 1) : 0;
  }
};

class SimulatorImpl;
class TraceRecorder;

class Simulator {
public:
  /// `graph` passes checkGraph and outlives the simulator. A trace is recorded into `trace` if given.
  explicit Simulator(const Graph &graph, TraceRecorder *trace = nullptr);
  /// The same with other depths, one per FIFO of `graph`.
  Simulator(const Graph &graph, const std::vector<int64_t> &depths, TraceRecorder *trace = nullptr);
  ~Simulator();

  /// Runs until every task has finished (true) or none can go on.
  bool run();

  Activity activity() const;

  /// A task of a waiting cycle and the FIFO on which it waits for the next task.
  struct Wait {
    int task;
    int fifo;
    bool isPush;
  };

  /// After `run` returned false: tasks that hold each other, each waiting for the next and the last for the first. One
  /// that no depth resolves, where there is one.
  std::vector<Wait> findCycle() const;

  /// For element `index` of a waiting cycle that waits for a full FIFO: the least growth of that FIFO with which its
  /// writer reaches the token that the element before it waits for.
  int64_t growthNeeded(const std::vector<Wait> &cycle, size_t index) const;

  /// Deepens `fifo`, so that `run` can go on. A deeper FIFO admits every order that a shallower one does: what has
  /// happened stays possible, only its cycles are no longer those of the graph.
  void grow(int fifo, int64_t tokens);

  int64_t depth(int fifo) const;

private:
  std::unique_ptr<SimulatorImpl> impl;
};

/// Runs `graph` with `depths` from its beginning.
Activity simulate(const Graph &graph, const std::vector<int64_t> &depths);
Activity simulate(const Graph &graph);

/// The depths of `graph`.
std::vector<int64_t> getDepths(const Graph &graph);
/// Depths with which no FIFO is ever full: every token of a channel in all launches.
std::vector<int64_t> getUnboundedDepths(const Graph &graph);

} // namespace st::timed
