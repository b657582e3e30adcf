//===- ConverterTask.cpp - The task that reorders a stream ----------------------------------------------------===//

#include "Transforms/Optimize/ConverterTask.h"
#include "Dialect/Sizes.h"
#include "Transforms/Optimize/ConverterBuffer.h"
#include "Transforms/Optimize/RingConverter.h"
#include "Transforms/Optimize/RollingConverter.h"
#include "Transforms/Optimize/TaskBuilder.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace st;

namespace {

/// The loops of one side of the converter inside a round. Loops count iterations; `getStrides` has their strides in
/// scalars, so that a tile's place follows from the counts.
struct Side {
  Side(ItensorType type, int64_t sharedLoops)
      : type(type), sharedLoops(sharedLoops), loops(TaskBuilder::getCountingLoops(type, sharedLoops)) {}

  bool hasRunTimeLoops() const {
    return llvm::any_of(loops, [](const TaskBuilder::Loop &loop) { return loop.extent != nullptr; });
  }

  /// Tiles in a round.
  int64_t getNumTiles() const {
    int64_t tiles = 1;
    for (const TaskBuilder::Loop &loop : loops)
      tiles *= loop.count;
    return tiles;
  }

  ItensorType type;
  int64_t sharedLoops;
  SmallVector<TaskBuilder::Loop> loops;
};

class ConverterWriter {
public:
  ConverterWriter(TaskBuilder &task, Location loc, const ConverterPlan &plan, TypedAttr pad)
      : task(task), loc(loc), plan(plan), pad(pad), source(plan.source, plan.sharedLoops),
        result(plan.result, plan.sharedLoops) {}

  using Values = SmallVector<Value>;

  void write();
  /// Whether tiles leave by way of a buffer of their own.
  bool copiesTiles = false;
  /// Pulls what a round of the source brings.
  Value fill(Value buffer, OpFoldResult half);
  /// Pushes what a round of the result takes; gives the stream after it.
  Value drain(Value buffer, OpFoldResult half, Value stream);

private:
  /// Pulls a tile into `buffer`, at the place that `counts` of the source's loops say.
  Value fillTile(Value buffer, OpFoldResult half, ArrayRef<OpFoldResult> counts);
  /// Pushes the tile of `buffer` at the place that `counts` of the result's loops say; gives the stream after it.
  Value drainTile(Value buffer, OpFoldResult half, ArrayRef<OpFoldResult> counts, Value stream);
  /// Fills one half while draining the other: {buffer, stream}.
  Values fillAndDrain(Value buffer, Value stream, OpFoldResult filled, OpFoldResult drained);
  /// All rounds: {buffer, stream}. `rounds` is how many there are, null for a constant.
  Values runRounds(Value buffer, Value stream, Value rounds);

  Slice getSlice(const Side &side, OpFoldResult half, ArrayRef<OpFoldResult> counts);
  /// The counts of the result's loops at its tile number `tile`, an expression of loop variables that run to `trips`.
  SmallVector<OpFoldResult> delinearize(AffineExpr tile, ArrayRef<OpFoldResult> variables, ArrayRef<int64_t> trips);
  OpFoldResult apply(AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(task.body, loc, expr, operands);
  }

  TaskBuilder &task;
  Location loc;
  const ConverterPlan &plan;
  TypedAttr pad;
  Side source, result;
};

} // namespace

Slice ConverterWriter::getSlice(const Side &side, OpFoldResult half, ArrayRef<OpFoldResult> counts) {
  Slice slice;
  OpFoldResult one = task.body.getIndexAttr(1);
  if (plan.halves == 2) {
    slice.offsets.push_back(half);
    slice.sizes.push_back(one);
  }
  for (auto [dim, extent] : llvm::enumerate(side.type.getTileShape())) {
    AffineExpr offset = task.body.getAffineConstantExpr(getConstantOffset(side.type, dim));
    for (auto [loop, stride] : llvm::enumerate(getStrides(side.type, dim, side.sharedLoops)))
      offset = offset + task.body.getAffineDimExpr(loop) * stride;
    slice.offsets.push_back(apply(offset, counts));
    slice.sizes.push_back(task.body.getIndexAttr(extent));
  }
  slice.strides.assign(slice.sizes.size(), one);
  return slice;
}

Value ConverterWriter::fillTile(Value buffer, OpFoldResult half, ArrayRef<OpFoldResult> counts) {
  Slice slice = getSlice(source, half, counts);
  // Shared loops do not move padding, so that along padded dimensions the place in a half is that in the tensor.
  auto offsets = ArrayRef(slice.offsets).take_back(plan.bufferShape.size());
  Value tile = pullIntoPadding(task, loc, plan, pad, offsets);
  return tensor::InsertSliceOp::create(task.body, loc, tile, buffer, slice.offsets, slice.sizes, slice.strides);
}

