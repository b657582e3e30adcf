//===- DatapathMemory.cpp - Buffers, streams and lanes of a task's pipelines ----------------------------------===//

#include "Emit/Rtl/Datapath.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include <numeric>

using namespace mlir;
using namespace st;
using namespace st::rtl;

//===----------------------------------------------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------------------------------------------===//

LogicalResult Datapath::declare() {
  for (BlockArgument argument : task.getBody().getArguments()) {
    Channel channel;
    channel.argument = argument;
    Type token;
    if (auto stream = dyn_cast<StreamType>(argument.getType())) {
      channel.isRead = llvm::is_contained(task.getReadArguments(), argument);
      token = stream.getTokenType();
    } else {
      // What moves at once through the port of a DMA.
      channel.isMemory = true;
      for (Operation *user : argument.getUsers()) {
        channel.isRead = isa<vector::LoadOp, memref::LoadOp>(user);
        token = channel.isRead ? user->getResult(0).getType() : user->getOperand(0).getType();
      }
      if (!token)
        continue;
    }
    channel.name = names.declare((channel.isRead ? "in_" : "out_") + std::to_string(argument.getArgNumber()));
    channel.width = tokenBits(token);
    channels.push_back(std::move(channel));
  }
  LogicalResult result = success();
  task.getBody().walk([&](BufferOp op) {
    if (succeeded(result))
      result = addBuffer(op);
  });
  return result;
}

LogicalResult Datapath::addBuffer(BufferOp op) {
  auto type = cast<MemRefType>(op.getResult().getType());
  if (!type.hasStaticShape() || !type.getLayout().isIdentity() || !type.getElementType().isIntOrFloat())
    return op.emitOpError() << "has type " << type << "; the RTL back end covers row-major buffers of numbers";
  Buffer &buffer = buffers.emplace_back();
  bufferOf[op.getResult()] = &buffer;
  buffer.op = op;
  buffer.name = names.declare(toCppIdentifier(op.getSymName()));
  buffer.width = type.getElementTypeBitWidth();
  buffer.shape.assign(type.getShape().begin(), type.getShape().end());
  buffer.factors.assign(buffer.shape.size(), 1);
  std::optional<StorageKind> storage;
  if (auto attribute = op.getStorageAttr())
    storage = attribute.getValue();
  if (storage == StorageKind::Register)
    buffer.factors = buffer.shape;
  else if (std::optional<ArrayRef<int64_t>> partition = op.getPartition())
    buffer.factors.assign(partition->begin(), partition->end());
  for (auto [extent, factor] : llvm::zip(buffer.shape, buffer.factors)) {
    buffer.banks *= factor;
    buffer.rows *= llvm::divideCeil(extent, factor);
  }
  bool isClocked = storage == StorageKind::Bram || storage == StorageKind::Uram;
  buffer.style = storage == StorageKind::Bram                           ? "block"
                 : storage == StorageKind::Uram                         ? "ultra"
                 : buffer.rows == 1 || storage == StorageKind::Register ? "registers"
                                                                        : "distributed";
  buffer.isSync = isClocked;
  if (isClocked)
    for (Operation *user : op.getResult().getUsers())
      if (auto load = dyn_cast<memref::LoadOp>(user); load && isAccumulator(load, load.getMemRef(), load.getIndices()))
        return op.emitOpError() << "is an accumulator in " << buffer.style << " RAM, which cannot be read and written "
                                << "within the schedule's cycles; the RTL back end takes LUTRAM or registers";
  return success();
}

/// The loops around `op` inside its task, innermost first.
static SmallVector<scf::ForOp> loopsAround(Operation *op) {
  SmallVector<scf::ForOp> loops;
  for (auto loop = op->getParentOfType<scf::ForOp>(); loop; loop = loop->getParentOfType<scf::ForOp>())
    loops.push_back(loop);
  return loops;
}

static bool dependsOn(Value value, Value induction) {
  if (value == induction)
    return true;
  Operation *op = value.getDefiningOp();
  return op && llvm::any_of(op->getOperands(), [&](Value operand) { return dependsOn(operand, induction); });
}

