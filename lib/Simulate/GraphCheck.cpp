// The rules of docs/graph-format.md, and bounds within which no sum of cycles, tokens or bytes overflows.
#include "Simulate/Graph.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace st;
using namespace st::timed;

/// Bound of a number of the text; far more than a design needs.
static constexpr int64_t largestNumber = int64_t(1) << 40;
/// Bound of what a task takes or moves in all launches: more than a design takes in a year.
static constexpr int64_t largestSum = int64_t(1) << 56;
static constexpr int64_t largestWidthBits = int64_t(1) << 20;
static constexpr unsigned deepestNest = 64;

namespace {
class GraphChecker {
public:
  GraphChecker(const Graph &graph) : graph(graph) {}

  std::optional<GraphError> check();

private:
  using Place = GraphError::Place;

  bool fail(Place place, int index, std::string message, int ordinal = 0) {
    error = GraphError{place, index, ordinal, std::move(message), false};
    return false;
  }
  bool checkName(Place place, int index, llvm::StringRef name, llvm::StringSet<> &names);
  /// Whether `value` lies between `least` and the largest number.
  bool checkNumber(Place place, int index, llvm::StringRef what, int64_t value, int64_t least, int ordinal = 0,
                   int64_t most = largestNumber);
  bool checkMemory(int index);
  bool checkFifo(int index);
  bool checkProgram(const Program &program, int64_t times, unsigned nesting);
  bool checkPipeline(const Statement &pipeline, int ordinal);
  bool checkTokens(int index, const TokenCounts &counts);
  /// Adds `amount`, tokens or cycles that happen `times` times, to what the task takes.
  bool count(int64_t amount, int64_t times, int ordinal);

  const Graph &graph;
  std::optional<GraphError> error;
  /// The task being checked, what it takes in all launches, and the statements and accesses before.
  int task = 0;
  int64_t counted = 0;
  int ordinals = 0;
};
} // namespace

bool GraphChecker::checkName(Place place, int index, llvm::StringRef name, llvm::StringSet<> &names) {
  bool isName =
      !name.empty() && llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.' || c == '-'; });
  if (!isName)
    return fail(place, index, "'" + name.str() + "' is no name: expected letters, digits, '_', '.' and '-'");
  if (!names.insert(name).second)
    return fail(place, index, "'" + name.str() + "' is declared twice");
  return true;
}

bool GraphChecker::checkNumber(Place place, int index, llvm::StringRef what, int64_t value, int64_t least, int ordinal,
                               int64_t most) {
  if (value < least)
    return fail(place, index, llvm::formatv("expected {0} of at least {1}, found {2}", what, least, value), ordinal);
  if (value > most)
    return fail(place, index, llvm::formatv("expected {0} of at most 2^{1}", what, llvm::Log2_64(most)), ordinal);
  return true;
}

bool GraphChecker::checkMemory(int index) {
  const Memory &memory = graph.memories[index];
  return checkNumber(Place::Memory, index, "a rate in bytes", memory.rateBytes, 1, 0, largestWidthBits) &&
         checkNumber(Place::Memory, index, "cycles of a rate", memory.rateCycles, 1, 0, largestWidthBits) &&
         checkNumber(Place::Memory, index, "a latency", memory.latencyCycles, 0);
}

bool GraphChecker::checkFifo(int index) {
  const Fifo &fifo = graph.fifos[index];
  int taskCount = static_cast<int>(graph.tasks.size());
  auto isTask = [&](int end) { return end >= 0 && end < taskCount; };
  if (fifo.isPort()
          ? isTask(fifo.writer) == isTask(fifo.reader) || fifo.memory >= static_cast<int>(graph.memories.size())
          : !isTask(fifo.writer) || !isTask(fifo.reader))
    return fail(Place::Fifo, index, "'" + fifo.name + "' lacks an end");
  if (!checkNumber(Place::Fifo, index, "a width", fifo.widthBits, 1, 0, largestWidthBits) ||
      !checkNumber(Place::Fifo, index, "a depth", fifo.depthTokens, 1))
    return false;
  if (fifo.initialTokens < 0 || fifo.initialTokens > fifo.depthTokens)
    return fail(Place::Fifo, index, llvm::formatv("expected at most {0} initial tokens, the depth", fifo.depthTokens));
  if (!fifo.isPort())
    return true;
  if (fifo.burstTokens < 1 || fifo.burstTokens > fifo.depthTokens)
    return fail(Place::Fifo, index, llvm::formatv("expected a burst of 1 to {0} tokens, the depth", fifo.depthTokens));
  return checkNumber(Place::Fifo, index, "a number of tokens", fifo.totalTokens, 1) &&
         checkNumber(Place::Fifo, index, "a cycle", fifo.fromCycle, 0);
}

bool GraphChecker::count(int64_t amount, int64_t times, int ordinal) {
  int64_t all;
  if (llvm::MulOverflow(amount, times, all) || llvm::AddOverflow(counted, all, counted) || counted > largestSum)
    return fail(Place::Statement, task, "the task takes more than 2^56 cycles or tokens", ordinal);
  return true;
}

