//===- Shrink.cpp - Smaller graphs of which the same is true --------------------------------------------------===//
//
// Greedy: each step is tried on a copy, which replaces the graph if it is valid and still interesting. Steps may well
// make invalid graphs (unbalanced channels); `check` sorts them out.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "RandomGraphs.h"
#include <algorithm>

using namespace st::clocked;

namespace {

using Body = std::vector<Statement>;
using Condition = std::function<bool(const Graph &)>;

/// Removes the operations on `fifo`, and pipelines that have no other; `keepTime` leaves a delay of the same length.
void removeFifo(Body &body, const std::string &fifo, bool keepTime) {
  Body result;
  for (Statement &statement : body) {
    removeFifo(statement.body, fifo, keepTime);
    std::vector<Operation> &operations = statement.operations;
    bool hadSome = !operations.empty();
    int64_t cycles = cyclesOf({statement});
    operations.erase(
        std::remove_if(operations.begin(), operations.end(), [&](const Operation &each) { return each.fifo == fifo; }),
        operations.end());
    if (!hadSome || !operations.empty())
      result.push_back(std::move(statement));
    else if (keepTime)
      result.push_back({Statement::Delay, cycles});
  }
  body = std::move(result);
}

void removeFifo(Graph &graph, const std::string &fifo, bool keepTime) {
  for (Task &task : graph.tasks)
    removeFifo(task.body, fifo, keepTime);
  auto isIt = [&](const auto &each) { return each.name == fifo; };
  graph.channels.erase(std::remove_if(graph.channels.begin(), graph.channels.end(), isIt), graph.channels.end());
  graph.ports.erase(std::remove_if(graph.ports.begin(), graph.ports.end(), isIt), graph.ports.end());
}

void removeTask(Graph &graph, size_t index, bool keepTime) {
  std::string name = graph.tasks[index].name;
  graph.tasks.erase(graph.tasks.begin() + index);
  std::vector<std::string> fifos;
  for (const Channel &channel : graph.channels)
    if (channel.from == name || channel.to == name)
      fifos.push_back(channel.name);
  for (const Port &port : graph.ports)
    if (port.task == name)
      fifos.push_back(port.name);
  for (const std::string &fifo : fifos)
    removeFifo(graph, fifo, keepTime);
}

void renameFifo(Body &body, const std::string &from, const std::string &to) {
  for (Statement &statement : body) {
    renameFifo(statement.body, from, to);
    for (Operation &operation : statement.operations)
      if (operation.fifo == from)
        operation.fifo = to;
  }
}

/// Removes the task between channels `in` and `out`: `in` leads to the reader of `out` then.
void bypassTask(Graph &graph, size_t in, size_t out) {
  std::string removed = graph.channels[in].to, kept = graph.channels[in].name, gone = graph.channels[out].name;
  std::string reader = graph.channels[out].to;
  graph.channels[in].to = reader;
  graph.channels.erase(graph.channels.begin() + out);
  for (size_t i = 0; i < graph.tasks.size(); ++i)
    if (graph.tasks[i].name == reader)
      renameFifo(graph.tasks[i].body, gone, kept);
  for (size_t i = 0; i < graph.tasks.size(); ++i)
    if (graph.tasks[i].name == removed)
      return removeTask(graph, i, /*keepTime=*/false);
}

/// All statements of `body`, an outer one before those in it.
void collect(Body &body, std::vector<Statement *> &statements) {
  for (Statement &statement : body) {
    statements.push_back(&statement);
    collect(statement.body, statements);
  }
}

std::vector<Statement *> statementsOf(Graph &graph) {
  std::vector<Statement *> statements;
  for (Task &task : graph.tasks)
    collect(task.body, statements);
  return statements;
}

/// Removes statement number `index` in the order of `collect`; the body of a loop stays when `unwrap` is set.
bool removeStatement(Body &body, size_t &index, bool unwrap) {
  for (size_t i = 0; i < body.size(); ++i) {
    if (index-- == 0) {
      Body inner = unwrap ? std::move(body[i].body) : Body();
      body.erase(body.begin() + i);
      body.insert(body.begin() + i, inner.begin(), inner.end());
      return true;
    }
    if (removeStatement(body[i].body, index, unwrap))
      return true;
  }
  return false;
}

/// The operations of one launch at each cycle of local time.
void unroll(const Body &body, std::vector<std::vector<Operation>> &due) {
  for (const Statement &statement : body) {
    size_t begin = due.size();
    if (statement.kind == Statement::Loop) {
      for (int64_t i = 0; i < statement.count; ++i)
        unroll(statement.body, due);
      continue;
    }
    due.resize(begin + cyclesOf({statement}));
    for (int64_t i = 0; i < statement.count && statement.kind == Statement::Pipeline; ++i)
      for (const Operation &operation : statement.operations)
        due[begin + i * statement.ii + operation.at].push_back({operation.isPop, operation.fifo, 0});
  }
}

/// The same behaviour without loops: a delay or a pipeline of one cycle after the other.
Body rolledOut(const std::vector<std::vector<Operation>> &due) {
  Body body;
  int64_t idle = 0;
  for (const std::vector<Operation> &operations : due) {
    if (operations.empty()) {
      ++idle;
      continue;
    }
    if (idle)
      body.push_back({Statement::Delay, idle});
    idle = 0;
    body.push_back({Statement::Pipeline, 1});
    body.back().operations = operations;
  }
  if (idle)
    body.push_back({Statement::Delay, idle});
  return body;
}

/// Removes tokens `first` to `first` + `count` - 1 of one launch from one side of a FIFO of a task.
void dropTokens(Graph &graph, const std::string &task, const std::string &fifo, bool isPop, int64_t first,
                int64_t count) {
  for (Task &each : graph.tasks) {
    if (each.name != task)
      continue;
    std::vector<std::vector<Operation>> due;
    unroll(each.body, due);
    int64_t token = 0;
    for (std::vector<Operation> &operations : due)
      operations.erase(std::remove_if(operations.begin(), operations.end(),
                                      [&](const Operation &operation) {
                                        if (operation.fifo != fifo || operation.isPop != isPop)
                                          return false;
                                        ++token;
                                        return token > first && token <= first + count;
                                      }),
                       operations.end());
    each.body = rolledOut(due);
  }
}

class Shrinker {
public:
  Shrinker(Graph graph, const Condition &isInteresting) : graph(std::move(graph)), isInteresting(isInteresting) {}

