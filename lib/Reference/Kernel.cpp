// The execution of a kernel: its FIFOs, its processes, and their turns.
#include "Reference/Arrays.h"
#include "Reference/Compiler.h"
#include "Reference/Process.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

namespace {

using TaskPrograms = llvm::DenseMap<Operation *, std::shared_ptr<Program>>;

/// A FIFO and who uses it.
struct Channel {
  Fifo fifo;
  Operation *op;
  Process *writer = nullptr;
  /// By the number of the reader.
  SmallVector<Process *> readers;

  Channel(std::string name, int64_t tokenBytes, int64_t depth, Operation *op)
      : fifo(std::move(name), tokenBytes, depth), op(op) {}
};

/// One execution of a kernel.
class KernelRun {
public:
  KernelRun(KernelOp kernel, const TaskPrograms &programs, Session &session)
      : kernel(kernel), programs(programs), session(session) {}

  /// Executes with the given operands; `memrefs` and `tensors` hold them by block argument.
  LogicalResult run();

  llvm::DenseMap<Value, Reference> tensors;
  llvm::DenseMap<Value, char *> memrefs;
  /// The kernel's results.
  SmallVector<Reference> results;

private:
  friend class TaskProcess;

  LogicalResult addOperation(Operation *op);
  LogicalResult addTask(TaskOp task);
  LogicalResult addSinks();
  Channel &addChannel(Operation *op, std::string name, Type tokenType, int64_t depth);
  Port *addReader(Process &process, Value value);
  FailureOr<Port *> addWriter(Process &process, Value value);
  std::string nameOfValue(Value value) const;
  LogicalResult takeTurns();
  LogicalResult checkAllMoved(Process &process);
  LogicalResult reportDeadlock();
  LogicalResult checkLeftovers();
  std::string describeWait(Process &process) const;
  Process *partnerOf(Process &process) const;
  Channel *channelOf(const Port *port) const;

  KernelOp kernel;
  const TaskPrograms &programs;
  Session &session;
  std::vector<std::unique_ptr<Channel>> channels;
  llvm::DenseMap<Value, Channel *> channelOfValue;
  std::vector<std::unique_ptr<Process>> processes;
  /// By result of the kernel; null for those that are tensors inside already.
  SmallVector<SinkProcess *> sinks;
};

/// A task: an activation of its program.
class TaskProcess : public Process {
public:
  TaskProcess(TaskOp task, const Program &program, KernelRun &kernel)
      : Process(task.getSymName().str(), task), activation(program), task(task), kernel(kernel) {}

  bool canResume() const override { return started ? Process::canResume() : !missingTensor(); }
  Status resume() override;

  /// An operand that a task that has not ended has to make first.
  Value missingTensor() const {
    for (Value operand : task->getOperands())
      if (isa<RankedTensorType>(operand.getType()) && !kernel.tensors.lookup(operand))
        return operand;
    return {};
  }

  Activation activation;

private:
  void start();

  TaskOp task;
  KernelRun &kernel;
  bool started = false;
};

} // namespace

//===----------------------------------------------------------------------------------------------------------===//
// Tasks
//===----------------------------------------------------------------------------------------------------------===//

void TaskProcess::start() {
  started = true;
  for (auto [operand, offset] : llvm::zip(task->getOperands(), activation.program.arguments)) {
    if (isa<MemRefType>(operand.getType())) {
      activation.reg<char *>(offset) = kernel.memrefs.lookup(operand);
    } else if (isa<RankedTensorType>(operand.getType())) {
      activation.setTensor(offset, kernel.tensors.lookup(operand));
      // What nobody else reads is updated in place.
      if (operand.hasOneUse())
        kernel.tensors.erase(operand);
    }
  }
}

Status TaskProcess::resume() {
  if (!started)
    start();
  status = activation.resume();
  waitsFor = activation.waitsFor;
  if (status == Status::Failed) {
    if (!activation.message.empty()) {
      InFlightDiagnostic diag = static_cast<Operation *>(activation.currentOrigin())->emitOpError(activation.message);
      diag.attachNote(task.getLoc()) << "in task '" << name << "'";
    }
    return status;
  }
  if (status == Status::Done)
    for (auto [result, offset] : llvm::zip(task.getResults(), activation.program.results))
      if (isa<RankedTensorType>(result.getType()))
        kernel.tensors[result] = Reference(retain(activation.reg<Buffer *>(offset)));
  return status;
}

