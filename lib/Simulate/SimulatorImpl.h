// The state of a running simulation.
#pragma once

#include "Simulate/FlatProgram.h"
#include "Simulate/Simulator.h"

#include "llvm/Support/MemAlloc.h"

#include <cstdlib>
#include <queue>
#include <utility>

namespace st::timed {

/// Cycles of tokens, not initialised: of what is never used not even the memory is touched.
class Ring {
public:
  Ring() = default;
  Ring(Ring &&other) : cycles(std::exchange(other.cycles, nullptr)) {}
  Ring(const Ring &) = delete;
  Ring &operator=(const Ring &) = delete;
  ~Ring() { std::free(cycles); }

  void resize(int64_t slots) {
    cycles = static_cast<int64_t *>(llvm::safe_realloc(cycles, static_cast<size_t>(slots) * sizeof(int64_t)));
  }
  int64_t *data() const { return cycles; }
  int64_t &operator[](int64_t slot) const { return cycles[slot]; }

private:
  int64_t *cycles = nullptr;
};

/// A FIFO as the cycles of its tokens. Token n is in slot n & mask of the rings, which hold at least as many as the
/// FIFO.
struct FifoState {
  int64_t depth = 0;
  /// Whether no push ever waits, so that pops need not be known and the rings grow instead.
  bool unbounded = false;
  bool isReadPort = false;
  int64_t mask = -1;
  /// `reserved`, read ports only: the cycle in which the token was requested.
  Ring pushCycles, popCycles, reserved;
  int64_t pushed = 0, popped = 0, requested = 0;
  int64_t highWater = 0;
  int64_t firstPush = -1;
  /// Whether the task at this end waits.
  bool writerWaits = false, readerWaits = false;

  /// What the high-water mark counts: tokens pushed, or by read ports requested.
  const int64_t *markCycles() const { return isReadPort ? reserved.data() : pushCycles.data(); }
  int64_t markCount() const { return isReadPort ? requested : pushed; }
  int64_t held() const { return pushed - popped; }
  /// Gives the rings at least `slots` slots. What is in them keeps its cycles.
  void growRings(int64_t slots);
  /// Tokens that can be pushed before more is known or the rings grow. A mark rises by at most one with each push, and
  /// looks back by as much.
  int64_t room() const { return unbounded ? mask + 1 - std::max(held(), highWater) : depth - held(); }
};

struct PortState {
  int fifo = -1;
  bool isRead = false;
  /// The cycle from which the next request can be made, and tokens of this launch not requested yet.
  int64_t readyCycle = 0;
  int64_t tokensLeft = 0;
  int64_t launchesLeft = 0;
  /// Cycles until token k of a burst has moved, for bursts that are not too long to keep it.
  std::vector<int64_t> transfer;
  int64_t launchesServed = 0;
  int64_t tokensServed = 0;
};

struct TaskState {
  FlatProgram flat;
  int step = 0;
  /// Repetitions left of the group at `step`; 0 where it has not begun.
  int64_t left = 0;
  std::vector<int64_t> counters;
  /// The cycle of the current local time when nothing stalls.
  int64_t now = 0;
  int64_t launchBegin = 0;
  int64_t launchesDone = 0;
  bool atBarrier = false;
  bool queued = false;
  bool finished = false;
  TaskActivity activity;
};

class SimulatorImpl {
public:
  SimulatorImpl(const Graph &graph, const std::vector<int64_t> &depths, TraceRecorder *trace);

  bool run();
  Activity activity() const;
  std::vector<Simulator::Wait> findCycle() const;
  int64_t growthNeeded(const std::vector<Simulator::Wait> &cycle, size_t index) const;
  void grow(int fifo, int64_t tokens);
  int64_t depth(int fifo) const { return fifos[fifo].depth; }

private:
  /// One end of a FIFO while a group repeats: local copies of what the loop needs.
  struct Cursor {
    /// The cycle before which the operation cannot happen, by token.
    const int64_t *limits;
    int64_t limit, limitMask;
    int64_t *own;
    int64_t next, mask;
    /// The other side of the pairs of tokens that the high-water mark compares, and how many there are.
    const int64_t *marks;
    int64_t markCount;
    int64_t highWater;
  };
  struct Request {
    int64_t cycle;
    int port;
    int64_t tokens;
    bool operator>(const Request &other) const {
      return cycle != other.cycle ? cycle > other.cycle : port > other.port;
    }
  };

  void runTask(int index);
  int64_t runGroup(int index, TaskState &task, const FlatStep &step);
  template <int Pops, int Pushes> void repeat(TaskState &task, const FlatStep &step, int64_t times, int index);
  Cursor cursorOf(const FlatAccess &access);
  /// Whether what `task` waits for at the group `step` is there; marks the FIFO otherwise.
  int64_t available(const FlatAccess &access);
  void endLaunch(int index, TaskState &task);
  bool beginNextSerialLaunch();
  void wake(int task);
  void wakeOther(int fifo, bool movedIsPush);

  void request(int port);
  void serveRequests();
  void serve(const Request &request);
  int64_t transferCycles(const PortState &port, int64_t tokens) const;

  bool isStopped(const TaskState &task) const { return !task.finished && !task.atBarrier; }
  std::vector<Simulator::Wait> waitsOf(int task) const;
  int64_t tokensUntil(const TaskState &task, int counted, int target, bool targetIsPush) const;

  const Graph &graph;
  TraceRecorder *trace;
  std::vector<FifoState> fifos;
  std::vector<TaskState> tasks;
  /// By FIFO; ports have their FIFO's index as their own.
  std::vector<PortState> ports;
  std::vector<int64_t> memoryFree;
  std::vector<MemoryActivity> memories;
  std::priority_queue<Request, std::vector<Request>, std::greater<Request>> requests;
  /// Requests made at most this many cycles after the earliest cannot be overtaken either.
  int64_t lookahead = 0;
  std::vector<int> queue;
  size_t queueHead = 0;
  std::vector<Cursor> cursors;
  /// Of the current launch (serial), the first and the last.
  int64_t serialEnd = 0, firstEnd = 0, lastEnd = 0;
  int64_t events = 0;
};

} // namespace st::timed
