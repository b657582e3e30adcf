//===- RandomGraphs.cpp - Valid timed graphs of every kind ----------------------------------------------------===//

#include "RandomGraphs.h"
#include <algorithm>
#include <map>
#include <numeric>
#include <random>

using namespace st::clocked;

namespace {

/// The same choices on every machine: the library's distributions are not specified that far.
class Random {
public:
  explicit Random(uint64_t seed) : generator(seed * 0x9e3779b97f4a7c15ull + 1) {}

  int64_t below(int64_t count) { return int64_t(generator() % uint64_t(count)); }
  /// `low` to `high`, both included.
  int64_t between(int64_t low, int64_t high) { return low + below(high - low + 1); }
  bool chance(int percent) { return below(100) < percent; }
  template <typename T> T pick(std::initializer_list<T> choices) { return choices.begin()[below(choices.size())]; }
  template <typename T> void shuffle(std::vector<T> &list) {
    for (size_t i = list.size(); i > 1; --i)
      std::swap(list[i - 1], list[below(i)]);
  }

private:
  std::mt19937_64 generator;
};

/// What a task has to move through one side of a FIFO.
struct Use {
  std::string fifo;
  bool isPop;
  int64_t count;
};
using Uses = std::vector<Use>;

/// A number that divides every count.
int64_t commonDivisor(const Uses &uses) {
  int64_t divisor = 0;
  for (const Use &use : uses)
    divisor = std::gcd(divisor, use.count);
  return divisor;
}

Uses divided(Uses uses, int64_t divisor) {
  for (Use &use : uses)
    use.count /= divisor;
  return uses;
}

void append(std::vector<Statement> &body, std::vector<Statement> more) {
  for (Statement &statement : more)
    body.push_back(std::move(statement));
}

class Generator {
public:
  explicit Generator(uint64_t seed) : random(seed), nests(isLoopNest(seed)) {}
  Graph run();

private:
  using Body = std::vector<Statement>;

  Body makeBody(Uses uses, int level);
  Body makeNest(const Uses &uses, int level);
  Statement makePipeline(const Uses &uses, int64_t trips);
  Statement scheduleLoop(const Uses &uses, int64_t trips);
  Body makeSequence(Uses uses);
  Statement makeDelay() { return {Statement::Delay, random.chance(10) ? 0 : random.between(1, 12)}; }
  Statement makeLoop(int64_t trips, Body body) {
    Statement loop(Statement::Loop, trips);
    loop.body = std::move(body);
    return loop;
  }
  int64_t divisorOf(int64_t number);
  /// Most operations of one FIFO that an iteration should have.
  static constexpr int64_t crowd = 5;

  int64_t chooseRate();
  int64_t chooseDepth(int64_t tokensPerLaunch);
  int64_t chooseWidth() { return random.pick<int64_t>({1, 8, 8, 12, 16, 32, 32, 64, 100, 128, 512}); }
  void addChannel(int from, int to, bool isFeedback);
  void addPort(int task, bool reads);

