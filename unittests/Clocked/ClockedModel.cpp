//===- ClockedModel.cpp - Timed graphs, one clock cycle after the other ---------------------------------------===//

#include "ClockedModel.h"
#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <sstream>

using namespace st::clocked;

namespace {

constexpr int64_t never = std::numeric_limits<int64_t>::max();
constexpr int64_t longestTask = 1 << 24;

int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct Due {
  int fifo;
  bool isPop;
};

struct Fifo {
  int64_t depth;
  int64_t tokens;
  int64_t highWater;
};

struct TaskState {
  /// The operations due at each cycle of local time.
  std::vector<std::vector<Due>> due;
  int64_t tau = 0;
  /// The cycle from which it runs the launch that it is in.
  int64_t begin = 0;
};

struct PortState {
  int fifo, memory;
  /// The launch whose tokens it requests, how many of them it has requested, and from which cycle it may.
  int64_t launch = 0, requested = 0, from = 0;
  /// Tokens requested that have not arrived in (or left) the FIFO.
  int64_t outstanding = 0;
  /// Of a write port: the end of each launch.
  std::vector<int64_t> ends;
};

struct Burst {
  int port;
  int64_t tokens;
  bool isLast;
};

struct MemoryState {
  std::deque<Burst> queue;
  int64_t freeFrom = 0;
  int64_t busy = 0;
};

/// A token that enters or leaves the FIFO of a port in a cycle to come.
struct Transfer {
  int64_t cycle;
  int port;
};

class Model {
public:
  explicit Model(const Graph &graph);
  Result run(int64_t maxCycles);

private:
  void unroll(const std::vector<Statement> &body, std::vector<std::vector<Due>> &due);
  void passTasksWithoutCycles();
  void beginSerialLaunch();
  bool canHappen(const Due &due, const std::vector<Fifo> &before) const;
  bool isFinished() const;
  bool mayChangeLater() const;
  void serve();
  void stepTask(int index, const std::vector<Fifo> &before);
  void request(int index, const std::vector<Fifo> &before);
  void transfer();