  Graph run() {
    for (bool again = true; again;) {
      again = removeParts();
      again |= lowerTrips();
      again |= simplifyNumbers();
      again |= simplifyStatements();
      // Unrolled tasks say less about where a difference comes from: only when nothing else helps.
      if (!again)
        again = dropSomeTokens();
    }
    return graph;
  }

private:
  /// Makes the change if the graph stays valid and interesting.
  template <typename Change> bool attempt(Change change) {
    Graph candidate = graph;
    change(candidate);
    for (Port &port : candidate.ports)
      for (const Task &task : candidate.tasks)
        if (task.name == port.task)
          port.tokens = tokensOf(task.body, port.name, port.reads);
    std::string error;
    if (print(candidate) == print(graph) || !check(candidate, error) || !isInteresting(candidate))
      return false;
    graph = std::move(candidate);
    return true;
  }

  bool removeParts() {
    bool changed = false;
    for (bool keepTime : {false, true}) {
      for (size_t i = graph.tasks.size(); i-- > 0;)
        changed |= attempt([&](Graph &g) { removeTask(g, i, keepTime); });
      std::vector<std::string> fifos;
      for (const Channel &channel : graph.channels)
        fifos.push_back(channel.name);
      for (const Port &port : graph.ports)
        fifos.push_back(port.name);
      for (const std::string &fifo : fifos)
        changed |= attempt([&](Graph &g) { removeFifo(g, fifo, keepTime); });
    }
    for (size_t in = 0; in < graph.channels.size(); ++in)
      for (size_t out = 0; out < graph.channels.size() && in < graph.channels.size(); ++out) {
        const Channel &a = graph.channels[in], &b = graph.channels[out];
        if (a.to == b.from && a.from != a.to && b.from != b.to)
          changed |= attempt([&](Graph &g) { bypassTask(g, in, out); });
      }
    for (size_t i = graph.memories.size(); i-- > 0;) {
      bool isUsed = false;
      for (const Port &port : graph.ports)
        isUsed |= port.memory == graph.memories[i].name;
      if (!isUsed)
        changed |= attempt([&](Graph &g) { g.memories.erase(g.memories.begin() + i); });
    }
    changed |= attempt([](Graph &g) { g.serial = false; });
    changed |= attempt([](Graph &g) { g.launches = 1; });
    changed |= graph.launches > 1 && attempt([](Graph &g) { --g.launches; });
    return changed;
  }

  /// Lowers trips in pairs of statements (of the two ends of a channel, one hopes) or in one alone, or all of a number.
  bool lowerTrips() {
    bool changed = false;
    size_t count = statementsOf(graph).size();
    for (size_t i = 0; i < count; ++i) {
      if (statementsOf(graph)[i]->kind == Statement::Delay)
        continue;
      int64_t trips = statementsOf(graph)[i]->count;
      for (int64_t fewer : {int64_t(1), trips / 2, trips - 1}) {
        if (fewer < 1 || fewer >= trips)
          continue;
        auto lower = [&](Statement &statement) {
          if (statement.kind != Statement::Delay && statement.count == trips)
            statement.count = fewer;
        };
        bool done = attempt([&](Graph &g) {
          for (Statement *each : statementsOf(g))
            lower(*each);
        });
        for (size_t j = i; j < count && !done; ++j)
          done = attempt([&](Graph &g) {
            lower(*statementsOf(g)[i]);
            if (j != i)
              lower(*statementsOf(g)[j]);
          });
        changed |= done;
        if (done)
          break;
      }
    }
    return changed;
  }

