#include "Optimize/FifoSizingProblem.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>

using namespace st;

using Kind = InfeasibleError::Kind;

static llvm::Error infeasible(Kind kind, std::string message, std::vector<std::string> culprits) {
  return llvm::make_error<InfeasibleError>(kind, std::move(message), std::move(culprits));
}

/// fifo_c3. Fails with the tasks of one cycle.
static llvm::Error checkAcyclic(const timed::Graph &graph) {
  size_t count = graph.tasks.size();
  std::vector<std::vector<int>> successors(count);
  for (const timed::Fifo &fifo : graph.fifos)
    if (fifo.ordersTasks())
      successors[fifo.writer].push_back(fifo.reader);
  // Depth-first without recursion: a design may be a chain of thousands of tasks.
  enum { Unseen, Open, Done };
  std::vector<char> state(count, Unseen);
  std::vector<std::pair<int, size_t>> path;
  for (size_t root = 0; root < count; ++root) {
    if (state[root] != Unseen)
      continue;
    path.push_back({static_cast<int>(root), 0});
    state[root] = Open;
    while (!path.empty()) {
      auto &[task, next] = path.back();
      if (next == successors[task].size()) {
        state[task] = Done;
        path.pop_back();
        continue;
      }
      int successor = successors[task][next++];
      if (state[successor] == Open) {
        std::vector<std::string> names;
        auto it = llvm::find_if(path, [&](const auto &entry) { return entry.first == successor; });
        for (; it != path.end(); ++it)
          names.push_back(graph.tasks[it->first].name);
        std::string message = "tasks wait for each other's results:";
        for (const std::string &name : names)
          message += " '" + name + "' ->";
        message += " '" + names.front() + "'";
        return infeasible(Kind::Cycle, message, names);
      }
      if (state[successor] == Unseen) {
        state[successor] = Open;
        path.push_back({successor, 0});
      }
    }
  }
  return llvm::Error::success();
}

llvm::Error FifoSizingProblem::check() const {
  std::optional<timed::GraphError> broken = timed::checkGraph(data);
  if (!broken)
    return checkAcyclic(data);
  if (broken->place != timed::GraphError::Place::Fifo)
    return infeasible(Kind::Malformed, broken->message,
                      broken->index < static_cast<int>(data.tasks.size())
                          ? std::vector<std::string>{data.tasks[broken->index].name}
                          : std::vector<std::string>());
  const timed::Fifo &fifo = data.fifos[broken->index];
  if (broken->isTokenCount && !fifo.isPort())
    return infeasible(Kind::TokenMismatch, broken->message,
                      {data.tasks[fifo.writer].name, data.tasks[fifo.reader].name});
  return infeasible(Kind::Malformed, broken->message, {fifo.name});
}

std::vector<ChannelEnds> FifoSizingProblem::computeEnds() const {
  // Cycles in which each memory moves what its ports move in a launch.
  std::vector<int64_t> memoryCycles(data.memories.size(), 0);
  for (const timed::Fifo &fifo : data.fifos)
    if (fifo.isPort())
      memoryCycles[fifo.memory] +=
          data.memories[fifo.memory].serviceCycles((fifo.widthBits * fifo.totalTokens + 7) / 8);
  std::vector<ChannelEnds> ends(data.fifos.size());
  for (const timed::Task &task : data.tasks) {
    ProgramTiming timing = analyzeProgram(task.program);
    int64_t cycles = std::max<int64_t>(1, timing.cycles), stretched = cycles;
    for (const auto &side : {timing.pops, timing.pushes})
      for (const auto &entry : side)
        if (const timed::Fifo &fifo = data.fifos[entry.first]; fifo.isPort())
          stretched = std::max(stretched, memoryCycles[fifo.memory]);
    auto stretch = [&](ChannelTiming t) {
      t.first = static_cast<int64_t>(static_cast<__int128>(t.first) * stretched / cycles);
      t.last = static_cast<int64_t>(static_cast<__int128>(t.last) * stretched / cycles);
      return t;
    };
    for (auto [fifo, t] : timing.pushes)
      ends[fifo].push = stretch(t);
    for (auto [fifo, t] : timing.pops)
      ends[fifo].pop = stretch(t);
  }
  return ends;
}

std::vector<int64_t> FifoSizingProblem::delaysOf(llvm::ArrayRef<int64_t> startCycles) const {
  std::vector<int64_t> delays;
  for (const timed::Fifo &fifo : data.fifos)
    delays.push_back(fifo.isPort() ? 0 : startCycles[fifo.reader] - startCycles[fifo.writer]);
  return delays;
}

