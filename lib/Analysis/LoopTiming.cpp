//===- LoopTiming.cpp - The pipelined loops that operations on tiles become -----------------------------------===//

#include "Analysis/LoopTiming.h"
#include "Analysis/Operators.h"
#include "Support/Units.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace st;

PipelinedLoop st::tokenReadLoop(int64_t tokens, const Device &device) {
  return {tokens, 1, device.latencyCycles(OpKind::StreamRead) + device.latencyCycles(OpKind::MemoryStore)};
}

PipelinedLoop st::tokenWriteLoop(int64_t tokens, const Device &device) {
  return {tokens, 1, device.latencyCycles(OpKind::MemoryLoad) + device.latencyCycles(OpKind::StreamWrite)};
}

int64_t st::tokenPushOffset(const Device &device) { return device.latencyCycles(OpKind::MemoryLoad); }

PipelinedLoop st::fillLoop(int64_t elements, int64_t lanes, const Device &device) {
  return {ceilDiv(elements, lanes), 1, std::max<int64_t>(1, device.latencyCycles(OpKind::MemoryStore))};
}

PipelinedLoop st::copyLoop(int64_t elements, int64_t lanes, const Device &device) {
  return {ceilDiv(elements, lanes), 1,
          device.latencyCycles(OpKind::MemoryLoad) + device.latencyCycles(OpKind::MemoryStore)};
}

/// Unroll factor by dimension; only the innermost parallel one may have a factor.
static FailureOr<SmallVector<int64_t>> getUnroll(linalg::LinalgOp op) {
  SmallVector<int64_t> factors(op.getNumLoops(), 1);
  auto attribute = op->getAttrOfType<DenseI64ArrayAttr>("st.unroll");
  if (!attribute)
    return factors;
  if (attribute.size() != op.getNumLoops())
    return op->emitOpError() << "has " << op.getNumLoops() << " loops but 'st.unroll' gives " << attribute.size()
                             << " factors";
  factors = llvm::to_vector(attribute.asArrayRef());
  SmallVector<unsigned> parallel;
  op.getParallelDims(parallel);
  for (auto [dim, factor] : llvm::enumerate(factors)) {
    if (factor < 1)
      return op->emitOpError() << "unrolls dimension " << dim << " by " << factor << "; a factor is at least 1";
    if (factor > 1 && (parallel.empty() || dim != parallel.back()))
      return op->emitOpError() << "unrolls dimension " << dim
                               << "; only the innermost parallel dimension can be unrolled";
  }
  return factors;
}

/// Arrival times of the values of a linalg body.
using Arrivals = llvm::DenseMap<Value, int64_t>;

/// Extends `arrivals` over `block`: an operation starts when its last known operand arrives. With `onlyReached`
/// operations without any known operand are left out.
static LogicalResult propagate(Block &block, Arrivals &arrivals, bool onlyReached, const Device &device) {
  for (Operation &op : block.without_terminator()) {
    FailureOr<int64_t> latency = getOperatorLatency(&op, device);
    if (failed(latency))
      return failure();
    std::optional<int64_t> start;
    for (Value operand : op.getOperands()) {
      auto it = arrivals.find(operand);
      if (it != arrivals.end())
        start = std::max(start.value_or(0), it->second);
    }
    if (!start && onlyReached)
      continue;
    for (Value result : op.getResults())
      arrivals[result] = start.value_or(0) + *latency;
  }
  return success();
}

static LogicalResult computeDepth(linalg::LinalgOp op, bool isReduction, PointLoops &loops, const Device &device) {
  Block &body = *op.getBlock();
  Arrivals arrivals;
  for (OpOperand &operand : op->getOpOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(&operand);
    bool accumulator = op.isDpsInit(&operand) && isReduction;
    bool loads = isa<ShapedType>(operand.get().getType()) && !argument.use_empty() && !accumulator;
    arrivals[argument] = loads ? device.latencyCycles(OpKind::MemoryLoad) : 0;
  }
  if (failed(propagate(body, arrivals, /*onlyReached=*/false, device)))
    return failure();
  int64_t path = 0;
  for (Value yielded : body.getTerminator()->getOperands())
    path = std::max(path, arrivals.lookup(yielded));
  loops.loop.depthCycles = path + std::max<int64_t>(1, device.latencyCycles(OpKind::MemoryStore));
  return success();
}

