//===- Simulate.cpp - `streamtensor simulate`: how long a design takes ----------------------------------------===//

#include "Driver/Simulate.h"
#include "Device/Device.h"
#include "Driver/Diagnostics.h"
#include "Driver/RunSizes.h"
#include "Optimize/ChooseFifos.h"
#include "Simulate/GraphText.h"
#include "Simulate/Trace.h"
#include "Support/Error.h"
#include "Support/FileSystem.h"
#include "Support/Json.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <chrono>
#include <cmath>

using namespace mlir;
using namespace st;
using llvm::json::Object;

/// Compiles the model as far as needed, in a folder that is gone afterwards.
static llvm::Expected<DesignTiming> compileTiming(const SimulateOptions &options, MLIRContext *context,
                                                  const PhaseObserver &observer) {
  llvm::SmallString<128> parent;
  if (std::error_code code = llvm::sys::fs::createUniqueDirectory("streamtensor-simulate", parent))
    return makeError("cannot create a temporary folder: {0}", code.message());
  llvm::SmallString<128> folder(parent);
  llvm::sys::path::append(folder, "design");
  CompileOptions compile = options.compile;
  compile.model = options.subject;
  compile.output = folder.str().str();
  compile.to = Phase::Allocate;
  compile.phases.clockMhz = options.clockMhz;
  auto timing = [&]() -> llvm::Expected<DesignTiming> {
    auto design = compileModel(compile, context, observer);
    if (!design)
      return design.takeError();
    llvm::sys::path::append(folder, "timing");
    return readTiming(folder);
  }();
  llvm::sys::fs::remove_directories(parent);
  return timing;
}

/// The graphs of a run of the given sizes: the IR of the allocate phase, scheduled again.
static llvm::Expected<DesignTiming> timeRun(const SimulateOptions &options, MLIRContext *context) {
  std::string folder = options.subject, path = findPhaseIr(folder, Phase::Allocate);
  auto json = readJson(folder + "/design.json");
  if (!json)
    return json.takeError();
  const Object *design = json->getAsObject();
  const Object *board = design ? design->getObject("device") : nullptr;
  auto name = board ? board->getString("name") : std::nullopt;
  if (path.empty() || !name)
    return makeError("'{0}' holds no IR of the allocate phase, from which the time of other sizes follows; compile the "
                     "design again",
                     folder);
  auto device = findDeviceFile(*name, options.deviceFolders);
  if (!device)
    return device.takeError();
  auto module = parseSourceFile<ModuleOp>(path, context);
  if (!module)
    return alreadyDiagnosed(llvm::formatv("cannot read '{0}'; compile the model again", path));
  for (auto function : module->getOps<func::FuncOp>())
    if (!function.isPrivate())
      if (auto error = checkSizes(function, options.sizes))
        return std::move(error);
  fixSizes(*module, options.sizes);
  return deriveTiming(*module, *device, design->getNumber("clock_mhz").value_or(0));
}

static llvm::Expected<DesignTiming> loadTiming(const SimulateOptions &options, MLIRContext *context,
                                               const PhaseObserver &observer) {
  StringRef subject = options.subject;
  if (llvm::sys::fs::is_directory(subject)) {
    llvm::SmallString<128> folder(subject);
    llvm::sys::path::append(folder, "timing");
    if (!llvm::sys::fs::is_directory(folder))
      return makeError("'{0}' holds no timed graphs: it is not a folder that `streamtensor compile` wrote, or it was "
                       "stopped before the allocate phase",
                       subject);
    return options.sizes.empty() ? readTiming(folder) : timeRun(options, context);
  }
  if (llvm::sys::path::extension(subject) != ".graph")
    return compileTiming(options, context, observer);
  auto text = readFile(subject);
  if (!text)
    return text.takeError();
  auto graph = timed::parseGraph((*text)->getBuffer(), subject);
  if (!graph)
    return graph.takeError();
  DesignTiming timing;
  timing.kernels.push_back({llvm::sys::path::stem(subject).str(), std::move(*graph), ""});
  return std::move(timing);
}

