#include "Simulate/Graph.h"

#include "Support/Units.h"

using namespace st;
using namespace st::timed;

int64_t Memory::serviceCycles(int64_t bytes) const {
  return static_cast<int64_t>((static_cast<__int128>(bytes) * rateCycles + rateBytes - 1) / rateBytes);
}

Statement Statement::delay(int64_t cycles) {
  Statement statement;
  statement.cycles = cycles;
  return statement;
}

Statement Statement::loop(int64_t trips, std::vector<Statement> body) {
  Statement statement;
  statement.kind = Kind::Loop;
  statement.trips = trips;
  statement.body = std::move(body);
  return statement;
}

Statement Statement::pipeline(int64_t trips, int64_t ii, int64_t depthCycles, std::vector<Access> accesses) {
  Statement statement;
  statement.kind = Kind::Pipeline;
  statement.trips = trips;
  statement.ii = ii;
  statement.depthCycles = depthCycles;
  statement.accesses = std::move(accesses);
  return statement;
}

int Graph::addTask(llvm::StringRef name, Program program) {
  tasks.push_back({name.str(), 0, std::move(program)});
  return static_cast<int>(tasks.size()) - 1;
}

int Graph::addMemory(llvm::StringRef name, int64_t rateBytes, int64_t rateCycles, int64_t latencyCycles) {
  memories.push_back({name.str(), rateBytes, rateCycles, latencyCycles});
  return static_cast<int>(memories.size()) - 1;
}

static int addFifo(Graph &graph, llvm::StringRef name, int writer, int reader, int64_t widthBits, int64_t depthTokens) {
  Fifo fifo;
  fifo.name = name.str();
  fifo.writer = writer;
  fifo.reader = reader;
  fifo.widthBits = widthBits;
  fifo.depthTokens = depthTokens;
  graph.fifos.push_back(std::move(fifo));
  return static_cast<int>(graph.fifos.size()) - 1;
}

int Graph::addChannel(llvm::StringRef name, int writer, int reader, int64_t widthBits, int64_t depthTokens) {
  return addFifo(*this, name, writer, reader, widthBits, depthTokens);
}

int Graph::addReadPort(llvm::StringRef name, int memory, int reader, int64_t widthBits, int64_t depthTokens,
                       int64_t burstTokens, int64_t totalTokens) {
  int index = addFifo(*this, name, -1, reader, widthBits, depthTokens);
  fifos[index].memory = memory;
  fifos[index].burstTokens = burstTokens;
  fifos[index].totalTokens = totalTokens;
  return index;
}

int Graph::addWritePort(llvm::StringRef name, int memory, int writer, int64_t widthBits, int64_t depthTokens,
                        int64_t burstTokens, int64_t totalTokens) {
  int index = addReadPort(name, memory, -1, widthBits, depthTokens, burstTokens, totalTokens);
  fifos[index].writer = writer;
  return index;
}

int64_t timed::countCycles(const Program &program) {
  int64_t cycles = 0;
  for (const Statement &statement : program) {
    switch (statement.kind) {
    case Statement::Kind::Delay:
      cycles += statement.cycles;
      break;
    case Statement::Kind::Loop:
      cycles += statement.trips * countCycles(statement.body);
      break;
    case Statement::Kind::Pipeline:
      cycles += (statement.trips - 1) * statement.ii + statement.depthCycles;
      break;
    }
  }
  return cycles;
}

void timed::countTokens(const Program &program, TokenCounts &counts, int64_t times) {
  for (const Statement &statement : program) {
    if (statement.kind == Statement::Kind::Loop && statement.trips > 0)
      countTokens(statement.body, counts, times * statement.trips);
    if (statement.kind == Statement::Kind::Pipeline)
      for (const Access &access : statement.accesses)
        (access.isPush ? counts.pushes : counts.pops)[access.fifo] += times * statement.trips;
  }
}

TokenCounts timed::countTokens(const Graph &graph) {
  TokenCounts counts;
  counts.pops.resize(graph.fifos.size());
  counts.pushes.resize(graph.fifos.size());
  for (const Task &task : graph.tasks)
    countTokens(task.program, counts);
  return counts;
}
