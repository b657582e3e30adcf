//===- LoopNest.cpp - Iteration spaces as strides -------------------------------------------------------------===//

#include "Dialect/LoopNest.h"
#include "mlir/IR/AffineExpr.h"

using namespace mlir;
using namespace st;

/// Adds the stride that each loop contributes to `expr`, a sum of dimensions and constants.
static void addStrides(AffineExpr expr, unsigned dataDim, ArrayRef<int64_t> steps, LoopNest &nest) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    nest.start[dataDim] += constant.getValue();
    return;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    nest.loops[dim.getPosition()].strides[dataDim] += steps[dim.getPosition()];
    return;
  }
  auto sum = cast<AffineBinaryOpExpr>(expr);
  addStrides(sum.getLHS(), dataDim, steps, nest);
  addStrides(sum.getRHS(), dataDim, steps, nest);
}

LoopNest LoopNest::ofTiles(ItensorType type) {
  LoopNest nest;
  nest.start.assign(type.getRank(), 0);
  for (auto [loop, count] : llvm::enumerate(type.getTripCounts()))
    nest.loops.push_back({count, SmallVector<int64_t, 4>(type.getRank(), 0), type.getTripExtent(loop)});
  for (auto [index, expr] : llvm::enumerate(type.getIterMap().getResults()))
    addStrides(expr, index, type.getSteps(), nest);
  return nest;
}

LoopNest LoopNest::ofScalars(ItensorType type) {
  LoopNest nest = ofTiles(type);
  SmallVector<int64_t> tile = type.getTileShape();
  auto addLoops = [&](auto countOf, auto strideOf) {
    for (unsigned dim = 0; dim < type.getRank(); ++dim) {
      StridedLoop loop{countOf(dim), SmallVector<int64_t, 4>(type.getRank(), 0)};
      loop.strides[dim] = strideOf(dim);
      nest.loops.push_back(loop);
    }
  };
  auto lanesOf = [&](unsigned dim) { return tile[dim] / type.getElementShape()[dim]; };
  addLoops([&](unsigned dim) { return type.getElementShape()[dim]; }, lanesOf);
  addLoops(lanesOf, [](unsigned) -> int64_t { return 1; });
  return nest;
}

static bool continues(const StridedLoop &outer, const StridedLoop &inner) {
  // The product of a run-time count is no count of steps of one extent.
  if (outer.extent || inner.extent)
    return false;
  return llvm::all_of(llvm::zip(outer.strides, inner.strides),
                      [&](auto pair) { return std::get<0>(pair) == inner.count * std::get<1>(pair); });
}

void LoopNest::canonicalize() {
  SmallVector<StridedLoop, 4> merged;
  for (StridedLoop &loop : loops) {
    if (loop.isUnit())
      continue;
    merged.push_back(loop);
    while (merged.size() > 1 && continues(merged[merged.size() - 2], merged.back())) {
      StridedLoop inner = merged.pop_back_val();
      merged.back() = {merged.back().count * inner.count, inner.strides};
    }
  }
  loops = std::move(merged);
}

bool LoopNest::isCoupled() const {
  return llvm::any_of(loops, [](const StridedLoop &loop) {
    return loop.count > 1 && llvm::count_if(loop.strides, [](int64_t stride) { return stride != 0; }) > 1;
  });
}

ItensorType LoopNest::toType(ItensorType like) const {
  MLIRContext *context = like.getContext();
  SmallVector<int64_t> counts, steps;
  SmallVector<ExtentAttr> extents;
  SmallVector<AffineExpr> results;
  for (int64_t offset : start)
    results.push_back(getAffineConstantExpr(offset, context));
  for (auto [index, loop] : llvm::enumerate(loops)) {
    // A map is a sum of dimensions without factors, so that a loop advances equally along all dimensions it drives.
    int64_t step = 1;
    for (auto [dim, stride] : llvm::enumerate(loop.strides)) {
      if (stride == 0)
        continue;
      step = stride;
      results[dim] = results[dim] + getAffineDimExpr(index, context);
    }
    counts.push_back(loop.count);
    extents.push_back(loop.extent);
    steps.push_back(step);
  }
  AffineMap map = AffineMap::get(loops.size(), 0, results, context);
  return ItensorType::get(context, like.getElementShape(), like.getElementType(), like.getDataShape(), counts, steps,
                          map)
      .withSizes(like.getDataExtents(), extents)
      .withPlaces(like.getPlaces());
}
