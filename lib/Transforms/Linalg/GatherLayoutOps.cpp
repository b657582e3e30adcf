//===- GatherLayoutOps.cpp - Concatenations and slices read by index -----------------------------------------===//
//
// What could not fold and is neither preparation of arguments nor finishing of results becomes a generic that reads its
// sources by tensor.extract: a dimension whose index is the loop itself streams, any other is buffered in full.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Transforms/Linalg/ConstantData.h"
#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_GATHERLAYOUTOPS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// Floating-point operations that a reader repeats rather than waits for.
constexpr unsigned maxRepeatedOps = 4;

bool isStatic(ArrayRef<int64_t> values) { return !llvm::any_of(values, ShapedType::isDynamic); }

bool isStaticSlice(OffsetSizeAndStrideOpInterface op) {
  return isStatic(op.getStaticOffsets()) && isStatic(op.getStaticSizes()) && isStatic(op.getStaticStrides());
}

/// Whether the host does `op` at the border of the function. What is all of a path from argument to result is not: it
/// is the model.
bool isAtBorder(Operation *op) { return onlyPreparesArguments(op) != onlyFinishesResults(op); }

/// Arithmetic on indices, folded where possible so that an index that is a loop stays one.
struct IndexMath {
  OpBuilder &builder;
  Location loc;

  Value constant(int64_t value) const { return arith::ConstantIndexOp::create(builder, loc, value); }
  Value add(Value index, int64_t offset) const {
    return offset == 0 ? index : arith::AddIOp::create(builder, loc, index, constant(offset)).getResult();
  }
  Value scale(Value index, int64_t factor) const {
    return factor == 1 ? index : arith::MulIOp::create(builder, loc, index, constant(factor)).getResult();
  }
  Value atLeast(Value index, int64_t bound) const {
    return arith::MaxSIOp::create(builder, loc, index, constant(bound));
  }
  Value atMost(Value index, int64_t bound) const {
    return arith::MinSIOp::create(builder, loc, index, constant(bound));
  }
  Value compare(arith::CmpIPredicate predicate, Value index, int64_t bound) const {
    return arith::CmpIOp::create(builder, loc, predicate, index, constant(bound));
  }
  /// The element of `tensor` at `indices`; a splat is its value.
  Value read(Value tensor, ArrayRef<Value> indices) const {
    if (TypedAttr splat = getSplatValue(tensor))
      return arith::ConstantOp::create(builder, loc, splat);
    return tensor::ExtractOp::create(builder, loc, tensor, indices);
  }
};

using ElementBody = llvm::function_ref<Value(const IndexMath &, SmallVector<Value>)>;

linalg::GenericOp createByIndex(OpBuilder &builder, Location loc, RankedTensorType type, ElementBody body) {
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  SmallVector<utils::IteratorType> parallel(type.getRank(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(
      builder, loc, type, ValueRange(), empty, builder.getMultiDimIdentityMap(type.getRank()), parallel,
      [&](OpBuilder &inner, Location innerLoc, ValueRange) {
        SmallVector<Value> indices;
        for (int64_t dim = 0; dim < type.getRank(); ++dim)
          indices.push_back(linalg::IndexOp::create(inner, innerLoc, dim));
        linalg::YieldOp::create(inner, innerLoc, body(IndexMath{inner, innerLoc}, indices));
      });
}

struct GatherConcat : OpRewritePattern<tensor::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ConcatOp concat, PatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(concat.getType());
    if (concat->hasAttr(hostAttr) || isAtBorder(concat) || !type.hasStaticShape())
      return failure();
    int64_t dim = concat.getDim();
    auto element = [&](const IndexMath &math, SmallVector<Value> indices) {
      Value position = indices[dim], result;
      int64_t offset = 0;
      for (Value part : concat.getInputs()) {
        int64_t extent = cast<RankedTensorType>(part.getType()).getDimSize(dim);
        if (extent == 0)
          continue;
        Value local = math.add(position, -offset);
        if (offset > 0)
          local = math.atLeast(local, 0);
        if (offset + extent < type.getDimSize(dim))
          local = math.atMost(local, extent - 1);
        indices[dim] = local;
        Value read = math.read(part, indices);
        if (result) {
          Value isHere = math.compare(arith::CmpIPredicate::sge, position, offset);
          read = arith::SelectOp::create(math.builder, math.loc, isHere, read, result);
        }
        result = read;
        offset += extent;
      }
      return result;
    };
    rewriter.replaceOp(concat, createByIndex(rewriter, concat.getLoc(), type, element));
    return success();
  }
};

