//===- Reassociate.cpp - Itensor types under collapse and expand of shapes ------------------------------------===//
//
// Offsets are sums of strides, and collapsing is linear in offsets: inside a group, one step along a dimension is as
// many scalars as the dimensions behind it hold. Expanding splits a loop where it carries from one dimension into the
// one before. What remains to be shown is that slices stay slices.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/LoopNest.h"

using namespace mlir;
using namespace st;

/// Consecutive dimensions that are one dimension on the other side.
using Group = ArrayRef<int64_t>;

/// Scalars that one step along each dimension of a group is: the product of the extents behind it.
static SmallVector<int64_t> getInnerSizes(Group extents) {
  SmallVector<int64_t> sizes(extents.size(), 1);
  for (int64_t index = static_cast<int64_t>(extents.size()) - 2; index >= 0; --index)
    sizes[index] = sizes[index + 1] * extents[index + 1];
  return sizes;
}

/// Whether slices of `tile`, which start at up to `largest` in each dimension of a group, are contiguous in the
/// collapsed dimension: one dimension is cut, those before hold one element of it, those behind are whole.
static bool isContiguous(Group extents, Group tile, Group largest) {
  int64_t cut = extents.size() - 1;
  while (cut > 0 && tile[cut] == extents[cut] && largest[cut] == 0)
    --cut;
  bool isOutermost = true;
  for (int64_t index = 0; index < cut; ++index) {
    if (tile[index] != 1)
      return false;
    isOutermost &= extents[index] == 1;
  }
  // Beyond the last extent there is padding on both sides; elsewhere there is the next row.
  return isOutermost || largest[cut] + tile[cut] <= extents[cut];
}

/// Cuts a tile of the collapsed dimension into one of `extents`.
static std::optional<SmallVector<int64_t>> expandTile(int64_t tile, Group extents) {
  SmallVector<int64_t> tiles(extents.size(), 1);
  for (int64_t index = extents.size() - 1; index >= 0; --index) {
    if (index == 0 || tile < extents[index]) {
      tiles[index] = tile;
      return tiles;
    }
    if (tile % extents[index] != 0)
      return std::nullopt;
    tiles[index] = extents[index];
    tile /= extents[index];
  }
  return tiles;
}

/// Appends `loop`, which moves by `stride` scalars of the collapsed dimension, as loops of the dimensions `first` to
/// `first` + extents.size() of `nest`, outermost first.
static bool expandLoop(LoopNest &nest, const StridedLoop &loop, int64_t stride, Group extents, unsigned first,
                       unsigned rank) {
  int64_t count = loop.count;
  SmallVector<int64_t> sizes = getInnerSizes(extents);
  SmallVector<StridedLoop> inner;
  while (true) {
    // The dimension that the loop steps along: the outermost whose elements are no larger than a step.
    unsigned index = 0;
    while (index + 1 < extents.size() && (sizes[index] > stride || extents[index] == 1))
      ++index;
    if (stride % sizes[index] != 0)
      return false;
    StridedLoop part{count, SmallVector<int64_t, 4>(rank, 0)};
    int64_t steps = stride / sizes[index];
    part.strides[first + index] = steps;
    bool isOutermost = llvm::all_of(extents.take_front(index), [](int64_t extent) { return extent == 1; });
    bool carries = !isOutermost && steps * (count - 1) >= extents[index];
    if (!carries) {
      part.extent = loop.extent;
      inner.push_back(part);
      break;
    }
    // Where a run-time count carries is known at run time only.
    if (loop.extent)
      return false;
    if (extents[index] % steps != 0 || count % (extents[index] / steps) != 0)
      return false;
    part.count = extents[index] / steps;
    inner.push_back(part);
    stride = extents[index] * sizes[index];
    count /= part.count;
  }
  nest.loops.append(inner.rbegin(), inner.rend());
  return true;
}

