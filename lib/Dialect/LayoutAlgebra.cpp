//===- LayoutAlgebra.cpp - What two iterative tensor types are to each other ----------------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/DataSet.h"
#include "Dialect/LoopNest.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace st;

//===----------------------------------------------------------------------------------------------------------===//
// Spelling
//===----------------------------------------------------------------------------------------------------------===//

ItensorType st::canonicalize(ItensorType type) {
  LoopNest nest = LoopNest::ofTiles(type);
  nest.canonicalize();
  return nest.toType(type);
}

SmallVector<SmallVector<int64_t>> st::enumerateOffsets(ItensorType type) {
  LoopNest nest = LoopNest::ofTiles(type);
  SmallVector<SmallVector<int64_t>> offsets;
  offsets.reserve(type.getNumTiles());
  SmallVector<int64_t> index(nest.loops.size(), 0);
  for (int64_t n = 0, e = type.getNumTiles(); n < e; ++n) {
    auto &offset = offsets.emplace_back(nest.start.begin(), nest.start.end());
    for (auto [position, loop] : llvm::zip(index, nest.loops))
      for (auto [dim, stride] : llvm::enumerate(loop.strides))
        offset[dim] += position * stride;
    for (int64_t loop = index.size() - 1; loop >= 0; --loop) {
      if (++index[loop] < nest.loops[loop].count)
        break;
      index[loop] = 0;
    }
  }
  return offsets;
}

SmallVector<int64_t> st::packedShape(ItensorType type) {
  SmallVector<int64_t> shape, tile = type.getTileShape();
  for (auto [extent, tileExtent] : llvm::zip(type.getDataShape(), tile))
    shape.push_back(llvm::divideCeil(extent, tileExtent));
  llvm::append_range(shape, tile);
  return shape;
}

bool st::isTileAligned(ItensorType type) {
  LoopNest nest = LoopNest::ofTiles(type);
  for (auto [dim, tile] : llvm::enumerate(type.getTileShape())) {
    if (nest.start[dim] % tile != 0)
      return false;
    for (const StridedLoop &loop : nest.loops)
      if (loop.count > 1 && loop.strides[dim] % tile != 0)
        return false;
  }
  return true;
}

SmallVector<LoopStride> st::getLoopsOf(ItensorType type, unsigned dim) {
  SmallVector<LoopStride> driving;
  for (auto [index, loop] : llvm::enumerate(LoopNest::ofTiles(type).loops))
    if (loop.count > 1 && loop.strides[dim] != 0)
      driving.push_back({static_cast<unsigned>(index), loop.strides[dim]});
  return driving;
}

int64_t st::getConstantOffset(ItensorType type, unsigned dim) { return LoopNest::ofTiles(type).start[dim]; }

//===----------------------------------------------------------------------------------------------------------===//
// Producers
//===----------------------------------------------------------------------------------------------------------===//

namespace {
struct Driver {
  unsigned loop;
  int64_t count, stride;
  ExtentAttr extent;
};
} // namespace

/// Offsets along one dimension are sums of one value of each loop. They are the multiples of the tile, each once,
/// exactly when the loops, sorted by stride, form a mixed-radix number: the smallest stride is the tile, and each
/// other is the one before it times its count.
static std::optional<std::string> whyNotOnceAlong(unsigned dim, SmallVector<Driver> drivers, int64_t start,
                                                  int64_t tile, int64_t extent, ExtentAttr runTimeExtent) {
  if (start != 0)
    return llvm::formatv("slices of data dimension {0} start at {1}, so that the elements before are never written",
                         dim, start)
        .str();
  llvm::sort(drivers,
             [](const Driver &a, const Driver &b) { return std::tie(a.stride, a.loop) < std::tie(b.stride, b.loop); });
  int64_t covered = tile;
  for (const Driver &driver : drivers) {
    if (driver.stride < covered)
      return llvm::formatv("slices overlap along data dimension {0}: iteration dimension {1} advances by {2}, but {3} "
                           "elements are already written there",
                           dim, driver.loop, driver.stride, covered)
          .str();
    if (driver.stride > covered)
      return llvm::formatv("slices leave gaps along data dimension {0}: iteration dimension {1} advances by {2}, but "
                           "only {3} elements are written there",
                           dim, driver.loop, driver.stride, covered)
          .str();
    // In a shorter run too, what is written is all from the start to the extent: only the outermost loop ends there.
    bool isOutermost = &driver == &drivers.back();
    if (driver.extent && (!isOutermost || !runTimeExtent || driver.extent != runTimeExtent.ceilDiv(driver.stride)))
      return llvm::formatv("iteration dimension {0} runs {1} times, which does not cover the extent of data dimension "
                           "{2} exactly",
                           driver.loop, driver.extent.str(), dim)
          .str();
    covered *= driver.count;
  }
  if (covered < extent)
    return llvm::formatv("slices cover only {0} of {1} elements along data dimension {2}", covered, extent, dim).str();
  return std::nullopt;
}

