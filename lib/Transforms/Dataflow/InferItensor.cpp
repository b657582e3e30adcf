//===- InferItensor.cpp - From loops and slices to itensor types ----------------------------------------------===//

#include "Transforms/Dataflow/InferItensor.h"
#include "Dialect/Sizes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace st;

SmallVector<scf::ForOp> st::getEnclosingLoops(Operation *op, scf::ForOp root) {
  SmallVector<scf::ForOp> loops;
  for (Operation *at = op->getParentOp(); at; at = at->getParentOp()) {
    if (auto loop = dyn_cast<scf::ForOp>(at))
      loops.push_back(loop);
    if (at == root)
      break;
  }
  std::reverse(loops.begin(), loops.end());
  return loops;
}

namespace {

struct Bounds {
  int64_t lower, tripCount, step;
  /// Where the loop ends, if that is known at run time; `tripCount` is the largest then.
  ExtentAttr extent = {};
};

/// An offset as a constant plus a stride for each iteration of each loop.
struct Offset {
  int64_t constant = 0;
  SmallVector<int64_t> strides;

  explicit Offset(size_t numLoops, int64_t constant = 0) : constant(constant), strides(numLoops, 0) {}
  void add(const Offset &other) {
    constant += other.constant;
    for (auto [stride, increment] : llvm::zip(strides, other.strides))
      stride += increment;
  }
  void scale(int64_t factor) {
    constant *= factor;
    for (int64_t &stride : strides)
      stride *= factor;
  }
  bool isConstant() const {
    return llvm::all_of(strides, [](int64_t stride) { return stride == 0; });
  }
};

/// Reads offsets off index arithmetic.
class OffsetReader {
public:
  OffsetReader(ArrayRef<scf::ForOp> loops, ArrayRef<Bounds> bounds) : loops(loops), bounds(bounds) {}

  std::optional<Offset> read(OpFoldResult value) {
    if (auto constant = getConstantIntValue(value))
      return Offset(loops.size(), *constant);
    return read(cast<Value>(value));
  }

private:
  std::optional<Offset> read(Value value) {
    APInt constant;
    if (matchPattern(value, m_ConstantInt(&constant)))
      return Offset(loops.size(), constant.getSExtValue());
    for (unsigned index = 0; index < loops.size(); ++index) {
      scf::ForOp loop = loops[index];
      if (value != loop.getInductionVar())
        continue;
      Offset offset(loops.size(), bounds[index].lower);
      offset.strides[index] = bounds[index].step;
      return offset;
    }
    if (auto apply = value.getDefiningOp<affine::AffineApplyOp>())
      return read(apply.getAffineMap().getResult(0), apply.getAffineMap().getNumDims(), apply.getMapOperands());
    if (auto add = value.getDefiningOp<arith::AddIOp>())
      return combine(read(add.getLhs()), read(add.getRhs()), /*product=*/false);
    if (auto mul = value.getDefiningOp<arith::MulIOp>())
      return combine(read(mul.getLhs()), read(mul.getRhs()), /*product=*/true);
    return std::nullopt;
  }

  std::optional<Offset> read(AffineExpr expr, unsigned numDims, ValueRange operands) {
    if (auto constant = dyn_cast<AffineConstantExpr>(expr))
      return Offset(loops.size(), constant.getValue());
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      return read(operands[dim.getPosition()]);
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
      return read(operands[numDims + symbol.getPosition()]);
    auto binary = cast<AffineBinaryOpExpr>(expr);
    if (binary.getKind() != AffineExprKind::Add && binary.getKind() != AffineExprKind::Mul)
      return std::nullopt;
    return combine(read(binary.getLHS(), numDims, operands), read(binary.getRHS(), numDims, operands),
                   binary.getKind() == AffineExprKind::Mul);
  }

  static std::optional<Offset> combine(std::optional<Offset> left, std::optional<Offset> right, bool product) {
    if (!left || !right)
      return std::nullopt;
    if (!product) {
      left->add(*right);
      return left;
    }
    if (left->isConstant())
      std::swap(left, right);
    if (!right->isConstant())
      return std::nullopt;
    left->scale(right->constant);
    return left;
  }