Value ConverterWriter::drainTile(Value buffer, OpFoldResult half, ArrayRef<OpFoldResult> counts, Value stream) {
  Slice slice = getSlice(result, half, counts);
  Value tile = tensor::ExtractSliceOp::create(task.body, loc, result.type.getTileType(), buffer, slice.offsets,
                                              slice.sizes, slice.strides);
  return task.push(copiesTiles ? copyTile(task.body, loc, tile) : tile, stream);
}

Value ConverterWriter::fill(Value buffer, OpFoldResult half) {
  return task
      .buildNest(source.loops, buffer,
                 [&](ValueRange counts, ValueRange carried) -> Values {
                   return {fillTile(carried.front(), half, getAsOpFoldResult(counts))};
                 })
      .front();
}

Value ConverterWriter::drain(Value buffer, OpFoldResult half, Value stream) {
  return task
      .buildNest(result.loops, stream,
                 [&](ValueRange counts, ValueRange carried) -> Values {
                   return {drainTile(buffer, half, getAsOpFoldResult(counts), carried.front())};
                 })
      .front();
}

SmallVector<OpFoldResult> ConverterWriter::delinearize(AffineExpr tile, ArrayRef<OpFoldResult> variables,
                                                       ArrayRef<int64_t> trips) {
  SmallVector<OpFoldResult> counts(result.loops.size());
  int64_t tilesInside = 1;
  for (int64_t loop = result.loops.size() - 1; loop >= 0; --loop) {
    AffineExpr count = tile.floorDiv(tilesInside);
    // The outermost count needs no wrap-around.
    counts[loop] = expandUnsigned(task, loc, loop == 0 ? count : count % result.loops[loop].count, variables, trips);
    tilesInside *= result.loops[loop].count;
  }
  return counts;
}

ConverterWriter::Values ConverterWriter::fillAndDrain(Value buffer, Value stream, OpFoldResult filled,
                                                      OpFoldResult drained) {
  // How many tiles leave for one that comes is known at compile time only if both counts are.
  if (source.hasRunTimeLoops() || result.hasRunTimeLoops()) {
    Value afterFill = fill(buffer, filled);
    return {afterFill, drain(afterFill, drained, stream)};
  }
  int64_t drainsPerFill = result.getNumTiles() / source.getNumTiles();
  AffineExpr tile = task.body.getAffineConstantExpr(0);
  SmallVector<int64_t> trips;
  for (auto [index, loop] : llvm::enumerate(source.loops)) {
    tile = tile * loop.count + task.body.getAffineDimExpr(index);
    trips.push_back(loop.count);
  }
  trips.push_back(drainsPerFill);
  AffineExpr next = tile * drainsPerFill + task.body.getAffineDimExpr(source.loops.size());

  Values carried = task.buildNest(source.loops, {buffer, stream}, [&](ValueRange counts, ValueRange carried) -> Values {
    Value afterFill = fillTile(carried[0], filled, getAsOpFoldResult(counts));
    if (drainsPerFill == 0)
      return {afterFill, carried[1]};
    auto drainOne = [&](ValueRange drains, ValueRange streams) -> Values {
      SmallVector<OpFoldResult> operands = getAsOpFoldResult(counts);
      llvm::append_range(operands, getAsOpFoldResult(drains));
      return {drainTile(afterFill, drained, delinearize(next, operands, trips), streams.front())};
    };
    return {afterFill, task.buildNest(TaskBuilder::Loop{drainsPerFill, 1}, carried[1], drainOne).front()};
  });

  int64_t drainedTiles = drainsPerFill * source.getNumTiles();
  if (int64_t rest = result.getNumTiles() - drainedTiles) {
    AffineExpr last = task.body.getAffineDimExpr(0) + drainedTiles;
    carried[1] =
        task.buildNest(TaskBuilder::Loop{rest, 1}, carried[1],
                       [&](ValueRange drains, ValueRange streams) {
                         return Values{drainTile(carried[0], drained,
                                                 delinearize(last, getAsOpFoldResult(drains), rest), streams.front())};
                       })
            .front();
  }
  return carried;
}

void ConverterWriter::write() {
  SmallVector<int64_t> shape(plan.bufferShape);
  if (plan.halves == 2)
    shape.insert(shape.begin(), 2);
  Value buffer = createConverterBuffer(task, loc, shape, plan.source.getScalarType(), pad);
  Value stream = task.getInits().front(), rounds;
  bool mayBeNone = false;
  for (int64_t loop = 0; loop < plan.sharedLoops; ++loop)
    if (ExtentAttr extent = plan.source.getTripExtent(loop)) {
      Value trips = materialize(task.body, loc, extent);
      rounds = rounds ? arith::MulIOp::create(task.body, loc, rounds, trips) : trips;
      mayBeNone |= getMinimum(extent, task.task) == 0;
    }
  if (rounds) {
    int64_t others = 1;
    for (int64_t loop = 0; loop < plan.sharedLoops; ++loop)
      others *= plan.source.getTripExtent(loop) ? 1 : plan.source.getTripCounts()[loop];
    if (others != 1)
      rounds = arith::MulIOp::create(task.body, loc, rounds, arith::ConstantIndexOp::create(task.body, loc, others));
  }
  if (mayBeNone) {
    // A loop that runs once, or not at all where there is nothing to convert.
    Value one = arith::ConstantIndexOp::create(task.body, loc, 1);
    Value any = arith::MinUIOp::create(task.body, loc, rounds, one);
    auto all = [&](ValueRange, ValueRange carried) -> Values { return runRounds(carried[0], carried[1], rounds); };
    stream = task.buildNest(TaskBuilder::Loop{1, 1, {}, any}, {buffer, stream}, all)[1];
  } else {
    stream = runRounds(buffer, stream, rounds)[1];
  }
  task.finish(stream);
}

