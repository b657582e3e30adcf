//===- MaskExtents.cpp - Keep what lies beyond a run-time extent out of what counts ----------------------------===//

#include "Dialect/Sizes.h"
#include "Dialect/ValueExtents.h"
#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Masks.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_MASKEXTENTS
#include "Transforms/Linalg/Passes.h.inc"

/// Whether `condition` implies that `loop` is before `extent`.
static bool impliesInside(Value condition, unsigned loop, ExtentAttr extent) {
  if (auto both = condition.getDefiningOp<arith::AndIOp>())
    return impliesInside(both.getLhs(), loop, extent) || impliesInside(both.getRhs(), loop, extent);
  auto compare = condition.getDefiningOp<arith::CmpIOp>();
  if (!compare || compare.getPredicate() != arith::CmpIPredicate::slt || getExtent(compare.getRhs()) != extent)
    return false;
  auto index = compare.getLhs().getDefiningOp<linalg::IndexOp>();
  return index && index.getDim() == loop;
}

bool isMasked(linalg::GenericOp op, unsigned loop, ExtentAttr extent) {
  Operation *yield = op.getBody()->getTerminator();
  return llvm::all_of(llvm::zip(yield->getOperands(), op.getRegionOutputArgs()), [&](auto pair) {
    auto [value, accumulator] = pair;
    auto select = value.template getDefiningOp<arith::SelectOp>();
    return select && select.getFalseValue() == accumulator && impliesInside(select.getCondition(), loop, extent);
  });
}

namespace {

class Masking {
public:
  explicit Masking(func::FuncOp function) : function(function), rewriter(function.getContext()) {}

  LogicalResult run(Pass::Statistic &numMasked) {
    // Softmax and its like have no loops of their own.
    decomposeAggregates(function, rewriter);
    SmallVector<linalg::LinalgOp> ops;
    function.walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    for (linalg::LinalgOp op : ops) {
      FailureOr<ValueExtents::Extents> loops = extents.getLoops(op);
      if (failed(loops))
        return failure();
      if (!hasRunTimeExtent(*loops))
        continue;
      bool changes = maskReductions(op, *loops);
      if (auto generic = dyn_cast<linalg::GenericOp>(op.getOperation()))
        changes |= guardReads(generic);
      if (changes)
        ++numMasked;
    }
    // From here on, tables are cut to what they are combined with.
    function.walk([](arith::ConstantOp constant) { constant->removeDiscardableAttr(dimsAttr); });
    extents.clear();
    // What is returned has extents too.
    for (OpOperand &returned : function.getBody().front().getTerminator()->getOpOperands())
      if (isa<RankedTensorType>(returned.get().getType()) && failed(setResult(returned)))
        return failure();
    return success();
  }

private:
  bool maskReductions(linalg::LinalgOp &op, ArrayRef<ExtentAttr> loops) {
    SmallVector<unsigned> masked;
    for (auto [loop, type] : llvm::enumerate(op.getIteratorTypesArray()))
      if (type == utils::IteratorType::reduction && loops[loop])
        masked.push_back(loop);
    auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
    if (generic)
      llvm::erase_if(masked, [&](unsigned loop) { return isMasked(generic, loop, loops[loop]); });
    if (masked.empty())
      return false;
    if (!generic) {
      rewriter.setInsertionPoint(op);
      FailureOr<linalg::GenericOp> general = linalg::generalizeNamedOp(rewriter, op);
      if (failed(general))
        return false;
      generic = *general;
      extents.clear();
    }
    op = cast<linalg::LinalgOp>(generic.getOperation());
    Operation *yield = generic.getBody()->getTerminator();
    rewriter.setInsertionPoint(yield);
    Location loc = generic.getLoc();
    Value counts;
    for (unsigned loop : masked) {
      Value index = linalg::IndexOp::create(rewriter, loc, loop), end = materialize(rewriter, loc, loops[loop]);
      Value isInside = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::slt, index, end);
      counts = counts ? arith::AndIOp::create(rewriter, loc, counts, isInside) : isInside;
    }
    for (auto [operand, accumulator] : llvm::zip(yield->getOpOperands(), generic.getRegionOutputArgs()))
      operand.set(arith::SelectOp::create(rewriter, loc, counts, operand.get(), accumulator));
    return true;
  }

  /// Indices that are data may be anything beyond the extent.
  bool guardReads(linalg::GenericOp op) {
    bool changes = false;
    op.getBody()->walk([&](tensor::ExtractOp read) {
      auto type = cast<RankedTensorType>(read.getTensor().getType());
      for (auto [dim, operand] : llvm::enumerate(read.getIndicesMutable())) {
        Value index = operand.get();
        if (index.getDefiningOp<linalg::IndexOp>() || index.getDefiningOp<arith::MaxSIOp>() || getExtent(index))
          continue;
        rewriter.setInsertionPoint(read);
        Value first = arith::ConstantIndexOp::create(rewriter, read.getLoc(), 0);
        Value last = arith::ConstantIndexOp::create(rewriter, read.getLoc(), type.getDimSize(dim) - 1);
        Value capped = arith::MinSIOp::create(rewriter, read.getLoc(), index, last);
        operand.set(arith::MaxSIOp::create(rewriter, read.getLoc(), capped, first));
        changes = true;
      }
    });
    return changes;
  }

  LogicalResult setResult(OpOperand &returned) {
    FailureOr<ValueExtents::Extents> found = extents.get(returned.get());
    if (failed(found))
      return failure();
    if (!hasRunTimeExtent(*found))
      return success();
    SmallVector<Attribute> dims;
    for (auto [extent, size] : llvm::zip(*found, cast<RankedTensorType>(returned.get().getType()).getShape()))
      dims.push_back(extent ? extent : ExtentAttr::getConstant(rewriter.getContext(), size));
    function.setResultAttr(returned.getOperandNumber(), dimsAttr, rewriter.getArrayAttr(dims));
    return success();
  }

  func::FuncOp function;
  IRRewriter rewriter;
  ValueExtents extents;
};

struct MaskExtents : impl::MaskExtentsBase<MaskExtents> {
  void runOnOperation() override {
    if (getOperation()->hasAttr(sizesAttr) && failed(Masking(getOperation()).run(numMasked)))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