//===----------------------------------------------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------------------------------------------===//

static int64_t tokenBytes(Type tokenType) {
  auto vector = dyn_cast<VectorType>(tokenType);
  return (vector ? vector.getNumElements() : 1) * memoryBytes(elementKind(tokenType));
}

Channel &KernelRun::addChannel(Operation *op, std::string name, Type tokenType, int64_t depth) {
  channels.push_back(
      std::make_unique<Channel>(std::move(name), tokenBytes(tokenType), session.options.boundedFifos ? depth : 0, op));
  return *channels.back();
}

std::string KernelRun::nameOfValue(Value value) const {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto names = kernel->getAttrOfType<ArrayAttr>("st.operand_names");
    if (names && argument.getArgNumber() < names.size())
      if (auto name = dyn_cast<StringAttr>(names[argument.getArgNumber()]))
        return name.str();
    return "operand " + std::to_string(argument.getArgNumber());
  }
  Operation *op = value.getDefiningOp();
  if (auto name = op->getAttrOfType<StringAttr>("st.name"))
    return name.str();
  if (auto task = dyn_cast<TaskOp>(op))
    return task.getSymName().str();
  // A placeholder is called after the tasks that it connects.
  for (Operation *writer : value.getUsers())
    if (auto task = dyn_cast<TaskOp>(writer)) {
      std::string name = task.getSymName().str();
      for (Value result : task.getResults())
        for (Operation *reader : result.getUsers())
          if (auto consumer = dyn_cast<TaskOp>(reader))
            return name + "_to_" + consumer.getSymName().str();
      return name;
    }
  return op->getName().getStringRef().str();
}

LogicalResult KernelRun::addOperation(Operation *op) {
  // The channel of what only hands on is that of its source.
  auto alias = [&](Value result, Value source) {
    if (Channel *channel = channelOfValue.lookup(source))
      channelOfValue[result] = channel;
    return success();
  };
  if (auto task = dyn_cast<TaskOp>(op))
    return addTask(task);
  if (auto empty = dyn_cast<ItensorEmptyOp>(op)) {
    channelOfValue[empty] = &addChannel(op, nameOfValue(empty), empty.getType().getTokenType(), 0);
    return success();
  }
  if (auto instance = dyn_cast<ItensorInstanceOp>(op)) {
    channelOfValue[instance] = &addChannel(op, nameOfValue(instance), instance.getType().getTokenType(),
                                           instance.getDepthTokens().value_or(0));
    return success();
  }
  if (auto stream = dyn_cast<StreamOp>(op)) {
    StreamType type = stream.getType();
    channelOfValue[stream] = &addChannel(op, stream.getSymName().str(), type.getTokenType(), type.getDepth());
    return success();
  }
  if (auto cast = dyn_cast<ItensorCastOp>(op))
    return alias(cast, cast.getSource());
  if (auto fork = dyn_cast<ItensorForkOp>(op)) {
    // A FIFO serves any number of readers, so that copies need no process.
    for (Value copy : fork.getCopies())
      (void)alias(copy, fork.getSource());
    return success();
  }
  if (auto converter = dyn_cast<ItensorConverterOp>(op)) {
    std::string name = "converter of " + nameOfValue(converter.getSource());
    Channel &to = addChannel(op, name, converter.getType().getTokenType(), 0);
    channelOfValue[converter] = &to;
    Channel *from = channelOfValue.lookup(converter.getSource());
    if (!from)
      return op->emitOpError("converts a value that no task writes, which reference execution does not support");
    auto process = std::make_unique<ConverterProcess>(name, converter, from->fifo, to.fifo);
    from->readers.push_back(process.get());
    to.writer = process.get();
    processes.push_back(std::move(process));
    return success();
  }
  if (auto empty = dyn_cast<tensor::EmptyOp>(op)) {
    tensors[empty] = Reference(Buffer::allocate(bytesOf(empty.getType())));
    return success();
  }
  if (auto constant = dyn_cast<arith::ConstantOp>(op); constant && isa<RankedTensorType>(constant.getType())) {
    tensors[constant] = session.getConstant(cast<ElementsAttr>(constant.getValue()));
    if (tensors[constant])
      return success();
  }
  return op->emitOpError("is not supported by reference execution inside a kernel, outside its tasks");
}

