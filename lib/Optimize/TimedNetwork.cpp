#include "Optimize/TimedNetwork.h"

#include <algorithm>

using namespace st;

namespace {
/// A FIFO as the cycles in which its tokens were pushed and popped, kept as long as the other side needs them.
struct TimedFifo {
  int writer, reader;
  int64_t depth;
  /// Rings of `depth` entries; `pops` is empty where the FIFO is never full.
  std::vector<int64_t> pushes, pops;
  int64_t pushed = 0, popped = 0;
};

struct TimedTask {
  /// A place in a nest of events: the list, the index in it, and for loops the iterations left.
  struct Level {
    const EventProgram *events;
    size_t next;
    int64_t tripsLeft;
  };
  std::vector<Level> levels;
  /// Tokens of the current burst already moved.
  int64_t done = 0;
  int64_t now = 0;
  int64_t end = 0;
  int64_t stalled = 0;
  bool queued = true;
};

class TimedNetwork {
public:
  TimedNetwork(const FifoSizingProblem &problem, llvm::ArrayRef<int64_t> depths);
  bool run();
  TimedRun result() const;

private:
  void runTask(int index);
  bool runBurst(TimedTask &task, const Event &event);
  void wake(int index) {
    if (!tasks[index].queued && !tasks[index].levels.empty()) {
      tasks[index].queued = true;
      queue.push_back(index);
    }
  }

  std::vector<TimedFifo> fifos;
  std::vector<TimedTask> tasks;
  std::vector<int> queue;
};
} // namespace

TimedNetwork::TimedNetwork(const FifoSizingProblem &problem, llvm::ArrayRef<int64_t> depths) {
  std::vector<ChannelEnds> ends = problem.computeEnds();
  for (auto [channel, depth, end] : llvm::zip_equal(problem.channels(), depths, ends)) {
    bool bounded = depth < end.push.tokens;
    int64_t size = bounded ? depth : end.push.tokens;
    fifos.push_back(
        {channel.writer, channel.reader, size, std::vector<int64_t>(size), std::vector<int64_t>(bounded ? size : 0)});
  }
  tasks.resize(problem.tasks().size());
  for (size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].levels.push_back({&problem.tasks()[i].program, 0, 1});
    queue.push_back(static_cast<int>(tasks.size() - 1 - i));
  }
}

/// Moves tokens of `event` until one depends on a cycle that is not known yet; true when all are moved.
bool TimedNetwork::runBurst(TimedTask &task, const Event &event) {
  TimedFifo &fifo = fifos[event.channel];
  bool isRead = event.kind == Event::Kind::Read;
  int64_t before = task.done;
  // Places in the rings, advanced without divisions.
  int64_t &count = isRead ? fifo.popped : fifo.pushed;
  int64_t slot = fifo.depth ? count % fifo.depth : 0;
  bool bounded = !fifo.pops.empty();
  for (; task.done < event.tokens; ++task.done) {
    int64_t wanted = task.now + event.latency, cycle = wanted;
    if (isRead) {
      if (fifo.popped == fifo.pushed)
        break;
      cycle = std::max(cycle, fifo.pushes[slot] + 1);
      if (bounded)
        fifo.pops[slot] = cycle;
    } else {
      if (bounded) {
        if (fifo.pushed - fifo.popped == fifo.depth)
          break;
        if (fifo.pushed >= fifo.depth)
          cycle = std::max(cycle, fifo.pops[slot] + 1);
      }
      fifo.pushes[slot] = cycle;
      task.end = std::max(task.end, cycle + 1);
    }
    ++count;
    if (++slot == fifo.depth)
      slot = 0;
    task.stalled += cycle - wanted;
    task.now += cycle - wanted + event.ii;
  }
  if (task.done > before)
    wake(isRead ? fifo.writer : fifo.reader);
  if (task.done < event.tokens)
    return false;
  task.done = 0;
  return true;
}

void TimedNetwork::runTask(int index) {
  TimedTask &task = tasks[index];
  while (!task.levels.empty()) {
    TimedTask::Level &level = task.levels.back();
    if (level.next == level.events->size()) {
      level.next = 0;
      if (--level.tripsLeft == 0)
        task.levels.pop_back();
      continue;
    }
    const Event &event = (*level.events)[level.next];
    switch (event.kind) {
    case Event::Kind::Delay:
      task.now += event.cycles;
      ++level.next;
      break;
    case Event::Kind::Loop:
      ++level.next;
      if (event.trips > 0)
        task.levels.push_back({&event.body, 0, event.trips});
      break;
    case Event::Kind::Read:
    case Event::Kind::Write:
      if (!runBurst(task, event))
        return;
      ++level.next;
      break;
    }
  }
  task.end = std::max(task.end, task.now);
}

bool TimedNetwork::run() {
  while (!queue.empty()) {
    int index = queue.back();
    queue.pop_back();
    tasks[index].queued = false;
    runTask(index);
  }
  return llvm::all_of(tasks, [](const TimedTask &task) { return task.levels.empty(); });
}

TimedRun TimedNetwork::result() const {
  TimedRun run;
  for (const TimedTask &task : tasks) {
    run.taskCycles.push_back(task.end);
    run.stalledCycles.push_back(task.stalled);
    run.cycles = std::max(run.cycles, task.end);
  }
  return run;
}

llvm::Expected<TimedRun> st::runTimed(const FifoSizingProblem &problem, llvm::ArrayRef<int64_t> depths) {
  TimedNetwork network(problem, depths);
  if (network.run())
    return network.result();
  llvm::Error deadlock = problem.verifyDepths(depths);
  assert(deadlock && "both networks stop alike");
  return std::move(deadlock);
}
