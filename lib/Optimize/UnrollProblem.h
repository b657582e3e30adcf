// Intensity-driven unrolling: how many points each kernel computes per cycle.
//
// Source: H. Ye, D. Chen, "StreamTensor" (MICRO 2025), section 5.1: a max-heap of kernels by latency; raise the slowest
// one's unroll factor until the overall budget is spent. Rules and constraints:
//   unroll_c1  factors of a kernel are increasing and start with what it has when nothing is spent on it
//   unroll_c2  sum over kernels of factor * cost per lane stays within the budget
//   unroll_c3  nothing is left to raise: the next factor of every kernel exceeds what is left of the budget
#pragma once

#include "Optimize/Infeasible.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace st {

struct UnrollKernel {
  std::string name;
  /// Points of its iteration space: the cycles that it takes at factor 1.
  int64_t points = 0;
  /// Candidate factors, increasing.
  std::vector<int64_t> factors;
  /// What one lane takes from the budget.
  int64_t costPerLane = 1;
};

struct UnrollSolution {
  /// Factor by kernel.
  std::vector<int64_t> factors;
  /// Budget used.
  int64_t spent = 0;
  /// Latency of the slowest kernel in cycles.
  int64_t slowestCycles = 0;
};

class UnrollProblem {
public:
  /// `budget` is in the unit of `costPerLane`, lanes or DSPs.
  explicit UnrollProblem(int64_t budget) : budget(budget) {}

  int addKernel(llvm::StringRef name, int64_t points, std::vector<int64_t> factors, int64_t costPerLane = 1);

  const std::vector<UnrollKernel> &kernels() const { return kernelList; }
  /// Cycles of `kernel` at `factor`.
  int64_t cycles(int kernel, int64_t factor) const;

  /// unroll_c1, and that the first factors fit into the budget.
  llvm::Error check() const;
  llvm::Expected<UnrollSolution> solve() const;
  /// unroll_c2 and unroll_c3, whoever made `solution`.
  llvm::Error verify(const UnrollSolution &solution) const;

private:
  int64_t budget;
  std::vector<UnrollKernel> kernelList;
};

} // namespace st
