#include "Optimize/ChooseFifos.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace st;

/// Shrinks what `choice` holds and brings its figures up to date.
static void shrink(const FifoSizingProblem &problem, const ChooseOptions &options, FifoChoice &choice) {
  choice.modelBits = choice.solution.totalBits;
  if (options.shrinkEvents == 0)
    return;
  ShrinkOptions shrinking;
  shrinking.maxCycles = std::max<int64_t>(choice.cycles, std::floor(options.maxSlowdown * choice.unboundedCycles));
  shrinking.minDepth = options.minDepth;
  shrinking.maxEvents = options.shrinkEvents;
  choice.solution.depths = shrinkDepths(problem, std::move(choice.solution.depths), shrinking);
  choice.solution.totalBits = problem.countBits(choice.solution.depths);
  choice.cycles = timed::simulate(problem.graph(), choice.solution.depths).latencyCycles;
}

llvm::Expected<FifoChoice> st::chooseFifos(const FifoSizingProblem &problem, const ChooseOptions &options) {
  if (llvm::Error error = problem.check())
    return std::move(error);
  std::vector<int64_t> full = problem.unboundedDepths();
  for (auto [index, depth] : llvm::enumerate(full))
    if (!problem.hasFixedDepth(index))
      depth = std::max(depth, options.minDepth);
  timed::Simulator unbounded(problem.graph(), full);
  if (!unbounded.run())
    return describeDeadlock(problem.graph(), full, unbounded);
  int64_t unboundedCycles = unbounded.activity().latencyCycles;

  struct Candidate {
    const char *name;
    DepthModel model;
    Equalisation equalisation;
  };
  const Candidate candidates[] = {{"deadlock-only", DepthModel::DeadlockOnly, Equalisation::Normal},
                                  {"grown", DepthModel::DeadlockOnly, Equalisation::Normal},
                                  {"conservative", DepthModel::MeanRate, Equalisation::Conservative},
                                  {"mean-rate", DepthModel::MeanRate, Equalisation::Normal},
                                  {"exact-curve", DepthModel::ExactCurve, Equalisation::Normal}};
  FifoChoice best;
  for (const Candidate &candidate : candidates) {
    FifoSizingOptions sizing;
    sizing.model = candidate.model;
    sizing.equalisation = candidate.equalisation;
    sizing.minDepth = options.minDepth;
    llvm::Expected<FifoSolution> solution = problem.solve(sizing);
    if (!solution)
      return solution.takeError();
    if (llvm::StringRef(candidate.name) == "grown") {
      solution->depths = problem.removeSlowdown(std::move(solution->depths), options.maxSlowdown);
      solution->totalBits = problem.countBits(solution->depths);
    }
    timed::Activity run = timed::simulate(problem.graph(), solution->depths);
    if (!run.finished || run.latencyCycles > options.maxSlowdown * unboundedCycles)
      continue;
    if (best.model.empty() || solution->totalBits < best.solution.totalBits)
      best = {std::move(*solution), candidate.name, 0, run.latencyCycles, unboundedCycles};
    // Every other model starts at these depths or deeper ones.
    if (llvm::StringRef(candidate.name) == "deadlock-only")
      break;
  }
  if (best.model.empty()) {
    // None is fast enough: the whole tensor in every FIFO is.
    llvm::Expected<FifoSolution> solution = problem.solve();
    if (!solution)
      return solution.takeError();
    solution->initialDepths = solution->depths = full;
    solution->totalBits = problem.countBits(full);
    best = {std::move(*solution), "full-tensor", 0, unboundedCycles, unboundedCycles};
  }
  shrink(problem, options, best);
  return best;
}
