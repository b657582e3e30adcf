#include "Simulate/SimulatorImpl.h"
#include "Simulate/Trace.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace st;
using namespace st::timed;

/// The limit of what never waits: everything can happen from cycle 0 on.
static const int64_t never = -1;

SimulatorImpl::SimulatorImpl(const Graph &graph, const std::vector<int64_t> &depths, TraceRecorder *trace)
    : graph(graph), trace(trace), memoryFree(graph.memories.size()), memories(graph.memories.size()) {
  assert(depths.size() == graph.fifos.size() && "one depth per FIFO");
  TokenCounts counts = countTokens(graph);
  fifos.resize(graph.fifos.size());
  ports.resize(graph.fifos.size());
  lookahead = INT64_MAX / 2;
  for (auto [index, fifo] : llvm::enumerate(graph.fifos)) {
    FifoState &state = fifos[index];
    state.depth = depths[index];
    int64_t all = fifo.initialTokens + (fifo.isReadPort() ? counts.pops : counts.pushes)[index] * graph.launches;
    state.unbounded = state.depth >= all && !fifo.isPort();
    state.isReadPort = fifo.isReadPort();
    state.growRings(state.unbounded ? std::max<int64_t>(64, fifo.initialTokens) : state.depth);
    state.pushed = state.highWater = fifo.initialTokens;
    std::fill_n(state.pushCycles.data(), fifo.initialTokens, never);
    if (!fifo.isPort())
      continue;
    PortState &port = ports[index];
    const Memory &memory = graph.memories[fifo.memory];
    port.fifo = static_cast<int>(index);
    port.isRead = fifo.isReadPort();
    port.readyCycle = fifo.fromCycle;
    port.tokensLeft = fifo.totalTokens;
    port.launchesLeft = graph.launches;
    for (int64_t token = 1; token <= std::min<int64_t>(fifo.burstTokens, 1 << 16); ++token)
      port.transfer.push_back(memory.serviceCycles((token * fifo.widthBits + 7) / 8));
    // A burst served after the request of cycle r moves its first token in cycle r + 1 + ahead at the earliest; what
    // that lets a task do makes another port request two cycles later.
    int64_t ahead = port.transfer.front() - 1 + (port.isRead ? memory.latencyCycles : 0);
    lookahead = std::min(lookahead, ahead + 2);
  }
  tasks.resize(graph.tasks.size());
  size_t mostAccesses = 1;
  for (auto [index, task] : llvm::enumerate(graph.tasks)) {
    TaskState &state = tasks[index];
    state.flat = flatten(task.program);
    state.counters.resize(state.flat.levels);
    state.now = state.launchBegin = task.startCycle;
    for (const FlatStep &step : state.flat.steps)
      mostAccesses = std::max<size_t>(mostAccesses, step.accessCount());
    wake(static_cast<int>(index));
  }
  cursors.resize(mostAccesses);
  for (const PortState &port : ports)
    if (port.fifo >= 0)
      request(port.fifo);
}

void FifoState::growRings(int64_t slots) {
  int64_t oldSize = mask + 1, size = llvm::PowerOf2Ceil(std::max<int64_t>(slots, 1));
  if (size <= oldSize)
    return;
  auto grow = [&](Ring &ring, int64_t count) {
    ring.resize(size);
    // Tokens whose slot is another one now.
    for (int64_t token = std::max<int64_t>(0, count - oldSize); token < count; ++token)
      if (int64_t slot = token & (size - 1); slot >= oldSize)
        ring[slot] = ring[token & (oldSize - 1)];
  };
  grow(pushCycles, pushed);
  grow(popCycles, popped);
  if (isReadPort)
    grow(reserved, requested);
  mask = size - 1;
}

void SimulatorImpl::wake(int task) {
  if (tasks[task].queued || tasks[task].finished)
    return;
  tasks[task].queued = true;
  queue.push_back(task);
}

bool SimulatorImpl::run() {
  while (true) {
    while (queueHead < queue.size()) {
      int task = queue[queueHead++];
      if (queueHead > 4096) {
        queue.erase(queue.begin(), queue.begin() + queueHead);
        queueHead = 0;
      }
      tasks[task].queued = false;
      runTask(task);
    }
    queue.clear();
    queueHead = 0;
    if (!requests.empty())
      serveRequests();
    else if (!graph.serial || !beginNextSerialLaunch())
      return llvm::all_of(tasks, [](const TaskState &task) { return task.finished; });
  }
}

