//===- FoldLayoutOps.cpp - Concatenations, slices and insertions that cancel ---------------------------------===//

#include "Transforms/Linalg/ConstantData.h"
#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_FOLDLAYOUTOPS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

bool isStatic(ArrayRef<int64_t> values) { return !llvm::any_of(values, ShapedType::isDynamic); }

bool isStaticSlice(OffsetSizeAndStrideOpInterface op) {
  return isStatic(op.getStaticOffsets()) && isStatic(op.getStaticSizes()) && isStatic(op.getStaticStrides());
}

SmallVector<OpFoldResult> toAttributes(OpBuilder &builder, ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

/// slice(concat(a, b)) -> what it takes of a and b.
struct SliceOfConcat : OpRewritePattern<tensor::ExtractSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractSliceOp slice, PatternRewriter &rewriter) const override {
    auto concat = slice.getSource().getDefiningOp<tensor::ConcatOp>();
    if (!concat || !isStaticSlice(slice) || slice.getType().getRank() != slice.getSourceType().getRank())
      return failure();
    int64_t dim = concat.getDim();
    if (slice.getStaticStride(dim) != 1)
      return failure();
    int64_t begin = slice.getStaticOffset(dim), end = begin + slice.getStaticSize(dim), offset = 0;
    SmallVector<Value> parts;
    for (Value part : concat.getInputs()) {
      int64_t extent = cast<RankedTensorType>(part.getType()).getDimSize(dim);
      int64_t from = std::max(begin, offset), to = std::min(end, offset + extent);
      if (from < to) {
        SmallVector<int64_t> offsets(slice.getStaticOffsets()), sizes(slice.getStaticSizes());
        offsets[dim] = from - offset;
        sizes[dim] = to - from;
        parts.push_back(tensor::ExtractSliceOp::create(rewriter, slice.getLoc(), part, toAttributes(rewriter, offsets),
                                                       toAttributes(rewriter, sizes), slice.getMixedStrides()));
      }
      offset += extent;
    }
    if (parts.size() == 1)
      rewriter.replaceOp(slice, parts.front());
    else
      rewriter.replaceOpWithNewOp<tensor::ConcatOp>(slice, slice.getType(), dim, parts);
    return success();
  }
};

/// concat(slice 0.., slice 1.., ...) of one tensor's neighbours -> the slice of both; concat(x) -> x.
struct ConcatOfNeighbours : OpRewritePattern<tensor::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ConcatOp concat, PatternRewriter &rewriter) const override {
    int64_t dim = concat.getDim();
    auto first = concat.getInputs().front().getDefiningOp<tensor::ExtractSliceOp>();
    if (!first || !isStaticSlice(first) || first.getType().getRank() != first.getSourceType().getRank())
      return failure();
    int64_t end = first.getStaticOffset(dim);
    for (Value part : concat.getInputs()) {
      auto slice = part.getDefiningOp<tensor::ExtractSliceOp>();
      if (!slice || slice.getSource() != first.getSource() || !isStaticSlice(slice) || !slice.hasUnitStride() ||
          slice.getType().getRank() != slice.getSourceType().getRank() || slice.getStaticOffset(dim) != end)
        return failure();
      for (int64_t other = 0; other < slice.getSourceType().getRank(); ++other)
        if (other != dim && slice.getStaticOffset(other) != first.getStaticOffset(other))
          return failure();
      end += slice.getStaticSize(dim);
    }
    SmallVector<int64_t> sizes(first.getStaticSizes());
    sizes[dim] = end - first.getStaticOffset(dim);
    rewriter.replaceOpWithNewOp<tensor::ExtractSliceOp>(concat, first.getSource(), first.getMixedOffsets(),
                                                        toAttributes(rewriter, sizes), first.getMixedStrides());
    return success();
  }
};

/// concat(concat(a, b), c) along one dimension -> concat(a, b, c).
struct FlattenConcat : OpRewritePattern<tensor::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ConcatOp concat, PatternRewriter &rewriter) const override {
    if (concat.getInputs().size() == 1 && concat.getInputs().front().getType() == concat.getType()) {
      rewriter.replaceOp(concat, concat.getInputs());
      return success();
    }
    SmallVector<Value> parts;
    for (Value part : concat.getInputs()) {
      auto inner = part.getDefiningOp<tensor::ConcatOp>();
      if (inner && inner.getDim() == concat.getDim() && inner->hasOneUse())
        llvm::append_range(parts, inner.getInputs());
      else
        parts.push_back(part);
    }
    if (parts.size() == concat.getInputs().size())
      return failure();
    rewriter.replaceOpWithNewOp<tensor::ConcatOp>(concat, concat.getType(), concat.getDim(), parts);
    return success();
  }
};

