#include "Optimize/KahnNetwork.h"

#include "Optimize/FifoSizingProblem.h"

#include <algorithm>
#include <cassert>

using namespace st;

KahnNetwork::KahnNetwork(const FifoSizingProblem &problem, llvm::ArrayRef<int64_t> depths) : problem(problem) {
  assert(depths.size() == problem.channels().size() && "one depth per channel");
  for (auto [channel, depth] : llvm::zip_equal(problem.channels(), depths))
    fifos.push_back({channel.writer, channel.reader, depth});
  tasks.resize(problem.tasks().size());
  for (auto [task, source] : llvm::zip_equal(tasks, problem.tasks()))
    compile(source.program, task, 0);
  for (size_t i = tasks.size(); i-- > 0;)
    wake(static_cast<int>(i));
}

/// Flattens `program`. Delays and empty loops vanish, a burst merges into the one before it, a loop of one burst
/// becomes one burst and a loop of one iteration its body.
void KahnNetwork::compile(const EventProgram &program, Task &task, int level) {
  size_t first = task.code.size();
  auto appendBurst = [&](int channel, bool isRead, int64_t tokens) {
    if (task.code.size() > first) {
      Instruction &previous = task.code.back();
      if (previous.kind == Instruction::Kind::Burst && previous.channel == channel && previous.isRead == isRead) {
        previous.tokens += tokens;
        return;
      }
    }
    Instruction burst{Instruction::Kind::Burst};
    burst.channel = channel;
    burst.isRead = isRead;
    burst.tokens = tokens;
    task.code.push_back(burst);
  };
  for (const Event &event : program) {
    switch (event.kind) {
    case Event::Kind::Delay:
      break;
    case Event::Kind::Read:
    case Event::Kind::Write:
      if (event.tokens > 0)
        appendBurst(event.channel, event.kind == Event::Kind::Read, event.tokens);
      break;
    case Event::Kind::Loop: {
      if (event.trips <= 0)
        break;
      size_t begin = task.code.size();
      task.code.push_back({Instruction::Kind::LoopBegin});
      compile(event.body, task, level + 1);
      size_t bodySize = task.code.size() - begin - 1;
      if (bodySize == 0) {
        task.code.pop_back();
        break;
      }
      if (event.trips == 1) {
        // Indices inside the body move by one.
        task.code.erase(task.code.begin() + begin);
        for (size_t i = begin; i < task.code.size(); ++i)
          if (task.code[i].kind != Instruction::Kind::Burst)
            --task.code[i].other;
        break;
      }
      if (bodySize == 1) {
        Instruction body = task.code.back();
        task.code.resize(begin);
        appendBurst(body.channel, body.isRead, body.tokens * event.trips);
        break;
      }
      ProgramTiming body = analyzeProgram(event.body);
      Instruction &loop = task.code[begin];
      loop.trips = event.trips;
      loop.level = level;
      loop.other = static_cast<int>(task.code.size());
      loop.trafficBegin = static_cast<int>(task.traffic.size());
      for (auto [channel, timing] : body.reads)
        task.traffic.push_back({channel, true, timing.tokens});
      for (auto [channel, timing] : body.writes)
        task.traffic.push_back({channel, false, timing.tokens});
      loop.trafficEnd = static_cast<int>(task.traffic.size());
      Instruction end{Instruction::Kind::LoopEnd};
      end.other = static_cast<int>(begin);
      end.level = level;
      task.code.push_back(end);
      if (static_cast<int>(task.counters.size()) <= level)
        task.counters.resize(level + 1, 0);
      break;
    }
    }
  }
}

void KahnNetwork::wake(int task) {
  if (tasks[task].queued || tasks[task].finished())
    return;
  tasks[task].queued = true;
  queue.push_back(task);
}