/// Gives FIFOs the depths that the user wants.
static llvm::Error changeDepths(DesignTiming &timing, const SimulateOptions &options) {
  std::map<std::string, int64_t> left = options.depths;
  for (KernelTiming &kernel : timing.kernels) {
    if (options.unbounded)
      for (auto [fifo, depth] : llvm::zip_equal(kernel.graph.fifos, timed::getUnboundedDepths(kernel.graph)))
        fifo.depthTokens = depth;
    for (timed::Fifo &fifo : kernel.graph.fifos)
      for (const std::string &name : {fifo.name, kernel.name + "/" + fifo.name}) {
        auto it = options.depths.find(name);
        if (it == options.depths.end())
          continue;
        fifo.depthTokens = it->second;
        left.erase(name);
      }
    if (auto broken = timed::checkGraph(kernel.graph))
      return makeError("kernel '{0}' with these depths: {1}", kernel.name, broken->message);
  }
  if (!left.empty())
    return makeError("--depths {0}={1}: there is no FIFO of that name; --json lists them", left.begin()->first,
                     left.begin()->second);
  return llvm::Error::success();
}

/// `path` with the name of `kernel` before its extension, where a design has several.
static std::string fileFor(StringRef path, const DesignTiming &timing, StringRef kernel) {
  if (timing.kernels.size() < 2)
    return path.str();
  llvm::SmallString<128> named(path);
  std::string extension = llvm::sys::path::extension(path).str();
  llvm::sys::path::replace_extension(named, "." + kernel + extension);
  return named.str().str();
}

static Object toJson(const WaitingTask &waiting) {
  Object object{{"task", waiting.task},
                {"fifo", waiting.channel},
                {"state", waiting.full ? "full" : "empty"},
                {"depth_tokens", waiting.depthTokens},
                {"waits_for", waiting.waitsFor}};
  if (waiting.resolvingDepth)
    object["resolving_depth_tokens"] = waiting.resolvingDepth;
  return object;
}

/// Who holds whom, and depths that resolve it: of each FIFO alone, and where one alone is not enough of all together.
static Object explainDeadlock(const timed::Graph &graph, const timed::Simulator &stopped) {
  Object deadlock;
  llvm::handleAllErrors(describeDeadlock(graph, timed::getDepths(graph), stopped), [&](const DeadlockError &error) {
    llvm::json::Array cycle, others;
    for (const WaitingTask &waiting : error.cycle)
      cycle.push_back(toJson(waiting));
    for (const WaitingTask &waiting : error.others)
      others.push_back(toJson(waiting));
    deadlock = Object{{"message", error.message()}, {"cycle", std::move(cycle)}, {"others", std::move(others)}};
  });
  auto grown = FifoSizingProblem(graph).growDepths(timed::getDepths(graph));
  if (!grown) {
    llvm::consumeError(grown.takeError());
    return deadlock;
  }
  llvm::json::Array depths;
  for (auto [fifo, depth] : llvm::zip_equal(graph.fifos, *grown))
    if (depth != fifo.depthTokens)
      depths.push_back(Object{{"fifo", fifo.name}, {"depth_tokens", depth}});
  deadlock["depths_that_resolve"] = std::move(depths);
  return deadlock;
}

static llvm::json::Array describeTasks(const timed::Graph &graph, const timed::Activity &activity) {
  llvm::json::Array tasks;
  for (auto [task, run] : llvm::zip_equal(graph.tasks, activity.tasks))
    tasks.push_back(Object{{"name", task.name},
                           {"busy_cycles", run.busyCycles},
                           {"starved_cycles", run.starvedCycles},
                           {"blocked_cycles", run.blockedCycles},
                           {"end_cycle", run.endCycle}});
  return tasks;
}

