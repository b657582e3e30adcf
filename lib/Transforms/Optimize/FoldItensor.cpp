//===- FoldItensor.cpp - Let a task that holds a whole row stream it again itself -----------------------------===//
//
// A row operation keeps a row while it streams it, and a converter behind it keeps a second and a third copy, only to
// stream the tiles of that row several times. The task can do that from its own buffer: no converter, no FIFO between.
// It then starts its next row when the last tile has left, and computes again what it does tile by tile while writing;
// both cost little where each tile leaves many times, for its readers need longer for a tile than it takes to make.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/LoopNest.h"
#include "Dialect/Sizes.h"
#include "Transforms/Optimize/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"

#define DEBUG_TYPE "st-fold-itensor"

namespace st {
#define GEN_PASS_DEF_FOLDITENSOR
#include "Transforms/Optimize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {

/// The place in a task where a row leaves tile by tile.
struct Emission {
  ItensorWriteOp write;
  /// What is read from external memory beside the row while a tile is made: gains, biases.
  SmallVector<ItensorReadOp> reads;
  /// The loops that only make and write tiles, outermost first; all that they read lies outside of them.
  SmallVector<scf::ForOp> loops;
};

/// Values that carry the stream `argument` through the task.
SmallVector<Value> getCarriers(BlockArgument argument) {
  SmallVector<Value> carriers{argument};
  for (unsigned next = 0; next < carriers.size(); ++next)
    for (OpOperand &use : carriers[next].getUses()) {
      if (auto loop = dyn_cast<scf::ForOp>(use.getOwner())) {
        carriers.push_back(loop.getTiedLoopRegionIterArg(&use));
        carriers.push_back(loop.getTiedLoopResult(&use));
      } else if (auto write = dyn_cast<ItensorWriteOp>(use.getOwner())) {
        carriers.push_back(write.getResult());
      }
    }
  return carriers;
}

/// The argument of the kernel that `read` alone takes its slices from; null when it reads anything else. External
/// memory can be read again, what another task writes cannot.
BlockArgument getExternalSource(ItensorReadOp read) {
  auto inner = dyn_cast<BlockArgument>(read.getSource());
  auto task = inner ? dyn_cast<TaskOp>(inner.getOwner()->getParentOp()) : TaskOp();
  if (!task || !inner.hasOneUse())
    return {};
  auto outer = dyn_cast<BlockArgument>(task.getOperandFor(inner).get());
  return outer && outer.hasOneUse() ? outer : BlockArgument();
}

/// Whether `loop` does nothing but make tiles and write them: it carries only the stream, and all that it holds besides
/// `inner` has no effect, or reads external memory.
bool onlyWrites(scf::ForOp loop, Operation *inner, SmallVectorImpl<ItensorReadOp> &reads) {
  if (loop.getNumRegionIterArgs() != 1)
    return false;
  for (Operation &op : loop.getBody()->without_terminator()) {
    auto read = dyn_cast<ItensorReadOp>(op);
    if (read && getExternalSource(read))
      reads.push_back(read);
    else if (&op != inner && !isMemoryEffectFree(&op))
      return false;
  }
  return true;
}

std::optional<Emission> findEmission(BlockArgument argument) {
  Emission emission;
  for (Value carrier : getCarriers(argument))
    if (auto write = carrier.getDefiningOp<ItensorWriteOp>()) {
      if (emission.write)
        return std::nullopt;
      emission.write = write;
    }
  if (!emission.write)
    return std::nullopt;
  Operation *inner = emission.write;
  while (auto loop = dyn_cast<scf::ForOp>(inner->getParentOp())) {
    // Between two of these loops nothing is computed: it would be computed more often than each tile.
    bool isPerfect = inner == emission.write || llvm::hasNItems(loop.getBody()->without_terminator(), 1);
    if (!isPerfect || !onlyWrites(loop, inner, emission.reads))
      break;
    emission.loops.insert(emission.loops.begin(), loop);
    inner = loop;
  }
  if (emission.loops.empty())
    return std::nullopt;
  return emission;
}

/// `count` loops of a nest from number `first` on, canonical.
LoopNest takeLoops(ItensorType type, unsigned first, unsigned count) {
  LoopNest nest = LoopNest::ofTiles(type);
  nest.loops = SmallVector<StridedLoop, 4>(ArrayRef(nest.loops).slice(first, count));
  nest.canonicalize();
  return nest;
}

/// The data dimension along which each of the emission's loops moves, by elements; nothing when that is not the plain
/// case of one loop for each dimension that moves at all. A loop that runs once has none.
std::optional<SmallVector<std::optional<unsigned>>> getDimensions(Emission &emission, ItensorType type) {
  unsigned outer = type.getNumLoops() - emission.loops.size();
  SmallVector<std::optional<unsigned>> dimensions(emission.loops.size());
  for (unsigned dim = 0; dim < type.getRank(); ++dim) {
    bool isDriven = false;
    for (const LoopStride &driver : getLoopsOf(type, dim)) {
      if (driver.loop < outer)
        continue;
      scf::ForOp loop = emission.loops[driver.loop - outer];
      if (isDriven || dimensions[driver.loop - outer] || getConstantIntValue(loop.getLowerBound()) != 0 ||
          getConstantIntValue(loop.getStep()) != driver.stride)
        return std::nullopt;
      dimensions[driver.loop - outer] = dim;
      isDriven = true;
    }
    if (getConstantOffset(type, dim) != 0)
      return std::nullopt;
  }
  return dimensions;
}

/// The type of a stream that is read beside the row, once its reader follows `result` (from `firstLoop` on) instead of
/// the emission's loops. Nothing when no itensor says that.
std::optional<ItensorType> repeatRead(Emission &emission, ArrayRef<std::optional<unsigned>> dimensions,
                                      ItensorType read, ItensorType result, unsigned firstLoop) {
  LoopNest nest = LoopNest::ofTiles(read);
  if (nest.loops.size() < emission.loops.size())
    return std::nullopt;
  unsigned outer = nest.loops.size() - emission.loops.size();
  SmallVector<StridedLoop, 4> rowLoops(nest.loops.begin() + outer, nest.loops.end());
  nest.loops.truncate(outer);
  for (unsigned loop = firstLoop; loop < result.getNumLoops(); ++loop)
    nest.loops.push_back(
        {result.getTripCounts()[loop], SmallVector<int64_t, 4>(read.getRank(), 0), result.getTripExtent(loop)});
  for (auto [index, loop] : llvm::enumerate(emission.loops)) {
    int64_t step = getConstantIntValue(loop.getStep()).value_or(0);
    for (auto [dim, stride] : llvm::enumerate(rowLoops[index].strides)) {
      if (rowLoops[index].count == 1 || stride == 0)
        continue;
      // One scalar along the row is one scalar here.
      if (!dimensions[index] || stride != step)
        return std::nullopt;
      for (const LoopStride &driver : getLoopsOf(result, *dimensions[index]))
        if (driver.loop >= firstLoop)
          nest.loops[outer + driver.loop - firstLoop].strides[dim] += driver.stride;
    }
  }
  return nest.toType(read);
}

/// Streams the row in the order of `type`, whose loops from `firstLoop` on run inside a row.
void rewriteEmission(Emission &emission, ArrayRef<std::optional<unsigned>> dimensions, ItensorType type,
                     unsigned firstLoop) {
  scf::ForOp old = emission.loops.front();
  Location loc = old.getLoc();
  OpBuilder builder(old);
  auto index = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(builder, loc, value); };
  SmallVector<Value> variables;
  SmallVector<scf::ForOp> nest;
  Value stream = old.getInitArgs().front();
  for (unsigned number = firstLoop; number < type.getNumLoops(); ++number) {
    int64_t count = type.getTripCounts()[number], step = type.getSteps()[number];
    Value upper = index(count * step);
    if (ExtentAttr extent = type.getTripExtent(number))
      upper = arith::MulIOp::create(builder, loc, materialize(builder, loc, extent), index(step));
    auto loop = scf::ForOp::create(builder, loc, index(0), upper, index(step), stream);
    nest.push_back(loop);
    variables.push_back(loop.getInductionVar());
    stream = loop.getRegionIterArg(0);
    builder.setInsertionPointToStart(loop.getBody());
  }