/// insert(insert(empty, a), b) that fill all of it, side by side -> concat(a, b). Older front ends concatenate so.
struct InsertionsToConcat : OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::InsertSliceOp last, PatternRewriter &rewriter) const override {
    auto type = last.getType();
    SmallVector<tensor::InsertSliceOp> chain;
    for (auto op = last; op; op = op.getDest().getDefiningOp<tensor::InsertSliceOp>()) {
      if (!isStaticSlice(op) || !op.hasUnitStride() || op.getSourceType().getRank() != type.getRank() ||
          (op != last && !op->hasOneUse()))
        return failure();
      chain.push_back(op);
    }
    // All parts span the tensor but in one dimension.
    std::optional<int64_t> dim;
    for (tensor::InsertSliceOp op : chain)
      for (int64_t i = 0; i < type.getRank(); ++i)
        if (op.getStaticSize(i) != type.getDimSize(i)) {
          if (dim && *dim != i)
            return failure();
          dim = i;
        }
    if (!dim) {
      rewriter.replaceOp(last, last.getSource());
      return success();
    }
    llvm::sort(chain, [&](tensor::InsertSliceOp a, tensor::InsertSliceOp b) {
      return a.getStaticOffset(*dim) < b.getStaticOffset(*dim);
    });
    int64_t end = 0;
    SmallVector<Value> parts;
    for (tensor::InsertSliceOp op : chain) {
      if (op.getStaticOffset(*dim) != end)
        return failure();
      end += op.getStaticSize(*dim);
      parts.push_back(op.getSource());
    }
    if (end != type.getDimSize(*dim))
      return failure();
    rewriter.replaceOpWithNewOp<tensor::ConcatOp>(last, type, *dim, parts);
    return success();
  }
};

/// insert(splat, x) -> pad(x).
struct InsertionToPad : OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::InsertSliceOp op, PatternRewriter &rewriter) const override {
    auto type = op.getType();
    if (!isStaticSlice(op) || !op.hasUnitStride() || op.getSourceType().getRank() != type.getRank())
      return failure();
    Value scalar;
    if (auto fill = op.getDest().getDefiningOp<linalg::FillOp>())
      scalar = fill.value();
    else if (TypedAttr splat = getSplatValue(op.getDest()))
      scalar = arith::ConstantOp::create(rewriter, op.getLoc(), splat);
    else
      return failure();
    SmallVector<int64_t> low(op.getStaticOffsets()), high;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      high.push_back(type.getDimSize(dim) - low[dim] - op.getStaticSize(dim));
    rewriter.replaceOpWithNewOp<tensor::PadOp>(op, type, op.getSource(), toAttributes(rewriter, low),
                                               toAttributes(rewriter, high), scalar);
    return success();
  }
};

/// An insertion that adds unit dimensions is a reshape and an insertion.
struct SplitRankIncreasingInsertion : OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::InsertSliceOp op, PatternRewriter &rewriter) const override {
    if (!isStaticSlice(op) || op.getSourceType().getRank() == op.getType().getRank())
      return failure();
    auto type = RankedTensorType::get(op.getStaticSizes(), op.getType().getElementType());
    auto reassociation = getReassociationIndicesForReshape(op.getSourceType(), type);
    if (!reassociation)
      return failure();
    Value source = tensor::ExpandShapeOp::create(rewriter, op.getLoc(), type, op.getSource(), *reassociation);
    rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(op, source, op.getDest(), op.getMixedOffsets(),
                                                       op.getMixedSizes(), op.getMixedStrides());
    return success();
  }
};

/// For each dimension, the group of dimensions that it is merged with when all of `unit` are dropped.
SmallVector<ReassociationIndices> groupWithout(ArrayRef<bool> unit) {
  SmallVector<ReassociationIndices> groups;
  ReassociationIndices leading;
  for (auto [dim, isUnit] : llvm::enumerate(unit)) {
    if (!isUnit) {
      groups.push_back(leading);
      groups.back().push_back(dim);
      leading.clear();
    } else if (groups.empty()) {
      leading.push_back(dim);
    } else {
      groups.back().push_back(dim);
    }
  }
  return groups;
}

RankedTensorType dropDims(RankedTensorType type, ArrayRef<bool> unit) {
  SmallVector<int64_t> shape;
  for (auto [extent, isUnit] : llvm::zip(type.getShape(), unit))
    if (!isUnit)
      shape.push_back(extent);
  return RankedTensorType::get(shape, type.getElementType());
}

/// Dimensions of one element around a concatenation, as upstream drops them around computations.
struct DropUnitDimsOfConcat : OpRewritePattern<tensor::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ConcatOp concat, PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(concat.getType());
    SmallVector<bool> unit;
    for (auto [dim, extent] : llvm::enumerate(type.getShape()))
      unit.push_back(extent == 1 && int64_t(dim) != int64_t(concat.getDim()));
    if (!llvm::is_contained(unit, true) || !type.hasStaticShape())
      return failure();
    SmallVector<ReassociationIndices> groups = groupWithout(unit);
    SmallVector<Value> parts;
    for (Value part : concat.getInputs())
      parts.push_back(tensor::CollapseShapeOp::create(
          rewriter, concat.getLoc(), dropDims(cast<RankedTensorType>(part.getType()), unit), part, groups));
    int64_t dim = llvm::count(ArrayRef<bool>(unit).take_front(concat.getDim()), false);
    Value dropped = tensor::ConcatOp::create(rewriter, concat.getLoc(), dropDims(type, unit), dim, parts);
    rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(concat, type, dropped, groups);
    return success();
  }
};

