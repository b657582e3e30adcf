//===- RollingConverter.cpp - The body of a line buffer -------------------------------------------------------===//

#include "Transforms/Optimize/RollingConverter.h"
#include "Transforms/Optimize/ConverterBuffer.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace st;

namespace {

class RollingWriter {
public:
  RollingWriter(TaskBuilder &task, Location loc, const ConverterPlan &plan, TypedAttr pad)
      : task(task), loc(loc), plan(plan), rolling(*plan.rolling), pad(pad) {}

  void write();

private:
  using Values = SmallVector<Value>;

  Values writeRound(Value buffer, Value stream);
  /// Takes `count` iterations of the row loop, from number `first` on.
  Value fill(Value buffer, OpFoldResult first, int64_t count);
  /// Pushes what the result reads in iteration `window` of its step loop.
  Value drain(Value buffer, OpFoldResult window, Value stream);
  Value gatherTile(Value buffer, Slice slice, OpFoldResult row);

  /// The loops of `type` inside the row loop or the step loop, as counts.
  SmallVector<TaskBuilder::Loop> getInnerLoops(ItensorType type) {
    return llvm::map_to_vector(type.getTripCounts().drop_front(plan.sharedLoops + 1), [](int64_t count) {
      return TaskBuilder::Loop{count, 1};
    });
  }
  /// The place along `dim` that `counts` of the inner loops lead to, in scalars.
  OpFoldResult getOffset(ItensorType type, unsigned dim, ValueRange counts, int64_t start) {
    return task.getOffset(counts, getStrides(type, dim, plan.sharedLoops + 1), start);
  }
  /// A slice of the buffer of the tile's size, by dimension; along `rolling.dim` from `slot` on.
  Slice getSlice(ItensorType type, ValueRange counts, OpFoldResult slot);
  /// The slot of row `row` of the padded tensor.
  OpFoldResult getSlot(OpFoldResult row);

  OpFoldResult apply(AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(task.body, loc, expr, operands);
  }
  OpFoldResult getRemainder(OpFoldResult value, int64_t divisor);
  AffineExpr d(unsigned index) { return task.body.getAffineDimExpr(index); }

  TaskBuilder &task;
  Location loc;
  const ConverterPlan &plan;
  const RollingPlan &rolling;
  TypedAttr pad;
};

} // namespace

/// As unsigned arithmetic: affine expressions spell remainders of negative numbers out.
OpFoldResult RollingWriter::getRemainder(OpFoldResult value, int64_t divisor) {
  if (divisor == 1)
    return task.body.getIndexAttr(0);
  if (auto constant = getConstantIntValue(value))
    return task.body.getIndexAttr(*constant % divisor);
  Value divisorValue = arith::ConstantIndexOp::create(task.body, loc, divisor);
  return arith::RemUIOp::create(task.body, loc, cast<Value>(value), divisorValue).getResult();
}

Slice RollingWriter::getSlice(ItensorType type, ValueRange counts, OpFoldResult slot) {
  Slice slice;
  for (auto [dim, extent] : llvm::enumerate(type.getTileShape())) {
    slice.offsets.push_back(dim == rolling.dim ? slot : getOffset(type, dim, counts, getConstantOffset(type, dim)));
    slice.sizes.push_back(task.body.getIndexAttr(extent));
  }
  slice.strides.assign(slice.sizes.size(), task.body.getIndexAttr(1));
  return slice;
}

Value RollingWriter::fill(Value buffer, OpFoldResult first, int64_t count) {
  if (count == 0)
    return buffer;
  SmallVector<TaskBuilder::Loop> loops;
  if (count > 1)
    loops.push_back({count, 1});
  llvm::append_range(loops, getInnerLoops(plan.source));
  auto fillTile = [&](ValueRange counts, ValueRange carried) -> Values {
    OpFoldResult iteration = first;
    if (count > 1) {
      iteration = apply(d(0) + d(1), {first, counts.front()});
      counts = counts.drop_front();
    }
    OpFoldResult turn = getRemainder(iteration, rolling.slots / rolling.rowsPerFill);
    OpFoldResult inner = getOffset(plan.source, rolling.dim, counts, 0);
    Slice slice = getSlice(plan.source, counts, apply(d(0) * rolling.rowsPerFill + d(1), {turn, inner}));
    Value tile = pullIntoPadding(task, loc, plan, pad, slice.offsets, rolling.dim);
    return {tensor::InsertSliceOp::create(task.body, loc, tile, carried.front(), slice.offsets, slice.sizes,
                                          slice.strides)};
  };
  return task.buildNest(loops, buffer, fillTile).front();
}