  // The old loops' variables are the place in the row, which the new loops reach in another order.
  IRMapping mapping;
  for (auto [loop, dim] : llvm::zip(emission.loops, dimensions)) {
    AffineExpr place = builder.getAffineConstantExpr(0);
    if (dim)
      for (const LoopStride &driver : getLoopsOf(type, *dim))
        if (driver.loop >= firstLoop)
          place = place + builder.getAffineDimExpr(driver.loop - firstLoop);
    OpFoldResult value = affine::makeComposedFoldedAffineApply(builder, loc, place, getAsOpFoldResult(variables));
    mapping.map(loop.getInductionVar(), getValueOrCreateConstantIndexOp(builder, loc, value));
  }
  scf::ForOp innermost = emission.loops.back();
  mapping.map(innermost.getRegionIterArg(0), stream);
  for (Operation &op : innermost.getBody()->without_terminator())
    builder.clone(op, mapping);

  Value result = mapping.lookup(emission.write.getResult());
  for (scf::ForOp loop : llvm::reverse(nest)) {
    builder.setInsertionPointToEnd(loop.getBody());
    scf::YieldOp::create(builder, loc, result);
    result = loop.getResult(0);
  }
  old.getResult(0).replaceAllUsesWith(result);
  old.erase();
}

struct FoldItensor : st::impl::FoldItensorBase<FoldItensor> {
  using FoldItensorBase::FoldItensorBase;

