// Sizes that come with each run: computed by name where the program computes with them, the maximum in all shapes.

#include "Dialect/Sizes.h"
#include "Import/Mlir/FixShapes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace st;

namespace {

class ShapeBounder {
public:
  ShapeBounder(func::FuncOp entry, const mlirimport::ArgumentExtents &extents) : entry(entry), extents(extents) {}

  LogicalResult run() {
    // Every size in terms of the arguments'.
    PassManager passes(entry.getContext(), ModuleOp::getOperationName());
    passes.addPass(createCanonicalizerPass());
    passes.addPass(memref::createResolveRankedShapeTypeResultDimsPass());
    passes.addPass(createCanonicalizerPass());
    passes.addPass(createCSEPass());
    if (failed(passes.run(entry->getParentOfType<ModuleOp>())))
      return failure();
    if (failed(nameSizes()))
      return failure();
    entry.walk([&](arith::CmpIOp compare) { decide(compare); });
    WalkResult result = entry.walk(
        [&](Operation *op) { return succeeded(fixSizesOf(op)) ? WalkResult::advance() : WalkResult::interrupt(); });
    return failure(result.wasInterrupted());
  }

private:
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

LogicalResult st::mlirimport::boundShapes(func::FuncOp entry, const ArgumentExtents &extents) {
  return ShapeBounder(entry, extents).run();
}
