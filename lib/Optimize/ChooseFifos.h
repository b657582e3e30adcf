// The choice among depth models, and how far simulation gets below them.
#pragma once

#include "Optimize/FifoSizingProblem.h"

namespace st {

/// A solution and how long the graph takes with it.
struct FifoChoice {
  FifoSolution solution;
  /// Where the first depths came from: "deadlock-only", "grown", "conservative", "mean-rate", "exact-curve" or
  /// "full-tensor".
  std::string model;
  /// Bits before simulation shrank the depths.
  int64_t modelBits = 0;
  /// Latency with these depths, and when no FIFO is ever full.
  int64_t cycles = 0;
  int64_t unboundedCycles = 0;
};

struct ShrinkOptions {
  /// The graph may take this many cycles.
  int64_t maxCycles = 0;
  int64_t minDepth = 2;
  /// Tokens that may be simulated: the search stops where they are used up, which depends on nothing else.
  int64_t maxEvents = 100'000'000;
};

/// `depths`, with which the graph takes at most `maxCycles`, made smaller while it still does. First what was never
/// used, then the largest FIFOs one by one, each to the smallest depth that is fast enough while the others stay.
std::vector<int64_t> shrinkDepths(const FifoSizingProblem &problem, std::vector<int64_t> depths,
                                  const ShrinkOptions &options);

struct ChooseOptions {
  /// Cycles against those with unbounded FIFOs, 1 or more.
  double maxSlowdown = 1;
  /// No FIFO is shallower.
  int64_t minDepth = 2;
  /// Tokens that the shrink may simulate, about a second's; 0 for none of it.
  int64_t shrinkEvents = 50'000'000;
};

/// Solves `problem` with every depth model, and by deepening what blocks from the fewest that do not deadlock; keeps
/// the solution of the fewest bits among those that are fast enough, FIFOs that hold their whole tensor being the last
/// resort, and shrinks it.
llvm::Expected<FifoChoice> chooseFifos(const FifoSizingProblem &problem, const ChooseOptions &options);

} // namespace st