ConverterWriter::Values ConverterWriter::runRounds(Value buffer, Value stream, Value rounds) {
  OpFoldResult first = task.body.getIndexAttr(0);
  Values carried{fill(buffer, first), stream};
  OpFoldResult last = task.body.getIndexAttr((plan.rounds - 1) % 2);
  if (plan.rounds > 1) {
    auto round = [&](ValueRange variables, ValueRange values) -> Values {
      // Round 0 has been filled: variable v stands for round v + 1.
      Value one = arith::ConstantIndexOp::create(task.body, loc, 1);
      Value drained = arith::AndIOp::create(task.body, loc, variables.front(), one);
      Value filled = arith::XOrIOp::create(task.body, loc, drained, one);
      return fillAndDrain(values[0], values[1], filled, drained);
    };
    TaskBuilder::Loop loop{plan.rounds - 1, 1};
    if (rounds) {
      Value one = arith::ConstantIndexOp::create(task.body, loc, 1);
      loop.trips = arith::SubIOp::create(task.body, loc, rounds, one);
      last = arith::AndIOp::create(task.body, loc, loop.trips, one).getResult();
    }
    carried = task.buildNest(loop, carried, round);
  }
  return {carried[0], drain(carried[0], last, carried[1])};
}

TaskOp st::buildConverterTask(OpBuilder &builder, Location loc, StringRef name, Value source, Value fifo,
                              const ConverterPlan &plan, TypedAttr pad) {
  TaskBuilder task(builder, loc, name, "converter", source, fifo);
  task.task->setDiscardableAttr("st.halves", builder.getI64IntegerAttr(plan.halves));
  if (auto live = getLiveBytes(plan))
    task.task->setDiscardableAttr("st.live_bytes", builder.getI64IntegerAttr(*live));
  // What the paper's buffer would take, to compare with.
  int64_t pingPong = plan.rolling || plan.ring ? inferPingPongConverter(plan.source, plan.result).bytes : plan.bytes;
  task.task->setDiscardableAttr("st.ping_pong_bytes", builder.getI64IntegerAttr(pingPong));
  if (plan.rolling)
    task.task->setDiscardableAttr("st.line_buffer", builder.getUnitAttr());
  if (plan.rolling)
    writeRollingConverter(task, loc, plan, pad);
  else if (plan.ring)
    writeRingConverter(task, loc, plan);
  else
    ConverterWriter(task, loc, plan, pad).write();
  return task.task;
}

TaskOp st::buildRegroupingTask(OpBuilder &builder, Location loc, StringRef name, Value source, Value fifo,
                               const ConverterPlan &before, const ConverterPlan &after, ArrayAttr reassociation) {
  TaskBuilder task(builder, loc, name, "converter", source, fifo);
  task.task->setDiscardableAttr("st.halves", builder.getI64IntegerAttr(1));
  SmallVector<ReassociationIndices> groups;
  for (Attribute group : reassociation) {
    auto &dims = groups.emplace_back();
    for (Attribute dim : cast<ArrayAttr>(group))
      dims.push_back(cast<IntegerAttr>(dim).getInt());
  }
  auto filledType = RankedTensorType::get(before.bufferShape, before.source.getScalarType());
  auto drainedType = RankedTensorType::get(after.bufferShape, before.source.getScalarType());
  bool collapses = filledType.getRank() > drainedType.getRank();
  Value buffer = createConverterBuffer(task, loc, (collapses ? drainedType : filledType).getShape(),
                                       filledType.getElementType(), /*pad=*/nullptr);
  if (collapses)
    buffer = tensor::ExpandShapeOp::create(task.body, loc, filledType, buffer, groups);
  OpFoldResult first = task.body.getIndexAttr(0);
  buffer = ConverterWriter(task, loc, before, /*pad=*/nullptr).fill(buffer, first);
  if (collapses)
    buffer = tensor::CollapseShapeOp::create(task.body, loc, drainedType, buffer, groups);
  else
    buffer = tensor::ExpandShapeOp::create(task.body, loc, drainedType, buffer, groups);
  ConverterWriter drained(task, loc, after, /*pad=*/nullptr);
  drained.copiesTiles = !collapses;
  task.finish(drained.drain(buffer, first, task.getInits().front()));
  return task.task;
}
