#include "Optimize/ChooseFifos.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace st;

namespace {
class Shrink {
public:
  Shrink(const FifoSizingProblem &problem, std::vector<int64_t> depths, const ShrinkOptions &options)
      : problem(problem), options(options), depths(std::move(depths)) {}

  std::vector<int64_t> run() {
    // Depths that were never reached change nothing, all of them together.
    if (!tryDepths(depths))
      return depths;
    for (int index : largestFirst())
      shrinkOne(index);
    return depths;
  }

private:
  int64_t leastDepth(int index) const {
    return std::max({options.minDepth, problem.graph().fifos[index].initialTokens, int64_t(1)});
  }

  /// Whether the graph is fast enough with `tried`; if so, takes from it what it did not use.
  bool tryDepths(const std::vector<int64_t> &tried) {
    timed::Activity run = timed::simulate(problem.graph(), tried);
    events += run.events;
    if (!run.finished || run.latencyCycles > options.maxCycles)
      return false;
    for (size_t i = 0; i < tried.size(); ++i)
      if (!problem.hasFixedDepth(i))
        depths[i] = std::min(tried[i], std::max(run.highWater[i], leastDepth(i)));
    return true;
  }

  std::vector<int> largestFirst() const {
    std::vector<int> order;
    for (size_t i = 0; i < depths.size(); ++i)
      if (!problem.hasFixedDepth(i))
        order.push_back(static_cast<int>(i));
    auto bits = [&](int index) { return depths[index] * problem.graph().fifos[index].widthBits; };
    llvm::stable_sort(order, [&](int a, int b) { return bits(a) > bits(b); });
    return order;
  }

  /// Halves the interval of the depths of FIFO `index`; deeper FIFOs are faster but for memories that serve in another
  /// order, so what is found is a depth that is fast enough, if not always the smallest.
  void shrinkOne(int index) {
    int64_t low = leastDepth(index);
    while (low < depths[index] && events < options.maxEvents) {
      std::vector<int64_t> tried = depths;
      tried[index] = low + (depths[index] - low) / 2;
      if (!tryDepths(tried))
        low = tried[index] + 1;
    }
  }

  const FifoSizingProblem &problem;
  const ShrinkOptions &options;
  std::vector<int64_t> depths;
  int64_t events = 0;
};
} // namespace

std::vector<int64_t> st::shrinkDepths(const FifoSizingProblem &problem, std::vector<int64_t> depths,
                                      const ShrinkOptions &options) {
  return Shrink(problem, std::move(depths), options).run();
}
