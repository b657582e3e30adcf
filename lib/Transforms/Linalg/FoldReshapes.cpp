//===- FoldReshapes.cpp - Iterate over split dimensions instead of reshaping ---------------------------------===//

#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_FOLDRESHAPES
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// Whether `value` is a function argument, directly or reshaped.
bool comesFromArgument(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return true;
}

/// Reshapes at the function's border are the host's; those between two computations fold.
bool isBetweenComputations(OpOperand *operand) {
  Operation *producer = operand->get().getDefiningOp();
  if (operand->getOwner()->hasAttr(hostAttr) || (producer && producer->hasAttr(hostAttr)))
    return false;
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(operand->getOwner()))
    return !llvm::all_of(expand->getUsers(), llvm::IsaPred<func::ReturnOp>);
  if (auto collapse = operand->get().getDefiningOp<tensor::CollapseShapeOp>())
    return !comesFromArgument(collapse.getSrc());
  return false;
}

struct FoldReshapes : impl::FoldReshapesBase<FoldReshapes> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateFoldReshapeOpsByExpansionPatterns(patterns, isBetweenComputations);
    tensor::populateReassociativeReshapeFoldingPatterns(patterns);
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::EmptyOp::getCanonicalizationPatterns(patterns, &getContext());
    tensor::populateFoldTensorEmptyPatterns(patterns);
    linalg::FillOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
