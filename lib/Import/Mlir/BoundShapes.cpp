// Sizes that come with each run: computed by name where the program computes with them, the maximum in all shapes.

#include "Dialect/Sizes.h"
#include "Import/Mlir/FixShapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace st;

/// Of an operation that joins tensors one after another: how much of the result counts, once sizes have names.
static constexpr StringLiteral gatheredAttr = "st.gathered";

/// One after another, the second where the first ends in this run.
static void gatherConcat(tensor::ConcatOp concat) {
  OpBuilder builder(concat);
  Location loc = concat.getLoc();
  int64_t dim = concat.getDim();
  RankedTensorType type = concat.getResultType();
  auto constant = [&](OpBuilder &at, int64_t value) { return arith::ConstantIndexOp::create(at, loc, value); };
  SmallVector<Value> ends, lasts;
  for (Value part : concat.getInputs()) {
    Value extent = tensor::DimOp::create(builder, loc, part, dim);
    lasts.push_back(arith::SubIOp::create(builder, loc, extent, constant(builder, 1)));
    ends.push_back(ends.empty() ? extent : Value(arith::AddIOp::create(builder, loc, ends.back(), extent)));
  }
  SmallVector<Value> sizes;
  for (int64_t other = 0; other < type.getRank(); ++other)
    if (other == dim)
      sizes.push_back(ends.back());
    else if (type.isDynamicDim(other))
      sizes.push_back(tensor::DimOp::create(builder, loc, concat.getInputs().front(), other));
  Value empty = tensor::EmptyOp::create(builder, loc, type, sizes);
  SmallVector<utils::IteratorType> loops(type.getRank(), utils::IteratorType::parallel);
  auto gather = linalg::GenericOp::create(
      builder, loc, type, ValueRange(), empty, builder.getMultiDimIdentityMap(type.getRank()), loops,
      [&](OpBuilder &body, Location, ValueRange) {
        SmallVector<Value> at;
        for (int64_t loop = 0; loop < type.getRank(); ++loop)
          at.push_back(linalg::IndexOp::create(body, loc, loop));
        Value chosen;
        for (int64_t part = concat.getInputs().size() - 1; part >= 0; --part) {
          SmallVector<Value> position(at);
          Value place = at[dim];
          if (part > 0)
            place = arith::SubIOp::create(body, loc, place, ends[part - 1]);
          // Where another part is chosen, any element will do.
          place = arith::MinSIOp::create(body, loc, place, lasts[part]);
          position[dim] = arith::MaxSIOp::create(body, loc, place, constant(body, 0));
          Value element = tensor::ExtractOp::create(body, loc, concat.getInputs()[part], position);
          if (chosen) {
            Value isHere = arith::CmpIOp::create(body, loc, arith::CmpIPredicate::slt, at[dim], ends[part]);
            element = arith::SelectOp::create(body, loc, isHere, element, chosen);
          }
          chosen = element;
        }
        linalg::YieldOp::create(body, loc, chosen);
      });
  gather->setDiscardableAttr(gatheredAttr, builder.getUnitAttr());
  concat.replaceAllUsesWith(gather.getResult(0));
  concat.erase();
}

static SmallVector<linalg::GenericOp> findGathered(func::FuncOp entry) {
  SmallVector<linalg::GenericOp> gathered;
  entry.walk([&](linalg::GenericOp op) {
    if (op->hasAttr(gatheredAttr))
      gathered.push_back(op);
  });
  return gathered;
}

namespace {

class ShapeBounder {
public:
  ShapeBounder(func::FuncOp entry, const mlirimport::ArgumentExtents &extents) : entry(entry), extents(extents) {}

  LogicalResult run() {
    mlirimport::gatherConcats(entry);
    // Every size in terms of the arguments'.
    PassManager passes(entry.getContext(), ModuleOp::getOperationName());
    passes.addPass(createCanonicalizerPass());
    passes.addPass(memref::createResolveRankedShapeTypeResultDimsPass());
    passes.addPass(createCanonicalizerPass());
    passes.addPass(createCSEPass());
    if (failed(passes.run(entry->getParentOfType<ModuleOp>())))
      return failure();
    if (failed(nameSizes()) || failed(nameGathered()))
      return failure();
    entry.walk([&](arith::CmpIOp compare) { decide(compare); });
    WalkResult result = entry.walk(
        [&](Operation *op) { return succeeded(fixSizesOf(op)) ? WalkResult::advance() : WalkResult::interrupt(); });
    return failure(result.wasInterrupted());
  }

private:
  /// No operand says how much of a gathered tensor counts: the size of its result does.
  LogicalResult nameGathered() {
    for (linalg::GenericOp op : findGathered(entry)) {
      auto empty = op.getOutputs().front().getDefiningOp<tensor::EmptyOp>();
      SmallVector<Attribute> counted;
      for (OpFoldResult size : empty ? empty.getMixedSizes() : SmallVector<OpFoldResult>()) {
        std::optional<int64_t> constant = getConstantIntValue(size);
        ExtentAttr extent = constant ? ExtentAttr::getConstant(op->getContext(), *constant)
                                     : getExtent(cast<Value>(size));
        if (!extent)
          return op.emitOpError("joins tensors whose sizes are no sums of the arguments' sizes; fix those that they "
                                "depend on with --dim NAME=VALUE");
        counted.push_back(extent);
      }
      op->setDiscardableAttr(gatheredAttr, ArrayAttr::get(op->getContext(), counted));
    }
    return success();
  }

