//===- FoldTensorConstants.cpp - Slices and reshapes of constants --------------------------------------------===//

#include "Transforms/Linalg/ConstantData.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_FOLDTENSORCONSTANTS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// Expand and collapse of a constant: the same data in another shape.
template <typename ReshapeOp> struct FoldReshapeOfConstant : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern<ReshapeOp>::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const override {
    ElementsAttr source = getConstantTensor(op.getSrc());
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (!source || !type || !type.hasStaticShape())
      return failure();
    ElementsAttr result = reshapeConstant(source, type);
    if (!result)
      return failure();
    // The location is the parameter's, by which the user knows it.
    Location loc = op.getSrc().getLoc();
    rewriter.replaceOp(op, arith::ConstantOp::create(rewriter, loc, cast<TypedAttr>(result)));
    return success();
  }
};

struct FoldSliceOfConstant : OpRewritePattern<tensor::ExtractSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractSliceOp op, PatternRewriter &rewriter) const override {
    ElementsAttr source = getConstantTensor(op.getSource());
    auto isStatic = [](ArrayRef<int64_t> values) { return !llvm::any_of(values, ShapedType::isDynamic); };
    if (!source || !op.hasUnitStride() || !isStatic(op.getStaticOffsets()) || !isStatic(op.getStaticSizes()))
      return failure();
    auto sliceType = RankedTensorType::get(op.getStaticSizes(), source.getElementType());
    ElementsAttr result = sliceConstant(source, op.getStaticOffsets(), sliceType);
    if (result && op.getType() != sliceType)
      result = reshapeConstant(result, op.getType());
    if (!result)
      return failure();
    Location loc = op.getSource().getLoc();
    rewriter.replaceOp(op, arith::ConstantOp::create(rewriter, loc, cast<TypedAttr>(result)));
    return success();
  }
};

struct FoldConcatOfConstants : OpRewritePattern<tensor::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ConcatOp op, PatternRewriter &rewriter) const override {
    SmallVector<ElementsAttr> parts;
    for (Value input : op.getInputs()) {
      parts.push_back(getConstantTensor(input));
      if (!parts.back())
        return failure();
    }
    ElementsAttr result = concatConstants(parts, op.getDim(), cast<RankedTensorType>(op.getType()));
    if (!result)
      return failure();
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, cast<TypedAttr>(result));
    return success();
  }
};

struct FoldTensorConstants : impl::FoldTensorConstantsBase<FoldTensorConstants> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldReshapeOfConstant<tensor::ExpandShapeOp>, FoldReshapeOfConstant<tensor::CollapseShapeOp>,
                 FoldSliceOfConstant, FoldConcatOfConstants>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
