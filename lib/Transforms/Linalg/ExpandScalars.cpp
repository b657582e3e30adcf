//===- ExpandScalars.cpp - Tensors without dimensions get one ------------------------------------------------===//

#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_EXPANDSCALARS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

bool isScalarTensor(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() == 0;
}

/// The same element as a tensor of one.
Value expand(OpBuilder &builder, Location loc, Value scalar) {
  if (auto collapse = scalar.getDefiningOp<tensor::CollapseShapeOp>(); collapse && collapse.getSrcType().getRank() == 1)
    return collapse.getSrc();
  auto type = RankedTensorType::get({1}, getElementTypeOrSelf(scalar.getType()));
  return tensor::ExpandShapeOp::create(builder, loc, type, scalar, ArrayRef<ReassociationIndices>());
}

/// The operand number `position` is read once more by index.
void readByIndex(linalg::GenericOp op, unsigned position, Value source, PatternRewriter &rewriter) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  maps.erase(maps.begin() + position);
  Block *body = op.getBody();
  rewriter.setInsertionPointToStart(body);
  Value zero = arith::ConstantIndexOp::create(rewriter, op.getLoc(), 0);
  Value element = tensor::ExtractOp::create(rewriter, op.getLoc(), source, zero);
  rewriter.replaceAllUsesWith(body->getArgument(position), element);
  rewriter.modifyOpInPlace(op, [&] {
    body->eraseArgument(position);
    op.getInputsMutable().erase(position);
    op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
  });
}

struct ExpandScalarOperand : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (op->hasAttr(hostAttr) || !isa<func::FuncOp>(op->getParentOp()))
      return failure();
    for (OpOperand *operand : op.getDpsInputOperands())
      if (isScalarTensor(operand->get())) {
        Value source = expand(rewriter, op.getLoc(), operand->get());
        readByIndex(op, operand->getOperandNumber(), source, rewriter);
        return success();
      }
    return failure();
  }
};

/// A result without dimensions: one more loop, of one iteration, is its index.
struct ExpandScalarResult : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (op->hasAttr(hostAttr) || !isa<func::FuncOp>(op->getParentOp()) || op->getNumResults() != 1 ||
        !isScalarTensor(op.getResult(0)) || llvm::any_of(op.getInputs(), isScalarTensor))
      return failure();
    Location loc = op.getLoc();
    auto type = RankedTensorType::get({1}, getElementTypeOrSelf(op.getResult(0).getType()));
    Value init = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
    if (auto fill = op.getDpsInits()[0].getDefiningOp<linalg::FillOp>())
      init = linalg::FillOp::create(rewriter, loc, fill.value(), init).getResult(0);
    else if (!op.getDpsInits()[0].getDefiningOp<tensor::EmptyOp>())
      return failure();
    SmallVector<AffineMap> maps;
    for (AffineMap map : op.getIndexingMapsArray())
      maps.push_back(map.shiftDims(1));
    maps.back() = AffineMap::get(maps.front().getNumDims(), 0, rewriter.getAffineDimExpr(0));
    SmallVector<utils::IteratorType> loops = op.getIteratorTypesArray();
    loops.insert(loops.begin(), utils::IteratorType::parallel);
    auto expanded = linalg::GenericOp::create(rewriter, loc, type, op.getInputs(), init, maps, loops);
    rewriter.inlineRegionBefore(op.getRegion(), expanded.getRegion(), expanded.getRegion().begin());
    expanded.walk(
        [&](linalg::IndexOp index) { rewriter.modifyOpInPlace(index, [&] { index.setDim(index.getDim() + 1); }); });
    rewriter.setInsertionPointAfter(expanded);
    rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(op, op.getResult(0).getType(), expanded.getResult(0),
                                                         ArrayRef<ReassociationIndices>());
    return success();
  }
};

/// Reads of a scalar tensor by index.
struct ExpandScalarExtract : OpRewritePattern<tensor::ExtractOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractOp op, PatternRewriter &rewriter) const override {
    auto generic = op->getParentOfType<linalg::GenericOp>();
    if (!generic || generic->hasAttr(hostAttr) || !isScalarTensor(op.getTensor()))
      return failure();
    rewriter.setInsertionPoint(generic);
    Value source = expand(rewriter, op.getLoc(), op.getTensor());
    rewriter.setInsertionPoint(op);
    Value zero = arith::ConstantIndexOp::create(rewriter, op.getLoc(), 0);
    rewriter.replaceOpWithNewOp<tensor::ExtractOp>(op, source, zero);
    return success();
  }
};

struct ExpandScalars : impl::ExpandScalarsBase<ExpandScalars> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandScalarOperand, ExpandScalarResult, ExpandScalarExtract>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
