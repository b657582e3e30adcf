#include "Optimize/FusionProblem.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>

using namespace st;

using Kind = InfeasibleError::Kind;

static llvm::Error infeasible(Kind kind, std::string message, std::vector<std::string> culprits) {
  return llvm::make_error<InfeasibleError>(kind, std::move(message), std::move(culprits));
}

int FusionProblem::addKernel(llvm::StringRef name, int64_t ownBytes) {
  kernelList.push_back({name.str(), ownBytes});
  return static_cast<int>(kernelList.size()) - 1;
}

void FusionProblem::addEdge(int producer, int consumer, int64_t converterBytes) {
  edgeList.push_back({producer, consumer, converterBytes});
}

llvm::Error FusionProblem::check(const FusionOptions &options) const {
  int count = static_cast<int>(kernelList.size());
  for (const FusionEdge &edge : edgeList)
    if (edge.producer < 0 || edge.consumer <= edge.producer || edge.consumer >= count || edge.converterBytes < 0)
      return infeasible(
          Kind::Malformed,
          llvm::formatv("fusion_c1: the edge from kernel {0} to kernel {1} does not point to a later kernel",
                        edge.producer, edge.consumer),
          {});
  for (const FusionKernel &kernel : kernelList)
    if (kernel.ownBytes > options.maxBytes)
      return infeasible(
          Kind::Budget,
          llvm::formatv("fusion_c2: kernel '{0}' alone needs {1} bytes on chip, {2} are allowed; use smaller "
                        "tiles or a larger limit",
                        kernel.name, kernel.ownBytes, options.maxBytes),
          {kernel.name});
  return llvm::Error::success();
}

/// The groups in an order in which every edge points forward, or nothing if they form a cycle. Among groups that are
/// ready the one with the smallest number comes first.
static std::vector<int> orderGroups(const FusionProblem &problem, const std::vector<int> &groups, int groupCount) {
  std::vector<std::set<int>> successors(groupCount);
  std::vector<int> waitingFor(groupCount, 0);
  for (const FusionEdge &edge : problem.edges()) {
    int from = groups[edge.producer], to = groups[edge.consumer];
    if (from >= 0 && to >= 0 && from != to && successors[from].insert(to).second)
      ++waitingFor[to];
  }
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (int group = 0; group < groupCount; ++group)
    if (waitingFor[group] == 0)
      ready.push(group);
  std::vector<int> order;
  while (!ready.empty()) {
    int group = ready.top();
    ready.pop();
    order.push_back(group);
    for (int successor : successors[group])
      if (--waitingFor[successor] == 0)
        ready.push(successor);
  }
  if (static_cast<int>(order.size()) != groupCount)
    order.clear();
  return order;
}

/// On-chip bytes by group.
static std::vector<int64_t> countBytes(const FusionProblem &problem, const std::vector<int> &groups, int groupCount) {
  std::vector<int64_t> bytes(groupCount, 0);
  for (auto [kernel, group] : llvm::zip_equal(problem.kernels(), groups))
    if (group >= 0)
      bytes[group] += kernel.ownBytes;
  for (const FusionEdge &edge : problem.edges())
    if (groups[edge.producer] >= 0 && groups[edge.producer] == groups[edge.consumer])
      bytes[groups[edge.producer]] += edge.converterBytes;
  return bytes;
}

llvm::Expected<FusionSolution> FusionProblem::solve(const FusionOptions &options) const {
  if (llvm::Error error = check(options))
    return std::move(error);
  std::vector<int> groups(kernelList.size(), -1);
  int groupCount = 0;
  // Accepts `changed` when it keeps fusion_c2 and fusion_c3.
  auto tryGroups = [&](const std::vector<int> &changed) {
    std::vector<int64_t> bytes = countBytes(*this, changed, groupCount);
    if (llvm::any_of(bytes, [&](int64_t b) { return b > options.maxBytes; }) ||
        orderGroups(*this, changed, groupCount).empty())
      return false;
    groups = changed;
    return true;
  };
  std::vector<std::vector<int>> predecessors(kernelList.size());
  for (const FusionEdge &edge : edgeList)
    predecessors[edge.consumer].push_back(edge.producer);

  for (int kernel = 0; kernel < static_cast<int>(kernelList.size()); ++kernel) {
    int nearest = -1;
    for (int producer : predecessors[kernel])
      nearest = std::max(nearest, groups[producer]);
    std::vector<int> joined = groups;
    joined[kernel] = nearest;
    if (nearest < 0 || !tryGroups(joined))
      groups[kernel] = groupCount++;
    if (!options.mergeGroups)
      continue;
    for (int producer : predecessors[kernel]) {
      if (groups[producer] == groups[kernel])
        continue;
      // The merged group keeps the larger number, that of the later kernels.
      std::vector<int> merged = groups;
      auto [low, high] = std::minmax(groups[producer], groups[kernel]);
      std::replace(merged.begin(), merged.end(), int(low), int(high));
      tryGroups(merged);
    }
  }

  // Number the groups in the order in which they can run; merging has left some empty.
  std::vector<int> number(groupCount, -1);
  int next = 0;
  for (int group : orderGroups(*this, groups, groupCount))
    if (llvm::is_contained(groups, group))
      number[group] = next++;
  FusionSolution solution;
  for (int group : groups)
    solution.groups.push_back(number[group]);
  solution.groupBytes = countBytes(*this, solution.groups, next);
  return solution;
}

llvm::Error FusionProblem::verify(const FusionSolution &solution, const FusionOptions &options) const {
  if (llvm::Error error = check(options))
    return error;
  int groupCount = static_cast<int>(solution.groupBytes.size());
  if (solution.groups.size() != kernelList.size() ||
      llvm::any_of(solution.groups, [&](int group) { return group < 0 || group >= groupCount; }))
    return infeasible(Kind::Malformed, "a kernel has no group", {});
  std::vector<int64_t> bytes = countBytes(*this, solution.groups, groupCount);
  for (const auto &[group, need] : llvm::enumerate(bytes)) {
    if (need <= options.maxBytes && need == solution.groupBytes[group])
      continue;
    std::vector<std::string> members;
    for (auto [kernel, its] : llvm::zip_equal(kernelList, solution.groups))
      if (its == static_cast<int>(group))
        members.push_back(kernel.name);
    return infeasible(Kind::Budget,
                      llvm::formatv("fusion_c2: group {0} needs {1} bytes on chip, {2} are claimed and {3} allowed",
                                    group, need, solution.groupBytes[group], options.maxBytes),
                      members);
  }
  for (const FusionEdge &edge : edgeList)
    if (solution.groups[edge.producer] > solution.groups[edge.consumer])
      return infeasible(
          Kind::Cycle,
          llvm::formatv("fusion_c3: kernel '{0}' of group {1} reads from '{2}' of group {3}, which runs later",
                        kernelList[edge.consumer].name, solution.groups[edge.consumer], kernelList[edge.producer].name,
                        solution.groups[edge.producer]),
          {kernelList[edge.producer].name, kernelList[edge.consumer].name});
  return llvm::Error::success();
}