  Random random;
  bool nests;
  Graph graph;
  /// Of each task.
  std::vector<Uses> uses;
  /// Trips that all tasks have in common, and the tokens of most FIFOs in each.
  int64_t frames, rate;
  /// How deep this graph's FIFOs are, in percent: those that hold all tokens of a launch, and, of the others, those
  /// that hold hardly any.
  int ample, shallow;
};

/// A divisor of `number`, more often one in the middle than 1 or the number itself.
int64_t Generator::divisorOf(int64_t number) {
  std::vector<int64_t> divisors;
  for (int64_t i = 1; i <= number; ++i)
    if (number % i == 0)
      divisors.push_back(i);
  size_t a = random.below(divisors.size()), b = random.below(divisors.size());
  return divisors[(a + b) / 2];
}

/// An innermost loop: an iteration pops its operands, computes with a chain of operators, pushes what comes out, and
/// may update an accumulator. The loop is pipelined as densely as that allows.
Statement Generator::scheduleLoop(const Uses &uses, int64_t trips) {
  Statement pipeline(Statement::Pipeline, trips);
  for (const Use &use : uses)
    pipeline.ii = std::max(pipeline.ii, use.count / trips);
  // Cycles after which each operator of the chain has its operands.
  std::vector<int64_t> ready = {0};
  for (int64_t i = random.between(0, 4); i > 0; --i)
    ready.push_back(ready.back() + random.pick<int64_t>({0, 1, 1, 2, 3, 4, 7}));
  if (random.chance(35)) {
    // The same accumulator is used again `distance` iterations later, not before it is updated.
    int64_t update = random.pick<int64_t>({1, 2, 4, 7}), distance = random.pick<int64_t>({1, 1, 2, 3, 4, 8});
    pipeline.ii = std::max(pipeline.ii, (update + distance - 1) / distance);
    ready.push_back(ready.back() + update);
  }
  // The earliest cycle, not before `from`, in which no iteration uses the FIFO.
  std::map<std::string, std::set<int64_t>> taken;
  auto place = [&](const Use &use, int64_t from) {
    while (!taken[use.fifo + (use.isPop ? "<" : ">")].insert(from % pipeline.ii).second)
      ++from;
    pipeline.operations.push_back({use.isPop, use.fifo, from});
    pipeline.depth = std::max(pipeline.depth, from + 1);
    return from;
  };
  // The first operator needs its operand at once, and the others theirs when they begin.
  int64_t late = 0;
  for (const Use &use : uses)
    for (int64_t i = 0; use.isPop && i < use.count / trips; ++i) {
      int64_t from = random.chance(70) ? 0 : ready[random.below(ready.size())];
      late = std::max(late, place(use, from) + 1 - from);
    }
  for (const Use &use : uses)
    for (int64_t i = 0; !use.isPop && i < use.count / trips; ++i)
      place(use, late + (random.chance(80) ? ready.back() : ready[random.below(ready.size())]));
  // An accumulator that is stored after the last push.
  if (random.chance(20))
    pipeline.depth += random.between(1, 4);
  return pipeline;
}

/// `trips` iterations that move the tokens of `uses` together; its counts are multiples of `trips`.
Statement Generator::makePipeline(const Uses &uses, int64_t trips) {
  if (nests)
    return scheduleLoop(uses, trips);
  Statement pipeline(Statement::Pipeline, trips);
  int64_t most = 1;
  for (const Use &use : uses)
    most = std::max(most, use.count / trips);
  pipeline.ii = most + (random.chance(60) ? 0 : random.between(0, 3));
  int64_t latency = random.chance(50) ? 0 : random.between(1, 9);
  bool atOnce = random.chance(30);
  for (const Use &use : uses) {
    // A pop is mostly early and a push late; the tokens of one FIFO are in cycles that differ modulo ii.
    int64_t first = use.isPop == !random.chance(10) ? 0 : latency;
    if (!atOnce)
      first += random.between(0, 2);
    std::vector<int64_t> slots(pipeline.ii);
    std::iota(slots.begin(), slots.end(), 0);
    if (random.chance(30))
      random.shuffle(slots);
    for (int64_t i = 0; i < use.count / trips; ++i) {
      int64_t at = first + slots[i] + (random.chance(10) ? pipeline.ii : 0);
      pipeline.operations.push_back({use.isPop, use.fifo, at});
      pipeline.depth = std::max(pipeline.depth, at + 1);
    }
  }
  if (random.chance(30))
    pipeline.depth += random.between(1, 6);
  return pipeline;
}

/// One FIFO after the other: first all that is read, as a converter does, or in any order.
Generator::Body Generator::makeSequence(Uses uses) {
  random.shuffle(uses);
  if (random.chance(80))
    std::stable_partition(uses.begin(), uses.end(), [](const Use &use) { return use.isPop; });
  Body body;
  for (const Use &use : uses) {
    body.push_back(makePipeline({use}, use.count));
    if (random.chance(20))
      body.push_back(makeDelay());
  }
  return body;
}

/// Statements that move exactly `uses`.
Generator::Body Generator::makeBody(Uses uses, int level) {
  uses.erase(std::remove_if(uses.begin(), uses.end(), [](const Use &use) { return use.count == 0; }), uses.end());
  if (uses.empty())
    return {};
  int64_t divisor = commonDivisor(uses);
  int64_t most = 0;
  for (const Use &use : uses)
    most = std::max(most, use.count);
  if (nests && level < 4 && divisor > 1 && random.chance(75))
    return makeNest(uses, level);

  int64_t choice = random.below(100);
  // All in one pipeline.
  if (choice < 45 && most / divisor <= crowd)
    return {makePipeline(uses, divisor)};
  // The same several times.
  if (choice < 70 && divisor > 1 && level < 4) {
    int64_t trips = divisorOf(divisor);
    return {makeLoop(trips, makeBody(divided(uses, trips), level + 1))};
  }
  // Some part first, as the lines that a window needs before it gives something.
  if (choice < 85 && most > 1 && level < 4) {
    Uses first = uses, rest = uses;
    int64_t percent = random.below(101);
    for (size_t i = 0; i < uses.size(); ++i) {
      first[i].count = random.chance(25) ? random.between(0, uses[i].count) : uses[i].count * percent / 100;
      rest[i].count = uses[i].count - first[i].count;
    }
    Body body = makeBody(first, level + 1);
    append(body, makeBody(rest, level + 1));
    return body;
  }
  return makeSequence(uses);
}

/// A loop around: what is read before the inner loops, the inner loops, and what is written after them.
Generator::Body Generator::makeNest(const Uses &uses, int level) {
  int64_t divisor = commonDivisor(uses);
  int64_t trips = random.chance(15) ? divisor : divisorOf(divisor);
  Uses before, inside, after;
  for (const Use &use : divided(uses, trips)) {
    int64_t choice = random.below(100);
    if (choice < 40)
      inside.push_back(use);
    else if (random.chance(90) == use.isPop)
      before.push_back(use);
    else
      after.push_back(use);
  }
  Body body;
  if (!before.empty())
    append(body, makeBody(before, level + 1));
  if (random.chance(25))
    body.push_back(makeDelay());
  if (!inside.empty())
    append(body, makeBody(inside, level + 1));
  else if (random.chance(40))
    body.push_back(makeLoop(random.between(1, 4), {makeDelay(), makeLoop(random.between(0, 3), {makeDelay()})}));
  if (!after.empty())
    append(body, makeBody(after, level + 1));
  // A nest without anything between its loops is a single loop of all iterations, as HLS flattens it.
  if (body.size() == 1 && body.front().kind == Statement::Pipeline && random.chance(70)) {
    body.front().count *= trips;
    return body;
  }
  return {makeLoop(trips, std::move(body))};
}

int64_t Generator::chooseRate() {
  if (random.chance(65))
    return rate;
  if (random.chance(50))
    return rate * random.between(2, 4);
  return std::max<int64_t>(1, random.chance(50) ? rate / random.between(2, 4) : random.between(1, 8));
}

int64_t Generator::chooseDepth(int64_t tokensPerLaunch) {
  if (random.chance(ample))
    return tokensPerLaunch + random.between(0, 2);
  if (random.chance(shallow))
    return random.between(1, 3);
  switch (random.below(4)) {
  case 0:
    return random.between(2, 12);
  case 1:
    return std::max<int64_t>(1, tokensPerLaunch / frames + random.between(-1, 2));
  case 2:
    return std::max<int64_t>(1, tokensPerLaunch + random.between(-1, 1));
  default:
    return std::max<int64_t>(1, tokensPerLaunch / 2);
  }
}

void Generator::addChannel(int from, int to, bool isFeedback) {
  Channel channel;
  channel.name = "c" + std::to_string(graph.channels.size());
  channel.from = graph.tasks[from].name;
  channel.to = graph.tasks[to].name;
  channel.width = chooseWidth();
  int64_t tokens = frames * chooseRate();
  channel.depth = chooseDepth(tokens);
  if (isFeedback) {
    channel.initial = random.pick<int64_t>({1, tokens / frames, tokens / frames, tokens, tokens, tokens});
    channel.depth = std::max(channel.depth, channel.initial + random.between(0, 2));
    channel.feedback = random.chance(50);
  } else if (random.chance(5)) {
    channel.initial = random.between(1, channel.depth);
  }
  graph.channels.push_back(channel);
  uses[from].push_back({channel.name, false, tokens});
  uses[to].push_back({channel.name, true, tokens});
}

void Generator::addPort(int task, bool reads) {
  if (graph.memories.empty() || (graph.memories.size() < 3 && random.chance(25)))
    graph.memories.push_back({"m" + std::to_string(graph.memories.size()),
                              random.pick<int64_t>({1, 3, 4, 8, 8, 16, 32, 64}),
                              random.pick<int64_t>({1, 1, 1, 1, 2, 3, 5}), random.pick<int64_t>({0, 1, 2, 5, 20, 64})});
  Port port;
  port.name = "p" + std::to_string(graph.ports.size());
  port.reads = reads;
  port.memory = graph.memories[random.below(graph.memories.size())].name;
  port.task = graph.tasks[task].name;
  port.width = chooseWidth();
  port.tokens = frames * chooseRate();
  port.depth = chooseDepth(port.tokens);
  port.burst = random.chance(40) ? port.depth : random.between(1, port.depth);
  if (random.chance(40))
    port.depth = std::min(2 * port.burst, port.depth + port.burst);
  // Room for the next launch, too.
  if (random.chance(20))
    port.depth += port.tokens;
  if (reads && random.chance(15))
    port.from = random.between(1, 60);
  graph.ports.push_back(port);
  uses[task].push_back({port.name, reads, port.tokens});
}

Graph Generator::run() {
  int count = int(random.chance(35) ? random.between(2, 5) : random.between(1, 12));
  frames = random.pick<int64_t>({1, 2, 3, 4, 6, 8, 12, 16, 24});
  rate = random.pick<int64_t>({1, 2, 3, 4, 6, 8, 12});
  ample = int(random.pick<int64_t>({0, 20, 70, 97}));
  shallow = int(random.pick<int64_t>({5, 20, 50, 80}));
  for (int i = 0; i < count; ++i) {
    Task task;
    task.name = "t" + std::to_string(i);
    if (random.chance(12))
      task.start = random.between(1, 50);
    graph.tasks.push_back(task);
  }
  uses.resize(count);
  std::vector<bool> isRead(count), isFed(count);
  for (int i = 1; i < count; ++i) {
    int inputs = random.chance(12) ? 0 : random.chance(70) ? 1 : int(random.between(2, 3));
    for (int k = 0; k < inputs; ++k) {
      int from = random.chance(45) ? i - 1 : int(random.below(i));
      addChannel(from, i, false);
      isRead[from] = isFed[i] = true;
    }
  }
  for (int i = 0; i < count; ++i) {
    if (random.chance(isFed[i] ? 8 : 65))
      addPort(i, true);
    if (random.chance(isRead[i] ? 8 : 65))
      addPort(i, false);
  }
  if (random.chance(15))
    for (int k = int(random.between(1, 2)); k > 0; --k) {
      int to = int(random.below(count));
      addChannel(int(random.between(to, count - 1)), to, true);
    }
  for (int i = 0; i < count; ++i) {
    std::vector<Statement> &body = graph.tasks[i].body;
    if (random.chance(15))
      body.push_back(makeDelay());
    append(body, makeBody(uses[i], 0));
    if (random.chance(10))
      body.push_back(makeDelay());
  }
  if (random.chance(35)) {
    graph.launches = random.between(2, 4);
    graph.serial = random.chance(40);
  }
  // A model that looks at tasks one after the other must not see them in the order of the data only.
  random.shuffle(graph.tasks);
  return std::move(graph);
}

} // namespace

