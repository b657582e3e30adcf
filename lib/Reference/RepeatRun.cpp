// The repetitions of st.repeat: of tensors around kernels one after the other, of itensors inside a kernel all at once.
#include "Dialect/LayoutAlgebra.h"
#include "Dialect/Repeat.h"
#include "Reference/KernelRun.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

//===----------------------------------------------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------------------------------------------===//

/// Number `index` of the `count` tensors that lie one after the other in `stack`, which must outlive it.
static Reference viewSlice(const Reference &stack, int64_t index, int64_t count) {
  int64_t bytes = stack->bytes / count;
  return Reference(Buffer::borrow(stack->data + index * bytes, bytes));
}

/// Whether `activation` ran to its end; reports where it did not.
static bool runToEnd(Activation &activation) {
  if (activation.resume() == Status::Done)
    return true;
  if (!activation.message.empty())
    static_cast<Operation *>(activation.currentOrigin())->emitOpError(activation.message);
  return false;
}

std::unique_ptr<HostCall> st::reference::compileRepeat(RepeatOp repeat, ArrayRef<int32_t> operands,
                                                       ArrayRef<int32_t> results, Session &session) {
  auto program = std::make_shared<Program>();
  if (failed(Compiler(*program, session).compileBody(repeat.getBody().front())))
    return nullptr;
  SmallVector<int32_t> inputs(operands), outputs(results);
  int64_t count = repeat.getCount();
  size_t numCarried = repeat.getCarried().size(), numSlices = repeat.getSlices().size();
  return std::make_unique<HostCall>([=](char *, Activation &caller) {
    SmallVector<Reference> values;
    for (int32_t input : inputs)
      values.push_back(Reference(retain(caller.reg<Buffer *>(input))));
    for (int64_t repetition = 0; repetition < count; ++repetition) {
      Activation activation(*program);
      activation.reg<int64_t>(program->arguments.front()) = repetition;
      for (auto [index, value] : llvm::enumerate(values)) {
        bool isSlice = index >= numCarried && index < numCarried + numSlices;
        activation.setTensor(program->arguments[index + 1], isSlice ? viewSlice(value, repetition, count) : value);
      }
      if (!runToEnd(activation))
        return false;
      for (size_t index = 0; index < numCarried; ++index)
        values[index] = Reference(retain(activation.reg<Buffer *>(program->results[index])));
    }
    for (auto [value, output] : llvm::zip(values, outputs)) {
      // What is yielded may be a view of a stack that ends before it.
      Buffer *own = retain(value.get());
      caller.setTensor(output, Reference(own->borrowed ? makeWritable(own) : own));
    }
    return true;
  });
}

//===----------------------------------------------------------------------------------------------------------===//
// Itensors
//===----------------------------------------------------------------------------------------------------------===//

namespace {
/// Hands on the tokens of one FIFO to several others: `tokens` to each, in order.
class DealProcess : public Process {
public:
  DealProcess(std::string name, Operation *op, Fifo &from, ArrayRef<Channel *> to, int64_t tokens)
      : Process(std::move(name), op), from(addPort(from, /*isReader=*/true)), tokens(tokens), token(from.tokenBytes) {
    for (Channel *channel : to)
      parts.push_back(addPort(channel->fifo, /*isReader=*/false));
  }

  Status resume() override {
    for (; moved < tokens * int64_t(parts.size()); ++moved) {
      Port *to = parts[moved / tokens];
      Port *missing = from->ready() < 1 ? from : to->ready() < 1 ? to : nullptr;
      if (missing) {
        waitsFor = missing;
        return status = Status::Blocked;
      }
      from->fifo->pop(from->reader, token.data(), 1);
      to->fifo->push(token.data(), 1);
      ++from->moved;
      ++to->moved;
    }
    return status = Status::Done;
  }

private:
  Port *from;
  SmallVector<Port *> parts;
  int64_t tokens, moved = 0;
  std::vector<char> token;
};
} // namespace

/// The kernel's operand that `value` is, or the part of it that an outer repetition sees; null for what streams inside
/// the kernel.
static BlockArgument getCrossing(Value value, const DenseMap<Value, Channel *> &channelOfValue) {
  return channelOfValue.lookup(value) ? BlockArgument() : dyn_cast<BlockArgument>(value);
}