static llvm::json::Array describeFifos(const timed::Graph &graph, const timed::Activity &activity) {
  timed::TokenCounts counts = timed::countTokens(graph);
  llvm::json::Array fifos;
  for (auto [index, fifo] : llvm::enumerate(graph.fifos)) {
    Object object{{"name", fifo.name},
                  {"width_bits", fifo.widthBits},
                  {"tokens", fifo.isReadPort() ? counts.pops[index] : counts.pushes[index]},
                  {"depth_tokens", fifo.depthTokens},
                  {"high_water_tokens", activity.highWater[index]},
                  {"first_push_cycle", activity.firstPush[index]}};
    if (fifo.writer >= 0)
      object["writer"] = graph.tasks[fifo.writer].name;
    if (fifo.reader >= 0)
      object["reader"] = graph.tasks[fifo.reader].name;
    if (fifo.isPort()) {
      object["memory"] = graph.memories[fifo.memory].name;
      object["burst_tokens"] = fifo.burstTokens;
    }
    fifos.push_back(std::move(object));
  }
  return fifos;
}

static llvm::json::Array describeMemories(const timed::Graph &graph, const timed::Activity &activity) {
  llvm::json::Array memories;
  for (auto [memory, run] : llvm::zip_equal(graph.memories, activity.memories))
    memories.push_back(Object{
        {"name", memory.name},
        {"bursts", run.bursts},
        {"bytes", run.bytes},
        {"busy_cycles", run.busyCycles},
        {"utilization", activity.latencyCycles ? double(run.busyCycles) / double(activity.latencyCycles) : 0.0}});
  return memories;
}

