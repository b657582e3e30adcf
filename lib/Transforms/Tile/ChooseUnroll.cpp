//===- ChooseUnroll.cpp - Parallel lanes for the slowest nests -----------------------------------------------===//

#include "Optimize/UnrollProblem.h"
#include "Transforms/Tile/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_CHOOSEUNROLL
#include "Transforms/Tile/Passes.h.inc"

namespace {

/// Lanes beyond what one stream token brings in a cycle would wait for it.
constexpr int64_t maxFactor = 16;

/// Lanes below which another dimension than the last may offer more.
constexpr int64_t fewLanes = 4;

int64_t getLanes(int64_t extent) { return std::min(maxFactor, extent & -extent); }

/// The loop that is unrolled: along the last dimension of the result, where tokens are wide; where its extent allows next
/// to nothing, as the odd width of an image, along the dimension that allows most.
std::optional<unsigned> getUnrolledLoop(linalg::GenericOp generic) {
  AffineMap map = generic.getMatchingIndexingMap(generic.getDpsInitOperand(0));
  SmallVector<int64_t> extents = generic.getStaticLoopRanges();
  std::optional<unsigned> best;
  for (AffineExpr expr : llvm::reverse(map.getResults())) {
    unsigned loop = cast<AffineDimExpr>(expr).getPosition();
    if (!best || (getLanes(extents[*best]) < fewLanes && getLanes(extents[loop]) > getLanes(extents[*best])))
      best = loop;
  }
  return best;
}

/// Whether lanes along `loop` meet different banks of every tensor that the body reads by index.
bool readsApart(linalg::GenericOp generic, unsigned loop) {
  auto isLane = [&](Value value) {
    auto index = value.getDefiningOp<linalg::IndexOp>();
    return index && index.getDim() == loop;
  };
  return llvm::all_of(generic.getBody()->getOps<tensor::ExtractOp>(),
                      [&](tensor::ExtractOp read) { return llvm::any_of(read.getIndices(), isLane); });
}

/// Makes the unrolled loop the innermost parallel one. The parallel loops of a tile commute, so that only the order in
/// which its elements are computed changes.
LogicalResult moveUnrolledLoopInside(linalg::GenericOp generic) {
  SmallVector<unsigned> parallel;
  generic.getParallelDims(parallel);
  std::optional<unsigned> unrolled = getUnrolledLoop(generic);
  if (!unrolled || !llvm::is_contained(parallel, *unrolled) || parallel.back() == *unrolled)
    return success();
  SmallVector<unsigned> order = llvm::to_vector(llvm::seq(generic.getNumLoops()));
  SmallVector<unsigned> moved(llvm::make_filter_range(parallel, [&](unsigned loop) { return loop != *unrolled; }));
  moved.push_back(*unrolled);
  for (auto [place, loop] : llvm::zip(parallel, moved))
    order[place] = loop;
  IRRewriter rewriter(generic);
  if (failed(linalg::interchangeGenericOp(rewriter, generic, order)))
    return failure();
  // It gives each old index as a map of all new ones that picks one of them.
  for (auto pick : llvm::make_early_inc_range(generic.getBody()->getOps<affine::AffineApplyOp>()))
    if (auto dim = dyn_cast<AffineDimExpr>(pick.getAffineMap().getResult(0)))
      rewriter.replaceOp(pick, pick.getMapOperands()[dim.getPosition()]);
  for (auto index : llvm::make_early_inc_range(generic.getBody()->getOps<linalg::IndexOp>()))
    if (index.use_empty())
      rewriter.eraseOp(index);
  return success();
}

/// The largest power of two that divides the unrolled loop's extent and leaves a sum alone for `adderLatency` cycles: a
/// tile's reductions stand outside its parallel loops, so the same sum is met again after as many cycles as there are
/// iterations of these. More lanes would only raise the initiation interval.
int64_t getLargestFactor(linalg::GenericOp generic, int64_t adderLatency) {
  auto unrolled = getUnrolledLoop(generic);
  if (!unrolled || !readsApart(generic, *unrolled))
    return 1;
  int64_t factor = getLanes(generic.getStaticLoopRanges()[*unrolled]);
  if (generic.getNumReductionLoops() == 0)
    return factor;
  int64_t sums = 1;
  for (auto [kind, trips] : llvm::zip(generic.getIteratorTypesArray(), generic.getStaticLoopRanges()))
    if (kind == utils::IteratorType::parallel)
      sums *= trips;
  while (factor > 1 && sums / factor < adderLatency)
    factor /= 2;
  return factor;
}

/// Points that `generic` computes in one run of its nest.
int64_t countPoints(linalg::GenericOp generic) {
  int64_t points = 1;
  for (int64_t extent : generic.getStaticLoopRanges())
    points *= extent;
  for (auto loop = generic->getParentOfType<scf::ForOp>(); loop; loop = loop->getParentOfType<scf::ForOp>())
    points *= constantTripCount(loop.getLowerBound(), loop.getUpperBound(), loop.getStep(), /*isSigned=*/true,
                                scf::computeUbMinusLb)
                  .value_or(APInt(64, 1))
                  .getSExtValue();
  return points;
}

/// Multiply-accumulates that one lane of `generic` is worth: two plain operations make one, a function counts for
/// several.
int64_t countCost(linalg::GenericOp generic) {
  int64_t halves = 0;
  for (Operation &op : generic.getBody()->without_terminator()) {
    if (isa<math::MathDialect>(op.getDialect()) || isa<arith::DivFOp>(op))
      halves += 6;
    else if (op.getNumResults() == 1 && isa<FloatType>(op.getResult(0).getType()) && !isa<arith::SelectOp>(op))
      halves += 1;
  }
  return (halves + 1) / 2;
}

struct ChooseUnroll : impl::ChooseUnrollBase<ChooseUnroll> {
  using ChooseUnrollBase::ChooseUnrollBase;

  void runOnOperation() override {
    SmallVector<SmallVector<linalg::GenericOp>> nests;
    UnrollProblem problem(overallUnrollSize);
    for (auto root : getOperation().getOps<scf::ForOp>()) {
      SmallVector<linalg::GenericOp> generics;
      root->walk([&](linalg::GenericOp generic) { generics.push_back(generic); });
      int64_t points = 0, cost = 0, largest = 1;
      for (linalg::GenericOp generic : generics) {
        if (failed(moveUnrolledLoopInside(generic)))
          return signalPassFailure();
        points += countPoints(generic);
        cost += countCost(generic);
        largest = std::max(largest, getLargestFactor(generic, adderLatency));
      }
      std::vector<int64_t> factors;
      for (int64_t factor = 1; factor <= largest; factor *= 2)
        factors.push_back(factor);
      auto name = root->getAttrOfType<StringAttr>("st.task");
      problem.addKernel(name ? name.getValue() : "unnamed", points, factors, std::max<int64_t>(cost, 1));
      nests.push_back(std::move(generics));
    }
    auto solution = problem.solve();
    if (!solution) {
      getOperation().emitError() << toString(solution.takeError());
      return signalPassFailure();
    }
    for (auto [generics, factor] : llvm::zip(nests, solution->factors))
      for (linalg::GenericOp generic : generics) {
        SmallVector<int64_t> unroll(generic.getNumLoops(), 1);
        if (auto loop = getUnrolledLoop(generic))
          unroll[*loop] = std::min(factor, getLargestFactor(generic, adderLatency));
        generic->setDiscardableAttr("st.unroll", DenseI64ArrayAttr::get(&getContext(), unroll));
      }
  }
};

} // namespace
} // namespace st
