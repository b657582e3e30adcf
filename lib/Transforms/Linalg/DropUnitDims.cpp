//===- DropUnitDims.cpp - Loops and dimensions of extent one vanish -----------------------------------------===//

#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_DROPUNITDIMS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// Whether `expr`, a sum, still says which elements of a dimension of `extent` are read when its loops of extent one
/// are dropped. What would be left of a window that moves once, over more elements than it reads, is a loop that ends
/// before the dimension does.
bool staysWindow(AffineExpr expr, int64_t extent, ArrayRef<int64_t> ranges) {
  SmallVector<AffineExpr> kept;
  MLIRContext *context = expr.getContext();
  for (auto [loop, range] : llvm::enumerate(ranges))
    kept.push_back(range == 1 ? getAffineConstantExpr(0, context) : getAffineDimExpr(loop, context));
  AffineExpr rest = expr.replaceDims(kept);
  if (auto dim = dyn_cast<AffineDimExpr>(rest))
    return ranges[dim.getPosition()] == extent;
  return !isa<AffineConstantExpr>(rest) || extent == 1;
}

SmallVector<unsigned> getDroppable(Operation *op) {
  if (auto pad = dyn_cast_or_null<tensor::PadOp>(op))
    return llvm::to_vector(llvm::seq<unsigned>(0, pad.getSourceType().getRank()));
  auto generic = dyn_cast_or_null<linalg::GenericOp>(op);
  if (!generic)
    return {};
  SmallVector<int64_t> ranges = generic.getStaticLoopRanges();
  SmallVector<bool> isKept(ranges.size(), false);
  for (OpOperand &operand : generic->getOpOperands())
    for (auto [dim, expr] : llvm::enumerate(generic.getMatchingIndexingMap(&operand).getResults())) {
      auto type = dyn_cast<RankedTensorType>(operand.get().getType());
      if (!type || !isa<AffineBinaryOpExpr>(expr) || staysWindow(expr, type.getDimSize(dim), ranges))
        continue;
      for (size_t loop = 0; loop < ranges.size(); ++loop)
        isKept[loop] = isKept[loop] || expr.isFunctionOfDim(loop);
    }
  SmallVector<unsigned> droppable;
  for (auto [loop, kept] : llvm::enumerate(isKept))
    if (!kept)
      droppable.push_back(loop);
  return droppable;
}

struct DropUnitDims : impl::DropUnitDimsBase<DropUnitDims> {
  void runOnOperation() override {
    linalg::ControlDropUnitDims control;
    control.controlFn = getDroppable;
    RewritePatternSet patterns(&getContext());
    linalg::populateFoldUnitExtentDimsPatterns(patterns, control);
    linalg::populateMoveInitOperandsToInputPattern(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));

    RewritePatternSet simplifications(&getContext());
    linalg::populateFoldUnitExtentDimsCanonicalizationPatterns(simplifications, control);
    if (failed(applyPatternsGreedily(getOperation(), std::move(simplifications))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
