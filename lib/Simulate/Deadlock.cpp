// Who holds whom in a graph that has stopped, and what depth would let it go on.
#include "Simulate/SimulatorImpl.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace st;
using namespace st::timed;

/// The cycle before everything.
static const int64_t never = -1;

/// What the stopped `task` waits for.
std::vector<Simulator::Wait> SimulatorImpl::waitsOf(int index) const {
  const TaskState &task = tasks[index];
  const FlatStep &step = task.flat.steps[task.step];
  std::vector<Simulator::Wait> waits;
  for (int i = 0; i < step.accessCount(); ++i) {
    const FlatAccess &access = task.flat.accesses[step.firstAccess + i];
    const FifoState &state = fifos[access.fifo];
    if (access.isPush ? !state.unbounded && state.room() == 0 : state.held() == 0)
      waits.push_back({index, access.fifo, access.isPush});
  }
  return waits;
}

std::vector<Simulator::Wait> SimulatorImpl::findCycle() const {
  // Every stopped task waits for another that has stopped too: memories never stop, and a task that is finished has
  // pushed all tokens and left room for all. So a depth-first search over the waits finds a cycle.
  for (bool onlyPops : {true, false}) {
    enum { Unseen, Open, Done };
    std::vector<char> state(tasks.size(), Unseen);
    struct Level {
      int task;
      std::vector<Simulator::Wait> waits;
      size_t next;
    };
    std::vector<Level> path;
    auto open = [&](int task) {
      state[task] = Open;
      std::vector<Simulator::Wait> waits = waitsOf(task);
      if (onlyPops)
        llvm::erase_if(waits, [](const Simulator::Wait &wait) { return wait.isPush; });
      path.push_back({task, std::move(waits), 0});
    };
    for (size_t root = 0; root < tasks.size(); ++root) {
      if (!isStopped(tasks[root]) || state[root] != Unseen)
        continue;
      open(static_cast<int>(root));
      while (!path.empty()) {
        Level &level = path.back();
        if (level.next == level.waits.size()) {
          state[level.task] = Done;
          path.pop_back();
          continue;
        }
        const Simulator::Wait &wait = level.waits[level.next++];
        const Fifo &fifo = graph.fifos[wait.fifo];
        int other = wait.isPush ? fifo.reader : fifo.writer;
        if (other < 0 || !isStopped(tasks[other]))
          continue;
        if (state[other] == Unseen) {
          open(other);
        } else if (state[other] == Open) {
          std::vector<Simulator::Wait> cycle;
          auto first = llvm::find_if(path, [&](const Level &entry) { return entry.task == other; });
          for (; first != path.end(); ++first)
            cycle.push_back(first->waits[first->next - 1]);
          return cycle;
        }
      }
    }
  }
  return {};
}

/// Tokens that `task` pushes to `counted` from where it stands until its next token on that side of `target`, whatever
/// happens in the same cycle included.
int64_t SimulatorImpl::tokensUntil(const TaskState &task, int counted, int target, bool targetIsPush) const {
  const FlatProgram &flat = task.flat;
  auto moves = [&](const FlatStep &step, int fifo, bool isPush) {
    for (int i = 0; i < step.accessCount(); ++i) {
      const FlatAccess &access = flat.accesses[step.firstAccess + i];
      if (access.fifo == fifo && access.isPush == isPush)
        return true;
    }
    return false;
  };
  auto traffic = [&](const FlatStep &loop, int fifo, bool isPush) -> int64_t {
    for (const Traffic &side : llvm::ArrayRef(flat.traffic).slice(loop.firstTraffic, loop.trafficCount))
      if (side.fifo == fifo && side.isPush == isPush)
        return side.tokens;
    return 0;
  };
  int64_t tokens = 0;
  int at = task.step;
  for (int launches = 0; launches < 2;) {
    const FlatStep &step = flat.steps[at];
    switch (step.kind) {
    case FlatStep::Kind::Delay:
      ++at;
      break;
    case FlatStep::Kind::Group: {
      bool counts = moves(step, counted, /*isPush=*/true);
      if (moves(step, target, targetIsPush))
        return tokens + counts;
      bool isCurrent = launches == 0 && at == task.step && task.left > 0;
      tokens += counts ? (isCurrent ? task.left : step.trips) : 0;
      ++at;
      break;
    }
    case FlatStep::Kind::LoopBegin:
      if (traffic(step, target, targetIsPush) > 0) {
        ++at;
      } else {
        tokens += traffic(step, counted, true) * step.trips;
        at = step.other + 1;
      }
      break;
    case FlatStep::Kind::LoopEnd: {
      // Reached only from inside the iteration that the task is in; loops begun by this walk end in `target`.
      const FlatStep &loop = flat.steps[step.other];
      int64_t more = task.counters[step.level] - 1;
      if (more > 0 && traffic(loop, target, targetIsPush) > 0) {
        at = step.other + 1;
      } else {
        tokens += traffic(loop, counted, true) * more;
        ++at;
      }
      break;
    }
    case FlatStep::Kind::End:
      at = 0;
      ++launches;
      break;
    }
  }
  return tokens;
}

int64_t SimulatorImpl::growthNeeded(const std::vector<Simulator::Wait> &cycle, size_t index) const {
  const Simulator::Wait &wait = cycle[index];
  const Simulator::Wait &previous = cycle[(index + cycle.size() - 1) % cycle.size()];
  // Nothing is popped from the full FIFO meanwhile: its reader is in the cycle as well.
  return tokensUntil(tasks[wait.task], wait.fifo, previous.fifo, !previous.isPush);
}

void SimulatorImpl::grow(int fifo, int64_t tokens) {
  FifoState &state = fifos[fifo];
  state.depth += tokens;
  // What made room before is forgotten, and would be of no use: it happened with another depth.
  state.growRings(state.depth);
  for (int64_t token = std::max<int64_t>(0, state.pushed - state.depth); token < state.popped; ++token)
    state.popCycles[token & state.mask] = never;
  state.writerWaits = false;
  wake(graph.fifos[fifo].writer);
}