int64_t FifoSizingProblem::countBits(llvm::ArrayRef<int64_t> depths) const {
  int64_t bits = 0;
  for (auto [fifo, depth] : llvm::zip_equal(data.fifos, depths))
    bits += fifo.isPort() ? 0 : depth * fifo.widthBits;
  return bits;
}

std::vector<int64_t> FifoSizingProblem::unboundedDepths() const {
  std::vector<int64_t> depths = timed::getUnboundedDepths(data);
  for (auto [index, fifo] : llvm::enumerate(data.fifos))
    if (hasFixedDepth(index))
      depths[index] = fifo.depthTokens;
  return depths;
}

llvm::Expected<FifoSolution> FifoSizingProblem::solve(const FifoSizingOptions &options) const {
  if (llvm::Error error = check())
    return std::move(error);
  if (options.equalisation == Equalisation::Conservative && options.model == DepthModel::ExactCurve)
    return infeasible(Kind::Malformed, "exact token curves keep each task's own rate; use mean rates to equalise them",
                      {});
  FifoSolution solution;
  solution.ends = computeEnds();
  llvm::Expected<std::vector<int64_t>> starts = computeStartTimes(solution.ends, options.limitSeconds);
  if (!starts)
    return starts.takeError();
  solution.startCycles = std::move(*starts);

  // Slower tasks start at other times; the solution keeps the start times of the rates that tasks really have.
  bool isConservative = options.equalisation == Equalisation::Conservative;
  std::vector<ChannelEnds> ends = isConservative ? equaliseRates(solution.ends) : solution.ends;
  std::vector<int64_t> delays;
  if (options.delays == DelayModel::PathDelays) {
    llvm::Expected<PathDelays> paths = computePathDelays(ends, options.limitSeconds);
    if (!paths)
      return paths.takeError();
    delays = std::move(paths->delays);
  } else if (isConservative) {
    starts = computeStartTimes(ends, options.limitSeconds);
    if (!starts)
      return starts.takeError();
    delays = delaysOf(*starts);
  } else {
    delays = delaysOf(solution.startCycles);
  }
  solution.initialDepths = computeDepths(ends, delays, options);
  llvm::Expected<std::vector<int64_t>> depths = growDepths(solution.initialDepths);
  if (!depths)
    return depths.takeError();
  solution.depths = std::move(*depths);
  if (!isConservative && options.model != DepthModel::DeadlockOnly)
    solution.depths = removeSlowdown(std::move(solution.depths));
  solution.totalBits = countBits(solution.depths);
  for (auto [fifo, end] : llvm::zip_equal(data.fifos, solution.ends))
    solution.fullTensorBits += fifo.isPort() ? 0 : end.push.tokens * fifo.widthBits;
  return solution;
}

llvm::Error FifoSizingProblem::verifyDepths(const std::vector<int64_t> &depths) const {
  timed::Simulator simulator(data, depths);
  if (simulator.run())
    return llvm::Error::success();
  return describeDeadlock(data, depths, simulator);
}

llvm::Error FifoSizingProblem::verify(const FifoSolution &solution) const {
  if (llvm::Error error = check())
    return error;
  if (solution.startCycles.size() != data.tasks.size() || solution.depths.size() != data.fifos.size())
    return infeasible(Kind::Malformed, "the solution belongs to another problem", {});
  std::vector<ChannelEnds> ends = computeEnds();
  for (auto [index, fifo, end, depth] : llvm::enumerate(data.fifos, ends, solution.depths)) {
    bool isFixed = hasFixedDepth(index);
    if (isFixed ? depth != fifo.depthTokens : depth < 2)
      return infeasible(Kind::Malformed,
                        llvm::formatv("fifo_c5: '{0}' has depth {1}, expected {2}", fifo.name, depth,
                                      isFixed ? llvm::formatv("{0}", fifo.depthTokens).str() : "at least 2"),
                        {fifo.name});
    if (!fifo.ordersTasks() || end.push.tokens == 0)
      continue;
    int64_t pop = solution.startCycles[fifo.reader] + end.pop.first;
    int64_t push = solution.startCycles[fifo.writer] + end.push.first;
    if (pop < push + 1)
      return infeasible(Kind::Malformed,
                        llvm::formatv("fifo_c4: '{0}' pops from '{1}' in cycle {2}, but '{3}' pushes in cycle {4}",
                                      data.tasks[fifo.reader].name, fifo.name, pop, data.tasks[fifo.writer].name, push),
                        {fifo.name});
  }
  return verifyDepths(solution.depths);
}
