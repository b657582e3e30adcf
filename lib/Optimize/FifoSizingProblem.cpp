#include "Optimize/FifoSizingProblem.h"

#include "Optimize/KahnNetwork.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>

using namespace st;

using Kind = InfeasibleError::Kind;

static llvm::Error infeasible(Kind kind, std::string message, std::vector<std::string> culprits) {
  return llvm::make_error<InfeasibleError>(kind, std::move(message), std::move(culprits));
}

int FifoSizingProblem::addTask(llvm::StringRef name, EventProgram program) {
  taskList.push_back({name.str(), std::move(program)});
  return static_cast<int>(taskList.size()) - 1;
}

int FifoSizingProblem::addChannel(llvm::StringRef name, int writer, int reader, int64_t widthBits,
                                  std::optional<int64_t> fixedDepth) {
  channelList.push_back({name.str(), writer, reader, widthBits, fixedDepth});
  return static_cast<int>(channelList.size()) - 1;
}

/// fifo_c1 for the events of `program`, which belong to the task with index `task`.
static llvm::Error checkEvents(const FifoSizingProblem &problem, int task, const EventProgram &program) {
  const std::string &name = problem.tasks()[task].name;
  auto malformed = [&](std::string what) { return infeasible(Kind::Malformed, "task '" + name + "' " + what, {name}); };
  for (const Event &event : program) {
    switch (event.kind) {
    case Event::Kind::Delay:
      if (event.cycles < 0)
        return malformed("has a negative delay");
      break;
    case Event::Kind::Loop: {
      if (event.trips < 0)
        return malformed("has a loop with a negative trip count");
      if (llvm::Error error = checkEvents(problem, task, event.body))
        return error;
      ProgramTiming body = analyzeProgram(event.body);
      if (event.trips > 1 && body.endCycles == 0 && !(body.reads.empty() && body.writes.empty()))
        return malformed("has a loop that moves tokens but takes no cycles; give its last event a duration");
      break;
    }
    case Event::Kind::Read:
    case Event::Kind::Write: {
      bool isRead = event.kind == Event::Kind::Read;
      if (event.channel < 0 || event.channel >= static_cast<int>(problem.channels().size()))
        return malformed("uses a channel that does not exist");
      const FifoChannel &channel = problem.channels()[event.channel];
      if ((isRead ? channel.reader : channel.writer) != task)
        return malformed(llvm::formatv("{0} channel '{1}', whose {2} is '{3}'", isRead ? "reads" : "writes",
                                       channel.name, isRead ? "reader" : "writer",
                                       problem.tasks()[isRead ? channel.reader : channel.writer].name));
      if (event.tokens < 0 || event.ii < 0 || event.latency < 0 || (event.tokens > 1 && event.ii == 0))
        return malformed("moves tokens of channel '" + channel.name +
                         "' with a negative count, or several in the same cycle");
      break;
    }
    }
  }
  return llvm::Error::success();
}

/// fifo_c3. Fails with the tasks of one cycle.
static llvm::Error checkAcyclic(const FifoSizingProblem &problem) {
  size_t count = problem.tasks().size();
  std::vector<std::vector<int>> successors(count);
  for (const FifoChannel &channel : problem.channels())
    successors[channel.writer].push_back(channel.reader);
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
          names.push_back(problem.tasks()[it->first].name);
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
  int taskCount = static_cast<int>(taskList.size());
  for (const FifoChannel &channel : channelList) {
    if (channel.writer < 0 || channel.writer >= taskCount || channel.reader < 0 || channel.reader >= taskCount)
      return infeasible(Kind::Malformed, "channel '" + channel.name + "' lacks a writer or a reader", {channel.name});
    if (channel.widthBits <= 0)
      return infeasible(Kind::Malformed, "channel '" + channel.name + "' has no width", {channel.name});
    if (channel.fixedDepth && *channel.fixedDepth < 1)
      return infeasible(Kind::Malformed, "channel '" + channel.name + "' has a fixed depth below 1", {channel.name});
  }
  for (int task = 0; task < taskCount; ++task)
    if (llvm::Error error = checkEvents(*this, task, taskList[task].program))
      return error;
  if (llvm::Error error = checkAcyclic(*this))
    return error;
  std::vector<ChannelEnds> ends = computeEnds();
  for (auto [channel, end] : llvm::zip_equal(channelList, ends)) {
    if (end.push.tokens == end.pop.tokens)
      continue;
    const std::string &writer = taskList[channel.writer].name, &reader = taskList[channel.reader].name;
    return infeasible(Kind::TokenMismatch,
                      llvm::formatv("channel '{0}': '{1}' pushes {2} tokens but '{3}' pops {4}", channel.name, writer,
                                    end.push.tokens, reader, end.pop.tokens),
                      {writer, reader});
  }
  return llvm::Error::success();
}