void SimulatorImpl::runTask(int index) {
  TaskState &task = tasks[index];
  while (!task.finished && !task.atBarrier) {
    const FlatStep &step = task.flat.steps[task.step];
    switch (step.kind) {
    case FlatStep::Kind::Delay:
      task.now += step.after;
      ++task.step;
      break;
    case FlatStep::Kind::LoopBegin:
      task.counters[step.level] = step.trips;
      ++task.step;
      break;
    case FlatStep::Kind::LoopEnd:
      if (--task.counters[step.level] > 0) {
        task.step = step.other + 1;
      } else {
        task.now += step.after;
        ++task.step;
      }
      break;
    case FlatStep::Kind::Group:
      if (task.left == 0)
        task.left = step.trips;
      task.left -= runGroup(index, task, step);
      if (task.left > 0)
        return;
      task.now += step.after;
      ++task.step;
      break;
    case FlatStep::Kind::End:
      endLaunch(index, task);
      break;
    }
  }
}

void SimulatorImpl::endLaunch(int index, TaskState &task) {
  TaskActivity &activity = task.activity;
  activity.endCycle = task.now;
  ++task.launchesDone;
  if (trace)
    trace->addLaunch(index, task.launchBegin, task.now);
  activity.busyCycles += task.now - task.launchBegin;
  if (task.launchesDone == 1)
    firstEnd = std::max(firstEnd, task.now);
  serialEnd = std::max(serialEnd, task.now);
  task.step = 0;
  task.launchBegin = task.now;
  if (task.launchesDone == graph.launches) {
    lastEnd = std::max(lastEnd, task.now);
    task.finished = true;
  } else if (graph.serial) {
    task.atBarrier = true;
  }
}

/// When all tasks have ended a launch: lets them begin the next; false where none waits for that.
bool SimulatorImpl::beginNextSerialLaunch() {
  if (tasks.empty() || !llvm::all_of(tasks, [](const TaskState &task) { return task.atBarrier; }))
    return false;
  for (auto [index, task] : llvm::enumerate(tasks)) {
    task.atBarrier = false;
    task.now = task.launchBegin = serialEnd;
    wake(static_cast<int>(index));
  }
  for (PortState &port : ports) {
    if (port.fifo < 0)
      continue;
    port.tokensLeft = graph.fifos[port.fifo].totalTokens;
    port.readyCycle = serialEnd;
    request(port.fifo);
  }
  return true;
}

/// After `fifo` moved on one side: the other side may go on.
void SimulatorImpl::wakeOther(int fifo, bool movedIsPush) {
  FifoState &state = fifos[fifo];
  if (graph.fifos[fifo].isPort())
    return request(fifo);
  bool &waits = movedIsPush ? state.readerWaits : state.writerWaits;
  if (!waits)
    return;
  waits = false;
  wake(movedIsPush ? graph.fifos[fifo].reader : graph.fifos[fifo].writer);
}

/// Whether the next pushes need no room that a pop makes.
static bool isFirstRound(const FifoState &state) { return state.unbounded || state.pushed < state.depth; }

int64_t SimulatorImpl::available(const FlatAccess &access) {
  FifoState &state = fifos[access.fifo];
  if (!access.isPush) {
    if (state.held() == 0)
      state.readerWaits = true;
    return state.held();
  }
  // Little room would mean many small steps.
  if (state.unbounded && 2 * state.room() < state.mask + 1)
    state.growRings(2 * (state.mask + 1));
  if (state.room() == 0)
    state.writerWaits = true;
  return isFirstRound(state) && !state.unbounded ? std::min(state.room(), state.depth - state.pushed) : state.room();
}

SimulatorImpl::Cursor SimulatorImpl::cursorOf(const FlatAccess &access) {
  FifoState &state = fifos[access.fifo];
  Cursor cursor;
  cursor.mask = state.mask;
  cursor.highWater = state.highWater;
  if (access.isPush) {
    bool isFree = isFirstRound(state);
    cursor.limits = isFree ? &never : state.popCycles.data();
    cursor.limit = state.pushed - state.depth;
    cursor.limitMask = isFree ? 0 : state.mask;
    cursor.own = state.pushCycles.data();
    cursor.next = state.pushed;
    cursor.marks = state.popCycles.data();
    cursor.markCount = state.popped;
  } else {
    cursor.limits = state.pushCycles.data();
    cursor.limit = state.popped;
    cursor.limitMask = state.mask;
    cursor.own = state.popCycles.data();
    cursor.next = state.popped;
    cursor.marks = state.markCycles();
    cursor.markCount = state.markCount();
  }
  return cursor;
}