namespace {
/// Regroups between the two sides of a reassociation.
class Regrouping {
public:
  Regrouping(ItensorType type, ArrayRef<SmallVector<int64_t, 2>> groups, ArrayRef<int64_t> shape)
      : type(type), groups(groups), shape(shape), nest(LoopNest::ofTiles(type)) {}

  std::optional<ItensorType> collapse();
  std::optional<ItensorType> expand();

private:
  std::optional<ItensorType> finish(const LoopNest &regrouped, ArrayRef<int64_t> tile);
  std::optional<SmallVector<ExtentAttr>> getExtents();

  ItensorType type;
  ArrayRef<SmallVector<int64_t, 2>> groups;
  ArrayRef<int64_t> shape;
  LoopNest nest;
};
} // namespace

static SmallVector<int64_t> getLargestOffsets(const LoopNest &nest) {
  SmallVector<int64_t> largest(nest.start.begin(), nest.start.end());
  for (const StridedLoop &loop : nest.loops)
    for (auto [dim, stride] : llvm::enumerate(loop.strides))
      largest[dim] += (loop.count - 1) * stride;
  return largest;
}

std::optional<ItensorType> Regrouping::finish(const LoopNest &regrouped, ArrayRef<int64_t> tile) {
  for (const StridedLoop &loop : regrouped.loops) {
    // A map has no factors: a loop moves equally along all dimensions that it drives.
    int64_t step = 0;
    for (int64_t stride : loop.strides)
      if (stride != 0 && step != 0 && stride != step)
        return std::nullopt;
      else if (stride != 0)
        step = stride;
  }
  for (auto [offset, extent] : llvm::zip(getLargestOffsets(regrouped), shape))
    if (offset >= extent)
      return std::nullopt;
  SmallVector<int64_t> zeros(shape.size(), 0);
  auto map = AffineMap::get(0, 0, SmallVector<AffineExpr>(shape.size(), getAffineConstantExpr(0, type.getContext())),
                            type.getContext());
  auto dataExtents = getExtents();
  if (!dataExtents)
    return std::nullopt;
  auto like =
      ItensorType::get(type.getContext(), tile, type.getElementType(), shape, /*tripCounts=*/{}, /*steps=*/{}, map);
  return regrouped.toType(like.withSizes(*dataExtents, {}));
}

/// The extents of the regrouped data; empty where all are constants. A run-time extent is the outermost of its group:
/// anywhere else, shorter runs would leave gaps.
std::optional<SmallVector<ExtentAttr>> Regrouping::getExtents() {
  if (type.getDataExtents().empty())
    return SmallVector<ExtentAttr>();
  bool collapses = groups.size() == shape.size();
  SmallVector<ExtentAttr> extents(shape.size());
  for (auto [dim, group] : llvm::enumerate(groups)) {
    int64_t inner = 1;
    ArrayRef<int64_t> fine = collapses ? type.getDataShape() : shape;
    for (int64_t index : llvm::reverse(group)) {
      bool isFirst = llvm::all_of(ArrayRef<int64_t>(group).take_while([&](int64_t at) { return at != index; }),
                                  [&](int64_t at) { return fine[at] == 1; });
      ExtentAttr extent = collapses ? type.getDataExtent(index) : type.getDataExtent(dim);
      if (extent && isFirst && (collapses || fine[index] != 1)) {
        ExtentAttr &regrouped = extents[collapses ? dim : index];
        regrouped = collapses ? extent.times(inner) : extent.dividedBy(inner);
        if (!regrouped)
          return std::nullopt;
        break;
      }
      if (extent && collapses)
        return std::nullopt;
      inner *= fine[index];
    }
  }
  return extents;
}