/// Bits and latency of the FIFOs by every method.
static llvm::Expected<Object> compareSizing(const timed::Graph &graph) {
  FifoSizingProblem problem(graph);
  if (auto error = problem.check())
    return std::move(error);
  llvm::json::Array methods;
  auto add = [&](StringRef name, const std::vector<int64_t> &depths) {
    timed::Activity run = timed::simulate(graph, depths);
    methods.push_back(Object{{"method", name},
                             {"fifo_bits", problem.countBits(depths)},
                             {"latency_cycles", run.finished ? llvm::json::Value(run.latencyCycles) : nullptr}});
    return run.latencyCycles;
  };
  std::vector<int64_t> full = problem.unboundedDepths();
  int64_t unbounded = add("full-tensor", full);
  add("given", timed::getDepths(graph));
  struct Method {
    const char *name;
    DepthModel model;
    Equalisation equalisation;
    DelayModel delays;
  };
  const Method solvers[] = {
      {"path-lp-normal", DepthModel::MeanRate, Equalisation::Normal, DelayModel::PathDelays},
      {"path-lp-conservative", DepthModel::MeanRate, Equalisation::Conservative, DelayModel::PathDelays},
      {"start-times-normal", DepthModel::MeanRate, Equalisation::Normal, DelayModel::StartTimes},
      {"start-times-conservative", DepthModel::MeanRate, Equalisation::Conservative, DelayModel::StartTimes},
      {"exact-curves", DepthModel::ExactCurve, Equalisation::Normal, DelayModel::StartTimes},
      {"deadlock-only", DepthModel::DeadlockOnly, Equalisation::Normal, DelayModel::StartTimes}};
  for (const Method &method : solvers) {
    FifoSizingOptions sizing;
    sizing.model = method.model;
    sizing.equalisation = method.equalisation;
    sizing.delays = method.delays;
    auto solution = problem.solve(sizing);
    if (!solution)
      return solution.takeError();
    add(method.name, solution->depths);
  }
  // As fast as unbounded FIFOs, with the fewest bits that the search finds.
  auto smallest = chooseFifos(problem, {1.0, 2, 2'000'000'000});
  if (!smallest)
    return smallest.takeError();
  add("smallest-found", smallest->solution.depths);
  return Object{{"unbounded_cycles", unbounded}, {"methods", std::move(methods)}};
}

static llvm::Expected<Object> simulateKernel(const KernelTiming &kernel, const DesignTiming &timing,
                                             const SimulateOptions &options) {
  const timed::Graph &graph = kernel.graph;
  std::optional<timed::TraceRecorder> trace;
  if (!options.trace.empty())
    trace.emplace(graph);
  auto start = std::chrono::steady_clock::now();
  timed::Simulator simulator(graph, trace ? &*trace : nullptr);
  bool isFinished = simulator.run();
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  timed::Activity activity = simulator.activity();
  if (trace) {
    std::string text;
    llvm::raw_string_ostream os(text);
    trace->print(timing.clockMhz > 0 ? timing.clockMhz : 1, os);
    if (auto error = writeFile(fileFor(options.trace, timing, kernel.name), text))
      return std::move(error);
  }
  Object report{{"name", kernel.name},
                {"finished", isFinished},
                {"launches", graph.launches},
                {"serial", graph.serial},
                {"tasks", describeTasks(graph, activity)},
                {"fifos", describeFifos(graph, activity)},
                {"memories", describeMemories(graph, activity)},
                {"events", activity.events},
                {"simulation_seconds", seconds}};
  if (!kernel.basis.empty())
    report["cycles_basis"] = kernel.basis;
  if (!isFinished) {
    report["deadlock"] = explainDeadlock(graph, simulator);
    return std::move(report);
  }
  report["latency_cycles"] = activity.latencyCycles;
  report["first_launch_cycles"] = activity.firstEndCycle;
  report["interval_cycles"] =
      graph.launches > 1 ? activity.intervalCycles(graph.launches) : double(activity.latencyCycles);
  if (options.compareSizing) {
    auto sizing = compareSizing(graph);
    if (!sizing)
      return sizing.takeError();
    report["sizing"] = std::move(*sizing);
  }
  return std::move(report);
}

llvm::Expected<llvm::json::Value> st::simulateDesign(const SimulateOptions &options, MLIRContext *context,
                                                     const PhaseObserver &observer) {
  auto timing = loadTiming(options, context, observer);
  if (!timing)
    return timing.takeError();
  if (options.clockMhz > 0)
    timing->clockMhz = options.clockMhz;
  bool isGraphFile = llvm::sys::path::extension(options.subject) == ".graph";
  for (KernelTiming &kernel : timing->kernels) {
    // A graph file says itself how often it is launched.
    if (isGraphFile && options.launches == 1 && !options.serial)
      continue;
    kernel.graph.launches = options.launches;
    kernel.graph.serial = options.serial;
  }
  if (auto error = changeDepths(*timing, options))
    return std::move(error);

  llvm::json::Array kernels;
  bool isFinished = true;
  int64_t latency = 0;
  for (const KernelTiming &kernel : timing->kernels) {
    if (!options.graph.empty()) {
      std::string text;
      llvm::raw_string_ostream os(text);
      timed::printGraph(kernel.graph, os);
      if (auto error = writeFile(fileFor(options.graph, *timing, kernel.name), text))
        return std::move(error);
    }
    auto report = simulateKernel(kernel, *timing, options);
    if (!report)
      return report.takeError();
    isFinished &= *report->getBoolean("finished");
    latency += report->getInteger("latency_cycles").value_or(0);
    kernels.push_back(std::move(*report));
  }
  Object report{
      {"schema_version", 1}, {"subject", options.subject}, {"finished", isFinished}, {"kernels", std::move(kernels)}};
  if (timing->clockMhz > 0)
    report["clock_mhz"] = timing->clockMhz;
  if (isFinished)
    report["latency_cycles"] = latency;
  if (!options.sizes.empty()) {
    Object sizes;
    for (const auto &size : options.sizes)
      sizes[size.getKey()] = size.getValue();
    report["sizes"] = std::move(sizes);
  }
  return std::move(report);
}