bool Datapath::isAccumulator(Operation *load, Value memref, ValueRange indices) {
  // The same element is written in the same iteration, and again in other iterations of the pipeline.
  bool isWritten = false;
  for (Operation *user : memref.getUsers())
    if (auto store = dyn_cast<memref::StoreOp>(user))
      isWritten |= store->getBlock() == load->getBlock() && llvm::equal(store.getIndices(), indices);
  if (!isWritten)
    return false;
  for (const Pipeline &pipeline : control.pipelines) {
    SmallVector<scf::ForOp> around = loopsAround(load);
    if (!llvm::all_of(pipeline.nest, [&](scf::ForOp loop) { return llvm::is_contained(around, loop); }))
      continue;
    bool holds = llvm::any_of(pipeline.body, [&](Operation *op) { return op == load || op->isAncestor(load); });
    if (holds)
      return llvm::any_of(pipeline.nest, [&](scf::ForOp loop) {
        return *constantTrips(loop) > 1 &&
               llvm::none_of(indices, [&](Value index) { return dependsOn(index, loop.getInductionVar()); });
      });
  }
  return false;
}

//===----------------------------------------------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------------------------------------------===//

LogicalResult Datapath::locate(Operation *op, Buffer &buffer, ArrayRef<Index> indices, Index &row, Index &bank) {
  row = bank = Index(0);
  for (auto [index, extent, factor] : llvm::zip(indices, buffer.shape, buffer.factors)) {
    std::optional<Index> quotient = space.divide(index, factor), rest = space.remainder(index, factor);
    if (!quotient || !rest)
      return op->emitOpError("addresses its buffer by an expression that can be negative; the RTL back end covers "
                             "sums of loop counters, quotients and remainders");
    row = IndexSpace::add(*quotient, row, llvm::divideCeil(extent, factor));
    bank = IndexSpace::add(*rest, bank, factor);
  }
  return success();
}

BankChoice Datapath::chooseBank(const Index &bank) const {
  BankChoice choice;
  choice.first = bank.constant;
  for (auto [atom, coefficient] : bank.terms)
    choice.stride = std::gcd(choice.stride, coefficient);
  if (choice.stride == 0)
    return choice;
  for (auto [atom, coefficient] : bank.terms)
    choice.selector.terms.push_back({atom, coefficient / choice.stride});
  int64_t least = space.min(choice.selector);
  choice.selector.constant = -least;
  choice.first += least * choice.stride;
  choice.count = space.max(choice.selector) + 1;
  return choice;
}

std::string Datapath::selectLane(ArrayRef<std::string> candidates, const std::string &selector, unsigned bits) {
  if (candidates.size() == 1)
    return candidates.front();
  // A tree over the selector's bits, highest first: a LUT6 chooses among four.
  size_t half = size_t(1) << (bits - 1);
  if (candidates.size() <= half)
    return selectLane(candidates, selector, bits - 1);
  std::string low = selectLane(candidates.take_front(half), selector, bits - 1);
  std::string high = selectLane(candidates.drop_front(half), selector, bits - 1);
  return "(" + selector + "[" + std::to_string(bits - 1) + "] ? " + high + " : " + low + ")";
}

/// The port of `buffer` that reads `row` in `pipeline`.
static unsigned choosePort(Buffer &buffer, unsigned pipeline, int64_t stage, const Index &row) {
  for (auto [number, port] : llvm::enumerate(buffer.ports)) {
    auto use = llvm::find_if(port, [&](const ReadUse &other) { return other.pipeline == pipeline; });
    if (use == port.end()) {
      port.push_back({pipeline, stage, row});
      return number;
    }
    if (use->stage == stage && use->row == row)
      return number;
  }
  buffer.ports.push_back({{pipeline, stage, row}});
  return buffer.ports.size() - 1;
}

