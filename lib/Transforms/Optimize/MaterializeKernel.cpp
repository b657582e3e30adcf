//===- MaterializeKernel.cpp - Make tasks of converters, forks and boundary crossings -------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/Repeat.h"
#include "Transforms/Optimize/AdapterTask.h"
#include "Transforms/Optimize/ConverterTask.h"
#include "Transforms/Optimize/MemoryTile.h"
#include "Transforms/Optimize/Passes.h"
#include "Transforms/Optimize/RoutingTask.h"
#include "Transforms/Optimize/StackTask.h"
#include "Transforms/Optimize/TaskBuilder.h"
#include "Transforms/Optimize/TensorNames.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSet.h"

#define DEBUG_TYPE "st-materialize-kernel"

namespace st {
#define GEN_PASS_DEF_MATERIALIZEKERNEL
#include "Transforms/Optimize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {

class Materializer {
public:
  explicit Materializer(KernelOp kernel) : kernel(kernel), builder(kernel.getContext()) {
    kernel.getBody().walk([&](TaskOp task) { names.insert(task.getSymName()); });
  }

  void run() {
    Block &body = kernel.getBody().front();
    SmallVector<ItensorConverterOp> all(body.getOps<ItensorConverterOp>());
    for (ItensorConverterOp converter : all)
      materializeRegrouping(converter);
    SmallVector<ItensorConverterOp> converters(body.getOps<ItensorConverterOp>());
    SmallVector<ItensorForkOp> forks(body.getOps<ItensorForkOp>());
    for (ItensorConverterOp converter : converters)
      materialize(converter);
    for (ItensorForkOp fork : forks)
      materialize(fork);
    SmallVector<Operation *> routings;
    for (Operation &op : body)
      if (isa<ItensorChunkOp, ItensorConcatOp, ItensorJoinOp>(op))
        routings.push_back(&op);
    for (Operation *routing : routings)
      materializeRouting(routing);
    builder.setInsertionPointToStart(&body);
    for (BlockArgument argument : body.getArguments())
      if (isa<ItensorType>(argument.getType()))
        readFromMemory(argument);
    builder.setInsertionPoint(kernel.getYield());
    for (OpOperand &use : kernel.getYield()->getOpOperands())
      if (isa<ItensorType>(use.get().getType()))
        writeToMemory(use);
  }

  unsigned numConverters = 0;
  int64_t converterBytes = 0;

private:
  std::string makeName(const Twine &wanted) {
    std::string name = wanted.str();
    for (unsigned n = 1; !names.insert(name).second; ++n)
      name = (wanted + "_" + Twine(n)).str();
    return name;
  }

  /// The next tile of `type` in a tensor packed by tiles.
  static Slice getPackedSlice(TaskBuilder &task, ItensorType type, ValueRange variables) {
    Slice slice;
    OpFoldResult one = task.body.getIndexAttr(1);
    SmallVector<int64_t> tile = type.getTileShape();
    for (unsigned dim = 0; dim < type.getRank(); ++dim) {
      SmallVector<int64_t> strides = getStrides(type, dim, 0);
      for (int64_t &stride : strides)
        stride /= tile[dim];
      slice.offsets.push_back(task.getOffset(variables, strides, getConstantOffset(type, dim) / tile[dim]));
      slice.sizes.push_back(one);
    }
    for (int64_t extent : tile) {
      slice.offsets.push_back(task.body.getIndexAttr(0));
      slice.sizes.push_back(task.body.getIndexAttr(extent));
    }
    slice.strides.assign(slice.sizes.size(), one);
    return slice;
  }

  /// Whether `tensor` lies in memory as the model has it, and not tile by tile.
  static bool keepsLayout(Type tensor, ItensorType type) {
    return cast<RankedTensorType>(tensor).getRank() == type.getRank();
  }

