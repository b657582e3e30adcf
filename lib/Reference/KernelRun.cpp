#include "Reference/KernelRun.h"
#include "Dialect/LayoutAlgebra.h"
#include "Reference/RoutedProcess.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

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
    if (argument.getOwner()->getParentOp() != kernel)
      return "argument " + std::to_string(argument.getArgNumber()) + " of the repetition";
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
  if (auto repeat = dyn_cast<RepeatOp>(op))
    return addRepeat(repeat);
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
    Channel &from = getSourceChannel(converter.getSource());
    Reference padded;
    if (auto pad = converter.getPad())
      padded = session.getConstant(DenseElementsAttr::get(converter.getType().getTensorType(), Attribute(*pad)));
    auto process = std::make_unique<ConverterProcess>(name, converter, from.fifo, to.fifo, padded, session);
    from.readers.push_back(process.get());
    to.writer = process.get();
    processes.push_back(std::move(process));
    return success();
  }
  if (auto reassociate = dyn_cast<ItensorReassociateOp>(op)) {
    std::string name = nameOfValue(reassociate.getSource()) + ", reassociated";
    Channel &from = getSourceChannel(reassociate.getSource());
    Channel &to = addChannel(op, name, reassociate.getType().getTokenType(), 0);
    channelOfValue[reassociate] = &to;
    auto process = std::make_unique<ReassociateProcess>(name, reassociate, from.fifo, to.fifo, session);
    from.readers.push_back(process.get());
    to.writer = process.get();
    processes.push_back(std::move(process));
    return success();
  }
  if (auto chunk = dyn_cast<ItensorChunkOp>(op))
    return addRouting(op, chunk.getSource(), chunk.getParts(), chunk.getDim(), /*splits=*/true);
  if (auto concat = dyn_cast<ItensorConcatOp>(op))
    return addRouting(op, concat, concat.getParts(), concat.getDim(), /*splits=*/false);
  if (auto join = dyn_cast<ItensorJoinOp>(op))
    return addRouting(op, join, join.getParts(), join.getDim(), /*splits=*/false);
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

LogicalResult KernelRun::addRouting(Operation *op, Value whole, ValueRange parts, uint64_t dim, bool splits) {
  SmallVector<int64_t> extents;
  for (Value part : parts)
    extents.push_back(cast<ItensorType>(part.getType()).getDataShape()[dim]);
  std::string whyNot;
  auto routing = routeParts(cast<ItensorType>(whole.getType()), dim, extents, whyNot);
  if (!routing)
    return op->emitOpError() << whyNot;
  // Results are channels of their own, operands those of what writes them.
  SmallVector<Channel *> written, read;
  for (Value result : op->getResults()) {
    written.push_back(&addChannel(op, nameOfValue(result), cast<ItensorType>(result.getType()).getTokenType(), 0));
    channelOfValue[result] = written.back();
  }
  for (Value operand : op->getOperands())
    read.push_back(&getSourceChannel(operand));
  SmallVector<Fifo *> fifos;
  for (Channel *channel : splits ? written : read)
    fifos.push_back(&channel->fifo);
  Fifo &wholeFifo = (splits ? read : written).front()->fifo;
  auto process = std::make_unique<RoutedProcess>(nameOfValue(op->getResult(0)), op, *routing, splits, wholeFifo, fifos,
                                                 session);
  for (Channel *channel : read)
    channel->readers.push_back(process.get());
  for (Channel *channel : written)
    channel->writer = process.get();
  processes.push_back(std::move(process));
  return success();
}

/// Where the slices of `value` come from: the task that writes it, or a DMA of its own.
Channel &KernelRun::getSourceChannel(Value value) {
  if (Channel *channel = channelOfValue.lookup(value))
    return *channel;
  // An operand that crosses: a DMA for this reader alone, so that readers of one tensor do not wait for each other.
  // Its FIFO is deep enough to let either run for a while, which is all that it is for.
  auto type = cast<ItensorType>(value.getType());
  // Look through casts and copies.
  Value root = value;
  while (Operation *op = root.getDefiningOp())
    root = op->getOperand(0);
  RankedTensorType tensorType = crossingTypes.lookup(root);
  std::string name = nameOfValue(root);
  auto source = std::make_unique<SourceProcess>(name, kernel, type, tensorType, tensors.lookup(root), session);
  channels.push_back(
      std::make_unique<Channel>(name, tokenBytes(type.getTokenType()), 16 * type.getTokensPerTile(), kernel));
  Channel &channel = *channels.back();
  source->setFifo(channel.fifo);
  channel.writer = source.get();
  processes.push_back(std::move(source));
  return channel;
}

/// An end for `process` where it reads `value`.
Port *KernelRun::addReader(Process &process, Value value) {
  Channel &channel = getSourceChannel(value);
  channel.readers.push_back(&process);
  return process.addPort(channel.fifo, /*isReader=*/true);
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
    int32_t reg = process->activation.program.arguments[argument.getArgNumber()];
    if (type.isIndex())
      process->activation.reg<int64_t>(reg) = indices.lookup(operand);
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
      port->promised = session.getNumTiles(itensor) * port->tokensPerSlice;
    }
    process->activation.reg<Port *>(reg) = port;
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
    Channel &channel = getSourceChannel(yielded);
    auto sink =
        std::make_unique<SinkProcess>("result " + std::to_string(index), kernel, type,
                                      cast<RankedTensorType>(kernel.getResult(index).getType()), channel.fifo, session);
    // What is updated in place is what it was, and the part that the slices cover.
    if (auto updated = kernel.getUpdatedOperand(index)) {
      SmallVector<int64_t> start(type.getRank(), 0), limits(type.getDataShape());
      auto sizeOf = [&](StringRef name) { return session.options.sizes.lookup(name); };
      for (unsigned dim = 0; dim < type.getRank(); ++dim) {
        if (StringAttr place = type.getPlace(dim))
          start[dim] = sizeOf(place);
        if (ExtentAttr extent = type.getDataExtent(dim))
          limits[dim] = extent.evaluate(sizeOf);
      }
      sink->place(copyOf(tensors.lookup(kernel.getBody().getArgument(*updated))), start, limits);
    }
    channel.readers.push_back(sink.get());
    sinks.push_back(sink.get());
    processes.push_back(std::move(sink));
  }
  return success();
}

//===----------------------------------------------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------------------------------------------===//

LogicalResult KernelRun::run() {
  for (auto [argument, input] : llvm::zip(kernel.getBody().getArguments(), kernel.getInputs()))
    if (auto type = dyn_cast<RankedTensorType>(input.getType()))
      crossingTypes[argument] = type;
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
      return process.op->emitOpError() << "'" << process.name << "' ends after it "
                                       << (port->isReader() ? "read " : "wrote ") << port->moved / port->tokensPerSlice
                                       << " of the " << port->promised / port->tokensPerSlice << " slices of itensor '"
                                       << port->fifo->name << "'";
  return success();
}

LogicalResult KernelRun::checkLeftovers() {
  for (auto &channel : channels) {
    int64_t left = channel->fifo.occupancy();
    if (left == 0 || channel->isDropped)
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