SmallVector<Channel *> KernelRun::deal(Operation *op, Value value, ItensorType part, int64_t count) {
  Channel &from = getSourceChannel(value);
  std::string name = nameOfValue(value);
  SmallVector<Channel *> parts;
  for (int64_t index = 0; index < count; ++index)
    parts.push_back(&addChannel(op, name + ", repetition " + std::to_string(index), part.getTokenType(), 0));
  auto process =
      std::make_unique<DealProcess>(name, op, from.fifo, parts, session.getNumTiles(part) * part.getTokensPerTile());
  from.readers.push_back(process.get());
  for (Channel *channel : parts)
    channel->writer = process.get();
  processes.push_back(std::move(process));
  return parts;
}

LogicalResult KernelRun::addRepeat(RepeatOp repeat) {
  int64_t count = repeat.getCount();
  // What each repetition finds at a block argument: a FIFO of its own; or memory, where an operand of the kernel comes
  // from, so that each reader has a DMA of its own as in a kernel without repetitions.
  DenseMap<Value, SmallVector<Channel *>> dealt;
  auto place = [&](BlockArgument argument, Value operand, bool isSlice, int64_t parts) {
    auto type = cast<ItensorType>(argument.getType());
    if (!getCrossing(operand, channelOfValue)) {
      dealt[argument] = deal(repeat, operand, type, parts);
      return;
    }
    RankedTensorType whole = crossingTypes.lookup(operand);
    crossingTypes[argument] =
        isSlice ? RankedTensorType::get(whole.getRank() == type.getRank() + 1 ? type.getTensorType().getShape()
                                                                              : ArrayRef<int64_t>(packedShape(type)),
                                        whole.getElementType())
                : whole;
    tensors[argument] = tensors.lookup(operand);
  };
  for (auto [argument, operand] : llvm::zip(repeat.getCarriedArguments(), repeat.getCarried()))
    place(argument, operand, /*isSlice=*/false, 1);
  for (auto [argument, operand] : llvm::zip(repeat.getSliceArguments(), repeat.getSlices()))
    place(argument, operand, /*isSlice=*/true, count);
  for (auto [argument, operand] : llvm::zip(repeat.getAgainArguments(), repeat.getAgain()))
    place(argument, operand, /*isSlice=*/false, count);

  SmallVector<Channel *> carried;
  for (int64_t repetition = 0; repetition < count; ++repetition) {
    indices[repeat.getIndex()] = repetition;
    for (auto [index, argument] : llvm::enumerate(repeat.getCarriedArguments()))
      if (repetition > 0)
        channelOfValue[argument] = carried[index];
      else if (auto found = dealt.find(argument); found != dealt.end())
        channelOfValue[argument] = found->second.front();
    for (BlockArgument argument : llvm::drop_begin(repeat.getBody().getArguments(), 1 + repeat.getCarried().size()))
      if (auto found = dealt.find(argument); found != dealt.end())
        channelOfValue[argument] = found->second[repetition];
    // What the body does not read goes nowhere.
    for (BlockArgument argument : llvm::drop_begin(repeat.getBody().getArguments()))
      if (Channel *channel = argument.use_empty() ? channelOfValue.lookup(argument) : nullptr)
        channel->isDropped = true;
    for (auto [argument, operand] : llvm::zip(repeat.getSliceArguments(), repeat.getSlices()))
      if (!dealt.contains(argument))
        tensors[argument] = viewSlice(tensors.lookup(operand), repetition, count);
    for (Operation &op : repeat.getBody().front().without_terminator()) {
      // Tensors are looked up when a task starts, and would be those of the last repetition.
      if (isa<TaskOp>(op) && llvm::any_of(op.getOperandTypes(), llvm::IsaPred<ShapedType>))
        return op.emitOpError("must not take tensors inside a repetition");
      if (failed(addOperation(&op)))
        return failure();
    }
    carried.clear();
    for (Value yielded : repeat.getYield().getOperands())
      carried.push_back(&getSourceChannel(yielded));
  }
  for (auto [result, channel] : llvm::zip(repeat.getResults(), carried))
    channelOfValue[result] = channel;
  return success();
}
