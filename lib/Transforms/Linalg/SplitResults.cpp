//===- SplitResults.cpp - One operation per result -----------------------------------------------------------===//

#include "Transforms/Linalg/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_SPLITRESULTS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// Whether `value`, computed in the body of `op`, depends on the running value of result `number`.
bool dependsOnResult(linalg::GenericOp op, Value value, unsigned number) {
  BlockArgument running = op.getRegionOutputArgs()[number];
  llvm::SetVector<Value> worklist;
  worklist.insert(value);
  for (size_t i = 0; i < worklist.size(); ++i) {
    if (worklist[i] == running)
      return true;
    if (Operation *definition = worklist[i].getDefiningOp(); definition && definition->getBlock() == op.getBody())
      worklist.insert(definition->operand_begin(), definition->operand_end());
  }
  return false;
}

bool dependsOnlyOn(linalg::GenericOp op, Value value, unsigned number) {
  for (unsigned other = 0; other < op.getNumDpsInits(); ++other)
    if (other != number && dependsOnResult(op, value, other))
      return false;
  return true;
}

/// A result that neither accumulates nor depends on other loops than its own dimensions: one loop per dimension
/// computes it. Left with all loops, the operation would have some whose extent no operand tells. Null for other
/// results.
linalg::GenericOp extractElementwise(linalg::GenericOp op, unsigned number, PatternRewriter &rewriter) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap resultMap = maps[op.getNumDpsInputs() + number];
  if (!resultMap.isProjectedPermutation() || resultMap.getNumResults() == resultMap.getNumDims())
    return {};
  // Loops of `op` by loop of the new operation, and the other way round.
  SmallVector<AffineExpr> newDims(op.getNumLoops());
  for (auto [position, expr] : llvm::enumerate(resultMap.getResults()))
    newDims[cast<AffineDimExpr>(expr).getPosition()] = rewriter.getAffineDimExpr(position);
  llvm::SetVector<Value> needed;
  needed.insert(op.getBody()->getTerminator()->getOperand(number));
  SmallVector<Value> inputs;
  SmallVector<AffineMap> newMaps;
  SmallVector<BlockArgument> elements;
  for (size_t i = 0; i < needed.size(); ++i) {
    if (auto element = dyn_cast<BlockArgument>(needed[i]); element && element.getOwner() == op.getBody()) {
      OpOperand *operand = op.getMatchingOpOperand(element);
      AffineMap map = op.getMatchingIndexingMap(operand);
      for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
        if (op.isDpsInit(operand) || (map.isFunctionOfDim(dim) && !newDims[dim]))
          return {};
      SmallVector<AffineExpr> dims;
      for (AffineExpr dim : newDims)
        dims.push_back(dim ? dim : rewriter.getAffineConstantExpr(0));
      newMaps.push_back(map.replaceDimsAndSymbols(dims, {}, resultMap.getNumResults(), 0));
      inputs.push_back(operand->get());
      elements.push_back(element);
      continue;
    }
    Operation *definition = needed[i].getDefiningOp();
    if (!definition || definition->getBlock() != op.getBody())
      continue;
    if (auto index = dyn_cast<linalg::IndexOp>(definition); index && !newDims[index.getDim()])
      return {};
    needed.insert(definition->operand_begin(), definition->operand_end());
  }
  newMaps.push_back(rewriter.getMultiDimIdentityMap(resultMap.getNumResults()));
  SmallVector<utils::IteratorType> loops(resultMap.getNumResults(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(
      rewriter, op.getLoc(), op.getResult(number).getType(), inputs, op.getDpsInitOperand(number)->get(), newMaps,
      loops, [&](OpBuilder &builder, Location loc, ValueRange arguments) {
        IRMapping mapping;
        for (auto [element, argument] : llvm::zip(elements, arguments))
          mapping.map(element, argument);
        for (Operation &inner : op.getBody()->without_terminator()) {
          if (!llvm::any_of(inner.getResults(), [&](Value result) { return needed.contains(result); }))
            continue;
          Operation *copy = builder.clone(inner, mapping);
          if (auto index = dyn_cast<linalg::IndexOp>(copy))
            index.setDim(cast<AffineDimExpr>(newDims[index.getDim()]).getPosition());
        }
        linalg::YieldOp::create(builder, loc,
                                mapping.lookupOrDefault(op.getBody()->getTerminator()->getOperand(number)));
      });
}

/// The same computation of one result only.
linalg::GenericOp extractResult(linalg::GenericOp op, unsigned number, PatternRewriter &rewriter) {
  if (linalg::GenericOp elementwise = extractElementwise(op, number, rewriter))
    return elementwise;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  unsigned numInputs = op.getNumDpsInputs();
  AffineMap resultMap = maps[numInputs + number];
  maps.resize(numInputs);
  maps.push_back(resultMap);
  OpOperand *init = op.getDpsInitOperand(number);
  return linalg::GenericOp::create(rewriter, op.getLoc(), op.getResult(number).getType(), op.getInputs(), init->get(),
                                   maps, op.getIteratorTypesArray(),
                                   [&](OpBuilder &builder, Location loc, ValueRange arguments) {
                                     IRMapping mapping;
                                     for (unsigned i = 0; i < numInputs; ++i)
                                       mapping.map(op.getBody()->getArgument(i), arguments[i]);
                                     mapping.map(op.getRegionOutputArgs()[number], arguments.back());
                                     Value yielded = op.getBody()->getTerminator()->getOperand(number);
                                     for (Operation &inner : op.getBody()->without_terminator()) {
                                       // Only what the result needs; the rest may read running values that are not
                                       // there.
                                       bool isKnown = llvm::all_of(inner.getOperands(), [&](Value operand) {
                                         return operand.getParentBlock() != op.getBody() || mapping.contains(operand);
                                       });
                                       if (isKnown)
                                         builder.clone(inner, mapping);
                                     }
                                     linalg::YieldOp::create(builder, loc, mapping.lookupOrDefault(yielded));
                                   });
}

/// {max(x), the other result's place of x}: what an update of the second result looks like.
struct PlaceUpdate {
  /// The element that is compared with the running extreme.
  Value element;
  /// linalg.index of the reduction, maybe cast, where the element is taken.
  Value place;
  /// Equal elements: whether the first one counts, or the last.
  bool first;
  /// Whether the first NaN counts as the extreme.
  bool findsNan;
};

/// `running` is no NaN: what a comparison that takes NaNs adds, so that the first of them stays.
bool isOrdered(Value condition, Value running) {
  auto compare = condition.getDefiningOp<arith::CmpFOp>();
  return compare && compare.getPredicate() == arith::CmpFPredicate::ORD && compare.getLhs() == running &&
         compare.getRhs() == running;
}

/// linalg.index of the only reduction loop behind casts.
bool isReductionIndex(linalg::GenericOp op, Value value) {
  while (Operation *cast = value.getDefiningOp()) {
    if (auto index = dyn_cast<linalg::IndexOp>(cast))
      return op.getIteratorTypesArray()[index.getDim()] == utils::IteratorType::reduction;
    if (!isa<arith::IndexCastOp, arith::ExtSIOp, arith::TruncIOp, arith::ExtUIOp, arith::IndexCastUIOp>(cast))
      return false;
    value = cast->getOperand(0);
  }
  return false;
}

std::optional<PlaceUpdate> matchPlaceUpdate(linalg::GenericOp op, unsigned extreme, unsigned place) {
  if (op.getNumReductionLoops() != 1)
    return std::nullopt;
  auto select = op.getBody()->getTerminator()->getOperand(place).getDefiningOp<arith::SelectOp>();
  if (!select || select.getFalseValue() != op.getRegionOutputArgs()[place] ||
      !isReductionIndex(op, select.getTrueValue()))
    return std::nullopt;
  BlockArgument running = op.getRegionOutputArgs()[extreme];
  Value condition = select.getCondition();
  bool keepsFirstNan = false;
  if (auto both = condition.getDefiningOp<arith::AndIOp>())
    for (auto [ordered, other] : {std::pair(both.getRhs(), both.getLhs()), std::pair(both.getLhs(), both.getRhs())})
      if (!keepsFirstNan && isOrdered(ordered, running)) {
        condition = other;
        keepsFirstNan = true;
      }
  Operation *compare = condition.getDefiningOp();
  if (!isa_and_nonnull<arith::CmpFOp, arith::CmpIOp>(compare))
    return std::nullopt;
  bool swapped = compare->getOperand(0) == running;
  Value element = compare->getOperand(swapped ? 1 : 0);
  if (compare->getOperand(swapped ? 0 : 1) != running || dependsOnResult(op, element, extreme) ||
      dependsOnResult(op, element, place))
    return std::nullopt;
  bool strict;
  if (auto floats = dyn_cast<arith::CmpFOp>(compare)) {
    using P = arith::CmpFPredicate;
    P predicate = floats.getPredicate();
    bool takesNans = llvm::is_contained({P::UGT, P::ULT, P::UGE, P::ULE}, predicate);
    strict = llvm::is_contained({P::OGT, P::UGT, P::OLT, P::ULT}, predicate);
    // A comparison that takes NaNs and does not keep the first of them takes whatever comes after it.
    if (takesNans != keepsFirstNan || (!strict && (takesNans || !llvm::is_contained({P::OGE, P::OLE}, predicate))))
      return std::nullopt;
  } else {
    using P = arith::CmpIPredicate;
    P predicate = cast<arith::CmpIOp>(compare).getPredicate();
    strict = llvm::is_contained({P::sgt, P::ugt, P::slt, P::ult}, predicate);
    if (!strict && !llvm::is_contained({P::sge, P::uge, P::sle, P::ule}, predicate))
      return std::nullopt;
  }
  return PlaceUpdate{element, select.getTrueValue(), strict, keepsFirstNan};
}

/// `place`, or what the search started from where it is still `outside`: nothing compared to the extreme's start.
Value replaceOutside(Value place, Value outside, Value start, Location loc, PatternRewriter &rewriter) {
  auto type = cast<RankedTensorType>(place.getType());
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
  AffineMap identity = rewriter.getMultiDimIdentityMap(type.getRank());
  SmallVector<utils::IteratorType> parallel(type.getRank(), utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             rewriter, loc, type, ValueRange{place, start}, empty, ArrayRef<AffineMap>{identity, identity, identity},
             parallel,
             [&](OpBuilder &builder, Location bodyLoc, ValueRange arguments) {
               Value isOutside =
                   arith::CmpIOp::create(builder, bodyLoc, arith::CmpIPredicate::eq, arguments[0], outside);
               Value result = arith::SelectOp::create(builder, bodyLoc, isOutside, arguments[1], arguments[0]);
               linalg::YieldOp::create(builder, bodyLoc, result);
             })
      .getResult(0);
}

/// The place of the extreme: the least (or greatest) index whose element equals it.
Value findPlace(linalg::GenericOp op, unsigned number, Value extreme, unsigned extremeNumber, const PlaceUpdate &update,
                PatternRewriter &rewriter) {
  auto type = cast<RankedTensorType>(op.getResult(number).getType());
  unsigned width = type.getElementTypeBitWidth();
  APInt outside = update.first ? APInt::getSignedMaxValue(width) : APInt::getAllOnes(width);
  Location loc = op.getLoc();
  Value start = arith::ConstantOp::create(rewriter, loc, rewriter.getIntegerAttr(type.getElementType(), outside));
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
  Value fill = linalg::FillOp::create(rewriter, loc, start, empty).getResult(0);
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  unsigned numInputs = op.getNumDpsInputs();
  AffineMap extremeMap = maps[numInputs + extremeNumber], placeMap = maps[numInputs + number];
  maps.resize(numInputs);
  maps.append({extremeMap, placeMap});
  SmallVector<Value> inputs = llvm::to_vector(op.getInputs());
  inputs.push_back(extreme);
  bool isFloat = isa<FloatType>(update.element.getType());
  Value found =
      linalg::GenericOp::create(
          rewriter, loc, type, inputs, fill, maps, op.getIteratorTypesArray(),
          [&](OpBuilder &builder, Location bodyLoc, ValueRange arguments) {
            IRMapping mapping;
            for (unsigned i = 0; i < numInputs; ++i)
              mapping.map(op.getBody()->getArgument(i), arguments[i]);
            for (Operation &inner : op.getBody()->without_terminator())
              if (llvm::all_of(inner.getOperands(), [&](Value operand) {
                    return operand.getParentBlock() != op.getBody() || mapping.contains(operand);
                  }))
                builder.clone(inner, mapping);
            Value element = mapping.lookupOrDefault(update.element), place = mapping.lookupOrDefault(update.place);
            Value isExtreme;
            if (isFloat)
              isExtreme =
                  arith::CmpFOp::create(builder, bodyLoc, arith::CmpFPredicate::OEQ, element, arguments[numInputs]);
            else
              isExtreme =
                  arith::CmpIOp::create(builder, bodyLoc, arith::CmpIPredicate::eq, element, arguments[numInputs]);
            if (update.findsNan) {
              Value isNan = arith::CmpFOp::create(builder, bodyLoc, arith::CmpFPredicate::UNO, element, element);
              isExtreme = arith::OrIOp::create(builder, bodyLoc, isExtreme, isNan);
            }
            Value candidate = arith::SelectOp::create(builder, bodyLoc, isExtreme, place, start);
            Value result;
            if (update.first)
              result = arith::MinSIOp::create(builder, bodyLoc, candidate, arguments.back());
            else
              result = arith::MaxSIOp::create(builder, bodyLoc, candidate, arguments.back());
            linalg::YieldOp::create(builder, bodyLoc, result);
          })
          .getResult(0);
  // Among integers some element is the extreme; NaNs equal nothing, and finite starts may be above all elements.
  return isFloat ? replaceOutside(found, start, op.getDpsInitOperand(number)->get(), loc, rewriter) : found;
}

struct SplitGeneric : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    unsigned count = op->getNumResults();
    if (count < 2 || !op.hasPureTensorSemantics())
      return failure();
    Operation *terminator = op.getBody()->getTerminator();
    auto isAlone = [&](unsigned number) { return dependsOnlyOn(op, terminator->getOperand(number), number); };
    SmallVector<std::optional<PlaceUpdate>> updates(count);
    SmallVector<unsigned> extremes(count, 0);
    for (unsigned number = 0; number < count; ++number) {
      for (unsigned other = 0; other < count && !isAlone(number) && !updates[number]; ++other)
        if (other != number && isAlone(other)) {
          updates[number] = matchPlaceUpdate(op, other, number);
          extremes[number] = other;
        }
      if (!isAlone(number) && !updates[number])
        return failure();
    }
    SmallVector<Value> results(count);
    for (unsigned number = 0; number < count; ++number)
      if (!updates[number])
        results[number] = extractResult(op, number, rewriter).getResult(0);
    for (unsigned number = 0; number < count; ++number)
      if (updates[number])
        results[number] =
            findPlace(op, number, results[extremes[number]], extremes[number], *updates[number], rewriter);
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct SplitResults : impl::SplitResultsBase<SplitResults> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SplitGeneric>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
