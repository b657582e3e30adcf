//===- NormalizeReductions.cpp - Every reduction starts from a scalar ----------------------------------------===//

#include "Transforms/Linalg/ConstantData.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_NORMALIZEREDUCTIONS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

struct NormalizeInit : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (op.getNumReductionLoops() == 0 || op.getNumDpsInits() != 1)
      return failure();
    OpOperand *init = op.getDpsInitOperand(0);
    Value start = init->get();
    auto type = dyn_cast<RankedTensorType>(start.getType());
    if (!type || !type.hasStaticShape())
      return failure();
    if (auto fill = start.getDefiningOp<linalg::FillOp>()) {
      if (fill.getOutputs().front().getDefiningOp<tensor::EmptyOp>())
        return failure();
      rewriter.modifyOpInPlace(op, [&] { init->set(createFill(rewriter, op, fill.value(), type)); });
      return success();
    }
    if (TypedAttr splat = getSplatValue(start)) {
      Value scalar = arith::ConstantOp::create(rewriter, start.getLoc(), splat);
      Value fill = createFill(rewriter, op, scalar, type);
      rewriter.modifyOpInPlace(op, [&] { init->set(fill); });
      return success();
    }

    // A computed start is combined once more, after the last step.
    Operation *combiner = op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
    std::optional<TypedAttr> neutral = combiner ? arith::getNeutralElement(combiner) : std::nullopt;
    if (!neutral || !llvm::is_contained(combiner->getOperands(), op.getRegionOutputArgs()[0]))
      return failure();
    Location loc = op.getLoc();
    Value scalar = arith::ConstantOp::create(rewriter, loc, *neutral);
    Value fill = createFill(rewriter, op, scalar, type);
    rewriter.modifyOpInPlace(op, [&] { init->set(fill); });
    rewriter.setInsertionPointAfter(op);
    AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
    SmallVector<utils::IteratorType> parallel(type.getRank(), utils::IteratorType::parallel);
    Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
    auto combined = linalg::GenericOp::create(rewriter, loc, type, ValueRange{op.getResult(0), start}, empty,
                                              ArrayRef<AffineMap>{identity, identity, identity}, parallel,
                                              [&](OpBuilder &builder, Location bodyLoc, ValueRange arguments) {
                                                IRMapping mapping;
                                                mapping.map(combiner->getOperand(0), arguments[0]);
                                                mapping.map(combiner->getOperand(1), arguments[1]);
                                                linalg::YieldOp::create(
                                                    builder, bodyLoc, builder.clone(*combiner, mapping)->getResults());
                                              });
    rewriter.replaceAllUsesExcept(op.getResult(0), combined.getResult(0), combined);
    return success();
  }

  static Value createFill(PatternRewriter &rewriter, linalg::GenericOp op, Value scalar, RankedTensorType type) {
    Value empty = tensor::EmptyOp::create(rewriter, op.getLoc(), type.getShape(), type.getElementType());
    return linalg::FillOp::create(rewriter, op.getLoc(), scalar, empty).getResult(0);
  }
};

struct NormalizeReductions : impl::NormalizeReductionsBase<NormalizeReductions> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<NormalizeInit>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
