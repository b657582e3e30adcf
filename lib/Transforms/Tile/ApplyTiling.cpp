//===- ApplyTiling.cpp - Every operation becomes a nest of loops over tiles ----------------------------------===//

#include "Dialect/Repeat.h"
#include "Transforms/Tile/Attributes.h"
#include "Transforms/Tile/NestBuilder.h"
#include "Transforms/Tile/Passes.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace st {
#define GEN_PASS_DEF_APPLYTILING
#include "Transforms/Tile/Passes.h.inc"

namespace {

LogicalResult verifyTiling(const StreamedOp &op, const Tiling &tiling) {
  size_t rank = op.extents.size();
  SmallVector<int64_t> sorted(tiling.loopOrder);
  llvm::sort(sorted);
  if (tiling.tileSizes.size() != rank || !llvm::equal(sorted, llvm::seq<int64_t>(rank)))
    return op.op->emitOpError("needs one tile size for each of its ") << rank << " loops, and an order of all";
  for (auto [loop, size] : llvm::enumerate(tiling.tileSizes))
    if (size < 1)
      return op.op->emitOpError("has tile size ") << size << " along loop " << loop;
  if (op.rowLoop && tiling.tileSizes[*op.rowLoop] != 1)
    return op.op->emitOpError("moves its windows along loop ") << *op.rowLoop << ", which needs tile size 1";
  for (unsigned loop = 0; loop < rank; ++loop)
    if (op.isWhole[loop] && tiling.tileSizes[loop] != op.extents[loop])
      return op.op->emitOpError("needs loop ") << loop << " of its windows whole";
  if ((op.isWindow() || op.hasCaptures()) && tiling.operands.size() != op.operands.size())
    return op.op->emitOpError("needs a tiling of each of its ") << op.operands.size() << " operands";
  for (auto [operand, tensor] : llvm::zip(tiling.operands, op.operands)) {
    unsigned dims = tensor.map.getNumResults();
    SmallVector<int64_t> dimOrder(operand.order);
    llvm::sort(dimOrder);
    if (operand.tileSizes.size() != dims || !llvm::equal(dimOrder, llvm::seq<int64_t>(dims)) ||
        llvm::any_of(operand.tileSizes, [](int64_t size) { return size < 1; }))
      return op.op->emitOpError("needs a tile size for each of the ")
             << dims << " dimensions of an operand, and an order";
  }
  return success();
}

/// Bytes that tiles collected from several slices take, and those of the whole tensors. What comes in one slice is
/// read where it arrives, in whatever order.
std::pair<int64_t, int64_t> countGathered(const StreamedOp &op, const Tiling &tiling) {
  int64_t held = 0, all = 0;
  for (auto [operand, tensor] : llvm::zip(tiling.operands, op.operands)) {
    if (!tensor.isCaptured() || isConstant(tensor.value))
      continue;
    auto type = cast<RankedTensorType>(tensor.value.getType());
    int64_t slices = 1, elements = 1;
    for (auto [dim, expr] : llvm::enumerate(tensor.map.getResults())) {
      auto loop = getLoop(expr);
      int64_t tile = loop ? tiling.tileSizes[*loop] : operand.tileSizes[dim];
      int64_t count = loop ? 1 : llvm::divideCeil(type.getDimSize(dim), tile);
      slices *= count;
      elements *= count * tile;
    }
    if (slices == 1)
      continue;
    int64_t bits = type.getElementType().isIntOrFloat() ? type.getElementTypeBitWidth() : 64;
    held += llvm::divideCeil(elements * bits, 8);
    all += llvm::divideCeil(std::max(elements, type.getNumElements()) * bits, 8);
  }
  return {held, all};
}

/// Why the nest is not what one would wish for, if it is not; it reaches the report through the task.
void reportFallback(const StreamedOp &op, const Tiling &tiling, scf::ForOp root) {
  auto reason = op.op->getAttrOfType<StringAttr>("st.fallback");
  if (!reason)
    return;
  std::string text = reason.str();
  if (op.hasCaptures()) {
    auto [held, all] = countGathered(op, tiling);
    if (held == 0)
      return;
    std::string buffer = held == all ? formatv("full buffer: {0} bytes, ", held).str()
                                     : formatv("buffer of {0} bytes, of {1}: ", held, all).str();
    text.insert(0, buffer);
    op.op->emitRemark() << text;
  }
  root->setDiscardableAttr("st.fallback", StringAttr::get(op.op->getContext(), text));
}

struct ApplyTiling : impl::ApplyTilingBase<ApplyTiling> {
  void runOnOperation() override {
    unsigned counter = 0;
    for (Block *block : getHostBlocks(getOperation())) {
      for (Operation &op : llvm::make_early_inc_range(*block))
        if (auto streamed = StreamedOp::get(&op))
          if (failed(apply(*streamed, counter++)))
            return signalPassFailure();
      // Initial values and shapes are in the nests now.
      for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*block)))
        if (isOpTriviallyDead(&op))
          op.erase();
    }
  }

  LogicalResult apply(const StreamedOp &op, unsigned number) {
    auto tiling = Tiling::get(op.op);
    if (!tiling)
      return op.op->emitOpError("has no tiling; run st-choose-tiling first");
    if (failed(verifyTiling(op, *tiling)))
      return failure();
    OpBuilder builder(op.op);
    NestBuilder nest(builder, op, *tiling);
    scf::ForOp root;
    auto results = isa<RowOp>(op.op) ? tileRowOp(nest, root) : tileGeneric(nest, root);
    if (failed(results))
      return failure();
    root->setDiscardableAttr(taskNameAttr, builder.getStringAttr(op.getKindName() + "_" + Twine(number)));
    reportFallback(op, *tiling, root);
    op.op->replaceAllUsesWith(*results);
    op.op->erase();
    ++numNests;
    return success();
  }
};

} // namespace
} // namespace st