/// An end for `process` where it reads `value`.
Port *KernelRun::addReader(Process &process, Value value) {
  Channel *channel = channelOfValue.lookup(value);
  if (!channel) {
    // An operand that crosses: a DMA for this reader alone, so that readers of one tensor do not wait for each other.
    // Its FIFO is deep enough to let either run for a while, which is all that it is for.
    auto type = cast<ItensorType>(value.getType());
    // Look through casts and copies.
    Value root = value;
    while (Operation *op = root.getDefiningOp())
      root = op->getOperand(0);
    auto tensorType = cast<RankedTensorType>(kernel.getInputs()[cast<BlockArgument>(root).getArgNumber()].getType());
    std::string name = nameOfValue(root);
    auto source = std::make_unique<SourceProcess>(name, kernel, type, tensorType, tensors.lookup(root));
    channels.push_back(std::make_unique<Channel>(name, tokenBytes(type.getTokenType()), 16 * type.getTokensPerTile(),
                                                 kernel));
    channel = channels.back().get();
    source->setFifo(channel->fifo);
    channel->writer = source.get();
    processes.push_back(std::move(source));
  }
  channel->readers.push_back(&process);
  return process.addPort(channel->fifo, /*isReader=*/true);
}

FailureOr<Port *> KernelRun::addWriter(Process &process, Value value) {
  Channel *channel = channelOfValue.lookup(value);
  if (!channel)
    return process.op->emitOpError("writes to a value that is no placeholder of a FIFO");
  if (channel->writer) {
    InFlightDiagnostic diag = process.op->emitOpError()
                              << "writes to FIFO '" << channel->fifo.name << "', which has a writer already";
    diag.attachNote(channel->writer->op->getLoc()) << "written by '" << channel->writer->name << "'";
    return failure();
  }
  channel->writer = &process;
  return process.addPort(channel->fifo, /*isReader=*/false);
}

LogicalResult KernelRun::addTask(TaskOp task) {
  auto process = std::make_unique<TaskProcess>(task, *programs.lookup(task), *this);
  for (BlockArgument argument : task.getBody().getArguments()) {
    Value operand = task.getOperandFor(argument).get();
    Type type = operand.getType();
    if (!isa<ItensorType, StreamType>(type))
      continue;
    // Streams are written when they stand among the inits, like itensors.
    bool isReader = argument.getArgNumber() < task.getReads().size();
    Port *port;
    if (isReader) {
      port = addReader(*process, operand);
    } else {
      FailureOr<Port *> writer = addWriter(*process, operand);
      if (failed(writer))
        return failure();
      port = *writer;
    }
    if (auto itensor = dyn_cast<ItensorType>(type)) {
      port->tokensPerSlice = itensor.getTokensPerTile();
      port->promised = itensor.getNumTiles() * port->tokensPerSlice;
    }
    process->activation.reg<Port *>(process->activation.program.arguments[argument.getArgNumber()]) = port;
    if (!isReader)
      if (Value result = task.getResultForInit(argument.getArgNumber() - task.getReads().size()))
        channelOfValue[result] = channelOfValue.lookup(operand);
  }
  processes.push_back(std::move(process));
  return success();
}

LogicalResult KernelRun::addSinks() {
  for (auto [index, yielded] : llvm::enumerate(kernel.getYield().getOperands())) {
    auto type = dyn_cast<ItensorType>(yielded.getType());
    if (!type) {
      sinks.push_back(nullptr);
      continue;
    }
    Channel *channel = channelOfValue.lookup(yielded);
    if (!channel)
      return kernel.emitOpError() << "yields result " << index << ", which no task writes";
    auto sink = std::make_unique<SinkProcess>("result " + std::to_string(index), kernel, type,
                                              cast<RankedTensorType>(kernel.getResult(index).getType()), channel->fifo);
    channel->readers.push_back(sink.get());
    sinks.push_back(sink.get());
    processes.push_back(std::move(sink));
  }
  return success();
}

//===----------------------------------------------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------------------------------------------===//

LogicalResult KernelRun::run() {
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (failed(addOperation(&op)))
      return failure();
  if (failed(addSinks()) || failed(takeTurns()) || failed(checkLeftovers()))
    return failure();
  for (auto [sink, yielded] : llvm::zip(sinks, kernel.getYield().getOperands()))
    results.push_back(sink ? sink->result() : tensors.lookup(yielded));
  return success();
}

