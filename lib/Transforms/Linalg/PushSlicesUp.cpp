//===- PushSlicesUp.cpp - Compute only what slices ask for ---------------------------------------------------===//

#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_PUSHSLICESUP
#include "Transforms/Linalg/Passes.h.inc"

namespace {

bool isStaticSlice(tensor::ExtractSliceOp slice) {
  auto isStatic = [](ArrayRef<int64_t> values) { return !llvm::any_of(values, ShapedType::isDynamic); };
  return slice.hasUnitStride() && isStatic(slice.getStaticOffsets()) && isStatic(slice.getStaticSizes()) &&
         slice.getType().getRank() == slice.getSourceType().getRank();
}

bool areDisjoint(tensor::ExtractSliceOp a, tensor::ExtractSliceOp b) {
  for (auto [offsetA, sizeA, offsetB, sizeB] :
       llvm::zip(a.getStaticOffsets(), a.getStaticSizes(), b.getStaticOffsets(), b.getStaticSizes()))
    if (offsetA + sizeA <= offsetB || offsetB + sizeB <= offsetA)
      return true;
  return false;
}

/// Whether nothing would be computed twice: all readers are slices, and no two overlap.
bool isOnlyReadInDisjointSlices(Value value) {
  SmallVector<tensor::ExtractSliceOp> slices;
  for (Operation *user : value.getUsers()) {
    auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
    if (!slice || !isStaticSlice(slice))
      return false;
    if (llvm::any_of(slices, [&](tensor::ExtractSliceOp other) { return !areDisjoint(slice, other); }))
      return false;
    slices.push_back(slice);
  }
  return !slices.empty();
}

/// The part of `operand` that the loops in [offset, offset + size) index through `map`.
Value sliceOperand(OpBuilder &builder, Value operand, AffineMap map, ArrayRef<int64_t> loopOffsets,
                   ArrayRef<int64_t> loopSizes) {
  auto type = dyn_cast<RankedTensorType>(operand.getType());
  if (!type)
    return operand;
  SmallVector<OpFoldResult> offsets, sizes, strides(type.getRank(), builder.getIndexAttr(1));
  SmallVector<int64_t> shape;
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    // A dimension of a window spans the first and the last step of all loops in it.
    int64_t offset = 0, size = type.getDimSize(dim);
    if (auto terms = getWindowTerms(expr)) {
      size = 1;
      for (WindowTerm term : *terms) {
        offset += term.coefficient * loopOffsets[term.loop];
        size += term.coefficient * (loopSizes[term.loop] - 1);
      }
    }
    offsets.push_back(builder.getIndexAttr(offset));
    sizes.push_back(builder.getIndexAttr(size));
    shape.push_back(size);
  }
  if (shape == type.getShape())
    return operand;
  if (operand.getDefiningOp<tensor::EmptyOp>())
    return tensor::EmptyOp::create(builder, operand.getLoc(), shape, type.getElementType());
  if (auto fill = operand.getDefiningOp<linalg::FillOp>()) {
    Value empty = tensor::EmptyOp::create(builder, operand.getLoc(), shape, type.getElementType());
    return linalg::FillOp::create(builder, operand.getLoc(), fill.value(), empty).getResult(0);
  }
  return tensor::ExtractSliceOp::create(builder, operand.getLoc(), operand, offsets, sizes, strides);
}

/// slice(generic(x, w)) -> generic(slice(x), slice(w)), for all slices at once.
struct PushSlicesAboveGeneric : OpRewritePattern<linalg::GenericOp> {
  PushSlicesAboveGeneric(MLIRContext *context, Pass::Statistic &numPushed)
      : OpRewritePattern(context), numPushed(numPushed) {}
  LogicalResult matchAndRewrite(linalg::GenericOp generic, PatternRewriter &rewriter) const override {
    if (generic->getNumResults() != 1 || !isOnlyReadInDisjointSlices(generic.getResult(0)))
      return failure();
    SmallVector<bool> isSliced = findSlicedLoops(generic);
    auto isSimple = [&](AffineMap map) {
      // Slices of windows overlap: what was computed once would be asked for twice.
      return llvm::all_of(map.getResults(), [&](AffineExpr expr) {
        auto terms = getWindowTerms(expr);
        return isa<AffineConstantExpr>(expr) || (terms && terms->size() == 1) ||
               (terms && llvm::none_of(*terms, [&](WindowTerm term) { return isSliced[term.loop]; }));
      });
    };
    if (!generic.getIndexingMapsArray().back().isProjectedPermutation() ||
        !llvm::all_of(generic.getIndexingMapsArray(), isSimple))
      return failure();
    for (Operation *user : llvm::make_early_inc_range(generic->getUsers()))
      pushSlice(generic, cast<tensor::ExtractSliceOp>(user), rewriter);
    return success();
  }