bool KahnNetwork::run() {
  while (!queue.empty()) {
    int task = queue.back();
    queue.pop_back();
    tasks[task].queued = false;
    runTask(task);
  }
  return llvm::all_of(tasks, [](const Task &task) { return task.finished(); });
}

void KahnNetwork::runTask(int index) {
  Task &task = tasks[index];
  while (!task.finished()) {
    const Instruction &instruction = task.code[task.pc];
    switch (instruction.kind) {
    case Instruction::Kind::LoopBegin:
      task.counters[instruction.level] = instruction.trips;
      runIterations(index, task);
      break;
    case Instruction::Kind::LoopEnd:
      if (--task.counters[instruction.level] == 0) {
        ++task.pc;
      } else {
        task.pc = instruction.other;
        runIterations(index, task);
      }
      break;
    case Instruction::Kind::Burst:
      if (!runBurst(index, task))
        return;
      break;
    }
  }
}

void KahnNetwork::runIterations(int index, Task &task) {
  const Instruction &loop = task.code[task.pc];
  int64_t &left = task.counters[loop.level];
  llvm::ArrayRef<Traffic> traffic =
      llvm::ArrayRef(task.traffic).slice(loop.trafficBegin, loop.trafficEnd - loop.trafficBegin);
  int64_t iterations = left;
  for (const Traffic &t : traffic) {
    const Fifo &fifo = fifos[t.channel];
    iterations = std::min(iterations, (t.isRead ? fifo.fill : fifo.depth - fifo.fill) / t.tokens);
    if (iterations == 0)
      break;
  }
  if (iterations > 0) {
    ++stepCount;
    for (const Traffic &t : traffic) {
      Fifo &fifo = fifos[t.channel];
      fifo.fill += (t.isRead ? -1 : 1) * t.tokens * iterations;
      wake(t.isRead ? fifo.writer : fifo.reader);
    }
    left -= iterations;
  }
  task.pc = left == 0 ? loop.other + 1 : task.pc + 1;
}

bool KahnNetwork::runBurst(int index, Task &task) {
  const Instruction &burst = task.code[task.pc];
  Fifo &fifo = fifos[burst.channel];
  if (task.left == 0)
    task.left = burst.tokens;
  // What the task at the other end has left of a burst on the same channel: both then move together, token by token as
  // far as the FIFO is concerned, in one step here.
  int peerIndex = burst.isRead ? fifo.writer : fifo.reader;
  Task &peer = tasks[peerIndex];
  int64_t peerLeft = 0;
  if (peerIndex != index && !peer.finished()) {
    const Instruction &other = peer.code[peer.pc];
    if (other.kind == Instruction::Kind::Burst && other.channel == burst.channel)
      peerLeft = peer.left ? peer.left : other.tokens;
  }
  int64_t pop, push;
  if (burst.isRead) {
    pop = std::min(task.left, fifo.fill + peerLeft);
    push = std::min(peerLeft, fifo.depth - fifo.fill + pop);
  } else {
    push = std::min(task.left, fifo.depth - fifo.fill + peerLeft);
    pop = std::min(peerLeft, fifo.fill + push);
  }
  if (push == 0 && pop == 0)
    return false;
  ++stepCount;
  fifo.fill += push - pop;
  int64_t mine = burst.isRead ? pop : push, theirs = burst.isRead ? push : pop;
  if (peerLeft > 0) {
    peer.left = peerLeft - theirs;
    if (peer.left == 0)
      ++peer.pc;
  }
  if (mine + theirs > 0)
    wake(peerIndex);
  task.left -= mine;
  if (task.left > 0)
    return false;
  ++task.pc;
  return true;
}

void KahnNetwork::grow(int channel, int64_t tokens) {
  fifos[channel].depth += tokens;
  wake(fifos[channel].writer);
}

KahnNetwork::Wait KahnNetwork::waitOf(int task) const {
  // A stopped task always stands at a burst.
  const Instruction &burst = tasks[task].code[tasks[task].pc];
  return {task, burst.channel, !burst.isRead};
}