Net *Datapath::readBuffer(Buffer &buffer, const Index &row, const Index &bank, int64_t stage) {
  unsigned port = choosePort(buffer, current, stage, row);
  BankChoice choice = chooseBank(bank);
  int64_t there = stage + (buffer.isSync ? 1 : 0);
  std::vector<std::string> candidates;
  for (int64_t i = 0; i < choice.count; ++i) {
    int64_t low = (choice.first + i * choice.stride) * buffer.width;
    candidates.push_back(buffer.name + "_read_" + std::to_string(port) + "[" + std::to_string(low + buffer.width - 1) +
                         ":" + std::to_string(low) + "]");
  }
  std::string text = candidates.front();
  if (candidates.size() > 1) {
    unsigned bits = bitsFor(choice.count - 1);
    text = selectLane(candidates, at(indexNet(current, choice.selector, bits), there), bits);
  }
  size_t before = lines.size();
  Net *net = addNet(buffer.name, text, buffer.width, there, there);
  if (lines.size() != before && candidates.size() > 1)
    features.muxLuts += buffer.width * ((choice.count + 1) / 3);
  return net;
}

//===----------------------------------------------------------------------------------------------------------===//
// Loads, stores, tokens
//===----------------------------------------------------------------------------------------------------------===//

/// The elements of a vector of `shape` at `first` in a memory, row-major.
static std::vector<SmallVector<Index>> spread(ArrayRef<Index> first, ArrayRef<int64_t> shape) {
  std::vector<SmallVector<Index>> elements{SmallVector<Index>(first)};
  size_t offset = first.size() - shape.size();
  for (auto [dim, extent] : llvm::enumerate(shape)) {
    std::vector<SmallVector<Index>> wider;
    for (const SmallVector<Index> &element : elements)
      for (int64_t i = 0; i < extent; ++i) {
        wider.push_back(element);
        wider.back()[offset + dim].constant += i;
      }
    elements = std::move(wider);
  }
  return elements;
}

LogicalResult Datapath::addLoad(Operation *op, Value memref, ValueRange indices, ArrayRef<int64_t> shape) {
  Buffer *buffer = bufferOf.lookup(memref);
  if (!buffer)
    return op->emitOpError("reads memory that is no buffer of its task; the RTL back end has no constant tables yet");
  SmallVector<Index> first;
  for (Value value : indices) {
    std::optional<Index> index = resolver.resolve(value);
    if (!index)
      return op->emitOpError("reads at an index that is no expression of loop counters, which has no RTL form");
    first.push_back(*index);
  }
  bool accumulates = isa<memref::LoadOp>(op) && isAccumulator(op, memref, indices);
  int64_t latency = device.latencyCycles(OpKind::MemoryLoad);
  Bound whole;
  for (ArrayRef<Index> element : spread(first, shape)) {
    Bound lane;
    if (failed(locate(op, *buffer, element, lane.row, lane.bank)))
      return failure();
    BankChoice bank = chooseBank(lane.bank);
    for (const Store &store : buffer->stores)
      if (store.pipeline == current && store.row == lane.row && store.bank.first == bank.first &&
          store.bank.selector == bank.selector)
        return op->emitOpError("reads an element that the same iteration of its pipeline has written; the RTL back end "
                               "covers iterations that read before they write");
    if (accumulates) {
      lane.accumulator = buffer;
    } else {
      lane.net = readBuffer(*buffer, lane.row, lane.bank, 0);
      lane.net->arrival = std::max(lane.net->arrival, latency);
    }
    whole.lanes.push_back(std::move(lane));
  }
  Value result = op->getResult(0);
  env[result] = isa<VectorType>(result.getType()) ? whole : whole.lanes.front();
  return success();
}