  /// By loop, whether some reader asks for a part of it only.
  static SmallVector<bool> findSlicedLoops(linalg::GenericOp generic) {
    SmallVector<bool> isSliced(generic.getNumLoops(), false);
    AffineMap map = generic.getIndexingMapsArray().back();
    for (Operation *user : generic->getUsers())
      for (auto [expr, size, extent] : llvm::zip(map.getResults(), cast<tensor::ExtractSliceOp>(user).getStaticSizes(),
                                                 cast<RankedTensorType>(generic.getResult(0).getType()).getShape()))
        if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && size != extent)
          isSliced[dim.getPosition()] = true;
    return isSliced;
  }

  void pushSlice(linalg::GenericOp generic, tensor::ExtractSliceOp slice, PatternRewriter &rewriter) const {
    SmallVector<int64_t> loopOffsets(generic.getNumLoops(), 0), loopSizes = generic.getStaticLoopRanges();
    for (auto [dim, expr] : llvm::enumerate(generic.getIndexingMapsArray().back().getResults())) {
      // The result's map is a projected permutation.
      unsigned loop = cast<AffineDimExpr>(expr).getPosition();
      loopOffsets[loop] = slice.getStaticOffset(dim);
      loopSizes[loop] = slice.getStaticSize(dim);
    }
    rewriter.setInsertionPoint(generic);
    SmallVector<Value> operands;
    for (OpOperand &operand : generic->getOpOperands())
      operands.push_back(
          sliceOperand(rewriter, operand.get(), generic.getMatchingIndexingMap(&operand), loopOffsets, loopSizes));
    auto result = cast<linalg::GenericOp>(clone(rewriter, generic, slice.getType(), operands));
    SmallVector<OpFoldResult> indexOffsets;
    for (int64_t offset : loopOffsets)
      indexOffsets.push_back(rewriter.getIndexAttr(offset));
    if (llvm::any_of(loopOffsets, [](int64_t offset) { return offset != 0; }))
      linalg::offsetIndices(rewriter, result, indexOffsets);
    rewriter.replaceOp(slice, result);
    ++numPushed;
  }
  Pass::Statistic &numPushed;
};

/// A slice that drops unit dimensions is a slice and a reshape; apart, each finds its place.
struct SplitRankReducingSlice : OpRewritePattern<tensor::ExtractSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractSliceOp slice, PatternRewriter &rewriter) const override {
    if (slice.getType().getRank() == slice.getSourceType().getRank())
      return failure();
    auto type = tensor::ExtractSliceOp::inferResultType(slice.getSourceType(), slice.getMixedSizes());
    auto reassociation = getReassociationIndicesForReshape(type, slice.getType());
    if (!reassociation)
      return failure();
    Value full = tensor::ExtractSliceOp::create(rewriter, slice.getLoc(), slice.getSource(), slice.getMixedOffsets(),
                                                slice.getMixedSizes(), slice.getMixedStrides());
    rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(slice, slice.getType(), full, *reassociation);
    return success();
  }
};

struct PushSlicesUp : impl::PushSlicesUpBase<PushSlicesUp> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PushSlicesAboveGeneric>(&getContext(), numPushed);
    patterns.add<SplitRankReducingSlice>(&getContext());
    // Slices reach a computation through the reshapes between.
    tensor::populateBubbleUpExtractSliceOpPatterns(patterns);
    tensor::ExtractSliceOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
