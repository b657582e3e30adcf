//===- MaterializeKernel.cpp - Make tasks of converters, forks and boundary crossings -------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Transforms/Optimize/Passes.h"
#include "Transforms/Optimize/TaskBuilder.h"
#include "Transforms/Optimize/TensorNames.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
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

/// Scalars that one iteration of each loop from `firstLoop` on advances along `dim`.
static SmallVector<int64_t> getStrides(ItensorType type, unsigned dim, int64_t firstLoop) {
  SmallVector<int64_t> strides(type.getNumLoops() - firstLoop, 0);
  for (const LoopStride &loop : getLoopsOf(type, dim))
    if (loop.loop >= firstLoop)
      strides[loop.loop - firstLoop] = loop.stride;
  return strides;
}

/// Loops that count iterations.
static SmallVector<TaskBuilder::Loop> getCountingLoops(ItensorType type) {
  return llvm::map_to_vector(type.getTripCounts(), [](int64_t count) { return TaskBuilder::Loop{count, 1}; });
}

/// Loops from `firstLoop` on whose variables count scalars.
static SmallVector<TaskBuilder::Loop> getScalarLoops(ItensorType type, int64_t firstLoop) {
  SmallVector<TaskBuilder::Loop> loops;
  for (auto [count, step] : llvm::drop_begin(llvm::zip(type.getTripCounts(), type.getSteps()), firstLoop))
    loops.push_back({count, step});
  return loops;
}

namespace {

/// A slice of a tensor, in the terms of tensor.extract_slice and tensor.insert_slice.
struct Slice {
  SmallVector<OpFoldResult> offsets, sizes, strides;
};

class Materializer {
public:
  explicit Materializer(KernelOp kernel) : kernel(kernel), builder(kernel.getContext()) {
    kernel.getBody().walk([&](TaskOp task) { names.insert(task.getSymName()); });
  }

  void run() {
    Block &body = kernel.getBody().front();
    SmallVector<ItensorConverterOp> converters(body.getOps<ItensorConverterOp>());
    SmallVector<ItensorForkOp> forks(body.getOps<ItensorForkOp>());
    for (ItensorConverterOp converter : converters)
      materialize(converter);
    for (ItensorForkOp fork : forks)
      materialize(fork);
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

  /// The next tile of `type` in a converter's buffer, which holds what the loops from `firstLoop` on span.
  static Slice getBufferSlice(TaskBuilder &task, ItensorType type, int64_t firstLoop, ValueRange variables) {
    Slice slice;
    for (auto [dim, extent] : llvm::enumerate(type.getTileShape())) {
      SmallVector<int64_t> scales = llvm::map_to_vector(getStrides(type, dim, firstLoop),
                                                        [](int64_t stride) -> int64_t { return stride != 0; });
      slice.offsets.push_back(task.getOffset(variables, scales, getConstantOffset(type, dim)));
      slice.sizes.push_back(task.body.getIndexAttr(extent));
    }
    slice.strides.assign(slice.sizes.size(), task.body.getIndexAttr(1));
    return slice;
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
        getCountingLoops(order), task.getInits(), [&](ValueRange variables, ValueRange carried) -> SmallVector<Value> {
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
    Value memory = tensor::EmptyOp::create(builder, loc, tensorType.getShape(), tensorType.getElementType());
    TaskBuilder task(builder, loc, makeName("dma_" + toIdentifier(tensorName)), "dma_write", stream, memory);
    task.task->setDiscardableAttr("st.tensor", builder.getStringAttr(tensorName));
    ItensorType order = canonicalize(type);
    auto results = task.buildNest(
        getCountingLoops(order), task.getInits(), [&](ValueRange variables, ValueRange carried) -> SmallVector<Value> {
          Value tile = task.pull(task.getRead(0));
          Slice slice = getPackedSlice(task, order, variables);
          return {tensor::InsertSliceOp::create(task.body, loc, tile, carried.front(), slice.offsets, slice.sizes,
                                                slice.strides)};
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
    TaskBuilder::Loop loop{fork.getSource().getType().getNumTiles(), 1};
    auto results = task.buildNest(loop, task.getInits(), [&](ValueRange, ValueRange carried) -> SmallVector<Value> {
      Value tile = task.pull(task.getRead(0));
      return llvm::map_to_vector(carried, [&](Value stream) { return task.push(tile, stream); });
    });
    fork->replaceAllUsesWith(task.finish(results));
    fork.erase();
  }

  void materialize(ItensorConverterOp converter) {
    builder.setInsertionPoint(converter);
    Location loc = converter.getLoc();
    ConverterPlan plan = inferConverter(converter.getSource().getType(), converter.getType());
    Value fifo = ItensorInstanceOp::create(builder, loc, converter.getType(), /*depth_tokens=*/nullptr, /*storage=*/nullptr);
    TaskBuilder task(builder, loc, makeName("convert_" + Twine(numConverters++)), "converter", converter.getSource(),
                     fifo);
    task.task->setDiscardableAttr("st.halves", builder.getI64IntegerAttr(plan.halves));
    converterBytes += plan.bytes;

    auto round = [&](ValueRange, ValueRange carried) -> SmallVector<Value> {
      Value buffer = fill(task, plan, loc);
      return drain(task, plan, loc, buffer, carried.front());
    };
    SmallVector<TaskBuilder::Loop> rounds;
    if (plan.rounds > 1)
      rounds.push_back({plan.rounds, 1});
    converter.replaceAllUsesWith(task.finish(task.buildNest(rounds, task.getInits(), round)).getResult(0));
    converter.erase();
  }

  static Value fill(TaskBuilder &task, const ConverterPlan &plan, Location loc) {
    SmallVector<TaskBuilder::Loop> loops = getScalarLoops(plan.source, plan.sharedLoops);
    // A buffer of one tile is that tile.
    if (loops.empty() && plan.bufferShape == plan.source.getTileShape())
      return task.pull(task.getRead(0));
    Value empty = tensor::EmptyOp::create(task.body, loc, plan.bufferShape, plan.source.getScalarType());
    return task
        .buildNest(loops, empty,
                   [&](ValueRange variables, ValueRange carried) -> SmallVector<Value> {
                     Value tile = task.pull(task.getRead(0));
                     Slice slice = getBufferSlice(task, plan.source, plan.sharedLoops, variables);
                     return {tensor::InsertSliceOp::create(task.body, loc, tile, carried.front(), slice.offsets,
                                                           slice.sizes, slice.strides)};
                   })
        .front();
  }

  static SmallVector<Value> drain(TaskBuilder &task, const ConverterPlan &plan, Location loc, Value buffer,
                                  Value stream) {
    return task.buildNest(getScalarLoops(plan.result, plan.sharedLoops), stream,
                          [&](ValueRange variables, ValueRange carried) -> SmallVector<Value> {
                            Slice slice = getBufferSlice(task, plan.result, plan.sharedLoops, variables);
                            Value tile = buffer;
                            if (buffer.getType() != plan.result.getTileType())
                              tile = tensor::ExtractSliceOp::create(task.body, loc, buffer, slice.offsets, slice.sizes,
                                                                    slice.strides);
                            return {task.push(tile, carried.front())};
                          });
  }

  KernelOp kernel;
  OpBuilder builder;
  llvm::StringSet<> names;
  unsigned numForks = 0;
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