  /// Tries `low`, half of the number and one less for the number that `field` gives.
  template <typename Field> bool lower(Field field, int64_t low) {
    int64_t value = field(graph);
    for (int64_t smaller : {low, (value + low) / 2, value - 1})
      if (smaller >= low && smaller < value && attempt([&](Graph &g) { field(g) = smaller; }))
        return true;
    return false;
  }

  bool simplifyNumbers() {
    bool changed = false;
    for (size_t i = 0; i < graph.memories.size(); ++i) {
      changed |= lower([i](Graph &g) -> int64_t & { return g.memories[i].bytes; }, 1);
      changed |= lower([i](Graph &g) -> int64_t & { return g.memories[i].cycles; }, 1);
      changed |= lower([i](Graph &g) -> int64_t & { return g.memories[i].latency; }, 0);
    }
    for (size_t i = 0; i < graph.channels.size(); ++i) {
      changed |= lower([i](Graph &g) -> int64_t & { return g.channels[i].initial; }, 0);
      changed |= lower([i](Graph &g) -> int64_t & { return g.channels[i].depth; }, 1);
      changed |= lower([i](Graph &g) -> int64_t & { return g.channels[i].width; }, 1);
    }
    for (size_t i = 0; i < graph.ports.size(); ++i) {
      changed |= lower([i](Graph &g) -> int64_t & { return g.ports[i].burst; }, 1);
      changed |= lower([i](Graph &g) -> int64_t & { return g.ports[i].depth; }, 1);
      changed |= lower([i](Graph &g) -> int64_t & { return g.ports[i].from; }, 0);
      changed |= graph.ports[i].width != 8 && attempt([i](Graph &g) { g.ports[i].width = 8; });
    }
    for (size_t i = 0; i < graph.tasks.size(); ++i)
      changed |= lower([i](Graph &g) -> int64_t & { return g.tasks[i].start; }, 0);
    return changed;
  }

  bool simplifyStatements() {
    bool changed = false;
    for (size_t i = 0; i < statementsOf(graph).size(); ++i) {
      for (bool unwrap : {false, true})
        changed |= attempt([&](Graph &g) {
          size_t index = i;
          for (Task &task : g.tasks)
            if (removeStatement(task.body, index, unwrap))
              return;
        });
      if (i >= statementsOf(graph).size())
        break;
      const Statement statement = *statementsOf(graph)[i];
      if (statement.kind == Statement::Delay)
        changed |= lower([i](Graph &g) -> int64_t & { return statementsOf(g)[i]->count; }, 0);
      if (statement.kind != Statement::Pipeline)
        continue;
      for (size_t k = 0; k < statement.operations.size(); ++k)
        changed |= lower([i, k](Graph &g) -> int64_t & { return statementsOf(g)[i]->operations[k].at; }, 0);
      changed |= lower([i](Graph &g) -> int64_t & { return statementsOf(g)[i]->ii; }, 1);
      changed |= lower([i](Graph &g) -> int64_t & { return statementsOf(g)[i]->depth; }, 1);
    }
    return changed;
  }

  bool dropSomeTokens() {
    constexpr int64_t longest = 2000;
    for (const Task &task : graph.tasks)
      if (cyclesOf(task.body) > longest)
        return false;
    bool changed = false;
    auto drop = [&](const std::string &fifo, const std::string &from, const std::string &to) {
      int64_t tokens = 0;
      for (const Task &task : graph.tasks)
        tokens += tokensOf(task.body, fifo, true) * (task.name == to) +
                  tokensOf(task.body, fifo, false) * (to.empty() && task.name == from);
      for (int64_t count : {tokens / 2, tokens / 4, int64_t(1)})
        for (int64_t first = tokens - count; count > 0 && first >= 0 && tokens > 1; first -= count)
          if (attempt([&](Graph &g) {
                dropTokens(g, from, fifo, false, first, count);
                dropTokens(g, to, fifo, true, first, count);
              })) {
            tokens -= count;
            changed = true;
          }
    };
    for (size_t i = 0; i < graph.channels.size(); ++i) {
      Channel channel = graph.channels[i];
      drop(channel.name, channel.from, channel.to);
    }
    for (size_t i = 0; i < graph.ports.size(); ++i) {
      Port port = graph.ports[i];
      drop(port.name, port.reads ? "" : port.task, port.reads ? port.task : "");
    }
    return changed;
  }

  Graph graph;
  const Condition &isInteresting;
};

} // namespace

Graph st::clocked::shrink(Graph graph, const std::function<bool(const Graph &)> &isInteresting) {
  return Shrinker(std::move(graph), isInteresting).run();
}
