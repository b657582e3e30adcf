// Timed graphs cycle by cycle and token by token: slow, obvious, and what the simulator is compared with.
#pragma once

#include "Simulate/Simulator.h"

#include <algorithm>
#include <deque>
#include <map>

namespace clockbyclock {

using namespace st::timed;

/// Due operations by local time.
using DueAt = std::map<int64_t, std::vector<Access>>;

inline int64_t expand(const Program &program, int64_t now, DueAt &due) {
  for (const Statement &statement : program) {
    switch (statement.kind) {
    case Statement::Kind::Delay:
      now += statement.cycles;
      break;
    case Statement::Kind::Loop:
      for (int64_t i = 0; i < statement.trips; ++i)
        now = expand(statement.body, now, due);
      break;
    case Statement::Kind::Pipeline:
      for (int64_t i = 0; i < statement.trips; ++i)
        for (const Access &access : statement.accesses)
          due[now + i * statement.ii + access.at].push_back(access);
      now += (statement.trips - 1) * statement.ii + statement.depthCycles;
      break;
    }
  }
  return now;
}

class Model {
public:
  Model(const Graph &graph, const std::vector<int64_t> &depths) : graph(graph), depths(depths) {
    for (const Fifo &fifo : graph.fifos) {
      fill.push_back(fifo.initialTokens);
      mark.push_back(fifo.initialTokens);
    }
    ports.resize(graph.fifos.size());
    memories.resize(graph.memories.size());
    result.memories.resize(graph.memories.size());
    result.tasks.resize(graph.tasks.size());
    for (const Task &task : graph.tasks) {
      TaskState state;
      state.length = expand(task.program, 0, state.due);
      state.begin = task.startCycle;
      tasks.push_back(std::move(state));
    }
    for (size_t f = 0; f < graph.fifos.size(); ++f) {
      ports[f].left = graph.fifos[f].totalTokens;
      ports[f].ready = graph.fifos[f].fromCycle;
    }
  }

  Activity run() {
    int64_t quietCycles = 0;
    for (int64_t cycle = 0; quietCycles < 5000; ++cycle) {
      beginLaunches(cycle);
      if (allFinished() && !anyTraffic())
        break;
      quietCycles = step(cycle) ? 0 : quietCycles + 1;
    }
    result.finished = allFinished();
    result.latencyCycles = lastEnd;
    result.firstEndCycle = firstEnd;
    result.highWater = mark;
    for (size_t i = 0; i < tasks.size(); ++i)
      if (!tasks[i].finished && !tasks[i].parked)
        result.waiting.push_back({static_cast<int>(i), tasks[i].waitsOn});
    return result;
  }

private:
  struct TaskState {
    DueAt due;
    int64_t length = 0, begin = 0, tau = 0;
    int64_t launches = 0;
    bool finished = false, parked = false;
    std::vector<WaitingTask::On> waitsOn;
  };
  struct PortState {
    int64_t left = 0, ready = 0, requested = 0, launches = 0, served = 0;
    /// Cycles of tokens that are to arrive or to leave.
    std::deque<int64_t> moves;
    int64_t inFlight = 0;
  };
  struct Request {
    int64_t cycle;
    int fifo;
    int64_t tokens;
  };
  struct MemoryState {
    std::deque<Request> queue;
    int64_t free = 0;
  };

  bool allFinished() const {
    return std::all_of(tasks.begin(), tasks.end(), [](const TaskState &task) { return task.finished; });
  }
  bool anyTraffic() const {
    for (const MemoryState &memory : memories)
      if (!memory.queue.empty())
        return true;
    for (size_t f = 0; f < ports.size(); ++f)
      if (!ports[f].moves.empty() || (graph.fifos[f].isWritePort() && fill[f] > 0))
        return true;
    return false;
  }

  void end(int64_t launches, int64_t cycle) {
    serialEnd = std::max(serialEnd, cycle);
    if (launches == 1)
      firstEnd = std::max(firstEnd, cycle);
    if (launches == graph.launches)
      lastEnd = std::max(lastEnd, cycle);
  }

  /// Tasks whose local time has run out end, in the cycle that `cycle` numbers.
  void beginLaunches(int64_t cycle) {
    for (size_t i = 0; i < tasks.size(); ++i) {
      TaskState &task = tasks[i];
      while (!task.finished && !task.parked && cycle >= task.begin && task.tau == task.length) {
        ++task.launches;
        result.tasks[i].endCycle = cycle;
        end(task.launches, cycle);
        task.tau = 0;
        if (task.launches == graph.launches)
          task.finished = true;
        else if (graph.serial)
          task.parked = true;
      }
    }
    if (!graph.serial || anyTraffic() || cycle < serialEnd ||
        !std::all_of(tasks.begin(), tasks.end(), [](const TaskState &task) { return task.parked; }))
      return;
    for (TaskState &task : tasks) {
      task.parked = false;
      task.begin = cycle;
    }
    for (size_t f = 0; f < ports.size(); ++f) {
      ports[f].left = graph.fifos[f].totalTokens;
      ports[f].ready = cycle;
    }
    beginLaunches(cycle); // of tasks without cycles
  }