  void runOnOperation() override {
    SmallVector<ItensorConverterOp> converters;
    getOperation().walk([&](ItensorConverterOp converter) { converters.push_back(converter); });
    for (ItensorConverterOp converter : converters)
      if (tryFold(converter))
        ++numFolded;
  }

private:
  bool tryFold(ItensorConverterOp converter) {
    auto produced = dyn_cast<OpResult>(converter.getSource());
    auto task = produced ? dyn_cast<TaskOp>(produced.getOwner()) : TaskOp();
    if (!task || !produced.hasOneUse() || !llvm::all_of(task.getInits().getTypes(), llvm::IsaPred<ItensorType>))
      return false;
    BlockArgument argument = task.getInitArguments()[produced.getResultNumber()];
    auto empty = task.getOperandFor(argument).get().getDefiningOp<ItensorEmptyOp>();
    auto source = cast<ItensorType>(produced.getType());
    if (!getPadding(converter).isNone())
      return false;
    ConverterPlan plan = inferPingPongConverter(source, converter.getType());
    auto emission = findEmission(argument);
    if (!emission || !empty || !isWorthwhile(plan) || !fits(*emission, source, plan))
      return false;
    auto dimensions = getDimensions(*emission, source);
    if (!dimensions)
      return false;
    SmallVector<std::pair<BlockArgument, ItensorType>> repeated;
    for (ItensorReadOp read : emission->reads) {
      BlockArgument outside = getExternalSource(read);
      auto type = repeatRead(*emission, *dimensions, read.getSource().getType(), plan.result, plan.sharedLoops);
      if (!type)
        return false;
      repeated.push_back({outside, *type});
      repeated.push_back({cast<BlockArgument>(read.getSource()), *type});
    }
    for (auto [stream, type] : repeated)
      stream.setType(type);

    rewriteEmission(*emission, *dimensions, plan.result, plan.sharedLoops);
    OpBuilder builder(empty);
    auto fifo = ItensorInstanceOp::create(builder, empty.getLoc(), converter.getType(), /*depth_tokens=*/nullptr,
                                          /*storage=*/nullptr);
    task.getOperandFor(argument).set(fifo);
    empty.erase();
    for (Value carrier : getCarriers(argument))
      carrier.setType(converter.getType());
    produced.setType(converter.getType());
    converter.replaceAllUsesWith(Value(produced));
    converter.erase();
    return true;
  }

  /// Each tile leaves often enough for the row's own time not to matter.
  bool isWorthwhile(const ConverterPlan &plan) {
    return plan.result.getNumTiles() >= minReaccess * plan.source.getNumTiles();
  }

  /// A round of the converter is what the task has in its buffer when it starts to write.
  static bool fits(Emission &emission, ItensorType source, const ConverterPlan &plan) {
    // Types are spelled by the loops around the write; were this one not, its last loops would not be the row's.
    int64_t numLoops = 0;
    for (auto loop = emission.write->getParentOfType<scf::ForOp>(); loop; loop = loop->getParentOfType<scf::ForOp>())
      ++numLoops;
    if (numLoops != source.getNumLoops() || source.getElementShape() != plan.result.getElementShape() ||
        source.getElementType() != plan.result.getElementType())
      return false;
    for (unsigned dim = 0; dim < plan.result.getRank(); ++dim)
      if (getConstantOffset(plan.result, dim) != 0)
        return false;
    unsigned outer = source.getNumLoops() - emission.loops.size();
    return takeLoops(source, 0, outer) == takeLoops(plan.source, 0, plan.sharedLoops);
  }
};

} // namespace