struct GatherSlice : OpRewritePattern<tensor::ExtractSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractSliceOp slice, PatternRewriter &rewriter) const override {
    if (slice->hasAttr(hostAttr) || isAtBorder(slice) || !isStaticSlice(slice))
      return failure();
    llvm::SmallBitVector dropped = slice.getDroppedDims();
    auto element = [&](const IndexMath &math, SmallVector<Value> loops) {
      SmallVector<Value> indices;
      for (int64_t dim = 0, next = 0; dim < slice.getSourceType().getRank(); ++dim) {
        int64_t offset = slice.getStaticOffset(dim);
        indices.push_back(dropped.test(dim) ? math.constant(offset)
                                            : math.add(math.scale(loops[next++], slice.getStaticStride(dim)), offset));
      }
      return math.read(slice.getSource(), indices);
    };
    rewriter.replaceOp(slice, createByIndex(rewriter, slice.getLoc(), slice.getType(), element));
    return success();
  }
};

/// The element where `isInside` holds in all dimensions, `outside` elsewhere. The index is clamped to what exists.
struct GatherInsertion : OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::InsertSliceOp op, PatternRewriter &rewriter) const override {
    if (op->hasAttr(hostAttr) || isAtBorder(op) || !isStaticSlice(op) ||
        op.getSourceType().getRank() != op.getType().getRank() || !op.hasUnitStride())
      return failure();
    auto element = [&](const IndexMath &math, SmallVector<Value> indices) {
      Value outside = math.read(op.getDest(), indices), isInside;
      for (auto [dim, index] : llvm::enumerate(indices)) {
        int64_t offset = op.getStaticOffset(dim), size = op.getStaticSize(dim), extent = op.getType().getDimSize(dim);
        Value position = index;
        auto require = [&](Value condition) {
          isInside =
              isInside ? arith::AndIOp::create(math.builder, math.loc, isInside, condition).getResult() : condition;
        };
        index = math.add(index, -offset);
        if (offset > 0) {
          require(math.compare(arith::CmpIPredicate::sge, position, offset));
          index = math.atLeast(index, 0);
        }
        if (offset + size < extent) {
          require(math.compare(arith::CmpIPredicate::slt, position, offset + size));
          index = math.atMost(index, size - 1);
        }
      }
      Value inside = math.read(op.getSource(), indices);
      return isInside ? arith::SelectOp::create(math.builder, math.loc, isInside, inside, outside).getResult() : inside;
    };
    rewriter.replaceOp(op, createByIndex(rewriter, op.getLoc(), op.getType(), element));
    return success();
  }
};

/// The value of `expr` at the loops' `indices`.
Value applyExpr(AffineExpr expr, ValueRange indices, const IndexMath &math) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return indices[dim.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return math.constant(constant.getValue());
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value lhs = applyExpr(binary.getLHS(), indices, math);
  if (auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS())) {
    if (binary.getKind() == AffineExprKind::Add)
      return math.add(lhs, constant.getValue());
    if (binary.getKind() == AffineExprKind::Mul)
      return math.scale(lhs, constant.getValue());
  }
  Value rhs = applyExpr(binary.getRHS(), indices, math);
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return arith::AddIOp::create(math.builder, math.loc, lhs, rhs);
  case AffineExprKind::Mul:
    return arith::MulIOp::create(math.builder, math.loc, lhs, rhs);
  case AffineExprKind::FloorDiv:
    return arith::FloorDivSIOp::create(math.builder, math.loc, lhs, rhs);
  case AffineExprKind::CeilDiv:
    return arith::CeilDivSIOp::create(math.builder, math.loc, lhs, rhs);
  default: // Modulo: indices are not negative.
    return arith::RemUIOp::create(math.builder, math.loc, lhs, rhs);
  }
}

