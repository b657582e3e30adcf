// The start-time LP (fifo_c4). One variable per task and one row per channel: tasks that read their operands at
// different times (residual additions, the second operand of a matrix product) are right because D and C belong to the
// channel.
#include "Optimize/FifoSizingProblem.h"

#include "Solver/LinearProgram.h"
#include "Support/Error.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>

using namespace st;

llvm::Expected<std::vector<int64_t>> FifoSizingProblem::computeStartTimes(llvm::ArrayRef<ChannelEnds> ends,
                                                                          double limitSeconds) const {
  std::vector<double> cost(data.tasks.size(), 0.0);
  // Channels with tokens at the beginning, and those of a later repetition, hold no reader back.
  auto counts = [](const timed::Fifo &fifo, const ChannelEnds &end) {
    return fifo.ordersTasks() && end.push.tokens > 0;
  };
  for (auto [channel, end] : llvm::zip_equal(data.fifos, ends)) {
    if (!counts(channel, end))
      continue;
    // A cycle of waiting costs the tokens that the writer pushes in it. A single token waits at the same cost however
    // long, so it counts as one per stream.
    double ii = end.push.tokens > 1 ? end.push.meanII() : std::max<int64_t>(end.push.last, 1);
    double weight = channel.widthBits / ii;
    cost[channel.reader] += weight;
    cost[channel.writer] -= weight;
  }
  LinearProgram lp;
  for (double c : cost)
    lp.addVariable(0, LinearProgram::kInfinity, c);
  for (auto [channel, end] : llvm::zip_equal(data.fifos, ends))
    if (counts(channel, end))
      lp.addRow(end.push.first + 1 - end.pop.first, LinearProgram::kInfinity,
                {{channel.reader, 1.0}, {channel.writer, -1.0}});
  if (lp.numRows() == 0)
    return std::vector<int64_t>(data.tasks.size(), 0);
  llvm::Expected<LpSolution> solution = lp.solve(limitSeconds);
  if (!solution)
    return solution.takeError();
  if (solution->status == LpStatus::Limit)
    return makeError("start times of {0} tasks: no optimum within {1} seconds; allow more time", data.tasks.size(),
                     limitSeconds);
  if (solution->status != LpStatus::Optimal)
    return makeError("start times of {0} tasks: the solver found no optimum, although an acyclic graph always has one",
                     data.tasks.size());
  std::vector<int64_t> starts;
  // Vertices of difference constraints with integer bounds are integers; rounding removes the solver's noise only.
  for (double value : solution->values)
    starts.push_back(std::llround(value));
  int64_t earliest = starts.empty() ? 0 : *std::min_element(starts.begin(), starts.end());
  for (int64_t &start : starts)
    start -= earliest;
  return starts;
}