LogicalResult Datapath::addStore(Operation *op, Value memref, ValueRange indices, ArrayRef<Bound> values,
                                 ArrayRef<int64_t> shape) {
  Buffer *buffer = bufferOf.lookup(memref);
  if (!buffer)
    return op->emitOpError("writes memory that is no buffer of its task, which has no RTL form outside DMAs");
  SmallVector<Index> first;
  for (Value value : indices) {
    std::optional<Index> index = resolver.resolve(value);
    if (!index)
      return op->emitOpError("writes at an index that is no expression of loop counters, which has no RTL form");
    first.push_back(*index);
  }
  int64_t stage = 0;
  for (const Bound &value : values)
    stage = std::max(stage, arrivalOf(value));
  for (auto [element, value] : llvm::zip(spread(first, shape), values)) {
    Store store{current, stage, {}, {}, nullptr};
    Index bank;
    if (failed(locate(op, *buffer, element, store.row, bank)))
      return failure();
    store.bank = chooseBank(bank);
    Bound copy = value;
    store.data = materialize(copy, stage);
    for (const Store &other : buffer->stores)
      if (other.pipeline == current && !(other.row == store.row && other.stage == store.stage)) {
        return op->emitOpError() << "is a second write to buffer '" << buffer->op.getSymName()
                                 << "' in one iteration, at another address; the RTL back end's memories have one "
                                    "write port: partition the buffer so that both lie in one row of banks";
      }
    buffer->stores.push_back(std::move(store));
  }
  extendDepth(stage + std::max<int64_t>(1, device.latencyCycles(OpKind::MemoryStore)));
  return success();
}

LogicalResult Datapath::addOperations(ArrayRef<Operation *> operations) {
  for (Operation *op : operations)
    if (failed(addOperation(op)))
      return failure();
  return success();
}

static SmallVector<Operation *> operationsOf(Block &block) {
  return llvm::map_to_vector(block.without_terminator(), [](Operation &op) { return &op; });
}

FailureOr<Channel *> Datapath::useChannel(Operation *op, Value stream) {
  auto channel = llvm::find_if(channels, [&](const Channel &other) { return other.argument == stream; });
  for (const Channel::Use &use : channel->uses)
    if (use.pipeline == current)
      return op->emitOpError("moves a second token through the same stream in one iteration of a pipeline, which a "
                             "FIFO cannot do");
  return &*channel;
}

LogicalResult Datapath::addPop(Operation *op, Value stream, int64_t latency) {
  FailureOr<Channel *> channel = useChannel(op, stream);
  if (failed(channel))
    return failure();
  (*channel)->uses.push_back({current, 0, ""});
  extendDepth(std::max<int64_t>(1, latency));
  auto vector = dyn_cast<VectorType>(op->getResult(0).getType());
  int64_t lanes = vector ? vector.getNumElements() : 1;
  unsigned width = (*channel)->width / lanes;
  Bound whole;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    Bound bound;
    bound.net = addNet("token",
                       (*channel)->name + "_data[" + std::to_string((lane + 1) * width - 1) + ":" +
                           std::to_string(lane * width) + "]",
                       width, 0, latency);
    whole.lanes.push_back(bound);
  }
  env[op->getResult(0)] = vector ? whole : whole.lanes.front();
  return success();
}

LogicalResult Datapath::addPush(Operation *op, Value stream, Value token, int64_t latency) {
  FailureOr<Channel *> channel = useChannel(op, stream);
  FailureOr<Bound> value = boundOf(token);
  if (failed(value) || failed(channel))
    return failure();
  int64_t stage = arrivalOf(*value);
  std::vector<Bound> lanes = value->lanes;
  if (!isa<VectorType>(token.getType()))
    lanes = {*value};
  std::string data;
  for (Bound &lane : llvm::reverse(lanes)) {
    Net *net = materialize(lane, stage);
    data += (data.empty() ? "" : ", ") + at(net, stage, (*channel)->width / lanes.size());
  }
  (*channel)->uses.push_back({current, stage, lanes.size() == 1 ? data : "{" + data + "}"});
  extendDepth(stage + std::max<int64_t>(1, latency));
  return success();
}

