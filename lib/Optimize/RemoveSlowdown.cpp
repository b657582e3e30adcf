// Depths against the clock: start times and token curves are estimates without stalls, so what they promise is measured
// before it is believed.
#include "Optimize/FifoSizingProblem.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace st;

std::vector<int64_t> FifoSizingProblem::removeSlowdown(std::vector<int64_t> depths, double maxSlowdown) const {
  timed::Activity unbounded = timed::simulate(data, unboundedDepths());
  if (!unbounded.finished)
    return depths;
  // With its high-water mark in the unbounded run as depth a FIFO never blocks: doubling ends there at the latest.
  while (true) {
    timed::Activity run = timed::simulate(data, depths);
    if (run.finished && run.latencyCycles <= maxSlowdown * unbounded.latencyCycles)
      return depths;
    bool hasGrown = false;
    for (auto [index, depth] : llvm::enumerate(depths)) {
      // A FIFO that was never full has blocked nobody.
      bool wasFull = run.highWater[index] >= depth;
      if (hasFixedDepth(index) || !wasFull || depth >= unbounded.highWater[index])
        continue;
      depth = std::min(2 * depth, unbounded.highWater[index]);
      hasGrown = true;
    }
    if (hasGrown)
      continue;
    // Memories may serve in another order and then be slower; in the order of the unbounded run they are not.
    for (auto [index, depth] : llvm::enumerate(depths))
      if (!hasFixedDepth(index))
        depth = std::max(depth, unbounded.highWater[index]);
    return depths;
  }
}
