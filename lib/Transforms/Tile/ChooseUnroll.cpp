//===- ChooseUnroll.cpp - Parallel lanes for the slowest nests -----------------------------------------------===//

#include "Dialect/Repeat.h"
#include "Optimize/UnrollProblem.h"
#include "Transforms/Tile/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <set>

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_CHOOSEUNROLL
#include "Transforms/Tile/Passes.h.inc"

namespace {

/// Lanes beyond what one stream token brings in a cycle would wait for it.
constexpr int64_t maxFactor = 16;

/// Lanes below which another dimension than the last may offer more.
constexpr int64_t fewLanes = 4;

/// The largest divisor of `extent` that is at most `limit`: tokens have as many lanes.
int64_t getLanes(int64_t extent, int64_t limit = maxFactor) {
  int64_t lanes = std::max<int64_t>(std::min(extent, limit), 1);
  while (extent % lanes != 0)
    --lanes;
  return lanes;
}

/// The loop that is unrolled: along the last dimension of the result, where tokens are wide; where its extent allows
/// next to nothing, as the odd width of an image, along the dimension that allows most.
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

/// The largest divisor of the unrolled loop's extent that leaves a sum alone for `adderLatency` cycles: a
/// tile's reductions stand outside its parallel loops, so the same sum is met again after as many cycles as there are
/// iterations of these. More lanes would only raise the initiation interval.
int64_t getLargestFactor(linalg::GenericOp generic, int64_t adderLatency, int64_t limit = maxFactor) {
  auto unrolled = getUnrolledLoop(generic);
  if (!unrolled || !readsApart(generic, *unrolled))
    return 1;
  int64_t extent = generic.getStaticLoopRanges()[*unrolled], factor = getLanes(extent, limit);
  if (generic.getNumReductionLoops() == 0)
    return factor;
  int64_t sums = 1;
  for (auto [kind, trips] : llvm::zip(generic.getIteratorTypesArray(), generic.getStaticLoopRanges()))
    if (kind == utils::IteratorType::parallel)
      sums *= trips;
  while (factor > 1 && sums / factor < adderLatency)
    factor = getLanes(extent, factor - 1);
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
    for (Block *block : getHostBlocks(getOperation()))
      for (auto root : block->getOps<scf::ForOp>())
        if (failed(addNest(root, countRepetitions(block), problem, nests)))
          return signalPassFailure();
    auto solution = problem.solve();
    if (!solution) {
      getOperation().emitError() << toString(solution.takeError());
      return signalPassFailure();
    }
    for (auto [generics, factor] : llvm::zip(nests, solution->factors))
      for (linalg::GenericOp generic : generics) {
        SmallVector<int64_t> unroll(generic.getNumLoops(), 1);
        if (auto loop = getUnrolledLoop(generic))
          unroll[*loop] = getLargestFactor(generic, adderLatency, factor);
        generic->setDiscardableAttr("st.unroll", DenseI64ArrayAttr::get(&getContext(), unroll));
      }
  }

  /// Adds a nest that runs `repetitions` times.
  LogicalResult addNest(scf::ForOp root, int64_t repetitions, UnrollProblem &problem,
                        SmallVectorImpl<SmallVector<linalg::GenericOp>> &nests) {
    SmallVector<linalg::GenericOp> generics;
    root->walk([&](linalg::GenericOp generic) { generics.push_back(generic); });
    int64_t points = 0, cost = 0;
    std::set<int64_t> candidates;
    for (linalg::GenericOp generic : generics) {
      if (failed(moveUnrolledLoopInside(generic)))
        return failure();
      points += countPoints(generic) * repetitions;
      cost += countCost(generic);
      for (int64_t limit = 1; limit <= maxFactor; ++limit)
        candidates.insert(getLargestFactor(generic, adderLatency, limit));
    }
    std::vector<int64_t> factors(candidates.begin(), candidates.end());
    auto name = root->getAttrOfType<StringAttr>("st.task");
    problem.addKernel(name ? name.getValue() : "unnamed", points, factors, std::max<int64_t>(cost, 1));
    nests.push_back(std::move(generics));
    return success();
  }
};

} // namespace
} // namespace st