/// Lets the group of `step`, of `Pops` pops and `Pushes` pushes (-1: as many as it has), happen `times` times. All that
/// it needs to know is known.
///
/// The high-water mark D is the least number for which token n is pushed later than token n - D is popped. Each pair is
/// compared when the later known of its cycles becomes known; since cycles grow with tokens, raising D keeps all pairs
/// before.
template <int Pops, int Pushes>
void SimulatorImpl::repeat(TaskState &task, const FlatStep &step, int64_t times, int index) {
  const int pops = Pops < 0 ? step.pops : Pops, pushes = Pushes < 0 ? step.pushes : Pushes;
  // A copy whose address nobody has stays in registers.
  Cursor local[Pops < 0 ? 1 : Pops + Pushes];
  if (Pops >= 0)
    std::copy_n(cursors.data(), Pops + Pushes, local);
  Cursor *cursor = Pops < 0 ? cursors.data() : local;
  int64_t now = task.now, starved = 0, blocked = 0;
  for (int64_t i = 0; i < times; ++i) {
    int64_t wanted = now, popAt = now;
    for (int p = 0; p < pops; ++p)
      popAt = std::max(popAt, cursor[p].limits[cursor[p].limit++ & cursor[p].limitMask] + 1);
    now = popAt;
    for (int p = pops; p < pops + pushes; ++p)
      now = std::max(now, cursor[p].limits[cursor[p].limit++ & cursor[p].limitMask] + 1);
    starved += popAt - wanted;
    blocked += now - popAt;
    if (trace && now > wanted)
      trace->addStall(index, wanted, popAt, now);
    for (int p = 0; p < pops; ++p) {
      Cursor &c = cursor[p];
      c.own[c.next & c.mask] = now;
      while (c.next + c.highWater < c.markCount && now >= c.marks[(c.next + c.highWater) & c.mask])
        ++c.highWater;
      ++c.next;
    }
    for (int p = pops; p < pops + pushes; ++p) {
      Cursor &c = cursor[p];
      c.own[c.next & c.mask] = now;
      int64_t other;
      while ((other = c.next - c.highWater) >= 0 && other < c.markCount && c.marks[other & c.mask] >= now)
        ++c.highWater;
      ++c.next;
    }
    now += step.period;
  }
  if (Pops >= 0)
    std::copy_n(local, Pops + Pushes, cursors.data());
  task.now = now;
  task.activity.starvedCycles += starved;
  task.activity.blockedCycles += blocked;
}

/// Compares the last push with the pop that the high-water mark says: a pop in the same group was not known to it.
static void compareLastPush(FifoState &state) {
  int64_t last = state.pushed - 1, other;
  while ((other = last - state.highWater) >= 0 && other < state.popped &&
         state.popCycles[other & state.mask] >= state.pushCycles[last & state.mask])
    ++state.highWater;
}

/// Lets the group of `step` happen as often as FIFOs allow; returns how often.
int64_t SimulatorImpl::runGroup(int index, TaskState &task, const FlatStep &step) {
  const FlatAccess *accesses = &task.flat.accesses[step.firstAccess];
  int count = step.accessCount();
  int64_t done = 0;
  while (done < task.left) {
    // A FIFO at both ends of a group is looked at anew each time.
    int64_t times = step.hasOwnFifo ? 1 : task.left - done;
    for (int i = 0; i < count && times > 0; ++i)
      times = std::min(times, available(accesses[i]));
    if (times == 0)
      break;
    for (int i = 0; i < count; ++i)
      cursors[i] = cursorOf(accesses[i]);
    if (step.pops == 1 && step.pushes == 1)
      repeat<1, 1>(task, step, times, index);
    else if (step.pops == 1 && step.pushes == 0)
      repeat<1, 0>(task, step, times, index);
    else if (step.pops == 0 && step.pushes == 1)
      repeat<0, 1>(task, step, times, index);
    else
      repeat<-1, -1>(task, step, times, index);
    for (int i = 0; i < count; ++i) {
      FifoState &state = fifos[accesses[i].fifo];
      if (accesses[i].isPush && state.firstPush < 0)
        state.firstPush = state.pushCycles[state.pushed & state.mask];
      (accesses[i].isPush ? state.pushed : state.popped) += times;
      state.highWater = std::max(state.highWater, cursors[i].highWater);
    }
    if (step.hasOwnFifo)
      for (int i = step.pops; i < count; ++i)
        compareLastPush(fifos[accesses[i].fifo]);
    for (int i = 0; i < count; ++i)
      wakeOther(accesses[i].fifo, accesses[i].isPush);
    events += times * count;
    done += times;
  }
  return done;
}

