// How long a network of event programs takes with given FIFO depths, token by token: the cross-check of what start-time
// LP and token model promise. All tasks start in cycle 0 and stall on full and empty FIFOs, a stalled task as a whole.
// A FIFO of depth d is registered: token n can be popped a cycle after its push and needs token n - d popped a cycle
// before it.
#pragma once

#include "Optimize/FifoSizingProblem.h"

namespace st {

struct TimedRun {
  /// Cycles until the last event of the last task.
  int64_t cycles = 0;
  /// The same by task.
  std::vector<int64_t> taskCycles;
  /// Cycles by task in which it waits for a FIFO.
  std::vector<int64_t> stalledCycles;
};

/// Runs `problem`, which must pass its check, with `depths` by channel; a depth of the channel's tokens or more is
/// unbounded. Fails with a DeadlockError when the network stops. The cost follows the number of tokens.
llvm::Expected<TimedRun> runTimed(const FifoSizingProblem &problem, llvm::ArrayRef<int64_t> depths);

/// A solution and how long the network takes with it.
struct FifoChoice {
  FifoSolution solution;
  /// Where the first depths came from: "deadlock-only", "conservative", "mean-rate", "exact-curve" or "full-tensor".
  std::string model;
  int64_t cycles = 0;
  /// Cycles when no FIFO is ever full.
  int64_t unboundedCycles = 0;
};

/// Solves `problem` with every depth model and keeps the solution of the fewest bits among those that take at most
/// `maxSlowdown` (1 or more) times the cycles that unbounded FIFOs take. FIFOs that hold their whole tensor are the
/// last resort. No FIFO is shallower than `minDepth`.
llvm::Expected<FifoChoice> chooseFifos(const FifoSizingProblem &problem, double maxSlowdown, int64_t minDepth = 2);

} // namespace st
