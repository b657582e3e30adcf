//===- ChooseTiling.cpp - Tile sizes and loop orders that agree along every tensor ---------------------------===//

#include "Dialect/Repeat.h"
#include "Transforms/Tile/DimensionClasses.h"
#include "Transforms/Tile/LoopOrders.h"
#include "Transforms/Tile/Passes.h"

#include <limits>

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_CHOOSETILING
#include "Transforms/Tile/Passes.h.inc"

namespace {

/// A tile size that no extent reaches.
constexpr int64_t whole = std::numeric_limits<int64_t>::max();

struct ChooseTiling : impl::ChooseTilingBase<ChooseTiling> {
  using ChooseTilingBase::ChooseTilingBase;

  void runOnOperation() override {
    if (defaultTileSize < 1 || tokenTileSize < 1) {
      getOperation().emitError("tile sizes must be at least 1");
      return signalPassFailure();
    }
    for (Block *block : getHostBlocks(getOperation()))
      choose(*block);
  }

  void choose(Block &block) {
    std::vector<StreamedOp> ops;
    for (Operation &op : block)
      if (auto streamed = StreamedOp::get(&op))
        ops.push_back(*streamed);
    LoopOrders orders(block, ops);
    DimensionClasses dimensions(block, ops);
    SmallVector<int64_t> sizes = chooseSizes(ops, orders.getLoopOrders(), dimensions);
    for (auto [op, order] : llvm::zip(ops, orders.getLoopOrders())) {
      Tiling tiling{{}, order, {}};
      for (auto [loop, extent] : llvm::enumerate(op.extents))
        tiling.tileSizes.push_back(std::min(extent, getSize(op, loop, sizes[dimensions.ofLoop(op, loop)])));
      if (op.isWindow() || op.hasCaptures())
        for (const StreamedTensor &tensor : op.operands)
          tiling.operands.push_back(chooseOperand(tensor, op, orders, dimensions, sizes));
      tiling.set(op.op);
    }
  }

  /// What a window's own loops need whatever other operations agree on.
  static int64_t getSize(const StreamedOp &op, unsigned loop, int64_t agreed) {
    if (op.isOutsideRows[loop] || (op.rowLoop && loop == *op.rowLoop))
      return 1;
    return op.isWhole[loop] ? whole : agreed;
  }

  static OperandTiling chooseOperand(const StreamedTensor &tensor, const StreamedOp &op, const LoopOrders &orders,
                                     const DimensionClasses &dimensions, ArrayRef<int64_t> sizes) {
    OperandTiling result;
    ArrayRef<int64_t> shape = cast<RankedTensorType>(tensor.value.getType()).getShape();
    for (auto [dim, extent] : llvm::enumerate(shape))
      result.tileSizes.push_back(std::min(extent, sizes[dimensions.ofDim(tensor.value, dim)]));
    result.order = orders.getStreamOrder(tensor, op);
    return result;
  }

  /// Tile size by class of dimensions; what is set later counts.
  SmallVector<int64_t> chooseSizes(ArrayRef<StreamedOp> ops, ArrayRef<SmallVector<int64_t>> orders,
                                   const DimensionClasses &dimensions) const {
    SmallVector<int64_t> sizes(dimensions.size(), defaultTileSize);
    for (auto [op, order] : llvm::zip(ops, orders))
      for (unsigned loop = 0; loop < op.loops.size(); ++loop)
        if (op.isBatch(loop) && int64_t(loop) != order.front())
          sizes[dimensions.ofLoop(op, loop)] = 1;
    // Tokens last: where they are a batch too, they still come several at a time.
    for (auto [op, order] : llvm::zip(ops, orders))
      if (op.countParallel() >= 2 && !op.isWindow())
        sizes[dimensions.ofLoop(op, order.front())] = tokenTileSize;
    // Windows: all of a row at once, and one row, one image at a time.
    for (int64_t size : {whole, int64_t(1)})
      for (const StreamedOp &op : ops)
        chooseWindowSizes(op, size, dimensions, sizes);
    return sizes;
  }

  static void chooseWindowSizes(const StreamedOp &op, int64_t size, const DimensionClasses &dimensions,
                                MutableArrayRef<int64_t> sizes) {
    for (unsigned loop = 0; loop < op.loops.size(); ++loop)
      if (op.isWindow() && getSize(op, loop, 0) == size)
        sizes[dimensions.ofLoop(op, loop)] = size;
    for (const StreamedTensor &tensor : op.operands)
      for (auto [dim, expr] : llvm::enumerate(tensor.map.getResults()))
        if (isSum(expr) && (op.rowLoop && expr.isFunctionOfDim(*op.rowLoop) ? 1 : whole) == size)
          sizes[dimensions.ofDim(tensor.value, dim)] = size;
  }
};

} // namespace
} // namespace st