std::vector<KahnNetwork::Wait> KahnNetwork::findCycle() const {
  // Every stopped task waits for exactly one other, and with equal token counts at both ends that one has stopped too:
  // following the waits ends in a cycle.
  std::vector<int> position(tasks.size(), -1);
  std::vector<Wait> path;
  auto it = llvm::find_if(tasks, [](const Task &task) { return !task.finished(); });
  if (it == tasks.end())
    return {};
  int task = static_cast<int>(it - tasks.begin());
  while (position[task] < 0) {
    position[task] = static_cast<int>(path.size());
    path.push_back(waitOf(task));
    const Fifo &fifo = fifos[path.back().channel];
    task = path.back().full ? fifo.reader : fifo.writer;
    if (tasks[task].finished())
      return {};
  }
  path.erase(path.begin(), path.begin() + position[task]);
  return path;
}

int64_t KahnNetwork::trafficOf(const Task &task, const Instruction &loop, int channel) const {
  for (int i = loop.trafficBegin; i < loop.trafficEnd; ++i)
    if (task.traffic[i].channel == channel)
      return task.traffic[i].tokens;
  return 0;
}

/// Tokens that `task` moves on channel `counted` from where it stands until its next token on channel `target`.
int64_t KahnNetwork::tokensBefore(const Task &task, int counted, int target) const {
  int64_t tokens = 0;
  for (int pc = task.pc; pc < static_cast<int>(task.code.size());) {
    const Instruction &instruction = task.code[pc];
    switch (instruction.kind) {
    case Instruction::Kind::Burst:
      if (instruction.channel == target)
        return tokens;
      if (instruction.channel == counted)
        tokens += pc == task.pc && task.left > 0 ? task.left : instruction.tokens;
      ++pc;
      break;
    case Instruction::Kind::LoopBegin:
      if (trafficOf(task, instruction, target) > 0) {
        ++pc;
      } else {
        tokens += trafficOf(task, instruction, counted) * instruction.trips;
        pc = instruction.other + 1;
      }
      break;
    case Instruction::Kind::LoopEnd: {
      // Reached only from inside the iteration that the task is in; loops begun by this walk end in `target`.
      const Instruction &loop = task.code[instruction.other];
      int64_t more = task.counters[instruction.level] - 1;
      if (more > 0 && trafficOf(task, loop, target) > 0) {
        pc = instruction.other + 1;
      } else {
        tokens += trafficOf(task, loop, counted) * more;
        ++pc;
      }
      break;
    }
    }
  }
  return tokens;
}

int64_t KahnNetwork::growthNeeded(llvm::ArrayRef<Wait> cycle, size_t index) const {
  const Wait &wait = cycle[index];
  const Wait &previous = cycle[(index + cycle.size() - 1) % cycle.size()];
  // Nothing is popped from the full FIFO meanwhile: its reader is in the cycle as well.
  return tokensBefore(tasks[wait.task], wait.channel, previous.channel);
}

llvm::Error KahnNetwork::describeDeadlock() const {
  auto describe = [&](const Wait &wait) {
    const Fifo &fifo = fifos[wait.channel];
    return WaitingTask{problem.tasks()[wait.task].name, problem.channels()[wait.channel].name, wait.full, fifo.depth,
                       problem.tasks()[wait.full ? fifo.reader : fifo.writer].name};
  };
  std::vector<WaitingTask> cycle, others;
  std::vector<bool> inCycle(tasks.size(), false);
  for (const Wait &wait : findCycle()) {
    cycle.push_back(describe(wait));
    inCycle[wait.task] = true;
  }
  for (size_t i = 0; i < tasks.size(); ++i)
    if (!tasks[i].finished() && !inCycle[i])
      others.push_back(describe(waitOf(static_cast<int>(i))));
  return llvm::make_error<DeadlockError>(std::move(cycle), std::move(others));
}
