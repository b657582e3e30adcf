//===- LoopOrders.cpp - In which order operations run their loops --------------------------------------------===//

#include "Transforms/Tile/LoopOrders.h"

#include "Transforms/Tile/HostOps.h"

using namespace mlir;

namespace st {

using Dims = LoopOrders::Dims;

/// Adds what is missing of `count` numbers.
static void complete(Dims &dims, int64_t count) {
  for (int64_t dim = 0; dim < count; ++dim)
    if (!llvm::is_contained(dims, dim))
      dims.push_back(dim);
}

/// Dimensions in the order of the loops that index them, then the others.
static Dims toDims(AffineMap map, ArrayRef<int64_t> order) {
  Dims dims;
  for (int64_t loop : order)
    for (int64_t dim = 0; dim < map.getNumResults(); ++dim)
      if (map.getResult(dim).isFunctionOfDim(loop) && !llvm::is_contained(dims, dim))
        dims.push_back(dim);
  complete(dims, map.getNumResults());
  return dims;
}

/// Loops in the order of the dimensions that they index.
static Dims toLoops(AffineMap map, ArrayRef<int64_t> dims) {
  Dims loops;
  for (int64_t dim : dims)
    for (int64_t loop = 0; loop < map.getNumDims(); ++loop)
      if (map.getResult(dim).isFunctionOfDim(loop) && !llvm::is_contained(loops, loop))
        loops.push_back(loop);
  return loops;
}

/// The order of what a reshape or padding makes of a tensor, or made it of: dimensions that it leaves alone in their
/// order; what it regroups comes last.
static Dims translate(ArrayRef<int64_t> order, ArrayRef<std::pair<unsigned, unsigned>> common, bool toResult,
                      int64_t rank) {
  Dims dims;
  for (int64_t dim : order)
    for (auto [source, result] : common)
      if (dim == (toResult ? source : result))
        dims.push_back(toResult ? result : source);
  complete(dims, rank);
  return dims;
}

static int64_t rankOf(Value value) { return cast<RankedTensorType>(value.getType()).getRank(); }

LoopOrders::LoopOrders(Block &block, ArrayRef<StreamedOp> ops) {
  DenseMap<Operation *, const StreamedOp *> streamed;
  for (const StreamedOp &op : ops)
    streamed[op.op] = &op;
  for (Operation &op : llvm::reverse(block)) {
    auto common = getCommonDims(op);
    if (const StreamedOp *found = streamed.lookup(&op))
      wantRowsFirst(*found);
    else if (auto known = common.empty() ? wantedOrder.end() : wantedOrder.find(op.getResult(0));
             known != wantedOrder.end())
      wantedOrder[op.getOperand(0)] = translate(Dims(known->second), common, false, rankOf(op.getOperand(0)));
  }
  for (Operation &op : block) {
    auto common = getCommonDims(op);
    if (const StreamedOp *found = streamed.lookup(&op))
      loopOrders.push_back(choose(*found));
    else if (auto known = common.empty() ? streamOrder.end() : streamOrder.find(op.getOperand(0));
             known != streamOrder.end())
      streamOrder[op.getResult(0)] = translate(Dims(known->second), common, true, rankOf(op.getResult(0)));
  }
}

void LoopOrders::wantRowsFirst(const StreamedOp &op) {
  Dims order;
  if (op.rowLoop) {
    for (int64_t loop = 0; loop < int64_t(op.loops.size()); ++loop)
      if (op.isOutsideRows[loop])
        order.push_back(loop);
    order.push_back(*op.rowLoop);
  } else if (!op.hasReduction()) {
    auto wanted = wantedOrder.find(op.results.front().value);
    if (wanted == wantedOrder.end() || isa<RowOp>(op.op))
      return;
    order = toLoops(op.results.front().map, wanted->second);
  } else {
    return;
  }
  for (const StreamedTensor &tensor : op.operands)
    if (!op.rowLoop || llvm::any_of(tensor.map.getResults(), isSum))
      wantedOrder[tensor.value] = toDims(tensor.map, order);
}

/// Parallel loops outermost, columns stay whole inside of them, reductions finish a tile before the next begins. The
/// rows of windows come before everything but the batch.
SmallVector<int64_t> LoopOrders::choose(const StreamedOp &op) {
  SmallVector<int64_t> arrival = getArrivalOrder(op), order;
  auto add = [&](llvm::function_ref<bool(int64_t)> isNext) {
    for (int64_t loop : arrival)
      if (isNext(loop) && !llvm::is_contained(order, loop))
        order.push_back(loop);
  };
  add([&](int64_t loop) { return op.isOutsideRows[loop]; });
  add([&](int64_t loop) { return op.rowLoop && loop == *op.rowLoop; });
  for (LoopKind kind : {LoopKind::Parallel, LoopKind::Column, LoopKind::Reduction})
    add([&](int64_t loop) { return op.loops[loop] == kind; });
  for (const StreamedTensor &result : op.results)
    streamOrder[result.value] = toDims(result.map, order);
  return order;
}

/// All loops: those of the operand that leads, in its order, then the others.
SmallVector<int64_t> LoopOrders::getArrivalOrder(const StreamedOp &op) const {
  Dims loops;
  const StreamedTensor *lead = findLead(op);
  auto wanted = wantedOrder.find(op.results.front().value);
  if (wanted != wantedOrder.end() && (!lead || !streamOrder.count(lead->value)))
    loops = toLoops(op.results.front().map, wanted->second);
  if (lead)
    for (int64_t loop : toLoops(lead->map, getStreamOrder(*lead, op)))
      if (!llvm::is_contained(loops, loop))
        loops.push_back(loop);
  complete(loops, op.loops.size());
  return loops;
}

Dims LoopOrders::getStreamOrder(const StreamedTensor &tensor, const StreamedOp &op) const {
  for (const auto *orders : {&streamOrder, &wantedOrder})
    if (auto known = orders->find(tensor.value); known != orders->end())
      return known->second;
  Dims dims;
  // What nobody streams comes as the operation likes it: a window by rows.
  if (op.rowLoop && llvm::any_of(tensor.map.getResults(), isSum))
    dims = toDims(tensor.map, {int64_t(*op.rowLoop)});
  complete(dims, tensor.map.getNumResults());
  return dims;
}

/// The first operand that another operation streams; else what the user hands in; else the first.
const StreamedTensor *LoopOrders::findLead(const StreamedOp &op) const {
  auto isComputed = [&](const StreamedTensor &tensor) { return streamOrder.count(tensor.value); };
  auto isInput = [](const StreamedTensor &tensor) { return !isConstant(tensor.value); };
  if (const auto *lead = llvm::find_if(op.operands, isComputed); lead != op.operands.end())
    return lead;
  if (const auto *lead = llvm::find_if(op.operands, isInput); lead != op.operands.end())
    return lead;
  return op.operands.empty() ? nullptr : &op.operands.front();
}

} // namespace st
