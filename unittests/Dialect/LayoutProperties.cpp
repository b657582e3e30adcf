//===- LayoutProperties.cpp - Every law of the layout algebra on random types, against enumeration ------------===//
//
//   ST_LAYOUT_TYPES=100000 build/dev/bin/LayoutProperties
//
// runs on so many types instead of the few that the test suite has time for. RC_PARAMS, for a seed, is rapidcheck's.
// What fails is shrunk and printed as types; it then belongs into test/Dialect/layout-regressions.mlir.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "PropertyTypes.h"
#include "mlir/AsmParser/AsmParser.h"
#include "gtest/gtest.h"
#include <map>

using namespace st;
using namespace st::testing;

namespace {

const char *nameOf(Feature feature) {
  switch (feature) {
  case Feature::Plain:
    return "rank 2 to 4, whole tiles";
  case Feature::Sum:
    return "sums";
  case Feature::Reaccess:
    return "re-access";
  case Feature::Ragged:
    return "extents that tiles do not divide";
  }
  return "";
}

/// How often each element of the data crosses, by flat index of the data shape.
std::vector<int64_t> countCrossings(ItensorType type) {
  Extents box = boxOf(type, type);
  std::vector<int64_t> counts(mlir::ShapedType::getNumElements(type.getDataShape()), 0);
  for (int64_t scalar : scalarsOf(type, box)) {
    Extents position = positionOf(scalar, box);
    if (!isInside(position, type.getDataShape()))
      continue;
    int64_t flat = 0;
    for (auto [at, extent] : llvm::zip(position, type.getDataShape()))
      flat = flat * extent + at;
    ++counts[flat];
  }
  return counts;
}

void checkSpelling(ItensorType type) {
  ItensorType canonical = canonicalize(type), other = respell(type);
  RC_LOG() << "other spelling " << text(other) << "\n";
  RC_ASSERT(slicesOf(type) == slicesOf(canonical));
  RC_ASSERT(canonicalize(canonical) == canonical);
  RC_ASSERT(canonical.getNumLoops() <= type.getNumLoops());
  RC_ASSERT(canonicalize(other) == canonical);
  RC_ASSERT(relate(type, other) == Relation::Equal);
  RC_ASSERT(haveSameTokens(type, other));
  auto enumerated = enumerateOffsets(type);
  auto slices = slicesOf(type);
  RC_ASSERT(std::equal(enumerated.begin(), enumerated.end(), slices.begin(), slices.end()));
  RC_ASSERT(mlir::parseType(text(type), getContext()) == type);
}

void checkProducer(ItensorType type) {
  auto counts = countCrossings(type);
  auto reason = whyNotProducer(type);
  RC_LOG() << "reason: " << reason.value_or("none") << "\n";
  RC_ASSERT(llvm::all_of(counts, [](int64_t count) { return count == 1; }) == !reason);
  count(!reason ? "producers" : "readers only");
}

/// Offsets along `dim` for each combination of the loops that the map uses there.
std::vector<int64_t> projectOffsets(ItensorType type, unsigned dim) {
  Extents counts;
  for (auto [loop, count] : llvm::enumerate(type.getTripCounts()))
    counts.push_back(type.getIterMap().getResult(dim).isFunctionOfDim(loop) ? count : 1);
  llvm::SmallVector<mlir::AffineExpr> offsets{type.getIterMap().getResult(dim)};
  auto map = mlir::AffineMap::get(counts.size(), 0, offsets, getContext());
  ItensorType alone = ItensorType::get(getContext(), type.getElementShape()[dim], type.getElementType(),
                                       type.getDataShape()[dim], counts, type.getSteps(), map);
  std::vector<int64_t> places;
  for (const Extents &slice : slicesOf(alone))
    places.push_back(slice.front());
  return places;
}

void checkAccess(ItensorType type) {
  Access access = describeAccess(type);
  int64_t repeats = 1;
  for (auto [loop, count] : llvm::enumerate(type.getTripCounts()))
    if (!type.getIterMap().isFunctionOfDim(loop))
      repeats *= count;
  RC_ASSERT(access.repeats == repeats);
  Extents tile = type.getTileShape();
  bool isAligned = true;
  for (auto [dim, extent] : llvm::enumerate(type.getDataShape())) {
    std::vector<int64_t> places = projectOffsets(type, dim), counts(extent, 0);
    bool reachesBeyond = false;
    for (int64_t place : places) {
      isAligned &= place % tile[dim] == 0;
      reachesBeyond |= place + tile[dim] > extent;
      for (int64_t at = place; at < std::min(place + tile[dim], extent); ++at)
        ++counts[at];
    }
    RC_ASSERT(access.padded[dim] == reachesBeyond);
    RC_ASSERT(access.skips[dim] == llvm::is_contained(counts, 0));
    RC_ASSERT(access.overlaps[dim] == llvm::any_of(counts, [](int64_t count) { return count > 1; }));
  }
  RC_ASSERT(isTileAligned(type) == isAligned);
  bool crossesTwice = llvm::any_of(countCrossings(type), [](int64_t count) { return count > 1; });
  bool isDiagonal = false;
  for (unsigned loop = 0; loop < type.getNumLoops(); ++loop)
    isDiagonal |= llvm::count_if(type.getIterMap().getResults(),
                                 [&](mlir::AffineExpr offset) { return offset.isFunctionOfDim(loop); }) > 1;
  // A diagonal may pass by what overlaps along one dimension only.
  if (!isDiagonal)
    RC_ASSERT(access.isRepeated() == crossesTwice);
  else if (crossesTwice)
    RC_ASSERT(access.isRepeated());
}

/// The four relations, as they are defined.
Relation relateByEnumeration(ItensorType source, ItensorType result) {
  if (source.getTileShape() == result.getTileShape() && slicesOf(source) == slicesOf(result))
    return Relation::Equal;
  Extents box = boxOf(source, result);
  if (scalarsOf(source, box) == scalarsOf(result, box))
    return Relation::Regrouped;
  auto held = countCrossings(source), read = countCrossings(result);
  for (auto [there, wanted] : llvm::zip(held, read))
    if (wanted > 0 && there == 0)
      return Relation::Incompatible;
  return Relation::Convertible;
}

void checkRelation(ItensorType source, ItensorType result) {
  RC_LOG() << "source " << text(source) << "\nresult " << text(result) << "\n";
  Relation relation = relate(source, result);
  count("relation: " + stringify(relation).str());
  RC_ASSERT(relation == relateByEnumeration(source, result));
  // Tokens are scalars here.
  RC_ASSERT(haveSameTokens(source, result) == (relation == Relation::Equal || relation == Relation::Regrouped));
}

/// `type` in tokens of `lanes` scalars along each dimension, which divide its tile.
ItensorType withTokens(ItensorType type, const Extents &lanes) {
  Extents blocks = type.getTileShape();
  for (auto [block, lane] : llvm::zip(blocks, lanes))
    block /= lane;
  return ItensorType::get(getContext(), blocks, mlir::VectorType::get(lanes, type.getElementType()),
                          type.getDataShape(), type.getTripCounts(), type.getSteps(), type.getIterMap());
}

/// Where each token begins, in stream order: blocks of a slice row-major.
std::vector<Extents> tokensOf(ItensorType type, const Extents &lanes) {
  std::vector<Extents> tokens;
  Extents blocks(type.getElementShape());
  for (const Extents &slice : slicesOf(type))
    for (int64_t block = 0; block < type.getTokensPerTile(); ++block) {
      Extents &token = tokens.emplace_back(positionOf(block, blocks));
      for (auto [at, lane, offset] : llvm::zip(token, lanes, slice))
        at = at * lane + offset;
    }
  return tokens;
}

/// Two types in the same tokens: equal tokens in equal order, or not.
void checkTokens(ItensorType source, ItensorType result) {
  Extents lanes;
  for (auto [a, b] : llvm::zip(source.getTileShape(), result.getTileShape())) {
    int64_t common = std::gcd(a, b), lane = draw(1, common);
    lanes.push_back(common % lane == 0 ? lane : 1);
  }
  source = withTokens(source, lanes);
  result = withTokens(result, lanes);
  RC_LOG() << "tokens of " << text(source) << " and " << text(result) << "\n";
  bool areSame = tokensOf(source, lanes) == tokensOf(result, lanes);
  count(areSame ? "same tokens" : "other tokens");
  RC_ASSERT(haveSameTokens(source, result) == areSame);
  if (areSame)
    RC_ASSERT(relate(source, result) == Relation::Equal || relate(source, result) == Relation::Regrouped);
}

void checkParts(ItensorType type) {
  int64_t dim = draw(0, type.getRank() - 1), extent = type.getDataShape()[dim];
  if (extent < 2)
    return;
  Extents extents{draw(1, extent - 1)};
  if (int64_t rest = extent - extents[0]; rest > 1 && draw(0, 2) == 2)
    extents.push_back(draw(1, rest - 1));
  extents.push_back(extent - std::accumulate(extents.begin(), extents.end(), int64_t(0)));
  RC_LOG() << "parts along " << dim << ": " << extents.front() << " ... " << extents.back() << "\n";

  // The part of each slice; none where it lies in several. What reaches beyond the last part is padding.
  std::vector<std::vector<Extents>> slices(extents.size());
  bool isCut = true;
  for (Extents slice : slicesOf(type)) {
    int64_t part = 0, begin = 0;
    while (slice[dim] >= begin + extents[part])
      begin += extents[part++];
    bool isLast = part + 1 == static_cast<int64_t>(extents.size());
    isCut &= isLast || slice[dim] + type.getTileShape()[dim] <= begin + extents[part];
    slice[dim] -= begin;
    slices[part].push_back(slice);
  }
  isCut &= llvm::none_of(slices, [](auto &part) { return part.empty(); });

  std::string whyNot;
  auto routing = routeParts(type, dim, extents, whyNot);
  RC_LOG() << "no routing: " << whyNot << "\n";
  RC_ASSERT(!routing || isCut);
  // A single loop along the dimension, one tile per step, always finds the part.
  auto driving = getLoopsOf(canonicalize(type), dim);
  if (!routing) {
    RC_ASSERT(!whyNot.empty());
    RC_ASSERT(!(isCut && driving.size() == 1 && getConstantOffset(type, dim) == 0 &&
                llvm::all_of(llvm::ArrayRef(extents).drop_back(),
                             [&](int64_t part) { return part % driving[0].stride == 0; }) &&
                type.getTileShape()[dim] <= driving[0].stride));
    return;
  }
  count("cut into parts");
  int64_t iterations = 0;
  for (auto [part, expected] : llvm::enumerate(slices)) {
    RC_ASSERT(slicesOf(routing->parts[part]) == expected);
    RC_ASSERT(routing->parts[part].getDataShape()[dim] == extents[part]);
    iterations += routing->counts[part];
  }
  RC_ASSERT(iterations == routing->whole.getTripCounts()[routing->loop]);
}

void checkJoin(ItensorType type) {
  int64_t dim = draw(0, type.getRank() - 1), count = draw(2, 3), extent = type.getDataShape()[dim];
  auto joined = joinRoundRobin(type, dim, count);
  auto slices = slicesOf(type);
  bool fits =
      llvm::all_of(slices, [&](const Extents &slice) { return slice[dim] + type.getTileShape()[dim] <= extent; });
  RC_ASSERT(joined.has_value() == fits);
  if (!joined)
    return;
  std::vector<Extents> expected;
  for (const Extents &slice : slices)
    for (int64_t part = 0; part < count; ++part) {
      expected.push_back(slice);
      expected.back()[dim] += part * extent;
    }
  RC_ASSERT(slicesOf(*joined) == expected);
  RC_ASSERT(!whyNotProducer(type) == !whyNotProducer(*joined));
}

/// The scalars in stream order as indices of the tensor; -1 beyond it.
std::vector<int64_t> indicesOf(ItensorType type) {
  Extents box = boxOf(type, type);
  std::vector<int64_t> indices;
  for (int64_t scalar : scalarsOf(type, box)) {
    Extents position = positionOf(scalar, box);
    int64_t flat = 0;
    for (auto [at, extent] : llvm::zip(position, type.getDataShape()))
      flat = flat * extent + at;
    indices.push_back(isInside(position, type.getDataShape()) ? flat : -1);
  }
  return indices;
}

void checkReassociation(ItensorType type) {
  llvm::SmallVector<llvm::SmallVector<int64_t, 2>> groups;
  Extents shape;
  if (draw(0, 1)) {
    for (int64_t dim = 0; dim < type.getRank(); ++dim) {
      if (dim == 0 || draw(0, 1))
        groups.emplace_back(), shape.push_back(1);
      groups.back().push_back(dim);
      shape.back() *= type.getDataShape()[dim];
    }
  } else {
    for (int64_t extent : type.getDataShape()) {
      int64_t factor = draw(1, 3);
      groups.push_back({static_cast<int64_t>(shape.size())});
      if (factor > 1 && extent % factor == 0) {
        groups.back().push_back(shape.size() + 1);
        shape.push_back(extent / factor);
        extent = factor;
      }
      shape.push_back(extent);
    }
  }
  if (static_cast<int64_t>(shape.size()) == type.getRank())
    return;
  auto result = reassociate(type, groups, shape);
  if (!result)
    return;
  count("reassociated");
  RC_LOG() << "reassociated " << text(*result) << "\n";
  RC_ASSERT(indicesOf(type) == indicesOf(*result));
  if (auto back = reassociate(*result, groups, type.getDataShape()))
    RC_ASSERT(canonicalize(*back) == canonicalize(type));
}

void checkPadding(ItensorType type) {
  Padding padding;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    padding.low.push_back(draw(0, 2));
    padding.high.push_back(draw(0, 2));
  }
  ItensorType padded = padShape(type, padding);
  auto expected = slicesOf(type);
  for (Extents &slice : expected)
    for (auto [at, low] : llvm::zip(slice, padding.low))
      at += low;
  RC_ASSERT(slicesOf(padded) == expected);
  for (auto [dim, extent] : llvm::enumerate(padded.getDataShape()))
    RC_ASSERT(extent == padding.low[dim] + type.getDataShape()[dim] + padding.high[dim]);
  Extents packed = packedShape(type), tile = type.getTileShape();
  for (auto [dim, extent] : llvm::enumerate(type.getDataShape())) {
    RC_ASSERT(packed[dim] * tile[dim] >= extent);
    RC_ASSERT((packed[dim] - 1) * tile[dim] < extent);
    RC_ASSERT(packed[type.getRank() + dim] == tile[dim]);
  }
}