Graph st::clocked::makeRandomGraph(uint64_t seed) { return Generator(seed).run(); }

static int nestingOf(const std::vector<Statement> &body) {
  int nesting = 0;
  for (const Statement &statement : body)
    if (statement.kind != Statement::Delay)
      nesting = std::max(nesting, 1 + nestingOf(statement.body));
  return nesting;
}

/// Pops everything of a phase before it pushes: a pipeline of pops alone, and one of pushes alone.
static bool fillsThenDrains(const std::vector<Statement> &body) {
  bool fills = false;
  for (const Statement &statement : body) {
    if (fillsThenDrains(statement.body))
      return true;
    if (statement.kind != Statement::Pipeline)
      continue;
    bool pops = false, pushes = false;
    for (const Operation &operation : statement.operations)
      (operation.isPop ? pops : pushes) = true;
    if (fills && pushes && !pops)
      return true;
    fills |= pops && !pushes;
  }
  return false;
}

/// A pipeline that begins iterations less often than its FIFOs ask for.
static bool hasRecurrence(const std::vector<Statement> &body) {
  for (const Statement &statement : body) {
    if (hasRecurrence(statement.body))
      return true;
    std::map<std::pair<std::string, bool>, int64_t> uses;
    int64_t most = 1;
    for (const Operation &operation : statement.operations)
      most = std::max(most, ++uses[{operation.fifo, operation.isPop}]);
    if (statement.ii > most)
      return true;
  }
  return false;
}

