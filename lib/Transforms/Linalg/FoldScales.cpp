//===- FoldScales.cpp - Constant factors of a product's result move into its weights -------------------------===//
//
// An elementwise step after a contraction is often affine in the contraction's result with constants per channel: batch
// normalization, an affine layer, a scaled bias. Its body is evaluated at compile time as factor * x + term for every
// channel; factors multiply the weights, terms stay as one addition.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Transforms/Linalg/ConstantData.h"
#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include <cmath>

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_FOLDSCALES
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// Channels to evaluate at most, so that compile time stays small.
constexpr int64_t maxPositions = 1 << 20;

/// factor * x + term.
struct Affine {
  double factor = 0, term = 0;
};

/// Positions over some dimensions of a tensor, row-major.
struct Positions {
  SmallVector<unsigned> dims;
  SmallVector<int64_t> extents;

  int64_t count() const { return ShapedType::getNumElements(extents); }
  SmallVector<int64_t> unflatten(int64_t position) const {
    SmallVector<int64_t> index(dims.size(), 0);
    for (int64_t i = dims.size() - 1; i >= 0; --i) {
      index[i] = position % extents[i];
      position /= extents[i];
    }
    return index;
  }
};

/// The element of a constant with `shape` that `map` reads when the loops `positions.dims` stand at `index`.
int64_t findElement(AffineMap map, ArrayRef<int64_t> shape, const Positions &positions, ArrayRef<int64_t> index) {
  int64_t element = 0;
  for (auto [expr, extent] : llvm::zip(map.getResults(), shape)) {
    unsigned loop = cast<AffineDimExpr>(expr).getPosition();
    int64_t at = index[llvm::find(positions.dims, loop) - positions.dims.begin()];
    element = element * extent + at;
  }
  return element;
}

/// An elementwise operation that is affine in one computed operand.
struct AffineStep {
  linalg::GenericOp op;
  OpOperand *computed = nullptr;
  Positions positions;
  std::vector<Affine> values;
};

/// Evaluates one scalar operation; nullopt when it is not affine.
std::optional<Affine> evaluate(Operation &op, ArrayRef<Affine> operands) {
  auto isConstant = [](Affine value) { return value.factor == 0; };
  if (isa<arith::AddFOp>(op))
    return Affine{operands[0].factor + operands[1].factor, operands[0].term + operands[1].term};
  if (isa<arith::SubFOp>(op))
    return Affine{operands[0].factor - operands[1].factor, operands[0].term - operands[1].term};
  if (isa<arith::NegFOp>(op))
    return Affine{-operands[0].factor, -operands[0].term};
  if (isa<arith::MulFOp>(op)) {
    for (auto [a, b] : {std::pair(operands[0], operands[1]), std::pair(operands[1], operands[0])})
      if (isConstant(b))
        return Affine{a.factor * b.term, a.term * b.term};
    return std::nullopt;
  }
  if (isa<arith::DivFOp>(op)) {
    if (!isConstant(operands[1]) || operands[1].term == 0)
      return std::nullopt;
    return Affine{operands[0].factor / operands[1].term, operands[0].term / operands[1].term};
  }
  if (!llvm::all_of(operands, isConstant))
    return std::nullopt;
  if (isa<arith::TruncFOp, arith::ExtFOp>(op))
    return operands[0];
  if (isa<math::SqrtOp>(op) && operands[0].term >= 0)
    return Affine{0, std::sqrt(operands[0].term)};
  if (isa<math::RsqrtOp>(op) && operands[0].term > 0)
    return Affine{0, 1 / std::sqrt(operands[0].term)};
  return std::nullopt;
}

