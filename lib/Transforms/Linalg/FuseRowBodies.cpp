//===- FuseRowBodies.cpp - Keep as few rows as a row operation needs -----------------------------------------===//

#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_FUSEROWBODIES
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// Steps that a reader repeats rather than reads: more would cost more than the buffer saves.
constexpr unsigned maxRepeatedOps = 4;

/// An elementwise step of a row operation whose result covers whole rows.
linalg::GenericOp getRowStep(Value value) {
  auto generic = value.getDefiningOp<linalg::GenericOp>();
  if (!generic || !isa<RowOp>(generic->getParentOp()) || generic.getNumParallelLoops() != generic.getNumLoops() ||
      generic.getNumLoops() != cast<RowOp>(generic->getParentOp()).getDomain().size())
    return nullptr;
  return generic;
}

/// Whether computing `step` again costs next to nothing: no division, no function.
bool isCheap(linalg::GenericOp step) {
  unsigned count = 0;
  for (Operation &op : step.getBody()->without_terminator()) {
    if (!isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::NegFOp, arith::ConstantOp>(op))
      return false;
    ++count;
  }
  return count <= maxRepeatedOps;
}

/// Gives every reader of a cheap step its own.
void repeatCheapSteps(RowOp row) {
  SmallVector<linalg::GenericOp> steps(row.getBody().getOps<linalg::GenericOp>());
  // Readers first: what they repeat has as many readers.
  for (linalg::GenericOp generic : llvm::reverse(steps)) {
    linalg::GenericOp step = getRowStep(generic.getResult(0));
    if (!step || !isCheap(step) || llvm::any_of(step->getUsers(), llvm::IsaPred<YieldOp>))
      continue;
    OpBuilder builder(step);
    for (OpOperand &use : llvm::make_early_inc_range(llvm::drop_begin(step->getUses())))
      use.set(builder.clone(*step)->getResult(0));
  }
}

bool shouldFuse(OpOperand *operand) {
  linalg::GenericOp step = getRowStep(operand->get());
  auto reader = dyn_cast<linalg::GenericOp>(operand->getOwner());
  return step && reader && operand->get().hasOneUse() && reader.getMatchingIndexingMap(operand).isPermutation();
}

struct FuseRowBodies : impl::FuseRowBodiesBase<FuseRowBodies> {
  void runOnOperation() override {
    for (auto row : getOperation().getOps<RowOp>()) {
      // An operand used twice by one reader is one read, not two.
      if (failed(fuse(row)))
        return signalPassFailure();
      repeatCheapSteps(row);
      if (failed(fuse(row)))
        return signalPassFailure();
    }
  }

  LogicalResult fuse(RowOp row) {
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, &getContext());
    return applyPatternsGreedily(row, std::move(patterns));
  }
};

} // namespace
} // namespace st