//===--------------------------------------------------------------------------------------------------------------===//
// Memories
//===--------------------------------------------------------------------------------------------------------------===//

int64_t SimulatorImpl::transferCycles(const PortState &port, int64_t tokens) const {
  if (tokens <= static_cast<int64_t>(port.transfer.size()))
    return port.transfer[tokens - 1];
  const Fifo &fifo = graph.fifos[port.fifo];
  return graph.memories[fifo.memory].serviceCycles((tokens * fifo.widthBits + 7) / 8);
}

/// Makes the requests of `port` whose cycles are known.
void SimulatorImpl::request(int index) {
  PortState &port = ports[index];
  FifoState &state = fifos[index];
  const Fifo &fifo = graph.fifos[index];
  while (true) {
    if (port.tokensLeft == 0) {
      if (graph.serial || port.launchesLeft == 1)
        return;
      --port.launchesLeft;
      port.tokensLeft = fifo.totalTokens;
    }
    int64_t tokens = std::min(fifo.burstTokens, port.tokensLeft), end = state.requested + tokens;
    int64_t cycle = port.readyCycle;
    if (port.isRead) {
      if (state.popped < end - state.depth)
        return;
      if (end > state.depth)
        cycle = std::max(cycle, state.popCycles[(end - state.depth - 1) & state.mask] + 1);
      for (int64_t token = state.requested; token < end; ++token) {
        state.reserved[token & state.mask] = cycle;
        int64_t other;
        while ((other = token - state.highWater) >= 0 && other < state.popped &&
               state.popCycles[other & state.mask] >= cycle)
          ++state.highWater;
      }
    } else {
      if (state.pushed < end)
        return;
      cycle = std::max(cycle, state.pushCycles[(end - 1) & state.mask] + 1);
    }
    requests.push({cycle, index, tokens});
    state.requested = end;
    port.tokensLeft -= tokens;
    port.readyCycle = cycle + 1;
  }
}

void SimulatorImpl::serveRequests() {
  int64_t limit = requests.top().cycle + lookahead;
  while (!requests.empty() && requests.top().cycle <= limit) {
    Request request = requests.top();
    requests.pop();
    serve(request);
  }
}

void SimulatorImpl::serve(const Request &request) {
  PortState &port = ports[request.port];
  FifoState &state = fifos[request.port];
  const Fifo &fifo = graph.fifos[request.port];
  const Memory &memory = graph.memories[fifo.memory];
  int64_t begin = std::max(memoryFree[fifo.memory], request.cycle + 1);
  int64_t service = transferCycles(port, request.tokens);
  memoryFree[fifo.memory] = begin + service;
  MemoryActivity &activity = memories[fifo.memory];
  ++activity.bursts;
  activity.bytes += (request.tokens * fifo.widthBits + 7) / 8;
  activity.busyCycles += service;
  events += request.tokens;
  if (trace)
    trace->addService(fifo.memory, begin, begin + service);
  if (port.isRead) {
    if (state.firstPush < 0)
      state.firstPush = begin + memory.latencyCycles + transferCycles(port, 1) - 1;
    for (int64_t k = 1; k <= request.tokens; ++k)
      state.pushCycles[state.pushed++ & state.mask] = begin + memory.latencyCycles + transferCycles(port, k) - 1;
    if (state.readerWaits) {
      state.readerWaits = false;
      wake(fifo.reader);
    }
    return;
  }
  for (int64_t k = 1; k <= request.tokens; ++k) {
    int64_t leaves = begin + transferCycles(port, k) - 1;
    state.popCycles[state.popped & state.mask] = leaves;
    while (state.popped + state.highWater < state.pushed &&
           leaves >= state.pushCycles[(state.popped + state.highWater) & state.mask])
      ++state.highWater;
    ++state.popped;
  }
  if (state.writerWaits) {
    state.writerWaits = false;
    wake(fifo.writer);
  }
  port.tokensServed += request.tokens;
  if (port.tokensServed < fifo.totalTokens)
    return;
  port.tokensServed = 0;
  int64_t end = begin + service + memory.latencyCycles;
  serialEnd = std::max(serialEnd, end);
  if (++port.launchesServed == 1)
    firstEnd = std::max(firstEnd, end);
  if (port.launchesServed == graph.launches)
    lastEnd = std::max(lastEnd, end);
}

