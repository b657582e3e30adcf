//===- RandomGraphs.h - Valid timed graphs of every kind --------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_CLOCKED_RANDOMGRAPHS_H
#define ST_UNITTESTS_CLOCKED_RANDOMGRAPHS_H

#include "ClockedGraph.h"
#include <functional>
#include <set>

namespace st::clocked {

/// A graph in which each channel moves as many tokens as it should by construction: how many is chosen first, and each
/// of its tasks is made to move them. Odd seeds give tasks that are loop nests, as an accelerator's schedule has them:
/// read a tile, compute, write a tile, at every level. At most 12 tasks, mostly below a few thousand cycles.
Graph makeRandomGraph(uint64_t seed);

/// What kinds of structure are in `graph`, as names for a statistic.
std::set<std::string> featuresOf(const Graph &graph);

/// Makes `graph` smaller, step by step, as long as `isInteresting` (which is true of it) remains true. Tries to remove
/// tasks, FIFOs, statements and launches, to lower trips, depths and cycles, and to unroll tasks and drop tokens.
Graph shrink(Graph graph, const std::function<bool(const Graph &)> &isInteresting);

} // namespace st::clocked

#endif // ST_UNITTESTS_CLOCKED_RANDOMGRAPHS_H