  LogicalResult nameSizes() {
    WalkResult result = entry.walk([&](tensor::DimOp dim) {
      auto argument = dyn_cast<BlockArgument>(dim.getSource());
      std::optional<int64_t> index = dim.getConstantIndex();
      bool isArgument = argument && argument.getOwner()->getParentOp() == entry;
      if (!isArgument || !index) {
        dim.emitError("computes a size that does not follow from the arguments' by sums; fix the sizes it depends on "
                      "with --dim NAME=VALUE");
        return WalkResult::interrupt();
      }
      ExtentAttr extent = extents[argument.getArgNumber()][*index];
      OpBuilder builder(dim);
      // Fixed on the command line, like the sizes of other arguments.
      if (!extent)
        return WalkResult::advance();
      dim.replaceAllUsesWith(materialize(builder, dim.getLoc(), extent));
      dim.erase();
      return WalkResult::advance();
    });
    return failure(result.wasInterrupted());
  }

  /// Comparisons of sizes that have one outcome in all runs: what exporters assert.
  void decide(arith::CmpIOp compare) {
    ExtentAttr left = getExtent(compare.getLhs()), right = getExtent(compare.getRhs());
    if (!left || !right || left.getDivisor() != 1 || right.getDivisor() != 1)
      return;
    // Extents are not negative: the difference in both directions tells.
    int64_t above = getMaximum(left.plus(right.times(-1)), compare);
    int64_t below = getMaximum(right.plus(left.times(-1)), compare);
    int64_t leastAbove = getMinimum(left.plus(right.times(-1)), compare);
    int64_t leastBelow = getMinimum(right.plus(left.times(-1)), compare);
    std::optional<bool> outcome;
    bool isAlwaysAbove = leastAbove > 0, isAlwaysBelow = leastBelow > 0, isNeverAbove = above == 0,
         isNeverBelow = below == 0;
    auto choose = [&](bool isTrue, bool isFalse) {
      if (isTrue || isFalse)
        outcome = isTrue;
    };
    switch (compare.getPredicate()) {
    case arith::CmpIPredicate::eq:
      choose(left == right, isAlwaysAbove || isAlwaysBelow);
      break;
    case arith::CmpIPredicate::ne:
      choose(isAlwaysAbove || isAlwaysBelow, left == right);
      break;
    case arith::CmpIPredicate::sgt:
    case arith::CmpIPredicate::ugt:
      choose(isAlwaysAbove, isNeverAbove);
      break;
    case arith::CmpIPredicate::sge:
    case arith::CmpIPredicate::uge:
      choose(isNeverBelow, isAlwaysBelow);
      break;
    case arith::CmpIPredicate::slt:
    case arith::CmpIPredicate::ult:
      choose(isAlwaysBelow, isNeverBelow);
      break;
    case arith::CmpIPredicate::sle:
    case arith::CmpIPredicate::ule:
      choose(isNeverAbove, isAlwaysAbove);
      break;
    }
    if (!outcome)
      return;
    OpBuilder builder(compare);
    Value constant = arith::ConstantIntOp::create(builder, compare.getLoc(), *outcome, 1);
    compare.replaceAllUsesWith(constant);
  }

  /// Operands that are the extents of what an operation makes become the largest.
  LogicalResult fixSizesOf(Operation *op) {
    MutableArrayRef<OpOperand> operands = op->getOpOperands();
    unsigned first = 0, count = 0;
    if (isa<tensor::EmptyOp, tensor::GenerateOp>(op)) {
      count = op->getNumOperands();
    } else if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
      first = 1;
      count = expand.getOutputShape().size();
    } else if (auto slice = dyn_cast<OffsetSizeAndStrideOpInterface>(op)) {
      first = slice.getOffsetSizeAndStrideStartOperandIndex() + slice.getOffsets().size();
      count = slice.getSizes().size();
    } else if (auto cast = dyn_cast<tensor::CastOp>(op)) {
      return success();
    }
    for (OpOperand &operand : operands.slice(first, count)) {
      ExtentAttr extent = getExtent(operand.get());
      if (!extent)
        return op->emitOpError("has an extent that is no sum of the arguments' sizes; fix those that it depends on "
                               "with --dim NAME=VALUE");
      OpBuilder builder(op);
      operand.set(arith::ConstantIndexOp::create(builder, op->getLoc(), getMaximum(extent, op)));
    }
    return success();
  }

  func::FuncOp entry;
  const mlirimport::ArgumentExtents &extents;
};

} // namespace

void st::mlirimport::gatherConcats(func::FuncOp entry) {
  entry.walk([&](tensor::ConcatOp concat) {
    if (concat.getResultType().isDynamicDim(concat.getDim()))
      gatherConcat(concat);
  });
}

void st::mlirimport::boundGathered(func::FuncOp entry) {
  for (linalg::GenericOp op : findGathered(entry)) {
    // Where all sizes are fixed there is nothing to say.
    auto extents = dyn_cast<ArrayAttr>(op->removeDiscardableAttr(gatheredAttr));
    if (!extents)
      continue;
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    Value result = op.getResult(0);
    auto bound = BoundOp::create(builder, op.getLoc(), result.getType(), result, extents);
    result.replaceAllUsesExcept(bound, bound);
  }
}

LogicalResult st::mlirimport::boundShapes(func::FuncOp entry, const ArgumentExtents &extents) {
  return ShapeBounder(entry, extents).run();
}
