//===- LowerItensorToStream.cpp - Iterative tensors become FIFOs ----------------------------------------------===//
//
// Works kernel by kernel and in place: the values of a FIFO (the instance, the results of the task that writes it, the
// loop-carried copies inside that task) all become the one stream, and external tensors become memref operands.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Analysis/FifoGraph.h"
#include "Transforms/Bufferize/ExternalTensors.h"
#include "Transforms/Bufferize/Passes.h"

namespace st {
#define GEN_PASS_DEF_LOWERITENSORTOSTREAM
#include "Transforms/Bufferize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

/// FIFOs that nobody sized get the depth of AMD's default, in tokens.
static constexpr int64_t defaultDepthTokens = 2;

static MemRefType memoryOf(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return MemRefType::get(type.getShape(), type.getElementType());
}

//===----------------------------------------------------------------------------------------------------------===//
// Task bodies
//===----------------------------------------------------------------------------------------------------------===//

/// A loop that carries a FIFO writes the same one in every iteration: the carried value is dropped.
static void dropCarriedStreams(scf::ForOp loop, IRRewriter &rewriter) {
  SmallVector<Value> inits;
  SmallVector<unsigned> kept;
  for (auto [index, init] : llvm::enumerate(loop.getInitArgs())) {
    if (!isa<StreamType>(init.getType())) {
      kept.push_back(index);
      inits.push_back(init);
      continue;
    }
    rewriter.replaceAllUsesWith(loop.getRegionIterArg(index), init);
    rewriter.replaceAllUsesWith(loop.getResult(index), init);
  }
  if (kept.size() == loop.getInitArgs().size())
    return;
  rewriter.setInsertionPoint(loop);
  auto lean =
      scf::ForOp::create(rewriter, loop.getLoc(), loop.getLowerBound(), loop.getUpperBound(), loop.getStep(), inits);
  lean->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
  Block *body = lean.getBody();
  // Without carried values the builder has put a terminator there already.
  rewriter.setInsertionPointToEnd(body);
  if (!body->empty())
    rewriter.eraseOp(&body->back());
  SmallVector<Value> arguments{lean.getInductionVar()};
  SmallVector<Value> yields;
  for (unsigned index = 0, next = 0; index < loop.getInitArgs().size(); ++index) {
    bool keep = next < kept.size() && kept[next] == index;
    arguments.push_back(keep ? Value(lean.getRegionIterArg(next)) : loop.getInitArgs()[index]);
    if (keep) {
      rewriter.replaceAllUsesWith(loop.getResult(index), lean.getResult(next));
      yields.push_back(loop.getYieldedValues()[index]);
      ++next;
    }
  }
  auto yield = cast<scf::YieldOp>(loop.getBody()->getTerminator());
  rewriter.modifyOpInPlace(yield, [&] { yield.getResultsMutable().assign(yields); });
  rewriter.mergeBlocks(loop.getBody(), body, arguments);
  rewriter.eraseOp(loop);
}

/// Rewrites the ops of a task that touch FIFOs, whose arguments are streams by now. Outer ops come first, so that each
/// op finds its operands converted.
static LogicalResult convertBody(Region &region, IRRewriter &rewriter) {
  auto carriesItensor = [](Type type) { return isa<ItensorType>(type); };
  SmallVector<Operation *> ops;
  region.walk<WalkOrder::PreOrder>([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops) {
    rewriter.setInsertionPoint(op);
    // Operands are taken by number: the accessors insist on itensors, which are streams by now.
    if (isa<ItensorReadOp>(op)) {
      Value source = op->getOperand(0), init = op->getOperand(1);
      auto tile = StreamReadTileOp::create(rewriter, op->getLoc(), init.getType(), source, init);
      tile->setDiscardableAttrs(op->getDiscardableAttrDictionary());
      rewriter.replaceOp(op, tile);
    } else if (isa<ItensorWriteOp>(op)) {
      Value value = op->getOperand(0), dest = op->getOperand(1);
      auto tile = StreamWriteTileOp::create(rewriter, op->getLoc(), value, dest);
      tile->setDiscardableAttrs(op->getDiscardableAttrDictionary());
      rewriter.replaceOp(op, dest);
    } else if (isa<ItensorCastOp>(op)) {
      rewriter.replaceOp(op, op->getOperand(0));
    } else if (auto loop = dyn_cast<scf::ForOp>(op)) {
      dropCarriedStreams(loop, rewriter);
    } else if (llvm::any_of(op->getResultTypes(), carriesItensor)) {
      return op->emitOpError("makes an itensor inside a task; only loops may carry itensors there");
    }
  }
  return success();
}

/// Makes the memory bound to a task's argument visible to its body as a tensor, until one-shot bufferization takes the
/// pair apart again.
static void wrapMemory(BlockArgument argument, bool writable, OpBuilder &builder) {
  Type tensor = argument.getType();
  argument.setType(memoryOf(tensor));
  auto wrapped =
      bufferization::ToTensorOp::create(builder, argument.getLoc(), tensor, argument, /*restrict=*/true, writable);
  argument.replaceAllUsesExcept(wrapped.getResult(), wrapped);
}

//===----------------------------------------------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------------------------------------------===//

namespace {

/// One kernel on its way from itensors and tensors to streams and memrefs.
class KernelConversion {
public:
  KernelConversion(KernelOp kernel, IRRewriter &rewriter) : kernel(kernel), rewriter(rewriter) {}

  /// Number of FIFOs created, or failure after a diagnostic.
  FailureOr<unsigned> run();

private:
  LogicalResult bindMemories();
  void createStreams();
  LogicalResult convertTask(TaskOp task);
  LogicalResult markParameters();
  void orderBody();
  void finish();

  KernelOp kernel;
  IRRewriter &rewriter;
  /// From itensors to their streams, and from the `tensor.empty` of an output to its memory argument.
  DenseMap<Value, Value> rebound;
  /// The tensors of operands that are updated in place, by number of the operand.
  DenseMap<unsigned, Value> updated;
  /// Placeholders that nothing uses once all tasks are rebuilt.
  SmallVector<Operation *> placeholders;
  unsigned numStreams = 0;
};

} // namespace

/// Inputs become memrefs in place; each result gets an argument more, found through the write DMA that makes it.
LogicalResult KernelConversion::bindMemories() {
  Block &body = kernel.getBody().front();
  for (int64_t index = static_cast<int64_t>(body.getNumArguments()) - 1; index >= 0; --index) {
    BlockArgument argument = body.getArgument(index);
    if (!isa<RankedTensorType>(argument.getType()))
      return kernel.emitOpError() << "still has the DMA of operand " << index
                                  << " in its boundary; run st-materialize-kernel first";
    if (!llvm::is_contained(kernel.getUpdates(), index)) {
      argument.setType(memoryOf(argument.getType()));
      continue;
    }
    // The tensor stays beside its memory until the task that updates it is rebuilt.
    rebound[argument] = body.insertArgument(index, memoryOf(argument.getType()), argument.getLoc());
    updated[index] = argument;
  }
  for (auto [index, value] : llvm::enumerate(kernel.getYield().getOperands())) {
    auto writer = value.getDefiningOp<TaskOp>();
    if (!writer || !isa<RankedTensorType>(value.getType()))
      return kernel.emitOpError() << "result " << index
                                  << " is not written by a DMA task; run st-materialize-kernel first";
    Value empty;
    for (unsigned init = 0; init < writer.getInits().size(); ++init)
      if (writer.getResultForInit(init) == value)
        empty = writer.getInits()[init];
    // In place: the operand's memory.
    if (auto operand = kernel.getUpdatedOperand(index)) {
      if (empty == updated.lookup(*operand))
        continue;
      return writer.emitOpError() << "must write result " << index << " of its kernel into operand " << *operand
                                  << ", which it updates";
    }
    auto emptyOp = empty.getDefiningOp<tensor::EmptyOp>();
    if (!emptyOp || !empty.hasOneUse()) {
      InFlightDiagnostic diag = writer.emitOpError() << "must write result " << index << " of its kernel into a "
                                                     << "tensor.empty of its own";
      diag.attachNote(empty.getLoc()) << "but writes into this";
      return diag;
    }
    rebound[empty] = body.addArgument(memoryOf(value.getType()), value.getLoc());
    placeholders.push_back(emptyOp);
  }
  return success();
}

/// Marks the FIFOs that carry nothing but constants of the model, for the account of intermediate memory.
LogicalResult KernelConversion::markParameters() {
  FailureOr<std::vector<FifoEdge>> fifos = collectFifos(kernel);
  if (failed(fifos))
    return failure();
  ParameterFlow flow(kernel, *fifos);
  for (FifoEdge &fifo : *fifos)
    if (flow.isParameter(fifo.producer, fifo.producerArgument))
      fifo.instance->setAttr(parameterAttr, rewriter.getUnitAttr());
  return success();
}

void KernelConversion::createStreams() {
  llvm::StringMap<unsigned> uses;
  for (auto instance : kernel.getBody().front().getOps<ItensorInstanceOp>()) {
    std::string name = "fifo";
    if (auto given = instance->getAttrOfType<StringAttr>("st.name"))
      name = given.str();
    if (unsigned count = uses[name]++)
      name += "_" + std::to_string(count);
    auto type = StreamType::get(instance.getContext(), instance.getType().getTokenType(),
                                instance.getDepthTokens().value_or(defaultDepthTokens));
    rewriter.setInsertionPoint(instance);
    auto stream = StreamOp::create(rewriter, instance.getLoc(), type, name, instance.getStorageAttr());
    stream->setDiscardableAttrs(instance->getDiscardableAttrDictionary());
    stream->removeDiscardableAttr("st.name");
    rebound[instance] = stream;
    placeholders.push_back(instance);
    ++numStreams;
  }
}

/// Rebuilds a task without results, on streams and memories.
LogicalResult KernelConversion::convertTask(TaskOp task) {
  auto rebind = [&](Value operand) { return rebound.lookup(operand) ? rebound[operand] : operand; };
  SmallVector<Value> reads = llvm::map_to_vector(task.getReads(), rebind);
  SmallVector<Value> inits = llvm::map_to_vector(task.getInits(), rebind);
  for (Value operand : llvm::concat<Value>(reads, inits))
    if (isa<ItensorType, RankedTensorType>(operand.getType())) {
      InFlightDiagnostic diag = task.emitOpError() << "has an operand of type " << operand.getType()
                                                   << " that is neither a FIFO nor memory of the kernel";
      diag.attachNote(operand.getLoc()) << "made here; it should be an st.itensor_instance, a kernel operand or a "
                                           "tensor.empty that a DMA writes";
      return diag;
    }

  rewriter.setInsertionPoint(task);
  auto lean = TaskOp::create(rewriter, task.getLoc(), TypeRange(), task.getSymNameAttr(), reads, inits,
                             task.getScheduleAttr(), task.getDieAttr());
  lean->setDiscardableAttrs(task->getDiscardableAttrDictionary());
  lean.getBody().takeBody(task.getBody());

  rewriter.setInsertionPointToStart(&lean.getBody().front());
  for (auto [argument, operand] : llvm::zip(lean.getBody().getArguments(), lean.getOperands())) {
    if (isa<StreamType>(operand.getType()))
      argument.setType(operand.getType());
    else if (isa<RankedTensorType>(argument.getType()))
      wrapMemory(argument, argument.getArgNumber() >= lean.getReads().size(), rewriter);
  }

  YieldOp yield = lean.getYield();
  rewriter.setInsertionPoint(yield);
  for (auto [argument, init] : llvm::zip(lean.getInitArguments(), task.getInits())) {
    Value result = task.getResultForInit(argument.getArgNumber() - lean.getReads().size());
    if (!result)
      continue;
    rebound[result] = rebind(init);
    if (isa<MemRefType>(argument.getType()))
      bufferization::MaterializeInDestinationOp::create(
          rewriter, yield.getLoc(), Type(), yield.getOperand(cast<OpResult>(result).getResultNumber()), argument,
          /*restrict=*/true, /*writable=*/true);
  }
  rewriter.modifyOpInPlace(yield, [&] { yield->setOperands({}); });
  return convertBody(lean.getBody(), rewriter);
}

/// Puts the body into the order of a dataflow region: FIFOs, then tasks from the reading DMAs to the writing ones.
void KernelConversion::orderBody() {
  Block &body = kernel.getBody().front();
  auto kindOf = [](TaskOp task) {
    auto kind = task->getAttrOfType<StringAttr>("st.kind");
    return kind ? kind.getValue() : StringRef();
  };
  SmallVector<Operation *> streams, readers, others, writers;
  for (Operation &op : body.without_terminator()) {
    auto task = dyn_cast<TaskOp>(op);
    StringRef kind = task ? kindOf(task) : "";
    auto &group = !task ? streams : kind == "dma_read" ? readers : kind == "dma_write" ? writers : others;
    group.push_back(&op);
  }
  for (auto *group : {&streams, &readers, &others, &writers})
    for (Operation *op : *group)
      op->moveBefore(body.getTerminator());
}

/// Rebuilds the kernel without results, its memories outside.
void KernelConversion::finish() {
  orderBody();
  Location loc = kernel.getLoc();
  SmallVector<Value> operands;
  rewriter.setInsertionPoint(kernel);
  for (auto [index, input] : llvm::enumerate(kernel.getInputs())) {
    bool isUpdated = llvm::is_contained(kernel.getUpdates(), static_cast<int64_t>(index));
    operands.push_back(bufferization::ToBufferOp::create(rewriter, loc, memoryOf(input.getType()), input,
                                                         /*read_only=*/!isUpdated));
  }
  SmallVector<Value> outputs;
  for (OpResult result : kernel->getResults()) {
    if (auto updated = kernel.getUpdatedOperand(result.getResultNumber())) {
      outputs.push_back(operands[*updated]);
      continue;
    }
    outputs.push_back(memref::AllocOp::create(rewriter, loc, memoryOf(result.getType())));
    operands.push_back(outputs.back());
  }

  auto lean = KernelOp::create(rewriter, loc, TypeRange(), kernel.getSymNameAttr(), operands);
  lean->setDiscardableAttrs(kernel->getDiscardableAttrDictionary());
  lean->removeDiscardableAttr(updatesAttr);
  lean.getBody().takeBody(kernel.getBody());
  for (auto [result, output] : llvm::zip(kernel.getResults(), outputs))
    rewriter.replaceAllUsesWith(
        result, bufferization::ToTensorOp::create(rewriter, loc, result.getType(), output, /*restrict=*/true));
  rewriter.eraseOp(kernel);
  kernel = lean;
}

FailureOr<unsigned> KernelConversion::run() {
  annotateExternalTensors(kernel);
  if (failed(markParameters()) || failed(bindMemories()))
    return failure();
  createStreams();
  rewriter.modifyOpInPlace(kernel.getYield(), [&] { kernel.getYield()->setOperands({}); });
  SmallVector<Operation *> converted;
  for (Operation &op : kernel.getBody().front())
    if (isa<TaskOp, ItensorCastOp>(op))
      converted.push_back(&op);
  for (Operation *op : converted) {
    if (auto spelling = dyn_cast<ItensorCastOp>(op))
      rebound[spelling] = rebound.lookup(spelling.getSource());
    else if (failed(convertTask(llvm::cast<TaskOp>(op))))
      return failure();
  }
  // Consumers come after producers, so erasing backwards finds no use left.
  for (Operation *op : llvm::reverse(converted))
    rewriter.eraseOp(op);
  for (Operation *op : placeholders)
    rewriter.eraseOp(op);
  for (auto [operand, tensor] : updated)
    tensor.getParentBlock()->eraseArgument(cast<BlockArgument>(tensor).getArgNumber());
  finish();
  return numStreams;
}

namespace {
struct LowerItensorToStream : st::impl::LowerItensorToStreamBase<LowerItensorToStream> {
  void runOnOperation() override {
    SmallVector<KernelOp> kernels;
    getOperation().walk([&](KernelOp kernel) { kernels.push_back(kernel); });
    IRRewriter rewriter(&getContext());
    for (KernelOp kernel : kernels) {
      FailureOr<unsigned> count = KernelConversion(kernel, rewriter).run();
      if (failed(count))
        return signalPassFailure();
      numStreams += *count;
    }
  }
};
} // namespace
