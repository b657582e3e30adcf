// Fusion: which kernels become one, so that the tensors between them stay on chip.
//
// Source: H. Ye, D. Chen, "StreamTensor" (MICRO 2025), Algorithm 2. Rules and constraints:
//   fusion_c1  kernels are given in topological order: every edge points to a later kernel
//   fusion_c2  the on-chip bytes of a group, its kernels' own and the converters between them, stay within the limit; a
//              kernel that exceeds it alone is infeasible
//   fusion_c3  the graph of groups has no cycle, so that groups can run one after another
#pragma once

#include "Optimize/Infeasible.h"

#include <string>
#include <vector>

namespace st {

struct FusionKernel {
  std::string name;
  /// On-chip bytes that the kernel needs wherever it is.
  int64_t ownBytes = 0;
};

struct FusionEdge {
  /// Indices of kernels.
  int producer = -1;
  int consumer = -1;
  /// On-chip bytes of the converter when both are in one group; 0 when a FIFO suffices.
  int64_t converterBytes = 0;
};

struct FusionOptions {
  /// C_max: on-chip bytes per group.
  int64_t maxBytes = 0;
  /// Algorithm 2 leaves two groups apart when a later kernel reads from both. Merging them then, where bytes and
  /// cycles allow it, is what makes one kernel of a graph with several sources. False: the paper's algorithm as it is.
  bool mergeGroups = true;
};

struct FusionSolution {
  /// Group by kernel. Groups are numbered in an order in which they can run.
  std::vector<int> groups;
  /// On-chip bytes by group.
  std::vector<int64_t> groupBytes;
};

class FusionProblem {
public:
  int addKernel(llvm::StringRef name, int64_t ownBytes = 0);
  void addEdge(int producer, int consumer, int64_t converterBytes);

  const std::vector<FusionKernel> &kernels() const { return kernelList; }
  const std::vector<FusionEdge> &edges() const { return edgeList; }

  /// fusion_c1, and that no kernel is larger than `options.maxBytes`.
  llvm::Error check(const FusionOptions &options) const;
  /// Algorithm 2.
  llvm::Expected<FusionSolution> solve(const FusionOptions &options) const;
  /// fusion_c2 and fusion_c3, whoever made `solution`.
  llvm::Error verify(const FusionSolution &solution, const FusionOptions &options) const;

private:
  std::vector<FusionKernel> kernelList;
  std::vector<FusionEdge> edgeList;
};

} // namespace st