bool GraphChecker::checkPipeline(const Statement &pipeline, int ordinal) {
  if (!checkNumber(Place::Statement, task, "trips", pipeline.trips, 1, ordinal) ||
      !checkNumber(Place::Statement, task, "an ii", pipeline.ii, 1, ordinal) ||
      !checkNumber(Place::Statement, task, "a depth", pipeline.depthCycles, 1, ordinal))
    return false;
  if (pipeline.accesses.empty())
    return fail(Place::Statement, task, "expected a pop or a push in the pipeline", ordinal);
  for (auto [i, access] : llvm::enumerate(pipeline.accesses)) {
    int place = ordinals++;
    if (access.fifo < 0 || access.fifo >= static_cast<int>(graph.fifos.size()))
      return fail(Place::Statement, task, "the access names no FIFO", place);
    const Fifo &fifo = graph.fifos[access.fifo];
    int end = access.isPush ? fifo.writer : fifo.reader;
    if (end != task) {
      std::string whose = end < 0 ? "a memory" : "'" + graph.tasks[end].name + "'";
      return fail(Place::Statement, task,
                  llvm::formatv("'{0}' {1} '{2}', whose {3} is {4}", graph.tasks[task].name,
                                access.isPush ? "pushes to" : "pops from", fifo.name,
                                access.isPush ? "writer" : "reader", whose),
                  place);
    }
    if (access.at < 0 || access.at >= pipeline.depthCycles)
      return fail(Place::Statement, task,
                  llvm::formatv("expected a cycle below {0}, the depth of the pipeline", pipeline.depthCycles), place);
    for (const Access &other : llvm::ArrayRef(pipeline.accesses).take_front(i))
      if (other.fifo == access.fifo && other.isPush == access.isPush && (other.at - access.at) % pipeline.ii == 0)
        return fail(Place::Statement, task,
                    llvm::formatv("'{0}' is {1} twice in the same cycle modulo ii {2}: a FIFO moves at most one "
                                  "token per cycle on each side",
                                  fifo.name, access.isPush ? "pushed" : "popped", pipeline.ii),
                    place);
  }
  return true;
}

bool GraphChecker::checkProgram(const Program &program, int64_t times, unsigned nesting) {
  if (nesting > deepestNest)
    return fail(Place::Task, task, llvm::formatv("expected loops nested at most {0} deep", deepestNest));
  for (const Statement &statement : program) {
    int ordinal = ordinals++;
    switch (statement.kind) {
    case Statement::Kind::Delay:
      if (!checkNumber(Place::Statement, task, "cycles", statement.cycles, 0, ordinal) ||
          !count(statement.cycles, times, ordinal))
        return false;
      break;
    case Statement::Kind::Loop:
      // What a loop without trips holds must be countable too.
      if (!checkNumber(Place::Statement, task, "trips", statement.trips, 0, ordinal) ||
          !count(statement.trips, times, ordinal) ||
          !checkProgram(statement.body, times * std::max<int64_t>(statement.trips, 1), nesting + 1))
        return false;
      break;
    case Statement::Kind::Pipeline: {
      if (!checkPipeline(statement, ordinal))
        return false;
      int64_t cycles;
      if (llvm::MulOverflow(statement.trips, statement.ii, cycles))
        cycles = largestSum;
      if (!count(cycles, times, ordinal) || !count(statement.depthCycles, times, ordinal) ||
          !count(statement.trips * static_cast<int64_t>(statement.accesses.size()), times, ordinal))
        return false;
      break;
    }
    }
  }
  return true;
}

bool GraphChecker::checkTokens(int index, const TokenCounts &counts) {
  const Fifo &fifo = graph.fifos[index];
  int64_t pops = counts.pops[index], pushes = counts.pushes[index];
  if (!fifo.isPort())
    return pops == pushes ||
           fail(Place::Fifo, index,
                llvm::formatv("channel '{0}': '{1}' pushes {2} tokens in a launch but '{3}' pops {4}", fifo.name,
                              graph.tasks[fifo.writer].name, pushes, graph.tasks[fifo.reader].name, pops));
  int64_t moved = fifo.isReadPort() ? pops : pushes;
  return moved == fifo.totalTokens ||
         fail(Place::Fifo, index,
              llvm::formatv("port '{0}' has {1} tokens in a launch but '{2}' {3} {4}", fifo.name, fifo.totalTokens,
                            graph.tasks[fifo.isReadPort() ? fifo.reader : fifo.writer].name,
                            fifo.isReadPort() ? "pops" : "pushes", moved));
}

std::optional<GraphError> GraphChecker::check() {
  llvm::StringSet<> memoryNames, fifoNames, taskNames;
  int memoryCount = graph.memories.size(), fifoCount = graph.fifos.size(), taskCount = graph.tasks.size();
  for (int i = 0; i < memoryCount; ++i)
    if (!checkName(Place::Memory, i, graph.memories[i].name, memoryNames) || !checkMemory(i))
      return error;
  for (int i = 0; i < fifoCount; ++i)
    if (!checkName(Place::Fifo, i, graph.fifos[i].name, fifoNames) || !checkFifo(i))
      return error;
  if (graph.launches < 1 || graph.launches > largestNumber)
    return GraphError{Place::Task, 0, 0, "expected at least 1 and at most 2^40 launches", false};
  for (task = 0; task < taskCount; ++task) {
    counted = ordinals = 0;
    if (!checkName(Place::Task, task, graph.tasks[task].name, taskNames) ||
        !checkNumber(Place::Task, task, "a start", graph.tasks[task].startCycle, 0) ||
        !checkProgram(graph.tasks[task].program, graph.launches, 0))
      return error;
  }
  TokenCounts counts = countTokens(graph);
  for (int i = 0; i < fifoCount; ++i)
    if (!checkTokens(i, counts)) {
      error->isTokenCount = true;
      return error;
    }
  return std::nullopt;
}

std::optional<GraphError> timed::checkGraph(const Graph &graph) { return GraphChecker(graph).check(); }
