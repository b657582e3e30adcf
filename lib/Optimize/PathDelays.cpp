// The paper's LP over path delays, as the baseline of the start-time LP: one delay per channel, the least sum, such
// that over every path from u to v the delays sum up to at least the largest sum of first-token delays over the paths
// from u to v. Paths are exponentially many, so that constraints are generated where a solution violates them.
//
// It is a relaxation of fifo_c4: two paths between the same tasks may get different sums, and then the task at their
// end two start times.
#include "Optimize/FifoSizingProblem.h"

#include "Solver/LinearProgram.h"
#include "Support/Error.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace st;

namespace {
struct Edge {
  int fifo, from, to;
  /// The least delay: the reader's first pop comes a cycle after the writer's first push.
  int64_t leastDelay;
};

class PathProblem {
public:
  PathProblem(int taskCount, std::vector<Edge> edges) : taskCount(taskCount), edges(std::move(edges)) {
    sortTopologically();
    int64_t pairs = int64_t(taskCount) * taskCount;
    longest.assign(pairs, unreachable);
    for (int source = 0; source < taskCount; ++source) {
      int64_t *row = &longest[int64_t(source) * taskCount];
      row[source] = 0;
      for (int index : order)
        if (const Edge &edge = this->edges[index]; row[edge.from] != unreachable)
          row[edge.to] = std::max(row[edge.to], row[edge.from] + edge.leastDelay);
    }
  }

  int64_t bound(const Edge &edge) const { return longest[int64_t(edge.from) * taskCount + edge.to]; }

  /// Paths, as indices of edges, on which `delays` sum up to less than they must: from each task the ones that hold no
  /// shorter such path from it.
  std::vector<std::pair<std::vector<int>, int64_t>> findViolated(llvm::ArrayRef<double> delays) const;

  const std::vector<Edge> &allEdges() const { return edges; }

private:
  void sortTopologically();

  static constexpr int64_t unreachable = INT64_MIN;
  int taskCount;
  std::vector<Edge> edges;
  /// Edges such that all into a task come before all out of it.
  std::vector<int> order;
  /// By pair of tasks.
  std::vector<int64_t> longest;
};
} // namespace

void PathProblem::sortTopologically() {
  std::vector<std::vector<int>> leaving(taskCount);
  std::vector<int> missing(taskCount, 0), ready;
  for (auto [index, edge] : llvm::enumerate(edges)) {
    leaving[edge.from].push_back(static_cast<int>(index));
    ++missing[edge.to];
  }
  for (int task = 0; task < taskCount; ++task)
    if (missing[task] == 0)
      ready.push_back(task);
  while (!ready.empty()) {
    int task = ready.back();
    ready.pop_back();
    for (int index : leaving[task]) {
      order.push_back(index);
      if (--missing[edges[index].to] == 0)
        ready.push_back(edges[index].to);
    }
  }
}

std::vector<std::pair<std::vector<int>, int64_t>> PathProblem::findViolated(llvm::ArrayRef<double> delays) const {
  std::vector<std::pair<std::vector<int>, int64_t>> violated;
  std::vector<double> shortest(taskCount);
  std::vector<int> last(taskCount);
  std::vector<char> isViolated(taskCount);
  for (int source = 0; source < taskCount; ++source) {
    const int64_t *least = &longest[int64_t(source) * taskCount];
    llvm::fill(shortest, LinearProgram::kInfinity);
    llvm::fill(last, -1);
    llvm::fill(isViolated, 0);
    shortest[source] = 0;
    for (int index : order) {
      const Edge &edge = edges[index];
      if (shortest[edge.from] + delays[index] < shortest[edge.to]) {
        shortest[edge.to] = shortest[edge.from] + delays[index];
        last[edge.to] = index;
      }
    }
    // In the order of the edges a task's own path is final when the edges out of it come.
    auto report = [&](int task) {
      if (task == source || last[task] < 0 || isViolated[task] || shortest[task] > double(least[task]) - 1e-6)
        return;
      isViolated[task] = 1;
      std::vector<int> path;
      for (int at = task; at != source; at = edges[last[at]].from) {
        path.push_back(last[at]);
        int before = edges[last[at]].from;
        if (before != source && isViolated[before])
          return;
      }
      violated.push_back({std::move(path), least[task]});
    };
    for (int index : order) {
      report(edges[index].from);
      report(edges[index].to);
    }
  }
  return violated;
}

llvm::Expected<PathDelays> FifoSizingProblem::computePathDelays(llvm::ArrayRef<ChannelEnds> ends,
                                                                double limitSeconds) const {
  std::vector<Edge> edges;
  for (auto [index, fifo, end] : llvm::enumerate(data.fifos, ends))
    if (fifo.ordersTasks() && end.push.tokens > 0)
      edges.push_back({static_cast<int>(index), fifo.writer, fifo.reader, end.push.first + 1 - end.pop.first});
  PathProblem paths(static_cast<int>(data.tasks.size()), std::move(edges));
  LinearProgram lp;
  // An edge is a path too: its bound is that of the variable, and all that counts before another path is violated.
  std::vector<double> delays;
  for (const Edge &edge : paths.allEdges()) {
    delays.push_back(double(paths.bound(edge)));
    lp.addVariable(delays.back(), LinearProgram::kInfinity, 1);
  }
  PathDelays result;
  while (true) {
    if (lp.numRows() > 0) {
      llvm::Expected<LpSolution> solution = lp.solve(limitSeconds);
      if (!solution)
        return solution.takeError();
      if (solution->status != LpStatus::Optimal)
        return makeError("path delays of {0} channels: no optimum within {1} seconds; allow more time",
                         paths.allEdges().size(), limitSeconds);
      ++result.rounds;
      delays = std::move(solution->values);
    }
    std::vector<std::pair<std::vector<int>, int64_t>> violated = paths.findViolated(delays);
    if (!violated.empty()) {
      for (const auto &[path, least] : violated) {
        std::vector<LinearProgram::Term> terms;
        for (int edge : path)
          terms.push_back({edge, 1.0});
        lp.addRow(double(least), LinearProgram::kInfinity, terms);
      }
      result.constraints += static_cast<int64_t>(violated.size());
      continue;
    }
    result.delays.assign(data.fifos.size(), 0);
    double objective = 0;
    // Vertices may be fractions; rounded up all paths keep their sums.
    for (auto [edge, value] : llvm::zip_equal(paths.allEdges(), delays)) {
      result.delays[edge.fifo] = static_cast<int64_t>(std::ceil(value - 1e-6));
      objective += value;
    }
    result.sum = static_cast<int64_t>(std::ceil(objective - 1e-6));
    return result;
  }
}