LogicalResult KernelRun::takeTurns() {
  while (true) {
    bool progress = false, allDone = true;
    for (auto &process : processes) {
      if (process->status == Status::Done)
        continue;
      allDone = false;
      if (!process->canResume())
        continue;
      progress = true;
      Status status = process->resume();
      if (status == Status::Failed || (status == Status::Done && failed(checkAllMoved(*process))))
        return failure();
    }
    if (allDone)
      return success();
    if (!progress)
      return reportDeadlock();
  }
}

/// A task that ends has read and written all that its itensor types promise.
LogicalResult KernelRun::checkAllMoved(Process &process) {
  for (auto &port : process.ports)
    if (port->promised >= 0 && port->moved != port->promised)
      return process.op->emitOpError()
             << "'" << process.name << "' ends after it " << (port->isReader() ? "read " : "wrote ")
             << port->moved / port->tokensPerSlice << " of the " << port->promised / port->tokensPerSlice
             << " slices of itensor '" << port->fifo->name << "'";
  return success();
}

LogicalResult KernelRun::checkLeftovers() {
  for (auto &channel : channels) {
    int64_t left = channel->fifo.occupancy();
    if (left == 0)
      continue;
    InFlightDiagnostic diag = channel->op->emitOpError()
                              << "FIFO '" << channel->fifo.name << "' still holds " << left
                              << (left == 1 ? " token" : " tokens") << " after all tasks are done";
    if (channel->writer)
      diag.attachNote(channel->writer->op->getLoc())
          << "'" << channel->writer->name << "' wrote " << channel->fifo.written;
    if (channel->readers.empty())
      diag.attachNote() << "nobody reads it";
    for (auto [reader, count] : llvm::zip(channel->readers, channel->fifo.read))
      diag.attachNote(reader->op->getLoc()) << "'" << reader->name << "' read " << count;
    return failure();
  }
  return success();
}

//===----------------------------------------------------------------------------------------------------------===//
// Deadlocks
//===----------------------------------------------------------------------------------------------------------===//

Channel *KernelRun::channelOf(const Port *port) const {
  for (auto &channel : channels)
    if (&channel->fifo == port->fifo)
      return channel.get();
  return nullptr;
}

/// Whom a process waits for: the writer of an empty FIFO, the slowest reader of a full one.
Process *KernelRun::partnerOf(Process &process) const {
  if (!process.waitsFor)
    return nullptr;
  Channel *channel = channelOf(process.waitsFor);
  if (process.waitsFor->isReader())
    return channel->writer;
  auto slowest = llvm::min_element(channel->fifo.read);
  return slowest == channel->fifo.read.end() ? nullptr : channel->readers[slowest - channel->fifo.read.begin()];
}

std::string KernelRun::describeWait(Process &process) const {
  std::string text = "task '" + process.name + "' waits for ";
  if (!process.waitsFor) {
    auto *task = static_cast<TaskProcess *>(&process);
    return text + "tensor '" + nameOfValue(task->missingTensor()) + "', which is not complete";
  }
  const Fifo &fifo = *process.waitsFor->fifo;
  text += "FIFO '" + fifo.name + "' (" + (process.waitsFor->isReader() ? "empty" : "full");
  if (fifo.depth > 0)
    text += ", depth " + std::to_string(fifo.depth) + (fifo.depth == 1 ? " token" : " tokens");
  text += ")";
  Process *partner = partnerOf(process);
  if (partner && partner->status == Status::Done)
    text += "; '" + partner->name + "' has ended";
  else if (!partner)
    text += process.waitsFor->isReader() ? "; nobody writes it" : "; nobody reads it";
  return text;
}

LogicalResult KernelRun::reportDeadlock() {
  // Following whom each waits for leads into the cycle, where there is one.
  SmallVector<Process *> path;
  Process *at = nullptr;
  for (auto &process : processes)
    if (!at && process->status != Status::Done && partnerOf(*process))
      at = process.get();
  while (at && !llvm::is_contained(path, at) && at->status != Status::Done) {
    path.push_back(at);
    at = partnerOf(*at);
  }
  InFlightDiagnostic diag = kernel.emitOpError("deadlock: every task that has not ended waits");
  for (auto &process : processes)
    if (process->status != Status::Done)
      diag.attachNote(process->op->getLoc()) << "deadlock: " << describeWait(*process);
  if (at && at->status != Status::Done) {
    std::string cycle;
    for (Process *member : llvm::drop_begin(path, llvm::find(path, at) - path.begin()))
      cycle += "'" + member->name + "' -> " + (member->waitsFor->isReader() ? "empty" : "full") + " FIFO '" +
               member->waitsFor->fifo->name + "' -> ";
    diag.attachNote() << "cycle: " << cycle << "'" << at->name << "'";
  }
  return diag;
}

