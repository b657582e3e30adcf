//===- FuseElementwise.cpp - Chains of elementwise operations ------------------------------------------------===//

#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// Fuses only where no value is computed more often than before, or kept for another reader.
bool shouldFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  if (producer && consumer && (producer->hasAttr(hostAttr) || consumer->hasAttr(hostAttr)))
    return false;
  if (!isElementwise(producer) || !isElementwise(consumer) || !operand->get().hasOneUse())
    return false;
  bool isCopy = llvm::hasSingleElement(*producer.getBody());
  return isCopy || consumer.getMatchingIndexingMap(operand).isPermutation();
}

struct FuseElementwise : impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
    // One operand for all uses of a tensor: it is what makes the last reader of a chain the only one.
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    linalg::populateInlineConstantOperandsPatterns(patterns);
    linalg::populateMoveInitOperandsToInputPattern(patterns);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, &getContext());
    populateMathAlgebraicSimplificationPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
