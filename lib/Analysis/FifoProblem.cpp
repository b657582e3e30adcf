//===- FifoProblem.cpp - A scheduled kernel as a FIFO sizing problem ------------------------------------------===//

#include "Analysis/FifoProblem.h"
#include "Optimize/Infeasible.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace st;

std::string st::getFifoName(FifoEdge &edge) {
  if (auto name = edge.instance->getAttrOfType<StringAttr>("st.name"))
    return name.str();
  return (edge.producer.getSymName() + "_to_" + edge.consumer.getSymName()).str();
}

/// Replaces block arguments in `program` by FIFOs; false with a missing one.
static bool renameFifos(timed::Program &program, const llvm::DenseMap<int, int> &fifos, int &missing) {
  for (timed::Statement &statement : program) {
    if (!renameFifos(statement.body, fifos, missing))
      return false;
    for (timed::Access &access : statement.accesses) {
      auto it = fifos.find(access.fifo);
      if (it == fifos.end()) {
        missing = access.fifo;
        return false;
      }
      access.fifo = it->second;
    }
  }
  return true;
}

namespace {
/// Names as the text form of graphs allows them, each given once.
class GraphNames {
public:
  std::string make(llvm::StringRef wanted) {
    std::string name;
    for (char c : wanted)
      name += llvm::isAlnum(c) || c == '_' || c == '.' || c == '-' ? c : '_';
    std::string unique = name;
    for (int suffix = 1; !used.insert(unique).second; ++suffix)
      unique = name + "." + std::to_string(suffix);
    return unique;
  }

private:
  llvm::StringSet<> used;
};
} // namespace

FailureOr<timed::Graph> st::buildTimedGraph(std::vector<TaskSchedule> &schedules, std::vector<FifoEdge> &fifos,
                                            const Device &device) {
  timed::Graph graph;
  GraphNames taskNames, fifoNames;
  llvm::DenseMap<Operation *, int> tasks;
  for (TaskSchedule &schedule : schedules)
    tasks[schedule.task] = graph.addTask(taskNames.make(schedule.task.getSymName()));
  std::vector<llvm::DenseMap<int, int>> renamed(schedules.size());
  for (FifoEdge &edge : fifos) {
    int writer = tasks.lookup(edge.producer), reader = tasks.lookup(edge.consumer);
    int fifo = graph.addChannel(fifoNames.make(getFifoName(edge)), writer, reader, edge.getTokenBits(),
                                edge.instance.getDepthTokens().value_or(2));
    graph.fifos[fifo].isFeedback = edge.isFeedback();
    renamed[writer][edge.producerArgument] = fifo;
    renamed[reader][edge.consumerArgument] = fifo;
  }
  llvm::StringMap<int> memories;
  for (auto [index, schedule] : llvm::enumerate(schedules)) {
    timed::TokenCounts counts;
    counts.pops.resize(schedule.task.getBody().getNumArguments());
    counts.pushes.resize(counts.pops.size());
    timed::countTokens(schedule.program, counts);
    for (const TaskPort &port : schedule.ports) {
      std::string memoryName = llvm::StringRef(device.memories().front().name).lower();
      auto channel = schedule.task->getAttrOfType<IntegerAttr>("st.hbm_channel");
      memoryName += channel ? std::to_string(channel.getInt()) : "." + graph.tasks[index].name;
      auto [memory, isNew] = memories.try_emplace(memoryName, graph.memories.size());
      if (isNew)
        graph.memories.push_back(channelOf(device, memoryName));
      std::string name = fifoNames.make(graph.tasks[index].name + ".port");
      int64_t tokens = (port.isWrite ? counts.pushes : counts.pops)[port.argument];
      renamed[index][port.argument] = port.isWrite ? graph.addWritePort(name, memory->second, index, port.tokenBits,
                                                                        port.depthTokens, port.burstTokens, tokens)
                                                   : graph.addReadPort(name, memory->second, index, port.tokenBits,
                                                                       port.depthTokens, port.burstTokens, tokens);
    }
    timed::Program program = schedule.program;
    int missing = 0;
    if (!renameFifos(program, renamed[index], missing))
      return schedule.task.emitOpError()
             << "reads or writes block argument " << missing
             << ", which is no FIFO between two tasks: run st-materialize-kernel and st-convert-empty-to-instance "
                "first";
    graph.tasks[index].program = std::move(program);
  }
  return graph;
}

FailureOr<timed::Graph> st::buildTimedGraph(KernelOp kernel, const Device &device) {
  FailureOr<std::vector<FifoEdge>> fifos = collectFifos(kernel);
  FailureOr<std::vector<TaskSchedule>> schedules = scheduleKernel(kernel, device);
  if (failed(fifos) || failed(schedules))
    return failure();
  return buildTimedGraph(*schedules, *fifos, device);
}

FailureOr<FifoSizingProblem> st::buildFifoProblem(std::vector<TaskSchedule> &schedules, std::vector<FifoEdge> &fifos,
                                                  const Device &device, int64_t launches) {
  FailureOr<timed::Graph> graph = buildTimedGraph(schedules, fifos, device);
  if (failed(graph))
    return failure();
  graph->launches = launches;
  FifoSizingProblem problem(std::move(*graph));
  for (auto [index, edge] : llvm::enumerate(fifos))
    if (edge.instance->hasAttr("st.fixed_depth") && edge.instance.getDepthTokens())
      problem.fixDepth(index);
  return problem;
}

void st::reportFifoError(KernelOp kernel, std::vector<FifoEdge> &fifos, llvm::Error error) {
  std::vector<std::string> names;
  std::string message;
  llvm::handleAllErrors(
      std::move(error),
      [&](const InfeasibleError &infeasible) {
        message = infeasible.message;
        names = infeasible.culprits;
      },
      [&](const DeadlockError &deadlock) {
        llvm::raw_string_ostream stream(message);
        deadlock.log(stream);
        for (const WaitingTask &waiting : deadlock.cycle) {
          names.push_back(waiting.task);
          names.push_back(waiting.channel);
        }
      },
      [&](const llvm::ErrorInfoBase &other) { message = other.message(); });
  // Without the operation, which is a whole kernel.
  InFlightDiagnostic diag = emitError(kernel.getLoc()) << "kernel '" << kernel.getSymName() << "': " << message;
  for (TaskOp task : kernel.getBody().getOps<TaskOp>())
    if (llvm::is_contained(names, task.getSymName()))
      diag.attachNote(task.getLoc()) << "task '" << task.getSymName() << "'";
  for (FifoEdge &edge : fifos)
    if (std::string name = getFifoName(edge); llvm::is_contained(names, name))
      diag.attachNote(edge.instance.getLoc()) << "FIFO '" << name << "'";
}