struct DropUnitDimsOfSlice : OpRewritePattern<tensor::ExtractSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractSliceOp slice, PatternRewriter &rewriter) const override {
    auto source = slice.getSourceType();
    if (!isStaticSlice(slice) || !source.hasStaticShape())
      return failure();
    // Dropped dimensions of several elements are left to the slice, which takes one of them.
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    SmallVector<bool> unit;
    for (auto [dim, extent] : llvm::enumerate(source.getShape())) {
      unit.push_back(extent == 1);
      if (dropped.test(dim) && extent != 1)
        return failure();
    }
    if (!llvm::is_contained(unit, true) || !llvm::is_contained(unit, false))
      return failure();
    SmallVector<ReassociationIndices> groups = groupWithout(unit);
    SmallVector<int64_t> offsets, sizes, strides;
    for (auto [dim, isUnit] : llvm::enumerate(unit))
      if (!isUnit) {
        offsets.push_back(slice.getStaticOffset(dim));
        sizes.push_back(slice.getStaticSize(dim));
        strides.push_back(slice.getStaticStride(dim));
      }
    auto partType = RankedTensorType::get(sizes, source.getElementType());
    std::optional<SmallVector<ReassociationIndices>> reassociation;
    if (partType != slice.getType()) {
      reassociation = getReassociationIndicesForReshape(partType, slice.getType());
      if (!reassociation || partType.getRank() > slice.getType().getRank())
        return failure();
    }
    Value collapsed =
        tensor::CollapseShapeOp::create(rewriter, slice.getLoc(), dropDims(source, unit), slice.getSource(), groups);
    Value part = tensor::ExtractSliceOp::create(rewriter, slice.getLoc(), collapsed, toAttributes(rewriter, offsets),
                                                toAttributes(rewriter, sizes), toAttributes(rewriter, strides));
    if (reassociation)
      part = tensor::ExpandShapeOp::create(rewriter, slice.getLoc(), slice.getType(), part, *reassociation);
    rewriter.replaceOp(slice, part);
    return success();
  }
};

struct DropUnitDimsOfInsertion : OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::InsertSliceOp op, PatternRewriter &rewriter) const override {
    auto type = op.getType();
    if (!isStaticSlice(op) || !type.hasStaticShape() || op.getSourceType().getRank() != type.getRank())
      return failure();
    SmallVector<bool> unit;
    for (int64_t extent : type.getShape())
      unit.push_back(extent == 1);
    if (!llvm::is_contained(unit, true) || !llvm::is_contained(unit, false))
      return failure();
    SmallVector<ReassociationIndices> groups = groupWithout(unit);
    SmallVector<int64_t> offsets, sizes, strides;
    for (auto [dim, isUnit] : llvm::enumerate(unit))
      if (!isUnit) {
        offsets.push_back(op.getStaticOffset(dim));
        sizes.push_back(op.getStaticSize(dim));
        strides.push_back(op.getStaticStride(dim));
      }
    Location loc = op.getLoc();
    Value source =
        tensor::CollapseShapeOp::create(rewriter, loc, dropDims(op.getSourceType(), unit), op.getSource(), groups);
    Value dest = tensor::CollapseShapeOp::create(rewriter, loc, dropDims(type, unit), op.getDest(), groups);
    Value result = tensor::InsertSliceOp::create(rewriter, loc, source, dest, toAttributes(rewriter, offsets),
                                                 toAttributes(rewriter, sizes), toAttributes(rewriter, strides));
    rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(op, type, result, groups);
    return success();
  }
};

struct FoldLayoutOps : impl::FoldLayoutOpsBase<FoldLayoutOps> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<SliceOfConcat, ConcatOfNeighbours, FlattenConcat, InsertionsToConcat, InsertionToPad,
                 SplitRankIncreasingInsertion, DropUnitDimsOfConcat, DropUnitDimsOfSlice, DropUnitDimsOfInsertion>(
        context);
    tensor::populateMergeConsecutiveInsertExtractSlicePatterns(patterns);
    tensor::ExtractSliceOp::getCanonicalizationPatterns(patterns, context);
    tensor::InsertSliceOp::getCanonicalizationPatterns(patterns, context);
    tensor::ConcatOp::getCanonicalizationPatterns(patterns, context);
    tensor::PadOp::getCanonicalizationPatterns(patterns, context);
    tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, context);
    tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