static LogicalResult computeRecurrence(linalg::LinalgOp op, PointLoops &loops, const Device &device) {
  Block &body = *op.getBlock();
  for (OpOperand &init : op.getDpsInitsMutable()) {
    Arrivals arrivals;
    arrivals[op.getMatchingBlockArgument(&init)] = 0;
    if (failed(propagate(body, arrivals, /*onlyReached=*/true, device)))
      return failure();
    Value yielded = op.getMatchingYieldValue(&init)->get();
    auto it = arrivals.find(yielded);
    if (it == arrivals.end())
      continue;
    int64_t cycles = it->second + device.latencyCycles(OpKind::MemoryStore);
    if (cycles <= loops.recurrenceCycles)
      continue;
    loops.recurrenceCycles = cycles;
    // Name the slowest operation on the way back from the new value.
    int64_t slowest = -1;
    for (Value value = yielded; value && value.getDefiningOp() && arrivals.count(value);) {
      Operation *producer = value.getDefiningOp();
      int64_t latency = *getOperatorLatency(producer, device);
      if (latency > slowest) {
        slowest = latency;
        loops.combiner = producer;
      }
      Value next;
      for (Value operand : producer->getOperands())
        if (arrivals.count(operand) && (!next || arrivals.lookup(operand) > arrivals.lookup(next)))
          next = operand;
      value = next;
    }
  }
  return success();
}

FailureOr<PointLoops> st::timeLinalgOp(linalg::LinalgOp op, const Device &device) {
  FailureOr<SmallVector<int64_t>> unroll = getUnroll(op);
  if (failed(unroll))
    return failure();
  PointLoops loops;
  auto iterators = op.getIteratorTypesArray();
  bool isReduction = op.getNumReductionLoops() > 0;
  for (auto [extent, factor, iterator] : llvm::zip(op.getStaticLoopRanges(), *unroll, iterators)) {
    if (ShapedType::isDynamic(extent))
      return op->emitOpError("works on tiles of dynamic shape, which has no schedule");
    int64_t trips = ceilDiv(extent, factor);
    loops.loop.trips *= trips; // sched_f3
    if (iterator == utils::IteratorType::parallel)
      loops.distance *= trips;
    loops.unroll *= factor;
  }
  if (failed(computeDepth(op, isReduction, loops, device))) // sched_f4
    return failure();
  if (isReduction) { // sched_f5
    if (failed(computeRecurrence(op, loops, device)))
      return failure();
    loops.loop.ii = std::max<int64_t>(1, ceilDiv(loops.recurrenceCycles, loops.distance));
    // A single iteration has nothing to wait for.
    if (loops.loop.trips == loops.distance)
      loops.loop.ii = 1;
  }
  for (Operation &inner : op.getBlock()->without_terminator())
    loops.resources += *getOperatorResources(&inner, device) * loops.unroll;
  return loops;
}

std::string st::explainII(linalg::LinalgOp op, const PointLoops &loops) {
  if (loops.loop.ii <= 1)
    return "";
  return llvm::formatv("II = {0}: each accumulation through '{1}' takes {2} cycles, and only {3} other {4} between two "
                       "on the same accumulator; {2} independent results per tile and lane give II = 1: take larger "
                       "tiles along the parallel dimensions, or unroll less",
                       loops.loop.ii, loops.combiner ? loops.combiner->getName().getStringRef() : "the combiner",
                       loops.recurrenceCycles, loops.distance - 1,
                       loops.distance == 2 ? "iteration lies" : "iterations lie")
      .str();
}