std::set<std::string> st::clocked::featuresOf(const Graph &graph) {
  std::set<std::string> features;
  std::map<std::string, int> index, in, out;
  for (size_t i = 0; i < graph.tasks.size(); ++i)
    index[graph.tasks[i].name] = int(i);
  // Tasks that are connected already: another channel between them closes an undirected cycle.
  std::vector<int> group(graph.tasks.size());
  std::iota(group.begin(), group.end(), 0);
  std::map<std::string, std::set<int64_t>> rates;
  // Feedback: the data of a channel comes back to its writer.
  auto isFeedback = [&](const Channel &channel) {
    std::set<std::string> reached = {channel.to};
    for (size_t before = 0; before != reached.size();) {
      before = reached.size();
      for (const Channel &each : graph.channels)
        if (reached.count(each.from))
          reached.insert(each.to);
    }
    return reached.count(channel.from) > 0;
  };
  for (const Channel &channel : graph.channels) {
    ++out[channel.from];
    ++in[channel.to];
    int from = index[channel.from], to = index[channel.to];
    int64_t tokens = tokensOf(graph.tasks[from].body, channel.name, false);
    rates[channel.from].insert(tokens);
    rates[channel.to].insert(tokens);
    if (isFeedback(channel))
      features.insert("feedback");
    else if (group[from] == group[to])
      features.insert("re-convergence");
    if (channel.depth == 1)
      features.insert("depth 1");
    if (channel.initial)
      features.insert("initial tokens");
    std::replace(group.begin(), group.end(), int(group[from]), int(group[to]));
  }
  std::map<std::string, int> users, ends;
  for (const Channel &channel : graph.channels)
    ++ends[channel.from], ++ends[channel.to];
  for (const Port &port : graph.ports)
    ++ends[port.task];
  for (const Port &port : graph.ports) {
    features.insert(port.reads ? "read port" : "write port");
    if (++users[port.memory] > 1)
      features.insert("shared memory");
    rates[port.task].insert(port.tokens);
  }
  for (const Task &task : graph.tasks) {
    if (out[task.name] > 1)
      features.insert("fork");
    if (in[task.name] > 1)
      features.insert("join");
    if (rates[task.name].size() > 1)
      features.insert("multi-rate");
    if (nestingOf(task.body) > 2)
      features.insert("nest of 3 or more");
    if (fillsThenDrains(task.body)) {
      features.insert("fill then drain");
      if (in[task.name] == 1 && out[task.name] == 1 && ends[task.name] == 2)
        features.insert("converter");
    }
    if (hasRecurrence(task.body))
      features.insert("II of a recurrence");
  }
  if (graph.launches > 1)
    features.insert(graph.serial ? "serial launches" : "overlapped launches");
  return features;
}
