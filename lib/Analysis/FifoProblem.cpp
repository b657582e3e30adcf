//===- FifoProblem.cpp - A scheduled kernel as a FIFO sizing problem ------------------------------------------===//

#include "Analysis/FifoProblem.h"
#include "Optimize/Infeasible.h"

using namespace mlir;
using namespace st;

std::string st::getFifoName(FifoEdge &edge) {
  if (auto name = edge.instance->getAttrOfType<StringAttr>("st.name"))
    return name.str();
  return (edge.producer.getSymName() + "_to_" + edge.consumer.getSymName()).str();
}

/// Renames the channels of `program` by `channels`; -1 with a missing entry.
static bool renameChannels(EventProgram &program, const llvm::DenseMap<int, int> &channels, int &missing) {
  for (Event &event : program) {
    if (event.kind == Event::Kind::Loop && !renameChannels(event.body, channels, missing))
      return false;
    if (event.kind != Event::Kind::Read && event.kind != Event::Kind::Write)
      continue;
    auto it = channels.find(event.channel);
    if (it == channels.end()) {
      missing = event.channel;
      return false;
    }
    event.channel = it->second;
  }
  return true;
}

FailureOr<FifoSizingProblem> st::buildFifoProblem(std::vector<TaskSchedule> &schedules, std::vector<FifoEdge> &fifos) {
  FifoSizingProblem problem;
  llvm::DenseMap<Operation *, int> tasks;
  for (TaskSchedule &schedule : schedules)
    tasks[schedule.task] = problem.addTask(schedule.task.getSymName());
  std::vector<llvm::DenseMap<int, int>> channels(schedules.size());
  for (FifoEdge &edge : fifos) {
    int writer = tasks.lookup(edge.producer), reader = tasks.lookup(edge.consumer);
    std::optional<int64_t> fixedDepth;
    if (edge.instance->hasAttr("st.fixed_depth") && edge.instance.getDepthTokens())
      fixedDepth = *edge.instance.getDepthTokens();
    int channel = problem.addChannel(getFifoName(edge), writer, reader, edge.getTokenBits(), fixedDepth);
    channels[writer][edge.producerArgument] = channel;
    channels[reader][edge.consumerArgument] = channel;
  }
  for (auto [index, schedule] : llvm::enumerate(schedules)) {
    EventProgram program = schedule.program;
    int missing = 0;
    if (!renameChannels(program, channels[index], missing))
      return schedule.task.emitOpError()
             << "reads or writes block argument " << missing
             << ", which is no FIFO between two tasks: run st-materialize-kernel and st-convert-empty-to-instance "
                "first";
    problem.setProgram(index, std::move(program));
  }
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