  const Graph &graph;
  Result result;
  std::map<std::string, int> fifoIndex;
  std::vector<Fifo> fifos;
  std::vector<TaskState> tasks;
  std::vector<PortState> ports;
  std::vector<MemoryState> memories;
  std::vector<Transfer> transfers;
  int64_t cycle = 0;
  /// Of a serial graph: the launch that runs.
  size_t serialLaunch = 0;
  /// Something happened in this cycle.
  bool changed = false;
};

Model::Model(const Graph &graph) : graph(graph) {
  for (const Channel &channel : graph.channels) {
    fifoIndex[channel.name] = int(fifos.size());
    fifos.push_back({channel.depth, channel.initial, channel.initial});
  }
  for (const Memory &memory : graph.memories) {
    (void)memory;
    memories.emplace_back();
  }
  for (const Port &port : graph.ports) {
    PortState state;
    state.fifo = int(fifos.size());
    state.from = port.from;
    for (size_t i = 0; i < graph.memories.size(); ++i)
      if (graph.memories[i].name == port.memory)
        state.memory = int(i);
    fifoIndex[port.name] = state.fifo;
    fifos.push_back({port.depth, 0, 0});
    ports.push_back(state);
  }
  for (const Task &task : graph.tasks) {
    result.tasks.emplace_back();
    result.tasks.back().name = task.name;
    TaskState state;
    state.begin = task.start;
    tasks.push_back(state);
    if (cyclesOf(task.body) > longestTask)
      result.error = "task '" + task.name + "' is too long for the clocked model";
    else
      unroll(task.body, tasks.back().due);
  }
}

void Model::unroll(const std::vector<Statement> &body, std::vector<std::vector<Due>> &due) {
  for (const Statement &statement : body) {
    size_t begin = due.size();
    if (statement.kind == Statement::Delay) {
      due.resize(begin + statement.count);
    } else if (statement.kind == Statement::Loop) {
      for (int64_t i = 0; i < statement.count; ++i)
        unroll(statement.body, due);
    } else {
      due.resize(begin + (statement.count - 1) * statement.ii + statement.depth);
      for (int64_t i = 0; i < statement.count; ++i)
        for (const Operation &operation : statement.operations)
          due[begin + i * statement.ii + operation.at].push_back({fifoIndex[operation.fifo], operation.isPop});
    }
  }
}

/// A task without cycles ends where it begins.
void Model::passTasksWithoutCycles() {
  for (size_t i = 0; i < tasks.size(); ++i) {
    std::vector<int64_t> &ends = result.tasks[i].ends;
    size_t until = graph.serial ? serialLaunch + 1 : size_t(graph.launches);
    while (tasks[i].due.empty() && ends.size() < until)
      ends.push_back(tasks[i].begin);
  }
}

/// With `serial`: when all have ended the launch, the next one's cycle 0 is the largest end.
void Model::beginSerialLaunch() {
  if (!graph.serial || serialLaunch + 1 >= size_t(graph.launches))
    return;
  int64_t next = 0;
  for (const TaskResult &task : result.tasks) {
    if (task.ends.size() <= serialLaunch)
      return;
    next = std::max(next, task.ends[serialLaunch]);
  }
  for (size_t i = 0; i < ports.size(); ++i) {
    if (graph.ports[i].reads)
      continue;
    if (ports[i].ends.size() <= serialLaunch)
      return;
    next = std::max(next, ports[i].ends[serialLaunch]);
  }
  ++serialLaunch;
  for (TaskState &task : tasks)
    task.begin = next;
  for (PortState &port : ports)
    port.from = next;
  passTasksWithoutCycles();
  // Of tasks without cycles only, that was all of the launch.
  beginSerialLaunch();
}

bool Model::canHappen(const Due &due, const std::vector<Fifo> &before) const {
  const Fifo &fifo = before[due.fifo];
  return due.isPop ? fifo.tokens > 0 : fifo.tokens < fifo.depth;
}

bool Model::isFinished() const {
  for (const TaskResult &task : result.tasks)
    if (int64_t(task.ends.size()) < graph.launches)
      return false;
  for (size_t i = 0; i < ports.size(); ++i)
    if (!graph.ports[i].reads && int64_t(ports[i].ends.size()) < graph.launches)
      return false;
  return true;
}

/// Whether something is queued, served or in flight, or begins in a cycle to come.
bool Model::mayChangeLater() const {
  if (!transfers.empty())
    return true;
  for (const MemoryState &memory : memories)
    if (!memory.queue.empty())
      return true;
  for (size_t i = 0; i < tasks.size(); ++i)
    if (int64_t(result.tasks[i].ends.size()) < graph.launches && tasks[i].begin != never && tasks[i].begin > cycle)
      return true;
  for (const PortState &port : ports)
    if (port.launch < graph.launches && port.from != never && port.from > cycle)
      return true;
  return false;
}

/// Each free memory begins the first burst of its queue, which holds the requests of earlier cycles.
void Model::serve() {
  for (size_t i = 0; i < memories.size(); ++i) {
    MemoryState &state = memories[i];
    if (state.queue.empty() || cycle < state.freeFrom)
      continue;
    Burst burst = state.queue.front();
    state.queue.pop_front();
    const Memory &memory = graph.memories[i];
    const Port &port = graph.ports[burst.port];
    int64_t moved = 0;
    for (int64_t k = 0; k < burst.tokens; ++k) {
      moved = ceilDiv(ceilDiv((k + 1) * port.width, 8) * memory.cycles, memory.bytes);
      transfers.push_back({cycle + (port.reads ? memory.latency : 0) + moved - 1, burst.port});
    }
    state.freeFrom = cycle + moved;
    state.busy += moved;
    if (burst.isLast && !port.reads)
      ports[burst.port].ends.push_back(cycle + moved + memory.latency);
    changed = true;
  }
}

void Model::stepTask(int index, const std::vector<Fifo> &before) {
  TaskState &task = tasks[index];
  TaskResult &figures = result.tasks[index];
  if (int64_t(figures.ends.size()) == graph.launches || cycle < task.begin || task.due.empty())
    return;
  const std::vector<Due> &due = task.due[task.tau];
  bool popFails = false, pushFails = false;
  for (const Due &each : due)
    if (!canHappen(each, before))
      (each.isPop ? popFails : pushFails) = true;
  if (popFails || pushFails) {
    ++(popFails ? figures.starved : figures.blocked);
    return;
  }
  for (const Due &each : due) {
    fifos[each.fifo].tokens += each.isPop ? -1 : 1;
    if (!each.isPop)
      fifos[each.fifo].highWater = std::max(fifos[each.fifo].highWater, before[each.fifo].tokens + 1);
  }
  changed = true;
  ++figures.busy;
  ++task.tau;
  if (task.tau < int64_t(task.due.size()))
    return;
  figures.ends.push_back(cycle + 1);
  task.tau = 0;
  task.begin = graph.serial ? never : cycle + 1;
}

void Model::request(int index, const std::vector<Fifo> &before) {
  const Port &port = graph.ports[index];
  PortState &state = ports[index];
  if (state.launch == graph.launches || cycle < state.from)
    return;
  int64_t size = std::min(port.burst, port.tokens - state.requested);
  int64_t held = before[state.fifo].tokens;
  // Nothing has changed `outstanding` yet in this cycle: this is its value at the beginning.
  if (port.reads ? held + state.outstanding + size > port.depth : held - state.outstanding < size)
    return;
  if (port.reads)
    fifos[state.fifo].highWater = std::max(fifos[state.fifo].highWater, held + state.outstanding + size);
  changed = true;
  state.outstanding += size;
  state.requested += size;
  bool isLast = state.requested == port.tokens;
  memories[state.memory].queue.push_back({index, size, isLast});
  if (!isLast)
    return;
  state.requested = 0;
  ++state.launch;
  state.from = graph.serial ? never : cycle + 1;
}

void Model::transfer() {
  std::vector<Transfer> later;
  for (const Transfer &each : transfers) {
    if (each.cycle != cycle) {
      later.push_back(each);
      continue;
    }
    fifos[ports[each.port].fifo].tokens += graph.ports[each.port].reads ? 1 : -1;
    --ports[each.port].outstanding;
    changed = true;
  }
  transfers.swap(later);
}

Result Model::run(int64_t maxCycles) {
  if (!result.error.empty())
    return result;
  passTasksWithoutCycles();
  beginSerialLaunch();
  for (; !isFinished(); ++cycle) {
    if (cycle == maxCycles) {
      result.outOfCycles = true;
      break;
    }
    changed = false;
    const std::vector<Fifo> before = fifos;
    // Memories look only at requests of earlier cycles; tasks and ports only at `before`.
    serve();
    for (size_t i = 0; i < tasks.size(); ++i)
      stepTask(int(i), before);
    for (size_t i = 0; i < ports.size(); ++i)
      request(int(i), before);
    transfer();
    beginSerialLaunch();
    if (!changed && !mayChangeLater()) {
      result.deadlocked = true;
      break;
    }
  }
  if (result.deadlocked)
    for (size_t i = 0; i < tasks.size(); ++i) {
      if (int64_t(result.tasks[i].ends.size()) == graph.launches || cycle < tasks[i].begin || tasks[i].due.empty())
        continue;
      for (const Due &due : tasks[i].due[tasks[i].tau])
        if (!canHappen(due, fifos))
          for (const auto &[name, index] : fifoIndex)
            if (index == due.fifo)
              result.tasks[i].waits.push_back((due.isPop ? "pop " : "push ") + name);
      std::sort(result.tasks[i].waits.begin(), result.tasks[i].waits.end());
    }
  for (int64_t launch = 0; launch < graph.launches; ++launch) {
    int64_t end = 0;
    bool isOver = true;
    auto add = [&](const std::vector<int64_t> &ends) {
      if (int64_t(ends.size()) <= launch)
        isOver = false;
      else
        end = std::max(end, ends[launch]);
    };
    for (const TaskResult &task : result.tasks)
      add(task.ends);
    for (size_t i = 0; i < ports.size(); ++i)
      if (!graph.ports[i].reads)
        add(ports[i].ends);
    if (!isOver)
      break;
    result.launchEnds.push_back(end);
    result.latency = end;
  }
  for (const Channel &channel : graph.channels)
    result.highWater.push_back({channel.name, fifos[fifoIndex[channel.name]].highWater});
  for (const Port &port : graph.ports)
    result.highWater.push_back({port.name, fifos[fifoIndex[port.name]].highWater});
  for (size_t i = 0; i < memories.size(); ++i)
    result.memoryBusy.push_back({graph.memories[i].name, memories[i].busy});
  return result;
}

} // namespace

