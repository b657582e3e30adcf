//===- st-graph-fuzz.cpp - The simulator against the clocked model on random graphs ---------------------------===//

#include "ClockedModel.h"
#include "RandomGraphs.h"
#include "Simulate/GraphText.h"
#include "Simulate/Simulator.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <algorithm>
#include <chrono>
#include <map>
#include <sstream>

using namespace st;
namespace cl = llvm::cl;

namespace {

cl::OptionCategory category("Graph fuzzing options");
cl::list<std::string> files(cl::Positional, cl::desc("[FILE.graph ...] (these graphs instead of random ones)"),
                            cl::cat(category));
cl::opt<unsigned> count("count", cl::desc("Graphs to generate"), cl::init(10000), cl::cat(category));
cl::opt<uint64_t> firstSeed("seed", cl::desc("Seed of the first; the others follow"), cl::init(1), cl::cat(category));
cl::opt<unsigned> maxFailures("max-failures", cl::desc("Stop after so many differences"), cl::init(5),
                              cl::cat(category));
cl::opt<int64_t> maxCycles("max-cycles", cl::desc("Leave out graphs that take more cycles"), cl::init(100000),
                           cl::cat(category));
cl::opt<bool> noShrink("no-shrink", cl::desc("Print differing graphs as they are"), cl::cat(category));
cl::opt<bool> printOnly("print", cl::desc("Print the graphs and do nothing else"), cl::cat(category));
cl::opt<std::string> keepFolder("keep", cl::desc("Save shrunk graphs in this folder"), cl::cat(category));

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// What both say of a graph, in the same words: one fact on a line.
std::string describe(const clocked::Result &result) {
  std::ostringstream os;
  if (result.deadlocked)
    os << "deadlock\n";
  else
    os << "latency " << result.latency << "\nfirst launch ends " << result.launchEnds.front() << "\n";
  for (const clocked::TaskResult &task : result.tasks) {
    os << "task " << task.name << " busy " << task.busy;
    // Stalls of a deadlock never end, and the simulator keeps the ends of the last launch only.
    if (!result.deadlocked)
      os << " starved " << task.starved << " blocked " << task.blocked << " end " << task.ends.back();
    os << "\n";
    if (!task.waits.empty())
      os << "waits " << task.name;
    for (const std::string &wait : task.waits)
      os << " " << wait;
    os << (task.waits.empty() ? "" : "\n");
  }
  for (const auto &[name, tokens] : result.highWater)
    os << "fifo " << name << " high-water " << tokens << "\n";
  for (const auto &[name, cycles] : result.memoryBusy)
    os << "memory " << name << " busy " << cycles << "\n";
  return os.str();
}

std::string describe(const timed::Graph &graph, const timed::Activity &activity) {
  std::ostringstream os;
  if (!activity.finished)
    os << "deadlock\n";
  else
    os << "latency " << activity.latencyCycles << "\nfirst launch ends " << activity.firstEndCycle << "\n";
  for (size_t i = 0; i < graph.tasks.size(); ++i) {
    const timed::TaskActivity &task = activity.tasks[i];
    os << "task " << graph.tasks[i].name << " busy " << task.busyCycles;
    if (activity.finished)
      os << " starved " << task.starvedCycles << " blocked " << task.blockedCycles << " end " << task.endCycle;
    os << "\n";
    for (const timed::WaitingTask &waiting : activity.waiting) {
      if (waiting.task != int(i))
        continue;
      std::vector<std::string> waits;
      for (const timed::WaitingTask::On &on : waiting.on)
        waits.push_back((on.isPush ? "push " : "pop ") + graph.fifos[on.fifo].name);
      std::sort(waits.begin(), waits.end());
      os << "waits " << graph.tasks[i].name;
      for (const std::string &wait : waits)
        os << " " << wait;
      os << "\n";
    }
  }
  for (size_t i = 0; i < graph.fifos.size(); ++i)
    os << "fifo " << graph.fifos[i].name << " high-water " << activity.highWater[i] << "\n";
  for (size_t i = 0; i < graph.memories.size(); ++i)
    os << "memory " << graph.memories[i].name << " busy " << activity.memories[i].busyCycles << "\n";
  return os.str();
}

struct Comparison {
  clocked::Result model;
  std::string ofModel, ofSimulator;
  int64_t events = 0;
  double modelSeconds = 0, simulatorSeconds = 0;