/// An operand indexed by anything but sums of loops is read by index.
struct GatherOperand : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (op->hasAttr(hostAttr) || !op.hasPureTensorSemantics())
      return failure();
    for (OpOperand *operand : op.getDpsInputOperands()) {
      AffineMap map = op.getMatchingIndexingMap(operand);
      if (isWindowMap(map))
        continue;
      readByIndex(op, operand, map, rewriter);
      return success();
    }
    return failure();
  }

  void readByIndex(linalg::GenericOp op, OpOperand *operand, AffineMap map, PatternRewriter &rewriter) const {
    unsigned position = operand->getOperandNumber();
    Location loc = op.getLoc();
    Value source = operand->get();
    Block *body = op.getBody();
    rewriter.setInsertionPointToStart(body);
    SmallVector<Value> loops, indices;
    for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
      loops.push_back(linalg::IndexOp::create(rewriter, loc, loop));
    IndexMath math{rewriter, loc};
    for (AffineExpr expr : map.getResults())
      indices.push_back(applyExpr(expr, loops, math));
    rewriter.replaceAllUsesWith(body->getArgument(position), math.read(source, indices));

    SmallVector<int64_t> ranges = op.getStaticLoopRanges();
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    maps.erase(maps.begin() + position);
    // Loops whose extent only this operand told find it in an empty tensor.
    SmallVector<AffineExpr> missing;
    SmallVector<int64_t> extents;
    for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
      AffineExpr dim = rewriter.getAffineDimExpr(loop);
      if (llvm::none_of(maps, [&](AffineMap other) { return llvm::is_contained(other.getResults(), dim); })) {
        missing.push_back(dim);
        extents.push_back(ranges[loop]);
      }
    }
    Value shape;
    if (!missing.empty()) {
      rewriter.setInsertionPoint(op);
      shape = tensor::EmptyOp::create(rewriter, loc, extents, getElementTypeOrSelf(source.getType()));
      maps.insert(maps.begin() + position, AffineMap::get(op.getNumLoops(), 0, missing, op.getContext()));
    }
    rewriter.modifyOpInPlace(op, [&] {
      if (shape) {
        operand->set(shape);
      } else {
        body->eraseArgument(position);
        op.getInputsMutable().erase(position);
      }
      op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
    });
  }
};

/// Padding that is a whole path from argument to result, or whose value is computed.
struct GatherPad : OpRewritePattern<tensor::PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::PadOp op, PatternRewriter &rewriter) const override {
    auto type = op.getResultType();
    if (op->hasAttr(hostAttr) || !isStatic(op.getStaticLow()) || !isStatic(op.getStaticHigh()) ||
        !type.hasStaticShape() || !op.getConstantPaddingValue() || !onlyPreparesArguments(op) ||
        !onlyFinishesResults(op))
      return failure();
    auto element = [&](const IndexMath &math, SmallVector<Value> indices) {
      Value isInside;
      for (auto [dim, index] : llvm::enumerate(indices)) {
        int64_t low = op.getStaticLow()[dim], extent = op.getSourceType().getDimSize(dim);
        Value position = index;
        auto require = [&](Value condition) {
          isInside =
              isInside ? arith::AndIOp::create(math.builder, math.loc, isInside, condition).getResult() : condition;
        };
        index = math.add(index, -low);
        if (low > 0) {
          require(math.compare(arith::CmpIPredicate::sge, position, low));
          index = math.atLeast(index, 0);
        }
        if (low + extent < type.getDimSize(dim)) {
          require(math.compare(arith::CmpIPredicate::slt, position, low + extent));
          index = math.atMost(index, extent - 1);
        }
      }
      Value inside = math.read(op.getSource(), indices);
      return isInside ? arith::SelectOp::create(math.builder, math.loc, isInside, inside, op.getConstantPaddingValue())
                            .getResult()
                      : inside;
    };
    rewriter.replaceOp(op, createByIndex(rewriter, op.getLoc(), type, element));
    return success();
  }
};

/// Whether `op` only moves elements, or computes next to nothing.
bool isCheap(linalg::GenericOp op) {
  unsigned count = 0;
  for (Operation &inner : op.getBody()->without_terminator()) {
    if (isa<math::MathDialect>(inner.getDialect()) || isa<arith::DivFOp, arith::RemFOp>(inner))
      return false;
    count += llvm::any_of(inner.getResultTypes(), llvm::IsaPred<FloatType>) &&
             !isa<tensor::ExtractOp, arith::SelectOp, arith::ConstantOp>(inner);
  }
  return count <= maxRepeatedOps;
}

