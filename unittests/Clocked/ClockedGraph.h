//===- ClockedGraph.h - Timed graphs as the clocked model reads them --------------------------------*- C++ -*-===//
//
// A reader and a printer of docs/graph-format.md that share nothing with lib/Simulate but that page.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_UNITTESTS_CLOCKED_CLOCKEDGRAPH_H
#define ST_UNITTESTS_CLOCKED_CLOCKEDGRAPH_H

#include <cstdint>
#include <string>
#include <vector>

namespace st::clocked {

struct Operation {
  bool isPop;
  std::string fifo;
  int64_t at;
};

/// `delay`: only `count`, its cycles. `loop`: `count` trips of `body`. `pipeline`: all but `body`.
struct Statement {
  enum Kind { Delay, Loop, Pipeline };

  Statement(Kind kind, int64_t count) : kind(kind), count(count) {}

  Kind kind;
  int64_t count;
  int64_t ii = 1;
  int64_t depth = 1;
  std::vector<Operation> operations;
  std::vector<Statement> body;
};

struct Task {
  std::string name;
  int64_t start = 0;
  std::vector<Statement> body;
};

struct Memory {
  std::string name;
  int64_t bytes, cycles, latency;
};

struct Channel {
  std::string name, from, to;
  int64_t width, depth, initial = 0;
  /// Says something about sizing, and nothing about time.
  bool feedback = false;
};

struct Port {
  std::string name;
  bool reads;
  std::string memory, task;
  int64_t width, depth, burst, tokens, from = 0;
};

struct Graph {
  std::vector<Memory> memories;
  std::vector<Channel> channels;
  std::vector<Port> ports;
  std::vector<Task> tasks;
  int64_t launches = 1;
  bool serial = false;
};

/// Reads `text`. On a mistake returns false with what is wrong in `error`; `check` is part of it.
bool parse(const std::string &text, Graph &graph, std::string &error);

/// What the page demands of names, numbers and the balance of tokens.
bool check(const Graph &graph, std::string &error);

std::string print(const Graph &graph);

/// Cycles of local time that one launch of `body` takes.
int64_t cyclesOf(const std::vector<Statement> &body);

/// Tokens that one launch of `body` pops from (or pushes into) `fifo`.
int64_t tokensOf(const std::vector<Statement> &body, const std::string &fifo, bool isPop);

} // namespace st::clocked

#endif // ST_UNITTESTS_CLOCKED_CLOCKEDGRAPH_H
