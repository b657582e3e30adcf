//===- Design.cpp - The account of an allocated design --------------------------------------------------------===//

#include "Analysis/Design.h"
#include "Analysis/FifoProblem.h"
#include "Analysis/Memories.h"
#include "Dialect/Repeat.h"
#include "Support/Error.h"
#include "Support/Units.h"

using namespace mlir;
using namespace st;

static MemoryKind toMemoryKind(StorageKind kind) {
  if (kind == StorageKind::Uram)
    return MemoryKind::Uram;
  return kind == StorageKind::Bram ? MemoryKind::Bram : MemoryKind::Lutram;
}

static void addTasks(KernelOp kernel, std::vector<TaskSchedule> &schedules, const Device &device, Design &design) {
  std::string kernelName = kernel.getSymName().str();
  for (TaskSchedule &schedule : schedules) {
    DesignTask task;
    task.kernel = kernelName;
    task.name = schedule.task.getSymName().str();
    task.kind = schedule.kind;
    task.ii = schedule.ii;
    task.firstTokenCycles = schedule.firstTokenCycles;
    task.latencyCycles = schedule.latencyCycles;
    task.unroll = schedule.unroll;
    task.die = schedule.task.getDie().value_or(0);
    task.loops = schedule.loops;
    task.isCalibrated = isCalibrated(schedule.task);
    task.resources = schedule.operators;
    for (const TaskBuffer &buffer : schedule.buffers) {
      StorageKind storage = chooseStorage(buffer, device);
      task.resources += bufferCost(buffer, storage, device);
      design.buffers.push_back({kernelName, task.name, stringifyStorageKind(storage).str(), buffer});
    }
    design.used += task.resources;
    design.tasks.push_back(std::move(task));
  }
}

static LogicalResult addFifos(KernelOp kernel, std::vector<FifoEdge> &fifos, const Device &device, Design &design) {
  ParameterFlow flow(kernel, fifos);
  for (FifoEdge &edge : fifos) {
    if (!edge.instance.getDepthTokens() || !edge.instance.getStorage())
      return edge.instance.emitOpError("has no depth or no storage: run the allocate phase first");
    DesignFifo fifo;
    fifo.kernel = kernel.getSymName().str();
    fifo.name = getFifoName(edge);
    fifo.producer = edge.producer.getSymName().str();
    fifo.consumer = edge.consumer.getSymName().str();
    fifo.storage = stringifyStorageKind(*edge.instance.getStorage()).str();
    fifo.tokenBits = edge.getTokenBits();
    fifo.tokens = edge.getTokens();
    fifo.depthTokens = *edge.instance.getDepthTokens();
    auto required = edge.instance->getAttrOfType<IntegerAttr>("st.required_tokens");
    fifo.requiredTokens = required ? required.getInt() : fifo.depthTokens;
    fifo.isParameter = flow.isParameter(edge.consumer, edge.consumerArgument);
    fifo.isFeedback = edge.isFeedback();
    fifo.resources = device.fifoCost(fifo.tokenBits, fifo.depthTokens, toMemoryKind(*edge.instance.getStorage()));
    design.used += fifo.resources;
    design.fifoBits += fifo.depthTokens * fifo.tokenBits;
    design.fullTensorBits += fifo.tokens * fifo.tokenBits;
    design.fifos.push_back(std::move(fifo));
  }
  return success();
}

static void addDmas(KernelOp kernel, std::vector<TaskSchedule> &schedules, Design &design) {
  for (TaskSchedule &schedule : schedules) {
    if (!llvm::StringRef(schedule.kind).starts_with("dma_"))
      continue;
    TaskOp task = schedule.task;
    DesignDma dma;
    dma.kernel = kernel.getSymName().str();
    dma.task = task.getSymName().str();
    StringRef operand = task.getSymName();
    operand.consume_front("dma_");
    dma.operand = operand.str();
    dma.isWrite = schedule.kind == "dma_write";
    for (Type type : task->getOperandTypes())
      if (auto itensor = dyn_cast<ItensorType>(type))
        dma.bytes += bytesForBits(itensor.getNumTiles() * itensor.getTileType().getNumElements() *
                                  itensor.getScalarType().getIntOrFloatBitWidth());
    if (auto channel = task->getAttrOfType<IntegerAttr>("st.hbm_channel"))
      dma.channel = channel.getInt();
    design.dmas.push_back(std::move(dma));
  }
}