/// extract(elementwise(x))[i] -> elementwise(extract(x)[i]), where nothing else reads the elementwise result.
struct InlineIntoRead : OpRewritePattern<tensor::ExtractOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractOp read, PatternRewriter &rewriter) const override {
    auto reader = dyn_cast<linalg::GenericOp>(read->getParentOp());
    auto producer = read.getTensor().getDefiningOp<linalg::GenericOp>();
    if (!reader || !producer || reader->hasAttr(hostAttr) || producer->hasAttr(hostAttr) ||
        producer->getNumResults() != 1 || !isElementwise(producer) || !producer->hasOneUse() || !isCheap(producer) ||
        !producer.getRegionOutputArgs()[0].use_empty())
      return failure();
    AffineMap resultMap = producer.getMatchingIndexingMap(producer.getDpsInitOperand(0));
    if (!resultMap.isPermutation())
      return failure();
    SmallVector<Value> loops(producer.getNumLoops());
    for (auto [dim, expr] : llvm::enumerate(resultMap.getResults()))
      loops[cast<AffineDimExpr>(expr).getPosition()] = read.getIndices()[dim];
    IndexMath math{rewriter, read.getLoc()};
    IRMapping mapping;
    for (OpOperand *operand : producer.getDpsInputOperands()) {
      BlockArgument argument = producer.getMatchingBlockArgument(operand);
      if (!isa<RankedTensorType>(operand->get().getType())) {
        mapping.map(argument, operand->get());
        continue;
      }
      if (argument.use_empty())
        continue;
      SmallVector<Value> indices;
      for (AffineExpr expr : producer.getMatchingIndexingMap(operand).getResults())
        indices.push_back(applyExpr(expr, loops, math));
      mapping.map(argument, math.read(operand->get(), indices));
    }
    for (Operation &inner : producer.getBody()->without_terminator()) {
      if (auto index = dyn_cast<linalg::IndexOp>(inner))
        mapping.map(index.getResult(), loops[index.getDim()]);
      else
        rewriter.clone(inner, mapping);
    }
    rewriter.replaceOp(read, mapping.lookupOrDefault(producer.getBody()->getTerminator()->getOperand(0)));
    return success();
  }
};

/// A read at the loops themselves is an ordinary operand.
struct ReadAtLoopsToOperand : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (op->hasAttr(hostAttr) || !op.hasPureTensorSemantics())
      return failure();
    for (tensor::ExtractOp read : getGatheredReads(op)) {
      SmallVector<AffineExpr> dims;
      auto type = cast<RankedTensorType>(read.getTensor().getType());
      SmallVector<int64_t> ranges = op.getStaticLoopRanges();
      for (auto [index, extent] : llvm::zip(read.getIndices(), type.getShape())) {
        auto loop = index.getDefiningOp<linalg::IndexOp>();
        if (loop && loop->getParentOp() == op.getOperation() && ranges[loop.getDim()] == extent &&
            !llvm::is_contained(dims, rewriter.getAffineDimExpr(loop.getDim())))
          dims.push_back(rewriter.getAffineDimExpr(loop.getDim()));
      }
      if (int64_t(dims.size()) != type.getRank() || dims.empty())
        continue;
      SmallVector<AffineMap> maps = op.getIndexingMapsArray();
      unsigned position = op.getNumDpsInputs();
      maps.insert(maps.begin() + position, AffineMap::get(op.getNumLoops(), 0, dims, op.getContext()));
      BlockArgument argument = op.getBody()->insertArgument(position, type.getElementType(), read.getLoc());
      Value source = read.getTensor();
      rewriter.replaceOp(read, argument);
      rewriter.modifyOpInPlace(op, [&] {
        op.getInputsMutable().append(source);
        op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      });
      return success();
    }
    return failure();
  }
};

struct GatherLayoutOps : impl::GatherLayoutOpsBase<GatherLayoutOps> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<GatherConcat, GatherSlice, GatherInsertion, GatherOperand, GatherPad, InlineIntoRead,
                 ReadAtLoopsToOperand>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
