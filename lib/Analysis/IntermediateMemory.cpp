//===- IntermediateMemory.cpp - On-chip bytes for what flows between tasks ------------------------------------===//

#include "Analysis/IntermediateMemory.h"
#include "Analysis/FifoProblem.h"
#include "Dialect/LayoutAlgebra.h"
#include "Support/Units.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace st;

namespace {
class Account {
public:
  Account(KernelOp kernel, std::vector<TaskSchedule> &schedules, std::vector<FifoEdge> &fifos)
      : schedules(schedules), fifos(fifos), flow(kernel, fifos) {
    for (auto [index, schedule] : llvm::enumerate(schedules))
      numbers[schedule.task] = index;
    findSources();
  }

  IntermediateMemory run();

private:
  void findSources();
  void addTensors();
  void addFifo(FifoEdge &edge);
  void addBuffers(TaskSchedule &schedule);
  void add(std::string name, int source, int64_t bytes, std::string reason, std::optional<int64_t> liveBytes = {});

  /// Whether the task makes a tensor, rather than copying or reordering one.
  bool makesTensor(int task) const { return schedules[task].kind == "compute" || schedules[task].kind == "row"; }
  /// Whether a task that the FIFO leads to gets something of the same origin on another way.
  bool reconverges(FifoEdge &fifo) const;
  /// The tensor that arrives at a task's block argument; -1 for none.
  int sourceAt(TaskOp task, unsigned argument) const;

  std::vector<TaskSchedule> &schedules;
  std::vector<FifoEdge> &fifos;
  ParameterFlow flow;
  llvm::DenseMap<Operation *, int> numbers;
  /// By task: the task whose tensor it passes on (itself where it makes one).
  std::vector<int> sources;
  /// By task: itself and all tasks whose activations reach it.
  std::vector<llvm::SmallBitVector> ancestors;
  /// The depth of the kernel's shallowest FIFO: what every connection takes.
  uint64_t leastDepth = 0;
  IntermediateMemory result;
};
} // namespace

int Account::sourceAt(TaskOp task, unsigned argument) const {
  for (FifoEdge &edge : fifos)
    if (edge.consumer == task && edge.consumerArgument == argument)
      return sources[numbers.lookup(edge.producer)];
  return numbers.lookup(task);
}

void Account::findSources() {
  // Tasks stand in topological order, but for what leads back to the next repetition.
  for (auto [index, schedule] : llvm::enumerate(schedules)) {
    sources.push_back(index);
    ancestors.emplace_back(schedules.size());
    ancestors.back().set(index);
    for (FifoEdge &edge : fifos) {
      if (edge.consumer != schedule.task || edge.isFeedback() || flow.isParameter(edge.consumer, edge.consumerArgument))
        continue;
      int producer = numbers.lookup(edge.producer);
      ancestors[index] |= ancestors[producer];
      if (!makesTensor(index))
        sources[index] = sources[producer];
    }
  }
}

bool Account::reconverges(FifoEdge &fifo) const {
  int producer = numbers.lookup(fifo.producer), consumer = numbers.lookup(fifo.consumer);
  for (FifoEdge &edge : fifos) {
    // A later input of a task that this FIFO leads to, on a way that does not pass it.
    int joined = numbers.lookup(edge.consumer), other = numbers.lookup(edge.producer);
    bool isSame = edge.instance == fifo.instance;
    if (isSame || edge.isFeedback() || flow.isParameter(edge.consumer, edge.consumerArgument) ||
        !ancestors[joined].test(consumer) || ancestors[other].test(consumer))
      continue;
    if (ancestors[other].anyCommon(ancestors[producer]))
      return true;
  }
  return false;
}

void Account::add(std::string name, int source, int64_t bytes, std::string reason, std::optional<int64_t> liveBytes) {
  std::string tensor = source < 0 ? "" : schedules[source].task.getSymName().str();
  result.heldBytes += bytes;
  for (BufferedTensor &streamed : result.tensors)
    if (streamed.name == tensor)
      streamed.heldBytes += bytes;
  result.holders.push_back({std::move(name), std::move(tensor), bytes, std::move(reason), liveBytes});
}

void Account::addTensors() {
  llvm::SmallBitVector counted(schedules.size());
  for (FifoEdge &edge : fifos) {
    int consumer = numbers.lookup(edge.consumer), source = sources[numbers.lookup(edge.producer)];
    if (!makesTensor(consumer) || !makesTensor(source) || counted.test(source) ||
        flow.isParameter(edge.consumer, edge.consumerArgument))
      continue;
    counted.set(source);
    int64_t bits = ShapedType::getNumElements(edge.getType().getDataShape()) *
                   edge.getType().getScalarType().getIntOrFloatBitWidth();
    result.tensors.push_back({schedules[source].task.getSymName().str(), 2 * bytesForBits(bits)});
    result.tensorBytes += result.tensors.back().bytes;
  }
}

void Account::addFifo(FifoEdge &edge) {
  if (flow.isParameter(edge.consumer, edge.consumerArgument))
    return;
  uint64_t depth = edge.instance.getDepthTokens().value_or(0);
  std::string reason = "fifo skew";
  if (depth <= leastDepth)
    reason = "fifo";
  else if (reconverges(edge))
    reason = "re-convergence";
  add(getFifoName(edge), sources[numbers.lookup(edge.producer)], bytesForBits(depth * edge.getTokenBits()), reason);
}

void Account::addBuffers(TaskSchedule &schedule) {
  int index = numbers.lookup(schedule.task);
  if (flow.isParameterTask(schedule.task))
    return;
  for (const TaskBuffer &buffer : schedule.buffers) {
    if (buffer.kind == BufferKind::Accumulator)
      continue;
    bool onlyParameters = !buffer.readArguments.empty() && llvm::all_of(buffer.readArguments, [&](unsigned argument) {
      return flow.isParameter(schedule.task, argument);
    });
    if (onlyParameters)
      continue;
    int source = buffer.readArguments.empty() ? index : sourceAt(schedule.task, buffer.readArguments.front());
    std::string reason = stringify(buffer.kind).str();
    if (buffer.kind == BufferKind::Converter) {
      bool again = llvm::any_of(schedule.task->getResultTypes(), [](Type type) {
        auto itensor = dyn_cast<ItensorType>(type);
        return itensor && describeAccess(itensor).repeats > 1;
      });
      reason = schedule.task->hasAttr("st.line_buffer") ? "line buffer"
               : again                                  ? "re-access converter"
                                                        : "reorder converter";
    }
    add((schedule.task.getSymName() + "." + buffer.name).str(), source, bytesForBits(buffer.bits()), reason,
        buffer.liveBytes);
  }
}

IntermediateMemory Account::run() {
  addTensors();
  for (FifoEdge &edge : fifos)
    if (!leastDepth || edge.instance.getDepthTokens().value_or(0) < leastDepth)
      leastDepth = edge.instance.getDepthTokens().value_or(0);
  for (FifoEdge &edge : fifos)
    addFifo(edge);
  for (TaskSchedule &schedule : schedules)
    addBuffers(schedule);
  llvm::stable_sort(result.holders, [](const MemoryHolder &a, const MemoryHolder &b) { return a.bytes > b.bytes; });
  return std::move(result);
}

IntermediateMemory st::accountIntermediateMemory(KernelOp kernel, std::vector<TaskSchedule> &schedules,
                                                 std::vector<FifoEdge> &fifos) {
  return Account(kernel, schedules, fifos).run();
}
