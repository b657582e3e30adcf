//===- RingConverter.cpp - The body of a circular buffer of slices --------------------------------------------===//

#include "Transforms/Optimize/RingConverter.h"
#include "Transforms/Optimize/ConverterBuffer.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace st;

namespace {

class RingWriter {
public:
  RingWriter(TaskBuilder &task, Location loc, const ConverterPlan &plan)
      : task(task), loc(loc), plan(plan), ring(*plan.ring) {
    for (int64_t count : plan.source.getTripCounts().drop_front(plan.sharedLoops))
      slicesPerRound *= count;
    for (int64_t count : plan.result.getTripCounts().drop_front(plan.sharedLoops))
      drainsPerRound *= count;
  }

  void write();

private:
  using Values = SmallVector<Value>;

  /// `steps` times: drain, then fill. `round` is the number of the round that is drained.
  Values writeSteps(Values carried, OpFoldResult round, int64_t steps);
  /// Pulls slice `number` of the whole stream.
  Value fill(Value buffer, OpFoldResult number);
  /// Pushes slice `slice` of round `round`; an expression of `variables`, which run to `trips`.
  Value drain(Value buffer, Value stream, OpFoldResult round, AffineExpr slice, ValueRange variables,
              ArrayRef<int64_t> trips);
  /// The place in the order of arrival, within a round, of slice `slice` of the result.
  AffineExpr getArrival(AffineExpr slice);
  Slice getSlot(OpFoldResult number, bool mayWrap);

  OpFoldResult apply(AffineExpr expr, ArrayRef<OpFoldResult> operands) {
    return affine::makeComposedFoldedAffineApply(task.body, loc, expr, operands);
  }
  AffineExpr d(unsigned index) { return task.body.getAffineDimExpr(index); }

  TaskBuilder &task;
  Location loc;
  const ConverterPlan &plan;
  const RingPlan &ring;
  int64_t slicesPerRound = 1, drainsPerRound = 1;
};

} // namespace

Slice RingWriter::getSlot(OpFoldResult number, bool mayWrap) {
  if (auto constant = getConstantIntValue(number)) {
    number = task.body.getIndexAttr(*constant % ring.slots);
  } else if (mayWrap) {
    Value slots = arith::ConstantIndexOp::create(task.body, loc, ring.slots);
    number = arith::RemUIOp::create(task.body, loc, cast<Value>(number), slots).getResult();
  }
  Slice slot;
  OpFoldResult zero = task.body.getIndexAttr(0), one = task.body.getIndexAttr(1);
  slot.offsets.push_back(number);
  slot.sizes.push_back(one);
  for (int64_t extent : plan.source.getTileShape()) {
    slot.offsets.push_back(zero);
    slot.sizes.push_back(task.body.getIndexAttr(extent));
  }
  slot.strides.assign(slot.sizes.size(), one);
  return slot;
}

AffineExpr RingWriter::getArrival(AffineExpr slice) {
  // How often each loop of the result has run, then where that leads to, then which slice arrives there.
  ArrayRef<int64_t> counts = plan.result.getTripCounts().drop_front(plan.sharedLoops);
  SmallVector<AffineExpr> iterations(counts.size());
  int64_t inside = 1;
  for (int64_t loop = static_cast<int64_t>(counts.size()) - 1; loop >= 0; --loop) {
    AffineExpr iteration = slice.floorDiv(inside);
    iterations[loop] = loop == 0 ? iteration : iteration % counts[loop];
    inside *= counts[loop];
  }
  AffineExpr arrival = task.body.getAffineConstantExpr(0);
  ArrayRef<int64_t> arrivals = plan.source.getTripCounts().drop_front(plan.sharedLoops);
  for (unsigned dim = 0; dim < plan.source.getRank(); ++dim) {
    AffineExpr place = task.body.getAffineConstantExpr(getConstantOffset(plan.result, dim));
    for (auto [iteration, stride] : llvm::zip(iterations, getStrides(plan.result, dim, plan.sharedLoops)))
      place = place + iteration * stride;
    // Strides of a producer are those of a number with digits of mixed radix.
    for (const LoopStride &driving : getLoopsOf(plan.source, dim)) {
      if (driving.loop < plan.sharedLoops)
        continue;
      unsigned loop = driving.loop - plan.sharedLoops;
      int64_t slicesInside = 1;
      for (int64_t count : arrivals.drop_front(loop + 1))
        slicesInside *= count;
      bool isOutermost = llvm::none_of(getLoopsOf(plan.source, dim), [&](const LoopStride &other) {
        return other.loop >= plan.sharedLoops && other.stride > driving.stride;
      });
      AffineExpr digit = place.floorDiv(driving.stride);
      arrival = arrival + (isOutermost ? digit : digit % arrivals[loop]) * slicesInside;
    }
  }
  return arrival;
}