TEST(LayoutProperties, EveryLawHolds) {
  int cases = 0;
  setCases("ST_LAYOUT_TYPES", 20000);
  EXPECT_TRUE(rc::check("every law of the layout algebra holds on a random type", [&] {
    if (++cases % 1000 == 0)
      recycleContext();
    auto feature = static_cast<Feature>(draw(0, 3));
    int64_t rank = feature == Feature::Plain ? draw(2, 4) : draw(1, 4);
    Shape shape = drawShape(feature, rank);
    bool isProducer = feature != Feature::Sum && feature != Feature::Reaccess && draw(0, 1);
    ItensorType type =
        isProducer ? drawProducer(shape.extents, shape.tile) : drawReader(shape.extents, shape.tile, feature);
    count(std::string(nameOf(feature)));
    count("rank " + std::to_string(rank));
    RC_LOG() << "type " << text(type) << "\n";
    checkSpelling(type);
    checkProducer(type);
    checkAccess(type);
    checkParts(type);
    checkJoin(type);
    checkReassociation(type);
    checkPadding(type);
    // The other side of a relation: another reader, or the same tensor in tiles that may only regroup.
    Extents otherTile = draw(0, 1) ? drawShape(Feature::Plain, rank).tile : shape.tile;
    for (auto [tile, extent] : llvm::zip(otherTile, shape.extents))
      tile = std::min(tile, extent);
    ItensorType other = draw(0, 1) ? drawProducer(shape.extents, otherTile)
                                   : drawReader(shape.extents, otherTile, static_cast<Feature>(draw(0, 3)));
    checkRelation(type, other);
    ItensorType rows = drawRowMajor(shape.extents), otherRows = drawRowMajor(shape.extents);
    checkRelation(rows, otherRows);
    checkTokens(rows, otherRows);
    checkTokens(type, other);
  }));
  printCounts();
}

} // namespace