  bool isLeftOut() const { return model.outOfCycles || !model.error.empty(); }
  bool differs() const { return !isLeftOut() && ofModel != ofSimulator; }
};

/// Runs the same text through both; nothing else goes from one to the other.
Comparison compare(const clocked::Graph &graph) {
  Comparison result;
  Clock::time_point start = Clock::now();
  result.model = clocked::run(graph, maxCycles);
  result.modelSeconds = secondsSince(start);
  if (result.isLeftOut())
    return result;
  result.ofModel = describe(result.model);

  std::string text = print(graph);
  llvm::Expected<timed::Graph> parsed = timed::parseGraph(text, "random");
  if (!parsed) {
    result.ofSimulator = "error " + llvm::toString(parsed.takeError()) + "\n";
    return result;
  }
  start = Clock::now();
  timed::Activity activity = timed::simulate(*parsed);
  result.simulatorSeconds = secondsSince(start);
  result.events = activity.events;
  result.ofSimulator = describe(*parsed, activity);

  // What the simulator's printer makes of the graph has to be the graph again.
  std::string printed;
  llvm::raw_string_ostream os(printed);
  timed::printGraph(*parsed, os);
  clocked::Graph again;
  std::string error;
  if (!clocked::parse(printed, again, error))
    result.ofSimulator += "prints a graph that is wrong: " + error + "\n";
  else if (print(again) != text)
    result.ofSimulator += "prints another graph:\n" + printed;
  return result;
}

class Statistics {
public:
  void add(const clocked::Graph &graph, const Comparison &comparison, bool isLoopNest) {
    ++graphs;
    nests += isLoopNest;
    nestDeadlocks += isLoopNest && comparison.model.deadlocked;
    leftOut += comparison.isLeftOut();
    deadlocks += comparison.model.deadlocked;
    for (const std::string &feature : clocked::featuresOf(graph)) {
      ++features[feature].first;
      features[feature].second += comparison.model.deadlocked;
    }
    tasks += graph.tasks.size();
    if (!comparison.isLeftOut() && !comparison.model.deadlocked)
      cycles.push_back(comparison.model.latency);
    events += comparison.events;
    modelSeconds += comparison.modelSeconds;
    simulatorSeconds += comparison.simulatorSeconds;
  }

  void print(double seconds) {
    if (!graphs)
      return;
    cycles.push_back(0);
    std::sort(cycles.begin(), cycles.end());
    llvm::outs() << llvm::formatv(
        "{0} graphs, {1} differences, {2} deadlocks ({3:F1} %), {4} left out as too long; {5:F1} s (clocked model "
        "{6:F1} s, simulator {7:F2} s, {8:F1} million events)\n",
        graphs, differences, deadlocks, 100.0 * deadlocks / graphs, leftOut, seconds, modelSeconds, simulatorSeconds,
        double(events) / 1e6);
    llvm::outs() << llvm::formatv("{0} with schedules of random loop nests, {1} of which deadlock\n", nests,
                                  nestDeadlocks);
    llvm::outs() << llvm::formatv(
        "{0:F1} tasks on average; cycles without deadlock: median {1}, 90 % {2}, largest {3}\n", double(tasks) / graphs,
        cycles[cycles.size() / 2], cycles[cycles.size() * 9 / 10], cycles.back());
    for (const auto &[feature, counts] : features)
      llvm::outs() << llvm::formatv("  {0,-20} {1,5:F1} % of the graphs, {2,5:F1} % of these deadlock\n", feature,
                                    100.0 * counts.first / graphs, 100.0 * counts.second / counts.first);
  }

  unsigned graphs = 0, differences = 0;

private:
  unsigned deadlocks = 0, leftOut = 0, nests = 0, nestDeadlocks = 0;
  std::map<std::string, std::pair<unsigned, unsigned>> features;
  size_t tasks = 0;
  std::vector<int64_t> cycles;
  int64_t events = 0;
  double modelSeconds = 0, simulatorSeconds = 0;
};

/// Prints a graph on which the two differ, shrunk, with what both say.
void report(clocked::Graph graph, const std::string &name) {
  if (!noShrink)
    graph = clocked::shrink(std::move(graph), [](const clocked::Graph &each) { return compare(each).differs(); });
  Comparison comparison = compare(graph);
  std::string text = print(graph);
  llvm::outs() << "difference on " << name << ":\n"
               << text << "\n-- clocked model\n"
               << comparison.ofModel << "\n-- simulator\n"
               << comparison.ofSimulator << "\n";
  llvm::outs().flush();
  if (keepFolder.empty())
    return;
  llvm::SmallString<128> path(keepFolder);
  llvm::sys::path::append(path, name + ".graph");
  std::error_code error;
  llvm::raw_fd_ostream file(path, error);
  if (error)
    llvm::errs() << path << ": " << error.message() << "\n";
  else
    file << text;
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv,
                              "Holds the simulator against the clocked model of docs/graph-format.md\n\n"
                              "Both run random graphs, half of them with the schedules of random loop nests. Cycles, "
                              "high-water marks, stalls and deadlocks must be equal; "
                              "where they\nare not, the graph is shrunk and printed with both results.\n");
  if (!keepFolder.empty())
    if (std::error_code error = llvm::sys::fs::create_directories(keepFolder)) {
      llvm::errs() << keepFolder << ": " << error.message() << "\n";
      return 2;
    }
  Clock::time_point start = Clock::now();
  Statistics statistics;
  auto handle = [&](const clocked::Graph &graph, const std::string &name, bool isLoopNest = false) {
    if (printOnly) {
      llvm::outs() << "# " << name << "\n" << print(graph);
      return true;
    }
    Comparison comparison = compare(graph);
    statistics.add(graph, comparison, isLoopNest);
    if (!comparison.differs())
      return true;
    report(graph, name);
    return ++statistics.differences < maxFailures;
  };
  if (files.empty()) {
    for (uint64_t seed = firstSeed; seed < firstSeed + count; ++seed)
      if (!handle(clocked::makeRandomGraph(seed), "seed-" + std::to_string(seed), clocked::isLoopNest(seed)))
        break;
  }
  for (const std::string &path : files) {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    clocked::Graph graph;
    std::string error;
    if (!buffer || !clocked::parse((*buffer)->getBuffer().str(), graph, error)) {
      llvm::errs() << path << ": " << (buffer ? error : buffer.getError().message()) << "\n";
      return 2;
    }
    if (!handle(graph, llvm::sys::path::stem(path).str()))
      break;
  }
  statistics.print(secondsSince(start));
  return statistics.differences ? 1 : 0;
}