Value RingWriter::fill(Value buffer, OpFoldResult number) {
  Value tile = task.pull(task.getRead(0));
  Slice slot = getSlot(number, /*mayWrap=*/plan.rounds * slicesPerRound > ring.slots);
  return tensor::InsertSliceOp::create(task.body, loc, tile, buffer, slot.offsets, slot.sizes, slot.strides);
}

Value RingWriter::drain(Value buffer, Value stream, OpFoldResult round, AffineExpr slice, ValueRange variables,
                        ArrayRef<int64_t> trips) {
  OpFoldResult arrival = expandUnsigned(task, loc, getArrival(slice), getAsOpFoldResult(variables), trips);
  Slice slot = getSlot(apply(d(0) * slicesPerRound + d(1), {round, arrival}),
                       /*mayWrap=*/plan.rounds * slicesPerRound > ring.slots);
  Value tile = tensor::ExtractSliceOp::create(task.body, loc, plan.result.getTileType(), buffer, slot.offsets,
                                              slot.sizes, slot.strides);
  return task.push(tile, stream);
}

RingWriter::Values RingWriter::writeSteps(Values carried, OpFoldResult round, int64_t steps) {
  if (steps == 0)
    return carried;
  auto step = [&](ValueRange outer, ValueRange values) -> Values {
    auto drainOne = [&](ValueRange inner, ValueRange streams) -> Values {
      SmallVector<Value> variables{outer.front(), inner.front()};
      return {drain(values[0], streams.front(), round, d(0) * ring.drainsPerFill + d(1), variables,
                    {steps, ring.drainsPerFill})};
    };
    Value stream = ring.drainsPerFill == 1
                       ? drain(values[0], values[1], round, d(0), outer, steps)
                       : task.buildNest(TaskBuilder::Loop{ring.drainsPerFill, 1}, values[1], drainOne).front();
    OpFoldResult number = apply(d(0) * slicesPerRound + d(1) + ring.lead, {round, outer.front()});
    return {fill(values[0], number), stream};
  };
  return task.buildNest(TaskBuilder::Loop{steps, 1}, carried, step);
}

void RingWriter::write() {
  Value buffer = createConverterBuffer(task, loc, plan.bufferShape, plan.source.getScalarType(), /*pad=*/nullptr);
  buffer = task.buildNest(TaskBuilder::Loop{ring.lead, 1}, buffer,
                          [&](ValueRange variables, ValueRange carried) -> Values {
                            return {fill(carried.front(), variables.front())};
                          })
               .front();
  Values carried{buffer, task.getInits().front()};
  if (plan.rounds > 1)
    carried = task.buildNest(
        TaskBuilder::Loop{plan.rounds - 1, 1}, carried, [&](ValueRange variables, ValueRange values) -> Values {
          return writeSteps(Values(values.begin(), values.end()), variables.front(), slicesPerRound);
        });
  OpFoldResult last = task.body.getIndexAttr(plan.rounds - 1);
  carried = writeSteps(carried, last, slicesPerRound - ring.lead);
  int64_t drained = (slicesPerRound - ring.lead) * ring.drainsPerFill, rest = drainsPerRound - drained;
  Value stream = task.buildNest(TaskBuilder::Loop{rest, 1}, carried[1],
                                [&](ValueRange variables, ValueRange streams) -> Values {
                                  return {drain(carried[0], streams.front(), last, d(0) + drained, variables, rest)};
                                })
                     .front();
  task.finish(stream);
}

void st::writeRingConverter(TaskBuilder &task, Location loc, const ConverterPlan &plan) {
  RingWriter(task, loc, plan).write();
}