std::optional<AffineStep> matchAffineStep(linalg::GenericOp op) {
  if (!op || !isElementwise(op) || op->getNumResults() != 1 || op->hasAttr(hostAttr) ||
      !getElementTypeOrSelf(op.getResult(0).getType()).isF32() || !op.getRegionOutputArgs()[0].use_empty())
    return std::nullopt;
  AffineMap resultMap = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!resultMap.isIdentity())
    return std::nullopt;
  AffineStep step;
  step.op = op;
  SmallVector<std::pair<OpOperand *, std::vector<float>>> constants;
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (OpOperand *operand : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(operand);
    if (ElementsAttr constant = getConstantTensor(operand->get())) {
      auto values = map.isProjectedPermutation() ? readFloats(constant) : std::nullopt;
      if (!values)
        return std::nullopt;
      constants.emplace_back(operand, std::move(*values));
      for (AffineExpr expr : map.getResults()) {
        unsigned loop = cast<AffineDimExpr>(expr).getPosition();
        if (!llvm::is_contained(step.positions.dims, loop))
          step.positions.dims.push_back(loop);
      }
      continue;
    }
    if (step.computed || !map.isIdentity() || !getElementTypeOrSelf(operand->get().getType()).isF32())
      return std::nullopt;
    step.computed = operand;
  }
  if (!step.computed)
    return std::nullopt;
  llvm::sort(step.positions.dims);
  for (unsigned dim : step.positions.dims)
    step.positions.extents.push_back(ranges[dim]);
  if (step.positions.count() > maxPositions)
    return std::nullopt;

  for (int64_t position = 0; position < step.positions.count(); ++position) {
    SmallVector<int64_t> index = step.positions.unflatten(position);
    DenseMap<Value, Affine> known;
    known[op.getMatchingBlockArgument(step.computed)] = {1, 0};
    for (auto &[operand, values] : constants)
      known[op.getMatchingBlockArgument(operand)] = {
          0, values[findElement(op.getMatchingIndexingMap(operand),
                                cast<RankedTensorType>(operand->get().getType()).getShape(), step.positions, index)]};
    auto lookup = [&](Value value) -> std::optional<Affine> {
      if (auto it = known.find(value); it != known.end())
        return it->second;
      FloatAttr constant;
      if (matchPattern(value, m_Constant(&constant)))
        return Affine{0, constant.getValueAsDouble()};
      return std::nullopt;
    };
    for (Operation &inner : op.getBody()->without_terminator()) {
      if (isa<arith::ConstantOp>(inner))
        continue;
      SmallVector<Affine> operands;
      for (Value operand : inner.getOperands()) {
        auto value = lookup(operand);
        if (!value)
          return std::nullopt;
        operands.push_back(*value);
      }
      auto result = evaluate(inner, operands);
      if (!result)
        return std::nullopt;
      known[inner.getResult(0)] = *result;
    }
    auto yielded = lookup(op.getBody()->getTerminator()->getOperand(0));
    if (!yielded)
      return std::nullopt;
    step.values.push_back(*yielded);
  }
  return step;
}

/// The operand of a product with a constant: its other factor is what varies.
OpOperand *findWeights(linalg::GenericOp op) {
  if (!op || op->hasAttr(hostAttr) || op->getNumResults() != 1 || op.getNumReductionLoops() == 0 || !op->hasOneUse() ||
      !getElementTypeOrSelf(op.getResult(0).getType()).isF32())
    return nullptr;
  auto fill = op.getDpsInits()[0].getDefiningOp<linalg::FillOp>();
  if (!fill || !matchPattern(fill.value(), m_AnyZeroFloat()))
    return nullptr;
  auto sum = op.getBody()->getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!sum)
    return nullptr;
  BlockArgument running = op.getRegionOutputArgs()[0];
  Value product = sum.getLhs() == running ? sum.getRhs() : sum.getLhs();
  if (sum.getLhs() != running && sum.getRhs() != running)
    return nullptr;
  auto multiply = product.getDefiningOp<arith::MulFOp>();
  if (!multiply)
    return nullptr;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(operand);
    bool isFactor = (multiply.getLhs() == argument) != (multiply.getRhs() == argument);
    ElementsAttr constant = getConstantTensor(operand->get());
    if (isFactor && argument.hasOneUse() && constant && constant.getElementType().isF32() &&
        op.getMatchingIndexingMap(operand).isProjectedPermutation())
      return operand;
  }
  return nullptr;
}

/// The sum of the tensor and one term per position.
Value addTerms(OpBuilder &builder, Location loc, Value value, const Positions &positions, ArrayRef<Affine> values) {
  if (llvm::all_of(values, [](Affine affine) { return affine.term == 0; }))
    return value;
  SmallVector<float> terms;
  for (Affine affine : values)
    terms.push_back(float(affine.term));
  auto type = cast<RankedTensorType>(value.getType());
  auto termType = RankedTensorType::get(positions.extents, type.getElementType());
  Value constant =
      arith::ConstantOp::create(builder, loc, cast<TypedAttr>(createFloats(termType, terms, "folded_bias")));
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  AffineMap termMap = AffineMap::getMultiDimMapWithTargets(type.getRank(), positions.dims, builder.getContext());
  SmallVector<utils::IteratorType> parallel(type.getRank(), utils::IteratorType::parallel);
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  return linalg::GenericOp::create(builder, loc, type, ValueRange{value, constant}, empty,
                                   ArrayRef<AffineMap>{identity, termMap, identity}, parallel,
                                   [](OpBuilder &inner, Location innerLoc, ValueRange arguments) {
                                     Value sum = arith::AddFOp::create(inner, innerLoc, arguments[0], arguments[1]);
                                     linalg::YieldOp::create(inner, innerLoc, sum);
                                   })
      .getResult(0);
}