  /// One cycle; whether a task acted.
  bool step(int64_t cycle) {
    std::vector<int64_t> before = fill, delta(fill.size(), 0);
    bool acted = false;
    for (size_t i = 0; i < tasks.size(); ++i) {
      TaskState &task = tasks[i];
      if (task.finished || task.parked || cycle < task.begin)
        continue;
      task.waitsOn.clear();
      bool starved = false;
      auto due = task.due.find(task.tau);
      if (due != task.due.end())
        for (const Access &access : due->second)
          if (access.isPush ? before[access.fifo] >= depths[access.fifo] : before[access.fifo] == 0) {
            task.waitsOn.push_back({access.fifo, access.isPush});
            starved |= !access.isPush;
          }
      if (!task.waitsOn.empty()) {
        ++(starved ? result.tasks[i].starvedCycles : result.tasks[i].blockedCycles);
        continue;
      }
      acted = true;
      ++result.tasks[i].busyCycles;
      ++task.tau;
      if (due == task.due.end())
        continue;
      for (const Access &access : due->second) {
        delta[access.fifo] += access.isPush ? 1 : -1;
        ++result.events;
        if (access.isPush)
          mark[access.fifo] = std::max(mark[access.fifo], before[access.fifo] + 1);
      }
    }
    for (size_t m = 0; m < memories.size(); ++m)
      serve(static_cast<int>(m), cycle);
    for (size_t f = 0; f < ports.size(); ++f)
      if (graph.fifos[f].isPort())
        request(static_cast<int>(f), before[f], cycle);
    for (size_t f = 0; f < ports.size(); ++f)
      while (!ports[f].moves.empty() && ports[f].moves.front() == cycle) {
        ports[f].moves.pop_front();
        ++result.events;
        delta[f] += graph.fifos[f].isReadPort() ? 1 : -1;
        --ports[f].inFlight;
      }
    for (size_t f = 0; f < fill.size(); ++f)
      fill[f] += delta[f];
    return acted;
  }

  int64_t moved(const Fifo &fifo, int64_t tokens) const {
    int64_t bytes = (tokens * fifo.widthBits + 7) / 8;
    const Memory &memory = graph.memories[fifo.memory];
    return (bytes * memory.rateCycles + memory.rateBytes - 1) / memory.rateBytes;
  }

  void serve(int m, int64_t cycle) {
    MemoryState &memory = memories[m];
    if (cycle < memory.free || memory.queue.empty() || memory.queue.front().cycle >= cycle)
      return;
    Request request = memory.queue.front();
    memory.queue.pop_front();
    const Fifo &fifo = graph.fifos[request.fifo];
    PortState &port = ports[request.fifo];
    int64_t latency = graph.memories[m].latencyCycles, service = moved(fifo, request.tokens);
    for (int64_t k = 1; k <= request.tokens; ++k)
      port.moves.push_back(cycle + (fifo.isReadPort() ? latency : 0) + moved(fifo, k) - 1);
    memory.free = cycle + service;
    ++result.memories[m].bursts;
    result.memories[m].busyCycles += service;
    port.served += request.tokens;
    if (fifo.isWritePort() && port.served == fifo.totalTokens) {
      port.served = 0;
      end(++port.launches, cycle + service + latency);
    }
  }

  void request(int f, int64_t held, int64_t cycle) {
    const Fifo &fifo = graph.fifos[f];
    PortState &port = ports[f];
    if (port.left == 0 && !graph.serial && port.requested < fifo.totalTokens * graph.launches)
      port.left = fifo.totalTokens;
    if (port.left == 0 || cycle < port.ready)
      return;
    int64_t tokens = std::min(port.left, fifo.burstTokens);
    if (fifo.isReadPort()) {
      if (held + port.inFlight + tokens > depths[f])
        return;
      mark[f] = std::max(mark[f], held + port.inFlight + tokens);
    } else if (held < port.inFlight + tokens) {
      return;
    }
    // In flight: of a read port what has not arrived, of a write port what has been requested but not left.
    port.inFlight += tokens;
    port.requested += tokens;
    port.left -= tokens;
    port.ready = cycle + 1;
    memories[fifo.memory].queue.push_back({cycle, f, tokens});
  }

  const Graph &graph;
  std::vector<int64_t> depths;
  std::vector<int64_t> fill, mark;
  std::vector<TaskState> tasks;
  std::vector<PortState> ports;
  std::vector<MemoryState> memories;
  int64_t firstEnd = 0, lastEnd = 0, serialEnd = 0;
  Activity result;
};

} // namespace clockbyclock