//===----------------------------------------------------------------------------------------------------------===//
// The call
//===----------------------------------------------------------------------------------------------------------===//

/// Whether operand `index` is written: a memref whose direction is "out".
static FailureOr<bool> isOutput(KernelOp kernel, unsigned index) {
  if (!isa<MemRefType>(kernel.getInputs()[index].getType()))
    return false;
  auto directions = kernel->getAttrOfType<ArrayAttr>("st.operand_directions");
  if (!directions || directions.size() != kernel.getInputs().size())
    return kernel.emitOpError("needs 'st.operand_directions' for every operand to run on another back end");
  return cast<StringAttr>(directions[index]).getValue() == "out";
}

/// Runs the kernel outside of the interpreter; `registers` hold operands and results as its caller has them.
static bool runOnBackend(KernelOp kernel, ArrayRef<int32_t> inputs, ArrayRef<int32_t> results, Activation &caller,
                         const RunOptions &options) {
  std::vector<Array> arrays;
  SmallVector<unsigned> outputs;
  for (auto [index, input] : llvm::enumerate(kernel.getInputs())) {
    FailureOr<bool> output = isOutput(kernel, index);
    if (failed(output))
      return false;
    auto type = cast<ShapedType>(input.getType());
    if (*output)
      outputs.push_back(index);
    else
      arrays.push_back(toArray(isa<MemRefType>(type) ? caller.reg<char *>(inputs[index])
                                                     : caller.reg<Buffer *>(inputs[index])->data,
                               type));
  }
  FailureOr<std::vector<Array>> written = options.kernelBackend(kernel, arrays);
  if (failed(written))
    return false;
  if (written->size() != results.size() + outputs.size()) {
    kernel.emitOpError() << "writes " << results.size() + outputs.size() << " arrays, but its back end returned "
                         << written->size();
    return false;
  }
  for (auto [index, array] : llvm::enumerate(*written)) {
    bool isResult = index < results.size();
    unsigned operand = isResult ? 0 : outputs[index - results.size()];
    auto type = cast<ShapedType>(isResult ? kernel.getResult(index).getType() : kernel.getInputs()[operand].getType());
    if (!matches(array, type)) {
      kernel.emitOpError() << "writes " << type << ", but its back end returned " << describe(array);
      return false;
    }
    if (!isResult) {
      fromArray(array, type, caller.reg<char *>(inputs[operand]));
      continue;
    }
    Reference tensor(Buffer::allocate(bytesOf(type)));
    fromArray(array, type, tensor->data);
    caller.setTensor(results[index], tensor);
  }
  return true;
}

std::unique_ptr<HostCall> st::reference::compileKernel(KernelOp kernel, ArrayRef<int32_t> inputs,
                                                       ArrayRef<int32_t> results, Session &session) {
  SmallVector<int32_t> inputRegisters(inputs), resultRegisters(results);
  if (session.options.kernelBackend)
    return std::make_unique<HostCall>([=, &session](char *, Activation &caller) {
      return runOnBackend(kernel, inputRegisters, resultRegisters, caller, session.options);
    });
  auto programs = std::make_shared<TaskPrograms>();
  for (TaskOp task : kernel.getBody().getOps<TaskOp>()) {
    auto program = std::make_shared<Program>();
    if (failed(Compiler(*program, session).compileBody(task.getBody().front())))
      return nullptr;
    (*programs)[task] = program;
  }
  return std::make_unique<HostCall>([=, &session](char *, Activation &caller) {
    KernelRun run(kernel, *programs, session);
    KernelOp op = kernel;
    for (auto [argument, offset] : llvm::zip(op.getBody().getArguments(), inputRegisters)) {
      if (isa<MemRefType>(argument.getType()))
        run.memrefs[argument] = caller.reg<char *>(offset);
      else
        run.tensors[argument] = Reference(retain(caller.reg<Buffer *>(offset)));
    }
    if (failed(run.run()))
      return false;
    for (auto [result, offset] : llvm::zip(run.results, resultRegisters))
      caller.setTensor(offset, result);
    return true;
  });
}