  void readFromMemory(BlockArgument argument) {
    auto type = cast<ItensorType>(argument.getType());
    Value operand = kernel.getInputs()[argument.getArgNumber()];
    Location loc = argument.getLoc();
    std::string tensorName = getOperandName(operand);
    if (tensorName.empty())
      tensorName = ("in" + Twine(argument.getArgNumber())).str();

    Value fifo = ItensorInstanceOp::create(builder, loc, type, /*depth_tokens=*/nullptr, /*storage=*/nullptr);
    argument.replaceAllUsesWith(fifo);
    argument.setType(operand.getType());
    TaskBuilder task(builder, loc, makeName("dma_" + toIdentifier(tensorName)), "dma_read", argument, fifo);
    task.task->setDiscardableAttr("st.tensor", builder.getStringAttr(tensorName));
    // The canonical nest: consecutive tiles in one loop.
    ItensorType order = canonicalize(type);
    auto results = task.buildNest(
        TaskBuilder::getCountingLoops(order), task.getInits(),
        [&](ValueRange variables, ValueRange carried) -> SmallVector<Value> {
          if (keepsLayout(operand.getType(), type))
            return {task.push(readCounting(task, loc, order, variables, task.getRead(0)), carried.front())};
          Slice slice = getPackedSlice(task, order, variables);
          Value tile = tensor::ExtractSliceOp::create(task.body, loc, type.getTileType(), task.getRead(0),
                                                      slice.offsets, slice.sizes, slice.strides);
          return {task.push(tile, carried.front())};
        });
    task.finish(results);
    // The FIFO's only other use is the task that fills it.
    fifo.replaceAllUsesExcept(task.task.getResult(0), task.task);
  }

  void writeToMemory(OpOperand &use) {
    Value stream = use.get();
    auto type = cast<ItensorType>(stream.getType());
    OpResult result = kernel->getResult(use.getOperandNumber());
    Location loc = stream.getLoc();
    std::string tensorName = getResultName(result);
    if (tensorName.empty())
      tensorName = ("out" + Twine(result.getResultNumber())).str();

    auto tensorType = cast<RankedTensorType>(result.getType());
    Value memory;
    if (auto updated = kernel.getUpdatedOperand(result.getResultNumber()))
      memory = kernel.getBody().getArgument(*updated);
    else
      memory = tensor::EmptyOp::create(builder, loc, tensorType.getShape(), tensorType.getElementType());
    TaskBuilder task(builder, loc, makeName("dma_" + toIdentifier(tensorName)), "dma_write", stream, memory);
    task.task->setDiscardableAttr("st.tensor", builder.getStringAttr(tensorName));
    ItensorType order = canonicalize(type);
    auto results = task.buildNest(TaskBuilder::getCountingLoops(order), task.getInits(),
                                  [&](ValueRange variables, ValueRange carried) -> SmallVector<Value> {
                                    Value tile = task.pull(task.getRead(0));
                                    if (keepsLayout(tensorType, type))
                                      return {writeCounting(task, loc, order, variables, tile, carried.front())};
                                    Slice slice = getPackedSlice(task, order, variables);
                                    return {tensor::InsertSliceOp::create(task.body, loc, tile, carried.front(),
                                                                          slice.offsets, slice.sizes, slice.strides)};
                                  });
    use.set(task.finish(results).getResult(0));
  }

  void materialize(ItensorForkOp fork) {
    builder.setInsertionPoint(fork);
    Location loc = fork.getLoc();
    SmallVector<Value> fifos;
    for (Type type : fork.getCopies().getTypes())
      fifos.push_back(ItensorInstanceOp::create(builder, loc, type, /*depth_tokens=*/nullptr, /*storage=*/nullptr));
    TaskBuilder task(builder, loc, makeName("fork_" + Twine(numForks++)), "fork", fork.getSource(), fifos);
    ItensorType type = fork.getSource().getType();
    SmallVector<TaskBuilder::Loop> loops{{type.getNumTiles(), 1}};
    if (type.hasRunTimeSizes())
      loops = TaskBuilder::getCountingLoops(canonicalize(type));
    auto results = task.buildNest(loops, task.getInits(), [&](ValueRange, ValueRange carried) -> SmallVector<Value> {
      Value tile = task.pull(task.getRead(0));
      return llvm::map_to_vector(carried, [&](Value stream) { return task.push(tile, stream); });
    });
    fork->replaceAllUsesWith(task.finish(results));
    fork.erase();
  }