  ArrayRef<scf::ForOp> loops;
  ArrayRef<Bounds> bounds;
};

} // namespace

static FailureOr<Bounds> getBounds(Operation *op, scf::ForOp loop) {
  auto lower = getConstantIntValue(loop.getLowerBound()), upper = getConstantIntValue(loop.getUpperBound()),
       step = getConstantIntValue(loop.getStep());
  ExtentAttr extent = upper ? ExtentAttr() : getExtent(loop.getUpperBound());
  bool isBounded = extent && extent.getDivisor() == 1 && lower == 0;
  if (isBounded)
    upper = getMaximum(extent, op);
  if (!lower || !upper || !step || *step <= 0 || *lower < 0 || *upper <= *lower) {
    InFlightDiagnostic diag = op->emitError("cannot stream: the bounds of an enclosing loop must be constants or sums "
                                            "of sizes, and it must be able to run");
    diag.attachNote(loop.getLoc()) << "this loop";
    return failure();
  }
  return Bounds{*lower, (*upper - *lower + *step - 1) / *step, *step, extent};
}

FailureOr<ItensorType> st::inferItensor(Operation *op, scf::ForOp root, ArrayRef<OpFoldResult> offsets,
                                        ArrayRef<int64_t> tile, ArrayRef<int64_t> dataShape, Type scalarType) {
  MLIRContext *context = op->getContext();
  SmallVector<scf::ForOp> loops = getEnclosingLoops(op, root);
  SmallVector<Bounds> bounds;
  for (scf::ForOp loop : loops) {
    auto loopBounds = getBounds(op, loop);
    if (failed(loopBounds))
      return failure();
    bounds.push_back(*loopBounds);
  }

  SmallVector<int64_t> tripCounts, steps;
  SmallVector<ExtentAttr> tripExtents, dataExtents;
  for (const Bounds &loop : bounds) {
    tripExtents.push_back(loop.extent ? loop.extent.ceilDiv(loop.step) : ExtentAttr());
    tripCounts.push_back(loop.tripCount);
    steps.push_back(loop.step);
  }
  OffsetReader reader(loops, bounds);
  SmallVector<AffineExpr> results;
  SmallVector<bool> isUsed(loops.size(), false);
  for (auto [dim, value] : llvm::enumerate(offsets)) {
    auto offset = reader.read(value);
    if (!offset || offset->constant < 0)
      return op->emitError() << "cannot stream: offset " << dim
                             << " of the slice must be a sum of loop variables and non-negative constants";
    AffineExpr expr = getAffineConstantExpr(offset->constant, context);
    dataExtents.emplace_back();
    for (auto [index, stride] : llvm::enumerate(offset->strides)) {
      if (stride == 0 || (bounds[index].tripCount == 1 && !bounds[index].extent))
        continue;
      if (ExtentAttr extent = bounds[index].extent) {
        if (dataExtents.back() || stride != bounds[index].step || offset->constant != 0)
          return op->emitError() << "cannot stream: offset " << dim << " of the slice must be the variable of the one "
                                 << "loop that runs to " << extent.str();
        dataExtents.back() = extent;
      }
      // A scaled loop variable is a loop with another step, which all offsets of the slice share.
      if (stride < 0 || (isUsed[index] && steps[index] != stride))
        return op->emitError() << "cannot stream: offset " << dim << " of the slice advances by " << stride
                               << " where another offset advances by " << steps[index];
      isUsed[index] = true;
      steps[index] = stride;
      expr = expr + getAffineDimExpr(index, context);
    }
    results.push_back(expr);
  }
  auto map = AffineMap::get(loops.size(), 0, results, context);
  auto type = ItensorType::getChecked([&] { return op->emitError("cannot stream: "); }, context, tile, scalarType,
                                      dataShape, ArrayRef(tripCounts), ArrayRef(steps), map);
  if (!type)
    return failure();
  return type.withSizes(dataExtents, tripExtents);
}