Result st::clocked::run(const Graph &graph, int64_t maxCycles) { return Model(graph).run(maxCycles); }

std::string st::clocked::print(const Result &result) {
  std::ostringstream os;
  if (!result.error.empty())
    return "error " + result.error + "\n";
  if (result.outOfCycles)
    os << "out of cycles\n";
  else if (result.deadlocked)
    os << "deadlock\n";
  else
    os << "latency " << result.latency << "\n";
  for (size_t i = 0; i < result.launchEnds.size(); ++i)
    os << "launch " << i << " end " << result.launchEnds[i] << "\n";
  for (const TaskResult &task : result.tasks) {
    os << "task " << task.name << " ends";
    for (int64_t end : task.ends)
      os << " " << end;
    os << " busy " << task.busy;
    // How long a deadlock is watched is nobody's property.
    if (!result.deadlocked)
      os << " starved " << task.starved << " blocked " << task.blocked;
    os << "\n";
    if (!task.waits.empty())
      os << "waits " << task.name;
    for (const std::string &wait : task.waits)
      os << " " << wait;
    os << (task.waits.empty() ? "" : "\n");
  }
  for (const auto &[name, tokens] : result.highWater)
    os << "fifo " << name << " high-water " << tokens << "\n";
  for (const auto &[name, cycles] : result.memoryBusy)
    os << "memory " << name << " busy " << cycles << "\n";
  return os.str();
}
