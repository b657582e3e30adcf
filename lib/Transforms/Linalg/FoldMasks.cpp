//===- FoldMasks.cpp - Constant masks become arithmetic on indices -------------------------------------------===//

#include "Transforms/Linalg/ConstantData.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_FOLDMASKS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// The elements whose index has `lower` <= coefficients · index <= `upper`; a missing bound does not bind.
struct Predicate {
  SmallVector<int64_t> coefficients;
  std::optional<int64_t> lower, upper;
  /// The elements described are those that hold the first value, not the second.
  bool negated = false;
};

/// The bounds within which `truth` is `wanted`, if it is so nowhere else. Unset entries (-1) are values that no
/// index takes.
bool findInterval(ArrayRef<int8_t> truth, int64_t base, bool wanted, Predicate &predicate) {
  int64_t first = -1, last = -1;
  for (auto [i, value] : llvm::enumerate(truth))
    if (value == int8_t(wanted)) {
      first = first < 0 ? i : first;
      last = i;
    }
  if (first < 0 || llvm::is_contained(truth.slice(first, last - first + 1), int8_t(!wanted)))
    return false;
  predicate.lower = first == 0 ? std::nullopt : std::optional<int64_t>(base + first);
  predicate.upper = last + 1 == int64_t(truth.size()) ? std::nullopt : std::optional<int64_t>(base + last);
  predicate.negated = !wanted;
  return true;
}

/// Whether the second value's place is decided by `coefficients` · index alone.
std::optional<Predicate> tryCoefficients(ArrayRef<int64_t> shape, const std::vector<bool> &second,
                                         ArrayRef<int64_t> coefficients) {
  int64_t minimum = 0, maximum = 0;
  for (auto [extent, coefficient] : llvm::zip(shape, coefficients))
    (coefficient < 0 ? minimum : maximum) += coefficient * (extent - 1);
  SmallVector<int8_t> truth(maximum - minimum + 1, -1);
  SmallVector<int64_t> index(shape.size(), 0);
  for (bool isSecond : second) {
    int64_t value = 0;
    for (auto [i, coefficient] : llvm::zip(index, coefficients))
      value += i * coefficient;
    int8_t &entry = truth[value - minimum];
    if (entry == int8_t(!isSecond))
      return std::nullopt;
    entry = isSecond;
    for (int64_t dim = shape.size() - 1; dim >= 0; --dim) {
      if (++index[dim] < shape[dim])
        break;
      index[dim] = 0;
    }
  }
  Predicate predicate;
  predicate.coefficients.assign(coefficients.begin(), coefficients.end());
  if (findInterval(truth, minimum, true, predicate) || findInterval(truth, minimum, false, predicate))
    return predicate;
  return std::nullopt;
}

/// Tries every combination of -1, 0 and 1, those with few dimensions first; the first that is not 0 is 1.
std::optional<Predicate> findPredicate(ArrayRef<int64_t> shape, const std::vector<bool> &second) {
  int64_t rank = shape.size();
  for (int64_t numUsed = 1; numUsed <= rank; ++numUsed) {
    SmallVector<int64_t> coefficients(rank, -1);
    while (true) {
      auto isUsed = [](int64_t coefficient) { return coefficient != 0; };
      auto *leading = llvm::find_if(coefficients, isUsed);
      if (llvm::count_if(coefficients, isUsed) == numUsed && *leading == 1)
        if (auto predicate = tryCoefficients(shape, second, coefficients))
          return predicate;
      int64_t dim = rank - 1;
      while (dim >= 0 && ++coefficients[dim] > 1)
        coefficients[dim--] = -1;
      if (dim < 0)
        break;
    }
  }
  return std::nullopt;
}