static std::vector<DesignRepeat> collectRepeats(KernelOp kernel) {
  std::vector<DesignRepeat> repeats;
  if (auto all = kernel->getAttrOfType<ArrayAttr>(repeatsAttr))
    for (auto repeat : all.getAsRange<DictionaryAttr>()) {
      auto number = [&](StringRef name) {
        auto value = repeat.getAs<IntegerAttr>(name);
        return value ? value.getInt() : 0;
      };
      repeats.push_back({number("count"), number("carried_bytes"), number("stacked_bytes")});
    }
  return repeats;
}

static LogicalResult addKernel(KernelOp kernel, const Device &device, Design &design) {
  FailureOr<std::vector<FifoEdge>> fifos = collectFifos(kernel);
  FailureOr<std::vector<TaskSchedule>> schedules = scheduleKernel(kernel, device);
  if (failed(fifos) || failed(schedules) || failed(addFifos(kernel, *fifos, device, design)))
    return failure();
  FailureOr<timed::Graph> graph = buildTimedGraph(*schedules, *fifos, device);
  if (failed(graph))
    return failure();
  design.kernels.push_back({kernel.getSymName().str(), collectRepeats(kernel), timed::simulate(*graph).latencyCycles,
                            timed::simulate(*graph, timed::getUnboundedDepths(*graph)).latencyCycles});
  addTasks(kernel, *schedules, device, design);
  addDmas(kernel, *schedules, design);
  IntermediateMemory memory = accountIntermediateMemory(kernel, *schedules, *fifos);
  IntermediateMemory &sum = design.intermediateMemory;
  llvm::append_range(sum.holders, memory.holders);
  llvm::append_range(sum.tensors, memory.tensors);
  sum.heldBytes += memory.heldBytes;
  sum.tensorBytes += memory.tensorBytes;
  return success();
}

llvm::Expected<Design> st::collectDesign(ModuleOp module, llvm::StringRef deviceFile, double clockMhz) {
  llvm::Expected<Device> device = loadDevice(deviceFile, clockMhz);
  if (!device)
    return device.takeError();
  Design design;
  design.device = device->name().str();
  design.title = device->title().str();
  design.part = device->part().str();
  design.platform = device->platform().str();
  design.clockMhz = device->clockMhz();
  design.available = device->available();
  WalkResult walk = module.walk([&](KernelOp kernel) {
    return failed(addKernel(kernel, *device, design)) ? WalkResult::interrupt() : WalkResult::advance();
  });
  if (walk.wasInterrupted())
    return makeError("the design could not be accounted for");
  llvm::stable_sort(design.intermediateMemory.holders,
                    [](const MemoryHolder &a, const MemoryHolder &b) { return a.bytes > b.bytes; });
  return design;
}

static std::string percent(double part, double whole) {
  return llvm::formatv("{0:f1} %", whole ? 100 * part / whole : 0).str();
}

std::string st::formatIntermediateMemory(const IntermediateMemory &memory, double minShare) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "intermediate memory: " << formatBytes(memory.heldBytes) << " on chip, "
      << percent(memory.heldBytes, memory.tensorBytes) << " of the " << formatBytes(memory.tensorBytes) << " that "
      << memory.tensors.size() << " double-buffered tensors take\n";
  int64_t restBytes = 0, restCount = 0;
  for (const MemoryHolder &holder : memory.holders) {
    if (holder.bytes < minShare * memory.heldBytes) {
      restBytes += holder.bytes;
      ++restCount;
      continue;
    }
    out << llvm::formatv("  {0,-44} {1,10}  {2,7}  {3}\n", holder.name, formatBytes(holder.bytes),
                         percent(holder.bytes, memory.heldBytes), holder.reason);
  }
  if (restCount)
    out << llvm::formatv("  {0,-44} {1,10}  {2,7}\n", llvm::formatv("{0} smaller ones", restCount).str(),
                         formatBytes(restBytes), percent(restBytes, memory.heldBytes));
  return text;
}