std::optional<std::string> st::whyNotProducer(ItensorType type) {
  LoopNest nest = LoopNest::ofTiles(type);
  SmallVector<SmallVector<Driver>> drivers(type.getRank());
  for (auto [index, loop] : llvm::enumerate(nest.loops)) {
    if (loop.isUnit())
      continue;
    std::optional<unsigned> driven;
    for (auto [dim, stride] : llvm::enumerate(loop.strides)) {
      if (stride == 0)
        continue;
      // A loop that moves along two dimensions at once leaves out the corners beside its diagonal.
      if (driven)
        return llvm::formatv("iteration dimension {0} drives both data dimension {1} and {2}, so that elements beside "
                             "the diagonal are never written",
                             index, *driven, dim)
            .str();
      driven = dim;
      drivers[dim].push_back({static_cast<unsigned>(index), loop.count, stride, loop.extent});
    }
    if (!driven)
      return llvm::formatv("iteration dimension {0} is not used by the map, so that every element would be written {1} "
                           "times (re-access)",
                           index, loop.count)
          .str();
  }
  SmallVector<int64_t> tile = type.getTileShape();
  for (unsigned dim = 0; dim < type.getRank(); ++dim) {
    int64_t extent = type.getDataShape()[dim];
    ExtentAttr runTimeExtent = type.getDataExtent(dim);
    // From its place to the end of what counts then; the rest stays.
    if (StringAttr place = type.getPlace(dim)) {
      runTimeExtent = runTimeExtent.plus(ExtentAttr::getSize(place).times(-1));
      extent = runTimeExtent.isConstant() ? runTimeExtent.getConstant() : 0;
    }
    if (auto reason = whyNotOnceAlong(dim, drivers[dim], nest.start[dim], tile[dim], extent, runTimeExtent))
      return reason;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------------------------------------------===//
// Which data a stream touches
//===----------------------------------------------------------------------------------------------------------===//

llvm::BitVector st::touchedAlong(ArrayRef<int64_t> counts, ArrayRef<int64_t> strides, int64_t start, int64_t tile,
                                 int64_t limit) {
  SmallVector<std::pair<int64_t, int64_t>> loops; // stride, count
  for (auto [count, stride] : llvm::zip(counts, strides))
    if (count > 1 && stride != 0)
      loops.push_back({stride, count});
  llvm::sort(loops);
  // As long as each stride is no longer than what is touched already, the set stays one interval.
  int64_t length = tile;
  auto loop = loops.begin();
  for (; loop != loops.end() && loop->first <= length; ++loop)
    length += (loop->second - 1) * loop->first;
  llvm::BitVector touched(limit);
  if (start < limit)
    touched.set(start, std::min(start + length, limit));
  for (; loop != loops.end(); ++loop) {
    llvm::BitVector base = touched;
    for (int64_t n = 1; n < loop->second && n * loop->first < limit; ++n) {
      base <<= loop->first;
      touched |= base;
    }
  }
  return touched;
}

/// The bits of data dimension `dim` that `nest` touches, as if the dimensions were independent.
static llvm::BitVector touchedBy(const LoopNest &nest, unsigned dim, int64_t tile, int64_t extent) {
  SmallVector<int64_t> counts, strides;
  for (const StridedLoop &loop : nest.loops) {
    counts.push_back(loop.count);
    strides.push_back(loop.strides[dim]);
  }
  return touchedAlong(counts, strides, nest.start[dim], tile, extent);
}

/// Marks every scalar of the logical tensor that `type` touches, slice by slice.
static llvm::BitVector touchedScalars(ItensorType type) {
  ArrayRef<int64_t> shape = type.getDataShape();
  SmallVector<int64_t> tile = type.getTileShape();
  llvm::BitVector touched(ShapedType::getNumElements(shape));
  for (ArrayRef<int64_t> offset : enumerateOffsets(type)) {
    SmallVector<int64_t> position(offset);
    while (true) {
      int64_t index = 0;
      bool inside = true;
      for (auto [at, extent] : llvm::zip(position, shape)) {
        index = index * extent + at;
        inside &= at < extent;
      }
      if (inside)
        touched.set(index);
      int64_t dim = shape.size() - 1;
      for (; dim >= 0; --dim) {
        if (++position[dim] < offset[dim] + tile[dim])
          break;
        position[dim] = offset[dim];
      }
      if (dim < 0)
        break;
    }
  }
  return touched;
}

/// Whether every element that `result` reads is one that `source` holds.
static bool holds(ItensorType source, ItensorType result) {
  if (!whyNotProducer(source))
    return true;
  LoopNest from = LoopNest::ofTiles(source), to = LoopNest::ofTiles(result);
  // A diagonal stream is rare and never a producer; it is judged element by element.
  if (from.isCoupled() || to.isCoupled())
    return !touchedScalars(result).test(touchedScalars(source));
  SmallVector<int64_t> fromTile = source.getTileShape(), toTile = result.getTileShape();
  for (auto [dim, extent] : llvm::enumerate(source.getDataShape()))
    if (touchedBy(to, dim, toTile[dim], extent).test(touchedBy(from, dim, fromTile[dim], extent)))
      return false;
  return true;
}

bool Access::isRepeated() const { return repeats > 1 || llvm::is_contained(overlaps, true); }

/// Whether slices that start at the set bits share elements, or start at the same place: `combinations` of loop
/// counts led to these bits.
static bool shareElements(const llvm::BitVector &starts, int64_t combinations, int64_t tile) {
  if (static_cast<int64_t>(starts.count()) < combinations)
    return true;
  for (int previous = starts.find_first(); previous >= 0;) {
    int next = starts.find_next(previous);
    if (next >= 0 && next - previous < tile)
      return true;
    previous = next;
  }
  return false;
}

Access st::describeAccess(ItensorType type) {
  LoopNest nest = LoopNest::ofTiles(type);
  Access access;
  for (const StridedLoop &loop : nest.loops)
    if (llvm::all_of(loop.strides, [](int64_t stride) { return stride == 0; }))
      access.repeats *= loop.count;
  SmallVector<int64_t> tile = type.getTileShape(), span = type.getSpan();
  for (auto [dim, extent] : llvm::enumerate(type.getDataShape())) {
    int64_t combinations = 1;
    for (const StridedLoop &loop : nest.loops)
      if (loop.strides[dim] != 0)
        combinations *= loop.count;
    access.overlaps.push_back(shareElements(touchedBy(nest, dim, /*tile=*/1, extent), combinations, tile[dim]));
    access.skips.push_back(!touchedBy(nest, dim, tile[dim], extent).all());
    access.padded.push_back(span[dim] > extent);
  }
  return access;
}

//===----------------------------------------------------------------------------------------------------------===//
// Relations
//===----------------------------------------------------------------------------------------------------------===//

StringRef st::stringify(Relation relation) {
  switch (relation) {
  case Relation::Equal:
    return "equal";
  case Relation::Regrouped:
    return "equal up to regrouping";
  case Relation::Convertible:
    return "convertible";
  case Relation::Incompatible:
    return "incompatible";
  }
  llvm_unreachable("unknown relation");
}

/// Whether both stream the same scalars in the same order.
static bool haveSameScalars(ItensorType source, ItensorType result) {
  LoopNest from = LoopNest::ofScalars(source), to = LoopNest::ofScalars(result);
  from.canonicalize();
  to.canonicalize();
  return from == to;
}

bool st::haveSameTokens(ItensorType a, ItensorType b) {
  // Tokens of one shape cut one sequence of scalars in one way only.
  return a.getDataShape() == b.getDataShape() && a.getElementType() == b.getElementType() &&
         a.getPlaces() == b.getPlaces() && haveSameScalars(a, b);
}

bool st::isPlacementOf(ItensorType placed, ItensorType type) {
  if (!type.getPlaces().empty() || placed.getPlaces().empty() || placed.getElementType() != type.getElementType() ||
      placed.getElementShape() != type.getElementShape() || placed.getTripCounts() != type.getTripCounts() ||
      placed.getTripExtents() != type.getTripExtents() || placed.getSteps() != type.getSteps() ||
      placed.getIterMap() != type.getIterMap())
    return false;
  for (unsigned dim = 0; dim < type.getRank(); ++dim) {
    StringAttr place = placed.getPlace(dim);
    auto extentOf = [&](ItensorType of) {
      ExtentAttr extent = of.getDataExtent(dim);
      return extent ? extent : ExtentAttr::getConstant(of.getContext(), of.getDataShape()[dim]);
    };
    ExtentAttr expected = place ? extentOf(type).plus(ExtentAttr::getSize(place)) : extentOf(type);
    if (extentOf(placed) != expected)
      return false;
  }
  return true;
}

Relation st::relate(ItensorType source, ItensorType result) {
  if (source.getDataShape() != result.getDataShape() || source.getDataExtents() != result.getDataExtents() ||
      source.getScalarType() != result.getScalarType() || source.getPlaces() != result.getPlaces())
    return Relation::Incompatible;
  if (canonicalize(source) == canonicalize(result))
    return Relation::Equal;
  if (haveSameScalars(source, result))
    return Relation::Regrouped;
  return holds(source, result) ? Relation::Convertible : Relation::Incompatible;
}