LogicalResult Datapath::addOperation(Operation *op) {
  auto isPort = [&](Value memory) { return isa<BlockArgument>(memory); };
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case<arith::ConstantOp, affine::AffineApplyOp, BufferOp>([](Operation *) { return success(); })
      .Case([&](scf::ForOp loop) -> LogicalResult {
        std::optional<int64_t> trips = constantTrips(loop);
        if (!trips || !isUnrolled(loop) || loop.getNumRegionIterArgs() != 0)
          return loop.emitOpError("stands in a pipeline; the RTL back end covers unrolled loops there, with constant "
                                  "bounds and without carried values");
        for (int64_t lane = 0; lane < *trips; ++lane) {
          resolver.bind(loop.getInductionVar(), Index(*getConstantIntValue(loop.getLowerBound()) +
                                                      lane * *getConstantIntValue(loop.getStep())));
          if (failed(addOperations(operationsOf(*loop.getBody()))))
            return failure();
        }
        return success();
      })
      .Case([&](memref::LoadOp load) {
        return isPort(load.getMemRef()) ? addPop(load, load.getMemRef(), device.latencyCycles(OpKind::MemoryLoad))
                                        : addLoad(load, load.getMemRef(), load.getIndices(), {});
      })
      .Case([&](vector::LoadOp load) {
        return isPort(load.getBase())
                   ? addPop(load, load.getBase(), device.latencyCycles(OpKind::MemoryLoad))
                   : addLoad(load, load.getBase(), load.getIndices(), load.getVectorType().getShape());
      })
      .Case([&](memref::StoreOp store) -> LogicalResult {
        if (isPort(store.getMemRef()))
          return addPush(store, store.getMemRef(), store.getValueToStore(), device.latencyCycles(OpKind::MemoryStore));
        FailureOr<Bound> value = boundOf(store.getValueToStore());
        if (failed(value))
          return failure();
        return addStore(store, store.getMemRef(), store.getIndices(), *value, {});
      })
      .Case([&](vector::StoreOp store) -> LogicalResult {
        if (isPort(store.getBase()))
          return addPush(store, store.getBase(), store.getValueToStore(), device.latencyCycles(OpKind::MemoryStore));
        FailureOr<Bound> value = boundOf(store.getValueToStore());
        if (failed(value))
          return failure();
        return addStore(store, store.getBase(), store.getIndices(), value->lanes, store.getVectorType().getShape());
      })
      .Case([&](StreamReadOp read) { return addPop(read, read.getStream(), device.latencyCycles(OpKind::StreamRead)); })
      .Case([&](StreamWriteOp write) {
        return addPush(write, write.getStream(), write.getValue(), device.latencyCycles(OpKind::StreamWrite));
      })
      .Case([&](vector::ExtractOp extract) -> LogicalResult {
        FailureOr<Bound> source = boundOf(extract.getSource());
        if (failed(source) || extract.hasDynamicPosition())
          return failed(source) ? failure() : unsupported(op);
        int64_t position = 0, size = source->lanes.size();
        for (auto [place, extent] : llvm::zip(extract.getStaticPosition(), extract.getSourceVectorType().getShape())) {
          size /= extent;
          position += place * size;
        }
        Bound part;
        part.lanes.assign(source->lanes.begin() + position, source->lanes.begin() + position + size);
        env[extract.getResult()] = isa<VectorType>(extract.getType()) ? part : part.lanes.front();
        return success();
      })
      .Case([&](vector::BroadcastOp broadcast) -> LogicalResult {
        FailureOr<Bound> source = boundOf(broadcast.getSource());
        if (failed(source))
          return failure();
        std::vector<Bound> parts = source->lanes;
        if (!isa<VectorType>(broadcast.getSourceType()))
          parts = {*source};
        Bound whole;
        int64_t lanes = broadcast.getResultVectorType().getNumElements();
        if (parts.size() != 1 && static_cast<int64_t>(parts.size()) != lanes)
          return unsupported(op);
        for (int64_t lane = 0; lane < lanes; ++lane)
          whole.lanes.push_back(parts.size() == 1 ? parts.front() : parts[lane]);
        env[broadcast.getResult()] = whole;
        return success();
      })
      .Default([&](Operation *) -> LogicalResult {
        // Addresses are found from their uses.
        if (op->getNumResults() == 1 && op->getResult(0).getType().isIndex() && op->getNumRegions() == 0)
          return success();
        return addScalar(op);
      });
}

LogicalResult Datapath::build() {
  if (failed(declare()))
    return failure();
  resolver.bindCounters(control.statements, control);
  for (auto [number, pipeline] : llvm::enumerate(control.pipelines)) {
    current = number;
    if (failed(addOperations(pipeline.body)))
      return failure();
  }
  return success();
}