/// The i1 that tells whether the predicate's interval holds at the current iteration.
Value emitInterval(OpBuilder &builder, Location loc, const Predicate &predicate, ArrayRef<unsigned> loops) {
  Value sum;
  for (auto [coefficient, loop] : llvm::zip(predicate.coefficients, loops)) {
    if (coefficient == 0)
      continue;
    Value index = linalg::IndexOp::create(builder, loc, loop);
    if (!sum)
      sum = index;
    else if (coefficient > 0)
      sum = arith::AddIOp::create(builder, loc, sum, index);
    else
      sum = arith::SubIOp::create(builder, loc, sum, index);
  }
  auto compare = [&](arith::CmpIPredicate relation, int64_t bound) -> Value {
    Value constant = arith::ConstantIndexOp::create(builder, loc, bound);
    return arith::CmpIOp::create(builder, loc, relation, sum, constant);
  };
  Value above = predicate.lower ? compare(arith::CmpIPredicate::sge, *predicate.lower) : Value();
  Value below = predicate.upper ? compare(arith::CmpIPredicate::sle, *predicate.upper) : Value();
  if (above && below)
    return arith::AndIOp::create(builder, loc, above, below);
  return above ? above : below;
}

struct FoldMaskOperand : OpRewritePattern<linalg::GenericOp> {
  FoldMaskOperand(MLIRContext *context, Pass::Statistic &numFolded) : OpRewritePattern(context), numFolded(numFolded) {}
  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    for (OpOperand *operand : op.getDpsInputOperands()) {
      ElementsAttr constant = getConstantTensor(operand->get());
      if (!constant || getSplatValue(operand->get()))
        continue;
      SmallVector<unsigned> loops;
      for (AffineExpr expr : op.getMatchingIndexingMap(operand).getResults())
        if (auto dim = dyn_cast<AffineDimExpr>(expr))
          loops.push_back(dim.getPosition());
      if (loops.size() != size_t(constant.getShapedType().getRank()) || loops.empty())
        continue;
      auto values = findTwoValues(constant);
      // A mask of booleans is its own predicate.
      if (values && values->values[0].getType().isInteger(1) &&
          cast<IntegerAttr>(values->values[0]).getValue().isOne()) {
        std::swap(values->values[0], values->values[1]);
        values->second.flip();
      }
      auto predicate = values ? findPredicate(constant.getShapedType().getShape(), values->second) : std::nullopt;
      // Without the operand, every loop must still find its extent in another.
      SmallVector<AffineMap> maps = op.getIndexingMapsArray();
      maps.erase(maps.begin() + operand->getOperandNumber());
      if (!predicate || !inversePermutation(concatAffineMaps(maps, op.getContext())))
        continue;
      replaceOperand(op, operand, *values, *predicate, loops, maps, rewriter);
      ++numFolded;
      return success();
    }
    return failure();
  }

  void replaceOperand(linalg::GenericOp op, OpOperand *operand, TwoValued &values, const Predicate &predicate,
                      ArrayRef<unsigned> loops, ArrayRef<AffineMap> maps, PatternRewriter &rewriter) const {
    unsigned position = operand->getOperandNumber();
    Location loc = operand->get().getLoc();
    Block *body = op.getBody();
    rewriter.setInsertionPointToStart(body);
    Value isInside = emitInterval(rewriter, loc, predicate, loops);
    Value element = isInside;
    if (!values.values[0].getType().isInteger(1) || predicate.negated) {
      Value inside = arith::ConstantOp::create(rewriter, loc, values.values[predicate.negated ? 0 : 1]);
      Value outside = arith::ConstantOp::create(rewriter, loc, values.values[predicate.negated ? 1 : 0]);
      element = arith::SelectOp::create(rewriter, loc, isInside, inside, outside);
    }
    rewriter.replaceAllUsesWith(body->getArgument(position), element);
    rewriter.modifyOpInPlace(op, [&] {
      body->eraseArgument(position);
      op.getInputsMutable().erase(position);
      op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
    });
  }
  Pass::Statistic &numFolded;
};

struct FoldMasks : impl::FoldMasksBase<FoldMasks> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldMaskOperand>(&getContext(), numFolded);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
