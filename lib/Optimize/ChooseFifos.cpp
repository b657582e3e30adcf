// The depth models against the clock: start-time LP and token model are estimates without stalls, so what they promise
// is measured before it is believed.
#include "Optimize/TimedNetwork.h"

using namespace st;

llvm::Expected<FifoChoice> st::chooseFifos(const FifoSizingProblem &problem, double maxSlowdown, int64_t minDepth) {
  if (llvm::Error error = problem.check())
    return std::move(error);
  std::vector<int64_t> full;
  for (auto [channel, end] : llvm::zip_equal(problem.channels(), problem.computeEnds()))
    full.push_back(channel.fixedDepth.value_or(std::max<int64_t>(2, end.push.tokens)));
  llvm::Expected<TimedRun> unbounded = runTimed(problem, full);
  if (!unbounded)
    return unbounded.takeError();

  struct Candidate {
    const char *name;
    DepthModel model;
    Equalisation equalisation;
  };
  const Candidate candidates[] = {{"deadlock-only", DepthModel::DeadlockOnly, Equalisation::Normal},
                                  {"conservative", DepthModel::MeanRate, Equalisation::Conservative},
                                  {"mean-rate", DepthModel::MeanRate, Equalisation::Normal},
                                  {"exact-curve", DepthModel::ExactCurve, Equalisation::Normal}};
  FifoChoice best;
  for (const Candidate &candidate : candidates) {
    FifoSizingOptions options;
    options.model = candidate.model;
    options.equalisation = candidate.equalisation;
    options.minDepth = minDepth;
    llvm::Expected<FifoSolution> solution = problem.solve(options);
    if (!solution)
      return solution.takeError();
    llvm::Expected<TimedRun> run = runTimed(problem, solution->depths);
    if (!run)
      return run.takeError();
    if (run->cycles > maxSlowdown * unbounded->cycles)
      continue;
    if (best.model.empty() || solution->totalBits < best.solution.totalBits)
      best = {std::move(*solution), candidate.name, run->cycles, unbounded->cycles};
    // Every other model starts at these depths or deeper ones.
    if (candidate.model == DepthModel::DeadlockOnly)
      return best;
  }
  if (!best.model.empty())
    return best;

  // None is fast enough: the whole tensor in every FIFO is.
  llvm::Expected<FifoSolution> solution = problem.solve();
  if (!solution)
    return solution.takeError();
  solution->initialDepths = solution->depths = full;
  solution->totalBits = 0;
  for (auto [channel, depth] : llvm::zip_equal(problem.channels(), full))
    solution->totalBits += depth * channel.widthBits;
  return FifoChoice{std::move(*solution), "full-tensor", unbounded->cycles, unbounded->cycles};
}