  /// `op` between a stream and its parts.
  void materializeRouting(Operation *op) {
    bool splits = isa<ItensorChunkOp>(op);
    int64_t dim = op->getAttrOfType<IntegerAttr>("dim").getInt();
    ValueRange parts = splits ? ValueRange(op->getResults()) : ValueRange(op->getOperands());
    SmallVector<int64_t> extents;
    for (Value part : parts)
      extents.push_back(cast<ItensorType>(part.getType()).getDataShape()[dim]);
    std::string whyNot;
    auto whole = cast<ItensorType>((splits ? op->getOperand(0) : op->getResult(0)).getType());
    auto routing = routeParts(whole, dim, extents, whyNot);
    assert(routing && "the verifier has seen the same types");
    builder.setInsertionPoint(op);
    SmallVector<Value> fifos;
    for (Type type : op->getResultTypes())
      fifos.push_back(
          ItensorInstanceOp::create(builder, op->getLoc(), type, /*depth_tokens=*/nullptr, /*storage=*/nullptr));
    TaskOp task = buildRoutingTask(builder, op->getLoc(), makeName("route_" + Twine(numRoutings++)), op->getOperands(),
                                   fifos, *routing);
    op->replaceAllUsesWith(task.getResults());
    op->erase();
  }

  /// `converter` with the reassociation and the converter before it, where these only collect a whole tensor.
  void materializeRegrouping(ItensorConverterOp converter) {
    auto regrouped = converter.getSource().getDefiningOp<ItensorReassociateOp>();
    auto collected = regrouped ? regrouped.getSource().getDefiningOp<ItensorConverterOp>() : ItensorConverterOp();
    if (!collected || !regrouped->hasOneUse() || !collected->hasOneUse() || converter.getPad() || collected.getPad())
      return;
    ItensorType middle = collected.getType();
    ConverterPlan before = inferPingPongConverter(collected.getSource().getType(), middle);
    ConverterPlan after = inferPingPongConverter(regrouped.getType(), converter.getType());
    // What reaches beyond the tensor has no place in a view of it.
    if (middle.getNumTiles() != 1 || ArrayRef<int64_t>(before.bufferShape) != middle.getDataShape() ||
        ArrayRef<int64_t>(after.bufferShape) != regrouped.getType().getDataShape())
      return;
    builder.setInsertionPoint(converter);
    Value fifo = ItensorInstanceOp::create(builder, converter.getLoc(), converter.getType(), /*depth_tokens=*/nullptr,
                                           /*storage=*/nullptr);
    TaskOp task = buildRegroupingTask(builder, converter.getLoc(), makeName("convert_" + Twine(numConverters++)),
                                      collected.getSource(), fifo, before, after, regrouped.getReassociation());
    converterBytes += after.bytes;
    converter.replaceAllUsesWith(task.getResult(0));
    converter.erase();
    regrouped.erase();
    collected.erase();
  }

