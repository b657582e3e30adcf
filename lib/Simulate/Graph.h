// Timed graphs: tasks that push and pop tokens at known cycles, FIFOs of known depths, memories. docs/graph-format.md
// says what a graph means, cycle by cycle; this is its data, without any behaviour.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace st::timed {

/// An external memory channel: one burst at a time, first come, first served.
struct Memory {
  std::string name;
  /// `rateBytes` in `rateCycles` cycles.
  int64_t rateBytes = 1;
  int64_t rateCycles = 1;
  int64_t latencyCycles = 0;

  /// Cycles that moving `bytes` takes.
  int64_t serviceCycles(int64_t bytes) const;
};

/// A channel between two tasks, or a port between a task and a memory.
struct Fifo {
  std::string name;
  /// Indices of tasks; -1 where a port's memory is.
  int writer = -1;
  int reader = -1;
  int64_t widthBits = 0;
  int64_t depthTokens = 0;
  /// Channels: tokens at the beginning of cycle 0.
  int64_t initialTokens = 0;
  /// Channels: leads back to tasks before its writer, which read it only in a later repetition. Nothing about when
  /// tasks start follows from it.
  bool isFeedback = false;
  /// Ports: index of the memory, else -1.
  int memory = -1;
  /// Ports: tokens of a burst, and of all bursts of a launch.
  int64_t burstTokens = 0;
  int64_t totalTokens = 0;
  /// Read ports: no request before this cycle.
  int64_t fromCycle = 0;

  bool isPort() const { return memory >= 0; }
  bool isReadPort() const { return isPort() && writer < 0; }
  bool isWritePort() const { return isPort() && reader < 0; }
  /// Whether the reader cannot get anywhere before the writer has started.
  bool ordersTasks() const { return !isPort() && initialTokens == 0 && !isFeedback; }
};

/// A pop or push of one token in every iteration of a pipeline.
struct Access {
  /// Index of the FIFO.
  int fifo = -1;
  bool isPush = false;
  /// Cycles from the start of the iteration.
  int64_t at = 0;
};

/// One statement of a task.
struct Statement {
  enum class Kind { Delay, Loop, Pipeline };

  Kind kind = Kind::Delay;
  /// Delay.
  int64_t cycles = 0;
  /// Loop, Pipeline.
  int64_t trips = 0;
  /// Loop.
  std::vector<Statement> body;
  /// Pipeline: cycles from an iteration to the next, and of one iteration.
  int64_t ii = 1;
  int64_t depthCycles = 1;
  std::vector<Access> accesses;

  static Statement delay(int64_t cycles);
  static Statement loop(int64_t trips, std::vector<Statement> body);
  static Statement pipeline(int64_t trips, int64_t ii, int64_t depthCycles, std::vector<Access> accesses);
};

using Program = std::vector<Statement>;

struct Task {
  std::string name;
  int64_t startCycle = 0;
  Program program;
};

struct Graph {
  std::vector<Memory> memories;
  /// Channels and ports, in the order of the text: simultaneous requests of ports are served in it.
  std::vector<Fifo> fifos;
  std::vector<Task> tasks;
  int64_t launches = 1;
  bool serial = false;

  int addTask(llvm::StringRef name, Program program = {});
  int addChannel(llvm::StringRef name, int writer, int reader, int64_t widthBits, int64_t depthTokens = 2);
  int addMemory(llvm::StringRef name, int64_t rateBytes, int64_t rateCycles, int64_t latencyCycles);
  int addReadPort(llvm::StringRef name, int memory, int reader, int64_t widthBits, int64_t depthTokens,
                  int64_t burstTokens, int64_t totalTokens);
  int addWritePort(llvm::StringRef name, int memory, int writer, int64_t widthBits, int64_t depthTokens,
                   int64_t burstTokens, int64_t totalTokens);
};

/// Cycles of local time that `program` takes.
int64_t countCycles(const Program &program);

/// Tokens that `program` pops from or pushes to each of `fifos` FIFOs, by index.
struct TokenCounts {
  std::vector<int64_t> pops, pushes;
};
void countTokens(const Program &program, TokenCounts &counts, int64_t times = 1);
/// The counts of all tasks of `graph` in one launch.
TokenCounts countTokens(const Graph &graph);

/// A rule of docs/graph-format.md that a graph breaks.
struct GraphError {
  enum class Place { Memory, Fifo, Task, Statement };
  Place place = Place::Task;
  /// Of the memory, FIFO or task.
  int index = 0;
  /// Statement: number of the statement or access in its task, both counted in the order of the text from 0.
  int ordinal = 0;
  std::string message;
  /// Whether what is wrong is that the ends of a FIFO disagree on the number of tokens.
  bool isTokenCount = false;
};

/// The first rule that `graph` breaks, if any. All that simulates or prints a graph expects one that breaks none.
std::optional<GraphError> checkGraph(const Graph &graph);

} // namespace st::timed