/// The values of both steps, one after the other, over the positions of both.
std::pair<Positions, std::vector<Affine>> compose(const AffineStep &first, const AffineStep &second) {
  Positions all = first.positions;
  for (auto [dim, extent] : llvm::zip(second.positions.dims, second.positions.extents))
    if (!llvm::is_contained(all.dims, dim)) {
      all.dims.push_back(dim);
      all.extents.push_back(extent);
    }
  auto pick = [&](const AffineStep &step, ArrayRef<int64_t> index) {
    int64_t position = 0;
    for (auto [dim, extent] : llvm::zip(step.positions.dims, step.positions.extents))
      position = position * extent + index[llvm::find(all.dims, dim) - all.dims.begin()];
    return step.values[position];
  };
  std::vector<Affine> values;
  for (int64_t position = 0; position < all.count(); ++position) {
    SmallVector<int64_t> index = all.unflatten(position);
    Affine inner = pick(first, index), outer = pick(second, index);
    values.push_back({outer.factor * inner.factor, outer.factor * inner.term + outer.term});
  }
  return {all, values};
}

struct FoldStep : OpRewritePattern<linalg::GenericOp> {
  FoldStep(MLIRContext *context, Pass::Statistic &numFolded) : OpRewritePattern(context), numFolded(numFolded) {}
  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    // A product is at most one step away: steps in between are folded into one addition first.
    OpOperand *computed = nullptr;
    for (OpOperand *operand : op.getDpsInputOperands())
      if (!getConstantTensor(operand->get()))
        computed = computed ? computed : operand;
    if (!isElementwise(op) || !computed)
      return failure();
    auto before = computed->get().getDefiningOp<linalg::GenericOp>();
    bool isDirect = findWeights(before) != nullptr;
    if (!isDirect && (!before || !before->hasOneUse() || !isElementwise(before)))
      return failure();
    std::optional<AffineStep> step = matchAffineStep(op), first;
    if (!step)
      return failure();
    linalg::GenericOp product = before;
    if (!isDirect) {
      first = matchAffineStep(before);
      product = first ? first->computed->get().getDefiningOp<linalg::GenericOp>() : linalg::GenericOp();
    }
    OpOperand *weights = findWeights(product);
    if (!weights)
      return failure();
    Positions positions = step->positions;
    std::vector<Affine> values = step->values;
    if (first)
      std::tie(positions, values) = compose(*first, *step);
    bool isScaled = llvm::any_of(values, [](Affine affine) { return affine.factor != 1; });
    // An addition alone is as good as it gets, but two become one.
    if ((!isScaled && !first) || positions.count() > maxPositions)
      return failure();
    auto isFinite = [](Affine affine) {
      return std::isfinite(float(affine.factor)) && std::isfinite(float(affine.term));
    };
    if (!llvm::all_of(values, isFinite))
      return failure();
    if (isScaled && failed(scaleWeights(product, weights, positions, values, rewriter)))
      return failure();
    rewriter.setInsertionPoint(op);
    rewriter.replaceOp(op, addTerms(rewriter, op.getLoc(), product.getResult(0), positions, values));
    ++numFolded;
    return success();
  }

  LogicalResult scaleWeights(linalg::GenericOp product, OpOperand *weights, const Positions &positions,
                             ArrayRef<Affine> values, PatternRewriter &rewriter) const {
    // Where each position's dimension lies in the weights.
    AffineMap resultMap = product.getMatchingIndexingMap(product.getDpsInitOperand(0));
    AffineMap weightMap = product.getMatchingIndexingMap(weights);
    SmallVector<unsigned> weightDims;
    for (unsigned dim : positions.dims) {
      auto *found = llvm::find(weightMap.getResults(), resultMap.getResult(dim));
      if (found == weightMap.getResults().end())
        return failure();
      weightDims.push_back(found - weightMap.getResults().begin());
    }
    ElementsAttr constant = getConstantTensor(weights->get());
    auto data = readFloats(constant);
    if (!data)
      return failure();
    auto type = cast<RankedTensorType>(weights->get().getType());
    SmallVector<int64_t> strides = computeSuffixProduct(type.getShape());
    for (auto [element, value] : llvm::enumerate(*data)) {
      int64_t position = 0;
      for (auto [dim, extent] : llvm::zip(weightDims, positions.extents))
        position = position * extent + int64_t(element) / strides[dim] % type.getDimSize(dim);
      value = float(value * values[position].factor);
    }
    std::string name = "scaled";
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant))
      name = resource.getRawHandle().getKey().str();
    rewriter.setInsertionPoint(product);
    // The location is the parameter's, by which the user knows it.
    Value scaled =
        arith::ConstantOp::create(rewriter, weights->get().getLoc(), cast<TypedAttr>(createFloats(type, *data, name)));
    rewriter.modifyOpInPlace(product, [&] { weights->set(scaled); });
    return success();
  }
  Pass::Statistic &numFolded;
};

struct FoldScales : impl::FoldScalesBase<FoldScales> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldStep>(&getContext(), numFolded);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace st