std::optional<ItensorType> Regrouping::collapse() {
  SmallVector<int64_t> tile = type.getTileShape(), largest = getLargestOffsets(nest), newTile;
  LoopNest collapsed;
  for (const StridedLoop &loop : nest.loops)
    collapsed.loops.push_back({loop.count, SmallVector<int64_t, 4>(groups.size(), 0), loop.extent});
  for (auto [dim, group] : llvm::enumerate(groups)) {
    auto take = [group = ArrayRef<int64_t>(group)](ArrayRef<int64_t> values) {
      return values.slice(group.front(), group.size());
    };
    Group extents = take(type.getDataShape());
    if (!isContiguous(extents, take(tile), take(largest)) || ShapedType::getNumElements(extents) != shape[dim])
      return std::nullopt;
    newTile.push_back(ShapedType::getNumElements(take(tile)));
    collapsed.start.push_back(0);
    for (auto [index, size] : llvm::enumerate(getInnerSizes(extents))) {
      int64_t from = group.front() + index;
      collapsed.start[dim] += nest.start[from] * size;
      for (auto [loop, old] : llvm::zip(collapsed.loops, nest.loops))
        loop.strides[dim] += old.strides[from] * size;
    }
  }
  return finish(collapsed, newTile);
}

std::optional<ItensorType> Regrouping::expand() {
  SmallVector<int64_t> tile = type.getTileShape(), newTile;
  LoopNest expanded;
  for (auto [dim, group] : llvm::enumerate(groups)) {
    Group extents = shape.slice(group.front(), group.size());
    auto tiles = expandTile(tile[dim], extents);
    if (!tiles || ShapedType::getNumElements(extents) != type.getDataShape()[dim])
      return std::nullopt;
    llvm::append_range(newTile, *tiles);
    int64_t rest = nest.start[dim];
    for (int64_t size : getInnerSizes(extents)) {
      expanded.start.push_back(rest / size);
      rest %= size;
    }
  }
  for (const StridedLoop &loop : nest.loops) {
    SmallVector<unsigned> driven;
    for (auto [dim, stride] : llvm::enumerate(loop.strides))
      if (stride != 0 && !loop.isUnit())
        driven.push_back(dim);
    if (driven.empty()) {
      expanded.loops.push_back({loop.count, SmallVector<int64_t, 4>(shape.size(), 0), loop.extent});
      continue;
    }
    // A diagonal might carry in one dimension and not in the other.
    if (driven.size() > 1)
      return std::nullopt;
    ArrayRef<int64_t> group = groups[driven.front()];
    if (!expandLoop(expanded, loop, loop.strides[driven.front()], shape.slice(group.front(), group.size()),
                    group.front(), shape.size()))
      return std::nullopt;
  }
  SmallVector<int64_t> largest = getLargestOffsets(expanded);
  for (ArrayRef<int64_t> group : groups) {
    auto take = [group = ArrayRef<int64_t>(group)](ArrayRef<int64_t> values) {
      return values.slice(group.front(), group.size());
    };
    if (!isContiguous(take(shape), take(newTile), take(largest)))
      return std::nullopt;
  }
  return finish(expanded, newTile);
}

std::optional<ItensorType> st::reassociate(ItensorType type, ArrayRef<SmallVector<int64_t, 2>> reassociation,
                                           ArrayRef<int64_t> shape) {
  if (isa<VectorType>(type.getElementType()))
    return std::nullopt;
  Regrouping regrouping(type, reassociation, shape);
  bool collapses = static_cast<int64_t>(shape.size()) < type.getRank();
  // The groups partition the dimensions of the side of higher rank.
  size_t next = 0;
  for (ArrayRef<int64_t> group : reassociation)
    for (int64_t dim : group)
      if (dim != static_cast<int64_t>(next++))
        return std::nullopt;
  if (next != (collapses ? type.getRank() : shape.size()) ||
      reassociation.size() != (collapses ? shape.size() : type.getRank()) ||
      llvm::any_of(reassociation, [](ArrayRef<int64_t> group) { return group.empty(); }))
    return std::nullopt;
  return collapses ? regrouping.collapse() : regrouping.expand();
}