std::vector<ChannelEnds> FifoSizingProblem::computeEnds() const {
  std::vector<ChannelEnds> ends(channelList.size());
  for (const FifoTask &task : taskList) {
    ProgramTiming timing = analyzeProgram(task.program);
    for (auto [channel, t] : timing.writes)
      ends[channel].push = t;
    for (auto [channel, t] : timing.reads)
      ends[channel].pop = t;
  }
  return ends;
}

llvm::Expected<FifoSolution> FifoSizingProblem::solve(const FifoSizingOptions &options) const {
  if (llvm::Error error = check())
    return std::move(error);
  FifoSolution solution;
  solution.ends = computeEnds();
  llvm::Expected<std::vector<int64_t>> starts = computeStartTimes(solution.ends, options.limitSeconds);
  if (!starts)
    return starts.takeError();
  solution.startCycles = std::move(*starts);
  if (options.equalisation == Equalisation::Conservative) {
    if (options.model == DepthModel::ExactCurve)
      return infeasible(Kind::Malformed,
                        "exact token curves keep each task's own rate; use mean rates to equalise them", {});
    // Slower tasks start at other times; the solution keeps the start times of the rates that tasks really have.
    std::vector<ChannelEnds> equalised = equaliseRates(solution.ends);
    starts = computeStartTimes(equalised, options.limitSeconds);
    if (!starts)
      return starts.takeError();
    solution.initialDepths = computeDepths(equalised, *starts, options);
  } else {
    solution.initialDepths = computeDepths(solution.ends, solution.startCycles, options);
  }
  llvm::Expected<std::vector<int64_t>> depths = growDepths(solution.initialDepths);
  if (!depths)
    return depths.takeError();
  solution.depths = std::move(*depths);
  for (auto [channel, depth, end] : llvm::zip_equal(channelList, solution.depths, solution.ends)) {
    solution.totalBits += depth * channel.widthBits;
    solution.fullTensorBits += end.push.tokens * channel.widthBits;
  }
  return solution;
}

llvm::Error FifoSizingProblem::verifyDepths(llvm::ArrayRef<int64_t> depths) const {
  KahnNetwork network(*this, depths);
  if (network.run())
    return llvm::Error::success();
  return network.describeDeadlock();
}

llvm::Error FifoSizingProblem::verify(const FifoSolution &solution) const {
  if (llvm::Error error = check())
    return error;
  if (solution.startCycles.size() != taskList.size() || solution.depths.size() != channelList.size())
    return infeasible(Kind::Malformed, "the solution belongs to another problem", {});
  std::vector<ChannelEnds> ends = computeEnds();
  for (auto [channel, end, depth] : llvm::zip_equal(channelList, ends, solution.depths)) {
    if (channel.fixedDepth ? depth != *channel.fixedDepth : depth < 2)
      return infeasible(
          Kind::Malformed,
          llvm::formatv("fifo_c5: channel '{0}' has depth {1}, expected {2}", channel.name, depth,
                        channel.fixedDepth ? llvm::formatv("{0}", *channel.fixedDepth).str() : "at least 2"),
          {channel.name});
    int64_t pop = solution.startCycles[channel.reader] + end.pop.first;
    int64_t push = solution.startCycles[channel.writer] + end.push.first;
    if (end.push.tokens > 0 && pop < push + 1)
      return infeasible(Kind::Malformed,
                        llvm::formatv("fifo_c4: '{0}' pops from '{1}' in cycle {2}, but '{3}' pushes in cycle {4}",
                                      taskList[channel.reader].name, channel.name, pop, taskList[channel.writer].name,
                                      push),
                        {channel.name});
  }
  return verifyDepths(solution.depths);
}
