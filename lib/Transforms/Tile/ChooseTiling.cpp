//===- ChooseTiling.cpp - Tile sizes and loop orders that agree along every tensor ---------------------------===//

#include "Transforms/Tile/Passes.h"
#include "Transforms/Tile/StreamedOp.h"

#include "llvm/ADT/IntEqClasses.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_CHOOSETILING
#include "Transforms/Tile/Passes.h.inc"

namespace {

/// Which loops and tensor dimensions are one dimension: all that operations index together.
class DimensionClasses {
public:
  explicit DimensionClasses(ArrayRef<StreamedOp> ops) {
    for (const StreamedOp &op : ops) {
      firstLoop[op.op] = reserve(op.extents.size());
      for (const auto *tensors : {&op.operands, &op.results})
        for (const StreamedTensor &tensor : *tensors)
          if (!firstDim.count(tensor.value))
            firstDim[tensor.value] = reserve(tensor.map.getNumResults());
    }
    classes.grow(numNodes);
    for (const StreamedOp &op : ops)
      for (const auto *tensors : {&op.operands, &op.results})
        for (const StreamedTensor &tensor : *tensors)
          for (auto [dim, expr] : llvm::enumerate(tensor.map.getResults()))
            classes.join(firstDim[tensor.value] + dim, firstLoop[op.op] + cast<AffineDimExpr>(expr).getPosition());
    classes.compress();
  }

  unsigned size() const { return classes.getNumClasses(); }
  unsigned ofLoop(const StreamedOp &op, unsigned loop) const { return classes[firstLoop.lookup(op.op) + loop]; }

private:
  unsigned reserve(unsigned count) {
    numNodes += count;
    return numNodes - count;
  }
  unsigned numNodes = 0;
  DenseMap<Operation *, unsigned> firstLoop;
  DenseMap<Value, unsigned> firstDim;
  llvm::IntEqClasses classes;
};

/// The loop orders, from the order in which operands arrive.
class LoopOrders {
public:
  /// Of `op`, whose producers have been ordered before.
  SmallVector<int64_t> choose(const StreamedOp &op) {
    SmallVector<int64_t> arrival = getArrivalOrder(op);
    SmallVector<int64_t> order;
    // Parallel loops outermost, columns stay whole inside of them, reductions finish a tile before the next begins.
    for (LoopKind kind : {LoopKind::Parallel, LoopKind::Column, LoopKind::Reduction})
      for (int64_t loop : arrival)
        if (op.loops[loop] == kind)
          order.push_back(loop);
    for (const StreamedTensor &result : op.results)
      streamOrder[result.value] = toDims(result.map, order);
    return order;
  }

private:
  /// All loops: those of the operand that leads, in its order, then the others.
  SmallVector<int64_t> getArrivalOrder(const StreamedOp &op) const {
    SmallVector<int64_t> loops;
    if (const StreamedTensor *lead = findLead(op)) {
      auto known = streamOrder.find(lead->value);
      for (unsigned i = 0; i < lead->map.getNumResults(); ++i) {
        unsigned dim = known != streamOrder.end() ? known->second[i] : i;
        loops.push_back(lead->map.getDimPosition(dim));
      }
    }
    for (int64_t loop = 0; loop < int64_t(op.loops.size()); ++loop)
      if (!llvm::is_contained(loops, loop))
        loops.push_back(loop);
    return loops;
  }

  /// The first operand that another operation streams; else what the user hands in; else the first.
  const StreamedTensor *findLead(const StreamedOp &op) const {
    auto isComputed = [&](const StreamedTensor &tensor) { return streamOrder.count(tensor.value); };
    auto isInput = [](const StreamedTensor &tensor) { return !isConstant(tensor.value); };
    if (const auto *lead = llvm::find_if(op.operands, isComputed); lead != op.operands.end())
      return lead;
    if (const auto *lead = llvm::find_if(op.operands, isInput); lead != op.operands.end())
      return lead;
    return op.operands.empty() ? nullptr : &op.operands.front();
  }

  static SmallVector<unsigned> toDims(AffineMap map, ArrayRef<int64_t> order) {
    SmallVector<unsigned> dims;
    for (int64_t loop : order)
      for (unsigned dim = 0; dim < map.getNumResults(); ++dim)
        if (map.getDimPosition(dim) == loop)
          dims.push_back(dim);
    return dims;
  }

  /// Dimensions of computed tensors, slowest first.
  DenseMap<Value, SmallVector<unsigned>> streamOrder;
};

struct ChooseTiling : impl::ChooseTilingBase<ChooseTiling> {
  using ChooseTilingBase::ChooseTilingBase;

  void runOnOperation() override {
    if (defaultTileSize < 1 || tokenTileSize < 1) {
      getOperation().emitError("tile sizes must be at least 1");
      return signalPassFailure();
    }
    std::vector<StreamedOp> ops;
    for (Operation &op : getOperation().getBody().front())
      if (auto streamed = StreamedOp::get(&op))
        ops.push_back(*streamed);

    LoopOrders orders;
    SmallVector<Tiling> tilings;
    for (const StreamedOp &op : ops)
      tilings.push_back({{}, orders.choose(op)});

    DimensionClasses dimensions(ops);
    SmallVector<int64_t> sizes = chooseSizes(ops, tilings, dimensions);
    for (auto [op, tiling] : llvm::zip(ops, tilings)) {
      for (auto [loop, extent] : llvm::enumerate(op.extents))
        tiling.tileSizes.push_back(std::min(extent, sizes[dimensions.ofLoop(op, loop)]));
      tiling.set(op.op);
    }
  }

  /// Tile size by class of dimensions.
  SmallVector<int64_t> chooseSizes(ArrayRef<StreamedOp> ops, ArrayRef<Tiling> tilings,
                                   const DimensionClasses &dimensions) const {
    SmallVector<int64_t> sizes(dimensions.size(), defaultTileSize);
    for (auto [op, tiling] : llvm::zip(ops, tilings))
      for (unsigned loop = 0; loop < op.loops.size(); ++loop)
        if (op.isBatch(loop) && loop != tiling.loopOrder.front())
          sizes[dimensions.ofLoop(op, loop)] = 1;
    // Tokens last: where they are a batch too, they still come several at a time.
    for (auto [op, tiling] : llvm::zip(ops, tilings))
      if (op.countParallel() >= 2)
        sizes[dimensions.ofLoop(op, tiling.loopOrder.front())] = tokenTileSize;
    return sizes;
  }
};

} // namespace
} // namespace st
