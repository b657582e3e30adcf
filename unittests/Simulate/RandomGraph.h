// Random timed graphs: forks, joins, several rates, feedback, memories.
#pragma once

#include "Simulate/Graph.h"

#include <random>

namespace st::timed {

class RandomGraph {
public:
  explicit RandomGraph(uint64_t seed) : rng(seed) {}

  int64_t pick(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(rng); }
  bool chance(int percent) { return pick(1, 100) <= percent; }

  /// Tasks in a row, each connected to the one before and to others; with `memories` ports, with `feedback` channels
  /// backwards too.
  Graph make(bool memories, bool feedback, int tasks, int64_t tokens = 24) {
    Graph graph;
    for (int i = 0; i < tasks; ++i)
      graph.addTask("t" + std::to_string(i));
    std::vector<std::vector<Access>> ends(tasks);
    auto connect = [&](int writer, int reader, int64_t initial) {
      int fifo = graph.addChannel("c" + std::to_string(graph.fifos.size()), writer, reader, 8 * pick(1, 4), pick(1, 9));
      graph.fifos[fifo].initialTokens = std::min(initial, graph.fifos[fifo].depthTokens);
      ends[writer].push_back({fifo, true, 0});
      ends[reader].push_back({fifo, false, 0});
    };
    for (int reader = 1; reader < tasks; ++reader) {
      connect(reader - 1, reader, chance(10) ? pick(0, 3) : 0);
      for (int writer = 0; writer + 1 < reader; ++writer)
        if (pick(0, tasks) == 0)
          connect(writer, reader, 0);
    }
    if (feedback)
      for (int i = 0; i < 2; ++i) {
        int writer = pick(0, tasks - 1);
        connect(writer, pick(0, writer), pick(0, 9));
      }
    if (memories)
      addPorts(graph, ends, tokens);
    for (int i = 0; i < tasks; ++i) {
      graph.tasks[i].program = program(ends[i], tokens, 0);
      if (chance(15))
        graph.tasks[i].startCycle = pick(0, 20);
    }
    if (chance(40)) {
      graph.launches = pick(2, 3);
      graph.serial = chance(40);
    }
    return graph;
  }

private:
  void addPorts(Graph &graph, std::vector<std::vector<Access>> &ends, int64_t tokens) {
    int memories = pick(1, 2), tasks = graph.tasks.size();
    for (int m = 0; m < memories; ++m)
      graph.addMemory("m" + std::to_string(m), pick(1, 16), pick(1, 5), chance(30) ? 0 : pick(0, 30));
    for (int i = pick(1, 4); i > 0; --i) {
      int task = pick(0, tasks - 1);
      int64_t depth = pick(1, 12), burst = pick(1, depth);
      bool reads = chance(60);
      std::string name = "p" + std::to_string(graph.fifos.size());
      int memory = pick(0, memories - 1);
      int64_t width = chance(30) ? pick(1, 20) : 8 * pick(1, 8);
      int fifo = reads ? graph.addReadPort(name, memory, task, width, depth, burst, tokens)
                       : graph.addWritePort(name, memory, task, width, depth, burst, tokens);
      if (reads && chance(20))
        graph.fifos[fifo].fromCycle = pick(0, 40);
      ends[task].push_back({fifo, !reads, 0});
    }
  }

  /// A program that moves `tokens` tokens on each of `ends`.
  Program program(const std::vector<Access> &ends, int64_t tokens, int depth) {
    Program result;
    if (chance(30))
      result.push_back(Statement::delay(pick(0, 6)));
    if (ends.empty())
      return result;
    int64_t factor = pick(2, 4);
    if (depth < 3 && tokens % factor == 0 && chance(50)) {
      result.push_back(Statement::loop(factor, program(ends, tokens / factor, depth + 1)));
      return result;
    }
    for (int64_t left = tokens; left > 0;) {
      int64_t part = chance(50) ? left : pick(1, left);
      left -= part;
      if (chance(60)) {
        result.push_back(pipeline(part, ends));
      } else {
        std::vector<Access> order = ends;
        std::shuffle(order.begin(), order.end(), rng);
        for (const Access &end : order)
          result.push_back(pipeline(part, {end}));
      }
      if (chance(30))
        result.push_back(Statement::delay(pick(0, 6)));
    }
    return result;
  }

  Statement pipeline(int64_t trips, std::vector<Access> accesses) {
    int64_t depth = pick(1, 12);
    for (Access &access : accesses)
      access.at = chance(40) ? 0 : pick(0, depth - 1);
    return Statement::pipeline(trips, pick(1, 4), depth, std::move(accesses));
  }

  std::mt19937_64 rng;
};

} // namespace st::timed
