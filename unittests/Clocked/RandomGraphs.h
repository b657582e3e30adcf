//===- RandomGraphs.h - Valid timed graphs of every kind --------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_CLOCKED_RANDOMGRAPHS_H
#define ST_UNITTESTS_CLOCKED_RANDOMGRAPHS_H

#include "ClockedGraph.h"
#include <functional>
#include <set>

namespace st::clocked {

/// A graph in which each channel moves as many tokens as it should by construction: how many is chosen first, and each
/// of its tasks is made to move them. At most 12 tasks, mostly below a few thousand cycles.
///
/// Tasks of odd seeds are random loop nests, which read, compute and write at every level, with the schedule that
/// follows from them: operators start when their operands are there, a FIFO gives and takes one token per cycle, and
/// what an iteration needs of one before it, or of a FIFO that is taken, sets the interval. Those of even seeds have
/// any statements that docs/graph-format.md allows.
Graph makeRandomGraph(uint64_t seed);

/// Whether `makeRandomGraph(seed)` has schedules of loop nests.
inline bool isLoopNest(uint64_t seed) { return seed % 2; }

/// What kinds of structure are in `graph`, as names for a statistic.
std::set<std::string> featuresOf(const Graph &graph);

/// Makes `graph` smaller, step by step, as long as `isInteresting` (which is true of it) remains true. Tries to remove
/// tasks, FIFOs, statements and launches, to lower trips, depths and cycles, and to unroll tasks and drop tokens.
Graph shrink(Graph graph, const std::function<bool(const Graph &)> &isInteresting);

} // namespace st::clocked

#endif // ST_UNITTESTS_CLOCKED_RANDOMGRAPHS_H
