//===- AbsorbTransposes.cpp - Copies in another order become indexing maps -----------------------------------===//

#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_ABSORBTRANSPOSES
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// The map from the result's indices to the operand's, when `op` only copies its operand in another order or
/// broadcasts it; null otherwise.
AffineMap getCopyMap(linalg::GenericOp op) {
  if (op->hasAttr(hostAttr) || op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 || !isElementwise(op))
    return {};
  Block *body = op.getBody();
  if (!llvm::hasSingleElement(*body) || body->getTerminator()->getOperand(0) != body->getArgument(0))
    return {};
  AffineMap inputMap = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  AffineMap resultMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!resultMap.isPermutation() || !inputMap.isProjectedPermutation())
    return {};
  return inputMap.compose(inversePermutation(resultMap));
}

/// reader(copy(x)) -> reader(x) with another map.
struct AbsorbIntoReader : OpRewritePattern<linalg::GenericOp> {
  AbsorbIntoReader(MLIRContext *context, Pass::Statistic &numAbsorbed)
      : OpRewritePattern(context), numAbsorbed(numAbsorbed) {}
  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (op->hasAttr(hostAttr))
      return failure();
    for (OpOperand *operand : op.getDpsInputOperands()) {
      auto copy = operand->get().getDefiningOp<linalg::GenericOp>();
      AffineMap copyMap = copy ? getCopyMap(copy) : AffineMap();
      if (!copyMap)
        continue;
      SmallVector<AffineMap> maps = op.getIndexingMapsArray();
      AffineMap &map = maps[operand->getOperandNumber()];
      map = copyMap.compose(map);
      // Every loop must still find its extent in some operand.
      if (!inversePermutation(concatAffineMaps(maps, op.getContext())))
        continue;
      rewriter.modifyOpInPlace(op, [&] {
        operand->set(copy.getDpsInputOperand(0)->get());
        op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      });
      ++numAbsorbed;
      return success();
    }
    return failure();
  }
  Pass::Statistic &numAbsorbed;
};

/// copy(producer) -> the producer writes in the other order, where no reader could take the copy's place.
struct AbsorbIntoProducer : OpRewritePattern<linalg::GenericOp> {
  AbsorbIntoProducer(MLIRContext *context, Pass::Statistic &numAbsorbed)
      : OpRewritePattern(context), numAbsorbed(numAbsorbed) {}
  LogicalResult matchAndRewrite(linalg::GenericOp copy, PatternRewriter &rewriter) const override {
    AffineMap copyMap = getCopyMap(copy);
    if (!copyMap || !copyMap.isPermutation() || copyMap.isIdentity())
      return failure();
    if (llvm::any_of(copy->getUsers(), llvm::IsaPred<linalg::GenericOp>))
      return failure();
    auto producer = copy.getDpsInputOperand(0)->get().getDefiningOp<linalg::GenericOp>();
    if (!producer || producer->hasAttr(hostAttr) || producer.getNumDpsInits() != 1 || !producer->hasOneUse())
      return failure();
    auto type = cast<RankedTensorType>(copy.getResult(0).getType());
    OpOperand *init = producer.getDpsInitOperand(0);
    Value newInit;
    rewriter.setInsertionPoint(producer);
    Location loc = init->get().getLoc();
    Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
    if (auto fill = init->get().getDefiningOp<linalg::FillOp>())
      newInit = linalg::FillOp::create(rewriter, loc, fill.value(), empty).getResult(0);
    else if (init->get().getDefiningOp<tensor::EmptyOp>())
      newInit = empty;
    else
      return failure();

    SmallVector<AffineMap> maps = producer.getIndexingMapsArray();
    maps.back() = inversePermutation(copyMap).compose(maps.back());
    auto result = linalg::GenericOp::create(rewriter, producer.getLoc(), type, producer.getInputs(), newInit, maps,
                                            producer.getIteratorTypesArray());
    rewriter.inlineRegionBefore(producer.getRegion(), result.getRegion(), result.getRegion().begin());
    rewriter.replaceOp(copy, result.getResults());
    rewriter.eraseOp(producer);
    ++numAbsorbed;
    return success();
  }
  Pass::Statistic &numAbsorbed;
};

struct AbsorbTransposes : impl::AbsorbTransposesBase<AbsorbTransposes> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<AbsorbIntoReader, AbsorbIntoProducer>(&getContext(), numAbsorbed);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