OpFoldResult RollingWriter::getSlot(OpFoldResult row) {
  // Rows before the data have a slot too, which is then not taken: the number must not be negative.
  int64_t shift = llvm::alignTo(rolling.low, rolling.slots) - rolling.low;
  OpFoldResult slot = getRemainder(apply(d(0) + shift, row), rolling.slots);
  if (!rolling.hasPadRow)
    return slot;
  int64_t end = rolling.low + rolling.numRows;
  if (auto constant = getConstantIntValue(row))
    return *constant >= rolling.low && *constant < end ? slot : task.body.getIndexAttr(rolling.slots);
  auto compare = [&](arith::CmpIPredicate predicate, int64_t limit) -> Value {
    Value bound = arith::ConstantIndexOp::create(task.body, loc, limit);
    return arith::CmpIOp::create(task.body, loc, predicate, cast<Value>(row), bound);
  };
  Value isData = compare(arith::CmpIPredicate::slt, end);
  if (rolling.low > 0)
    isData = arith::AndIOp::create(task.body, loc, compare(arith::CmpIPredicate::sge, rolling.low), isData);
  Value padSlot = arith::ConstantIndexOp::create(task.body, loc, rolling.slots);
  return arith::SelectOp::create(task.body, loc, isData, getValueOrCreateConstantIndexOp(task.body, loc, slot), padSlot)
      .getResult();
}

/// A tile of several rows: they need not lie side by side.
Value RollingWriter::gatherTile(Value buffer, Slice slice, OpFoldResult row) {
  RankedTensorType type = plan.result.getTileType();
  OpFoldResult one = task.body.getIndexAttr(1), zero = task.body.getIndexAttr(0);
  slice.sizes[rolling.dim] = one;
  SmallVector<int64_t> rowShape(type.getShape());
  rowShape[rolling.dim] = 1;
  Value tile = tensor::EmptyOp::create(task.body, loc, type.getShape(), type.getElementType());
  auto copyRow = [&](ValueRange counts, ValueRange carried) -> Values {
    slice.offsets[rolling.dim] = getSlot(apply(d(0) + d(1), {row, counts.front()}));
    Value taken = tensor::ExtractSliceOp::create(task.body, loc, RankedTensorType::get(rowShape, type.getElementType()),
                                                 buffer, slice.offsets, slice.sizes, slice.strides);
    SmallVector<OpFoldResult> place(rowShape.size(), zero);
    place[rolling.dim] = counts.front();
    return {tensor::InsertSliceOp::create(task.body, loc, taken, carried.front(), place, slice.sizes, slice.strides)};
  };
  return task.buildNest(TaskBuilder::Loop{type.getDimSize(rolling.dim), 1}, tile, copyRow).front();
}

Value RollingWriter::drain(Value buffer, OpFoldResult window, Value stream) {
  int64_t step = getStrides(plan.result, rolling.dim, plan.sharedLoops).front();
  auto drainTile = [&](ValueRange counts, ValueRange carried) -> Values {
    OpFoldResult inner = getOffset(plan.result, rolling.dim, counts, getConstantOffset(plan.result, rolling.dim));
    OpFoldResult row = apply(d(0) * step + d(1), {window, inner});
    bool isOneRow = plan.result.getTileShape()[rolling.dim] == 1;
    Slice slice = getSlice(plan.result, counts, isOneRow ? getSlot(row) : row);
    Value tile = isOneRow ? tensor::ExtractSliceOp::create(task.body, loc, plan.result.getTileType(), buffer,
                                                           slice.offsets, slice.sizes, slice.strides)
                          : gatherTile(buffer, slice, row);
    return {task.push(tile, carried.front())};
  };
  return task.buildNest(getInnerLoops(plan.result), stream, drainTile).front();
}

RollingWriter::Values RollingWriter::writeRound(Value buffer, Value stream) {
  buffer = fill(buffer, task.body.getIndexAttr(0), rolling.firstFills);
  int64_t window = 0, filled = rolling.firstFills;
  Values carried{buffer, stream};
  for (const RollingPlan::Segment &segment : rolling.segments) {
    int64_t windows = segment.fills.size(), fills = 0;
    for (int64_t count : segment.fills)
      fills += count;
    auto body = [&](OpFoldResult repeat, Values values) -> Values {
      int64_t fillsBefore = filled;
      for (auto [index, count] : llvm::enumerate(segment.fills)) {
        values[1] = drain(values[0], apply(d(0) * windows + window + index, repeat), values[1]);
        values[0] = fill(values[0], apply(d(0) * fills + fillsBefore, repeat), count);
        fillsBefore += count;
      }
      return values;
    };
    if (segment.count == 1)
      carried = body(task.body.getIndexAttr(0), carried);
    else
      carried = task.buildNest(TaskBuilder::Loop{segment.count, 1}, carried,
                               [&](ValueRange counts, ValueRange values) -> Values {
                                 return body(counts.front(), Values(values.begin(), values.end()));
                               });
    window += segment.count * windows;
    filled += segment.count * fills;
  }
  return carried;
}

void RollingWriter::write() {
  Values carried{createConverterBuffer(task, loc, plan.bufferShape, plan.source.getScalarType(), pad),
                 task.getInits().front()};
  if (plan.rounds > 1)
    carried = task.buildNest(TaskBuilder::Loop{plan.rounds, 1}, carried,
                             [&](ValueRange, ValueRange values) -> Values { return writeRound(values[0], values[1]); });
  else
    carried = writeRound(carried[0], carried[1]);
  task.finish(carried[1]);
}

void st::writeRollingConverter(TaskBuilder &task, Location loc, const ConverterPlan &plan, TypedAttr pad) {
  RollingWriter(task, loc, plan, pad).write();
}
