//===- GeneralizeNamedOps.cpp - Named linalg operations as generics ------------------------------------------===//

#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_GENERALIZENAMEDOPS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// tensor.generate is a generic that reads nothing but its indices.
void convertGenerate(tensor::GenerateOp op, IRRewriter &rewriter) {
  auto type = cast<RankedTensorType>(op.getType());
  if (!type.hasStaticShape())
    return;
  rewriter.setInsertionPoint(op);
  Value empty = tensor::EmptyOp::create(rewriter, op.getLoc(), type.getShape(), type.getElementType());
  SmallVector<utils::IteratorType> parallel(type.getRank(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      rewriter, op.getLoc(), type, ValueRange(), empty, rewriter.getMultiDimIdentityMap(type.getRank()), parallel,
      [&](OpBuilder &builder, Location loc, ValueRange) {
        IRMapping mapping;
        for (auto [dim, argument] : llvm::enumerate(op.getBody().getArguments()))
          mapping.map(argument, linalg::IndexOp::create(builder, loc, dim).getResult());
        for (Operation &inner : op.getBody().front().without_terminator())
          builder.clone(inner, mapping);
        auto yield = cast<tensor::YieldOp>(op.getBody().front().getTerminator());
        linalg::YieldOp::create(builder, loc, mapping.lookupOrDefault(yield.getValue()));
      });
  rewriter.replaceOp(op, generic.getResults());
}

/// A tensor filled with a constant is a constant, except where a reduction starts from it.
void convertFill(linalg::FillOp op, IRRewriter &rewriter) {
  Attribute value;
  auto type = op->getNumResults() == 1 ? dyn_cast<RankedTensorType>(op.getResult(0).getType()) : RankedTensorType();
  if (!type || !type.hasStaticShape() || !matchPattern(op.value(), m_Constant(&value)))
    return;
  auto isStart = [](OpOperand &use) {
    auto reader = dyn_cast<linalg::LinalgOp>(use.getOwner());
    return reader && reader.isDpsInit(&use);
  };
  if (llvm::all_of(op->getUses(), isStart))
    return;
  rewriter.setInsertionPoint(op);
  Value constant = arith::ConstantOp::create(rewriter, op.getLoc(), DenseElementsAttr::get(type, value));
  rewriter.replaceUsesWithIf(op.getResult(0), constant, [&](OpOperand &use) { return !isStart(use); });
}

struct GeneralizeNamedOps : impl::GeneralizeNamedOpsBase<GeneralizeNamedOps> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    decomposeAggregates(getOperation(), rewriter);
    SmallVector<Operation *> worklist;
    getOperation().walk([&](Operation *op) {
      if (isa<linalg::LinalgOp, tensor::GenerateOp>(op) && !isa<linalg::GenericOp>(op))
        worklist.push_back(op);
    });
    for (Operation *op : worklist) {
      rewriter.setInsertionPoint(op);
      if (auto fill = dyn_cast<linalg::FillOp>(op))
        convertFill(fill, rewriter);
      else if (auto generate = dyn_cast<tensor::GenerateOp>(op))
        convertGenerate(generate, rewriter);
      else // What has no generic form is left to the phase's verifier, which names it with a remedy.
        (void)linalg::generalizeNamedOp(rewriter, cast<linalg::LinalgOp>(op));
    }
  }
};

} // namespace
} // namespace st