  void materialize(ItensorConverterOp converter) {
    builder.setInsertionPoint(converter);
    Padding padding = getPadding(converter);
    // The same tokens, cut into slices differently: the FIFO between the two does it. Reassociations fold into tasks.
    bool isRegrouped = converter.getSource().getDefiningOp<ItensorReassociateOp>();
    if (padding.isNone() && !isRegrouped && haveSameTokens(converter.getSource().getType(), converter.getType())) {
      Value cast =
          ItensorCastOp::create(builder, converter.getLoc(), converter.getType(), converter.getSource()).getResult();
      converter.replaceAllUsesWith(cast);
      converter.erase();
      return;
    }
    // The same scalars in tokens of another width: no more is held than a few tokens.
    bool isStatic = !converter.getType().hasRunTimeSizes();
    if (padding.isNone() && !isRegrouped && isStatic &&
        relate(converter.getSource().getType(), converter.getType()) == Relation::Regrouped) {
      std::string name = makeName("adapt_" + Twine(numAdapters++));
      Value adapted = buildAdapterTask(builder, converter.getLoc(), name, converter.getSource(), converter.getType(),
                                       converterBytes);
      converter.replaceAllUsesWith(adapted);
      converter.erase();
      return;
    }
    TypedAttr pad = padding.isNone() ? TypedAttr() : converter.getPad().value_or(TypedAttr());
    if (auto restarts = converter->getAttrOfType<IntegerAttr>(restartsAttr))
      return materializeRestarting(converter, restarts.getInt(), padding, pad);
    ConverterPlan plan = inferConverter(converter.getSource().getType(), converter.getType(), padding);
    Value fifo = ItensorInstanceOp::create(builder, converter.getLoc(), converter.getType(), /*depth_tokens=*/nullptr,
                                           /*storage=*/nullptr);
    TaskOp task = buildConverterTask(builder, converter.getLoc(), makeName("convert_" + Twine(numConverters++)),
                                     converter.getSource(), fifo, plan, pad);
    converterBytes += plan.bytes;
    converter.replaceAllUsesWith(task.getResult(0));
    converter.erase();
  }

  /// `converter` as one that is empty before each iteration of its `levels` leading loops.
  void materializeRestarting(ItensorConverterOp converter, int64_t levels, Padding padding, TypedAttr pad) {
    Location loc = converter.getLoc();
    // One of the tensors that it streams one after the other, and how many there are.
    ItensorType source = converter.getSource().getType(), result = converter.getType();
    SmallVector<int64_t> counts;
    for (int64_t level = 0; level < levels; ++level) {
      counts.push_back(result.getTripCounts().front());
      source = unstackType(source);
      result = unstackType(result);
      for (auto *amounts : {&padding.low, &padding.high})
        if (!amounts->empty())
          amounts->erase(amounts->begin());
    }
    ConverterPlan plan = inferConverter(source, result, padding);
    auto makeInstance = [&](ItensorType type) {
      return ItensorInstanceOp::create(builder, loc, type, /*depth_tokens=*/nullptr, /*storage=*/nullptr);
    };
    auto single = makeInstance(source), fifo = makeInstance(result);
    TaskOp task =
        buildConverterTask(builder, loc, makeName("convert_" + Twine(numConverters++)), single, fifo, plan, pad);
    converterBytes += plan.bytes;
    for (int64_t count : llvm::reverse(counts)) {
      source = stackType(source, count);
      result = stackType(result, count);
      for (Value value : {Value(single), Value(fifo), task.getResult(0)})
        value.setType(value == single ? source : result);
      auto stacked = stackTask(task, count, /*index=*/{}, [](Value) { return false; });
      assert(succeeded(stacked) && "a converter's task reads and writes its arguments only");
      (void)stacked;
    }
    task->setOperand(0, converter.getSource());
    single.erase();
    for (auto [argument, operand] : llvm::zip(task.getBody().getArguments(), task->getOperands()))
      argument.setType(operand.getType());
    converter.replaceAllUsesWith(task.getResult(0));
    converter.erase();
  }

  KernelOp kernel;
  OpBuilder builder;
  llvm::StringSet<> names;
  unsigned numForks = 0, numRoutings = 0, numAdapters = 0;
};

struct MaterializeKernel : st::impl::MaterializeKernelBase<MaterializeKernel> {
  void runOnOperation() override {
    getOperation().walk([&](KernelOp kernel) {
      Materializer materializer(kernel);
      materializer.run();
      numConverters += materializer.numConverters;
      converterBytes += materializer.converterBytes;
    });
  }
};

} // namespace
