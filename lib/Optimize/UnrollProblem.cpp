#include "Optimize/UnrollProblem.h"

#include "Support/Units.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <queue>

using namespace st;

using Kind = InfeasibleError::Kind;

static llvm::Error infeasible(Kind kind, std::string message, std::vector<std::string> culprits) {
  return llvm::make_error<InfeasibleError>(kind, std::move(message), std::move(culprits));
}

int UnrollProblem::addKernel(llvm::StringRef name, int64_t points, std::vector<int64_t> factors, int64_t costPerLane) {
  kernelList.push_back({name.str(), points, std::move(factors), costPerLane});
  return static_cast<int>(kernelList.size()) - 1;
}

int64_t UnrollProblem::cycles(int kernel, int64_t factor) const { return ceilDiv(kernelList[kernel].points, factor); }

llvm::Error UnrollProblem::check() const {
  int64_t least = 0;
  for (const UnrollKernel &kernel : kernelList) {
    bool increasing = !kernel.factors.empty() && kernel.factors.front() >= 1;
    for (size_t i = 1; i < kernel.factors.size(); ++i)
      increasing &= kernel.factors[i - 1] < kernel.factors[i];
    if (!increasing || kernel.points < 0 || kernel.costPerLane < 0)
      return infeasible(Kind::Malformed,
                        "unroll_c1: the factors of kernel '" + kernel.name + "' do not increase from 1 or more",
                        {kernel.name});
    least += kernel.factors.front() * kernel.costPerLane;
  }
  if (least > budget) {
    std::vector<std::string> names;
    for (const UnrollKernel &kernel : kernelList)
      names.push_back(kernel.name);
    return infeasible(
        Kind::Budget,
        llvm::formatv("unroll_c2: {0} kernels need {1} of the unroll budget at their smallest factors, {2} are "
                      "given; raise the overall unroll size",
                      kernelList.size(), least, budget),
        names);
  }
  return llvm::Error::success();
}

llvm::Expected<UnrollSolution> UnrollProblem::solve() const {
  if (llvm::Error error = check())
    return std::move(error);
  UnrollSolution solution;
  std::vector<size_t> choice(kernelList.size(), 0);
  // Slowest first; of equally slow kernels the earlier one.
  std::priority_queue<std::pair<int64_t, int>> heap;
  for (const auto &[i, kernel] : llvm::enumerate(kernelList)) {
    solution.factors.push_back(kernel.factors.front());
    solution.spent += kernel.factors.front() * kernel.costPerLane;
    heap.push({cycles(i, kernel.factors.front()), -static_cast<int>(i)});
  }
  while (!heap.empty()) {
    int index = -heap.top().second;
    heap.pop();
    const UnrollKernel &kernel = kernelList[index];
    // A kernel that cannot be raised leaves the heap. The others still gain: the time until a pipeline of kernels is
    // full is the sum of their latencies.
    if (choice[index] + 1 == kernel.factors.size())
      continue;
    int64_t factor = kernel.factors[choice[index] + 1];
    int64_t extra = (factor - solution.factors[index]) * kernel.costPerLane;
    if (solution.spent + extra > budget)
      continue;
    solution.spent += extra;
    solution.factors[index] = factor;
    ++choice[index];
    heap.push({cycles(index, factor), -index});
  }
  for (const auto &[i, factor] : llvm::enumerate(solution.factors))
    solution.slowestCycles = std::max(solution.slowestCycles, cycles(i, factor));
  return solution;
}

llvm::Error UnrollProblem::verify(const UnrollSolution &solution) const {
  if (llvm::Error error = check())
    return error;
  if (solution.factors.size() != kernelList.size())
    return infeasible(Kind::Malformed, "the solution belongs to another problem", {});
  int64_t spent = 0;
  for (auto [kernel, factor] : llvm::zip_equal(kernelList, solution.factors)) {
    if (!llvm::is_contained(kernel.factors, factor))
      return infeasible(Kind::Malformed,
                        llvm::formatv("unroll_c1: {0} is no factor of kernel '{1}'", factor, kernel.name),
                        {kernel.name});
    spent += factor * kernel.costPerLane;
  }
  if (spent > budget || spent != solution.spent)
    return infeasible(
        Kind::Budget,
        llvm::formatv("unroll_c2: the factors take {0}, {1} are claimed and {2} given", spent, solution.spent, budget),
        {});
  for (auto [kernel, factor] : llvm::zip_equal(kernelList, solution.factors)) {
    auto next = llvm::upper_bound(kernel.factors, factor);
    if (next != kernel.factors.end() && spent + (*next - factor) * kernel.costPerLane <= budget)
      return infeasible(
          Kind::Malformed,
          llvm::formatv("unroll_c3: kernel '{0}' could be raised from {1} to {2}", kernel.name, factor, *next),
          {kernel.name});
  }
  return llvm::Error::success();
}
