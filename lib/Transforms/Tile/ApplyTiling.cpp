//===- ApplyTiling.cpp - Every operation becomes a nest of loops over tiles ----------------------------------===//

#include "Transforms/Tile/Attributes.h"
#include "Transforms/Tile/NestBuilder.h"
#include "Transforms/Tile/Passes.h"

using namespace mlir;

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

struct ApplyTiling : impl::ApplyTilingBase<ApplyTiling> {
  void runOnOperation() override {
    unsigned counter = 0;
    for (Operation &op : llvm::make_early_inc_range(getOperation().getBody().front()))
      if (auto streamed = StreamedOp::get(&op))
        if (failed(apply(*streamed, counter++)))
          return signalPassFailure();
    // Initial values and shapes are in the nests now.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().getBody().front())))
      if (isOpTriviallyDead(&op))
        op.erase();
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
    // Why the nest is not what one would wish for; it reaches the report through the task.
    if (Attribute fallback = op.op->getDiscardableAttr("st.fallback"))
      root->setDiscardableAttr("st.fallback", fallback);
    op.op->replaceAllUsesWith(*results);
    op.op->erase();
    ++numNests;
    return success();
  }
};

} // namespace
} // namespace st
