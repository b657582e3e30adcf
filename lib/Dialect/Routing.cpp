//===- Routing.cpp - Streams of tensors that lie side by side -------------------------------------------------===//
//
// A part of a tensor is an interval along one data dimension. The loop with the longest stride along it goes from part
// to part when no slice, wherever the other loops have moved it, leaves the interval that one iteration stands for.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/DataSet.h"
#include "Dialect/LayoutAlgebra.h"
#include "Dialect/LoopNest.h"
#include "llvm/Support/FormatVariadic.h"
#include <numeric>

using namespace mlir;
using namespace st;

/// The loop that advances most along `dim`; nullopt when none does.
static std::optional<unsigned> findLongestStride(const LoopNest &nest, unsigned dim) {
  std::optional<unsigned> longest;
  for (auto [index, loop] : llvm::enumerate(nest.loops))
    if (loop.count > 1 && loop.strides[dim] > (longest ? nest.loops[*longest].strides[dim] : 0))
      longest = index;
  return longest;
}

std::optional<Routing> st::routeParts(ItensorType whole, unsigned dim, ArrayRef<int64_t> extents, std::string &whyNot) {
  int64_t extent = whole.getDataShape()[dim], sum = std::accumulate(extents.begin(), extents.end(), int64_t(0));
  if (sum != extent) {
    whyNot = llvm::formatv("parts have {0} elements along data dimension {1}, but the whole has {2}", sum, dim, extent);
    return std::nullopt;
  }
  if (ExtentAttr size = whole.getDataExtent(dim)) {
    whyNot = llvm::formatv("data dimension {0} has the run-time size {1}, and cannot be cut", dim, size.str());
    return std::nullopt;
  }
  if (!whole.getPlaces().empty()) {
    whyNot = "parts of a stream that lies at a place of a larger tensor are not supported";
    return std::nullopt;
  }
  Routing routing;
  routing.whole = canonicalize(whole);
  LoopNest nest = LoopNest::ofTiles(routing.whole);
  auto loop = findLongestStride(nest, dim);
  if (!loop) {
    whyNot = llvm::formatv("no loop moves along data dimension {0}, so that each slice belongs to several parts", dim);
    return std::nullopt;
  }
  if (ExtentAttr trips = nest.loops[*loop].extent) {
    whyNot = llvm::formatv("the loop along data dimension {0} runs {1} times, but where parts begin must be known", dim,
                           trips.str());
    return std::nullopt;
  }
  routing.loop = *loop;
  int64_t count = nest.loops[*loop].count, stride = nest.loops[*loop].strides[dim];
  // What one iteration reaches, from its own place on.
  LoopNest inside = nest;
  inside.loops[*loop].strides[dim] = 0;
  int64_t reach = innerSpan(inside, dim, 0, whole.getTileShape()[dim]);
  SmallVector<ExtentAttr> sizes;
  for (unsigned other = 0; other < whole.getRank(); ++other)
    sizes.push_back(whole.getDataExtent(other));
  int64_t end = 0, first = 0;
  for (int64_t part : extents) {
    int64_t begin = end;
    end += part;
    bool isLast = end == extent;
    if ((!isLast && end % stride != 0) || reach > stride) {
      whyNot = llvm::formatv("slices of data dimension {0} cross from one part into the next at {1}", dim,
                             isLast ? begin : end);
      return std::nullopt;
    }
    int64_t next = isLast ? count : std::min(count, end / stride);
    if (next <= first) {
      whyNot = llvm::formatv("no slice lies in the part from {0} to {1} of data dimension {2}", begin, end, dim);
      return std::nullopt;
    }
    LoopNest own = nest;
    own.loops[*loop].count = next - first;
    // On a diagonal the part begins somewhere along the other dimensions too.
    for (auto [other, start] : llvm::enumerate(own.start))
      if (other != dim)
        start += first * own.loops[*loop].strides[other];
    SmallVector<int64_t> shape(whole.getDataShape());
    shape[dim] = part;
    ItensorType like = routing.whole;
    SmallVector<AffineExpr> zeros(shape.size(), getAffineConstantExpr(0, like.getContext()));
    auto slice = ItensorType::get(like.getContext(), like.getElementShape(), like.getElementType(), shape,
                                  /*tripCounts=*/{}, /*steps=*/{}, AffineMap::get(0, 0, zeros, like.getContext()))
                     .withSizes(sizes, /*tripExtents=*/{});
    routing.parts.push_back(canonicalize(own.toType(slice)));
    routing.counts.push_back(next - first);
    first = next;
  }
  return routing;
}

std::optional<ItensorType> st::joinRoundRobin(ItensorType type, unsigned dim, int64_t count) {
  SmallVector<int64_t> shape(type.getDataShape());
  int64_t extent = shape[dim];
  if (type.getSpan()[dim] > extent || type.hasRunTimeSizes())
    return std::nullopt;
  shape[dim] *= count;
  SmallVector<int64_t> counts(type.getTripCounts()), steps(type.getSteps());
  SmallVector<AffineExpr> offsets(type.getIterMap().getResults());
  offsets[dim] = offsets[dim] + getAffineDimExpr(counts.size(), type.getContext());
  counts.push_back(count);
  steps.push_back(extent);
  return ItensorType::get(type.getContext(), type.getElementShape(), type.getElementType(), shape, counts, steps,
                          AffineMap::get(counts.size(), 0, offsets, type.getContext()));
}