//===--------------------------------------------------------------------------------------------------------------===//
// Results
//===--------------------------------------------------------------------------------------------------------------===//

Activity SimulatorImpl::activity() const {
  Activity result;
  result.finished = llvm::all_of(tasks, [](const TaskState &task) { return task.finished; });
  result.firstEndCycle = firstEnd;
  result.latencyCycles = lastEnd;
  result.memories = memories;
  result.events = events;
  // Tokens that are never popped, those of a deadlock, were not compared.
  for (const FifoState &state : fifos) {
    result.highWater.push_back(std::max(state.highWater, state.markCount() - state.popped));
    result.firstPush.push_back(state.firstPush);
  }
  for (auto [index, task] : llvm::enumerate(tasks)) {
    TaskActivity activity = task.activity;
    // The cycles of launches so far, less those of stalls; of a launch that is not finished the cycles so far.
    if (!task.finished && !task.atBarrier)
      activity.busyCycles += std::max<int64_t>(0, task.now - task.launchBegin);
    activity.busyCycles -= activity.starvedCycles + activity.blockedCycles;
    result.tasks.push_back(activity);
    if (task.finished || task.atBarrier)
      continue;
    const FlatStep &step = task.flat.steps[task.step];
    WaitingTask waiting{static_cast<int>(index), {}};
    for (int i = 0; i < step.accessCount(); ++i) {
      const FlatAccess &access = task.flat.accesses[step.firstAccess + i];
      const FifoState &state = fifos[access.fifo];
      if (access.isPush ? !state.unbounded && state.room() == 0 : state.held() == 0)
        waiting.on.push_back({access.fifo, access.isPush});
    }
    result.waiting.push_back(std::move(waiting));
  }
  return result;
}

Simulator::Simulator(const Graph &graph, TraceRecorder *trace) : Simulator(graph, getDepths(graph), trace) {}
Simulator::Simulator(const Graph &graph, const std::vector<int64_t> &depths, TraceRecorder *trace)
    : impl(std::make_unique<SimulatorImpl>(graph, depths, trace)) {}
Simulator::~Simulator() = default;
bool Simulator::run() { return impl->run(); }
Activity Simulator::activity() const { return impl->activity(); }
std::vector<Simulator::Wait> Simulator::findCycle() const { return impl->findCycle(); }
int64_t Simulator::growthNeeded(const std::vector<Wait> &cycle, size_t index) const {
  return impl->growthNeeded(cycle, index);
}
void Simulator::grow(int fifo, int64_t tokens) { impl->grow(fifo, tokens); }
int64_t Simulator::depth(int fifo) const { return impl->depth(fifo); }

Activity timed::simulate(const Graph &graph, const std::vector<int64_t> &depths) {
  Simulator simulator(graph, depths);
  simulator.run();
  return simulator.activity();
}

Activity timed::simulate(const Graph &graph) { return simulate(graph, getDepths(graph)); }

std::vector<int64_t> timed::getDepths(const Graph &graph) {
  std::vector<int64_t> depths;
  for (const Fifo &fifo : graph.fifos)
    depths.push_back(fifo.depthTokens);
  return depths;
}

std::vector<int64_t> timed::getUnboundedDepths(const Graph &graph) {
  TokenCounts counts = countTokens(graph);
  std::vector<int64_t> depths;
  for (auto [index, fifo] : llvm::enumerate(graph.fifos))
    depths.push_back(fifo.isPort()
                         ? fifo.depthTokens
                         : std::max(fifo.depthTokens, fifo.initialTokens + counts.pushes[index] * graph.launches));
  return depths;
}
