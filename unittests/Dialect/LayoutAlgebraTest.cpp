//===- LayoutAlgebraTest.cpp - The algebra against brute force ------------------------------------------------===//

#include "RandomItensor.h"
#include "gtest/gtest.h"

using namespace st;
using namespace st::testing;

namespace {

constexpr int numCases = 20000;

std::string text(ItensorType type) {
  std::string result;
  llvm::raw_string_ostream(result) << type;
  return result;
}

TEST(LayoutAlgebra, CanonicalizeKeepsTheSequence) {
  Generator generator(1);
  for (int n = 0; n < numCases; ++n) {
    ItensorType type = generator.anyType(), canonical = canonicalize(type);
    ASSERT_EQ(enumerateOffsets(type), enumerateOffsets(canonical)) << text(type) << " -> " << text(canonical);
    ASSERT_EQ(canonical, canonicalize(canonical)) << text(type);
    ASSERT_LE(canonical.getNumLoops(), type.getNumLoops());
  }
}

TEST(LayoutAlgebra, SpellingsOfASequenceHaveOneCanonicalForm) {
  Generator generator(2);
  for (int n = 0; n < numCases; ++n) {
    ItensorType type = generator.anyType(), other = generator.respell(type);
    ASSERT_EQ(canonicalize(type), canonicalize(other)) << text(type) << " and " << text(other);
    ASSERT_EQ(relate(type, other), Relation::Equal);
  }
}

TEST(LayoutAlgebra, WhyNotProducerCountsEveryElementOnce) {
  Generator generator(3);
  int producers = 0;
  for (int n = 0; n < numCases; ++n) {
    ItensorType type = generator.anyType();
    auto counts = countElements(type);
    bool once = (int64_t)counts.size() == type.getTensorType().getNumElements() &&
                llvm::all_of(counts, [](auto &entry) { return entry.second == 1; });
    auto reason = whyNotProducer(type);
    ASSERT_EQ(once, !reason) << text(type) << ": " << reason.value_or("no reason");
    producers += once;
  }
  EXPECT_GT(producers, numCases / 100);
}

TEST(LayoutAlgebra, ShuffledProducersAreProducers) {
  Generator generator(4);
  for (int n = 0; n < numCases; ++n) {
    Offset shape{generator.draw(1, 12), generator.draw(1, 12)}, tile{generator.draw(1, 4), generator.draw(1, 4)};
    ItensorType type = generator.producer(shape, tile);
    ASSERT_EQ(whyNotProducer(type), std::nullopt) << text(type);
  }
}

/// The definition of the four relations, by enumeration.
Relation relateByBruteForce(ItensorType source, ItensorType result) {
  if (source.getDataShape() != result.getDataShape())
    return Relation::Incompatible;
  if (source.getTileShape() == result.getTileShape() && enumerateOffsets(source) == enumerateOffsets(result))
    return Relation::Equal;
  if (scalarSequence(source) == scalarSequence(result))
    return Relation::Regrouped;
  auto held = countElements(source);
  for (auto &entry : countElements(result))
    if (!held.count(entry.first))
      return Relation::Incompatible;
  return Relation::Convertible;
}

/// Another reader of the data of `type`: same data shape, any tile and order that stays inside it.
ItensorType readerOf(Generator &generator, ItensorType type) {
  for (int attempt = 0; attempt < 200; ++attempt) {
    ItensorType other = generator.anyType();
    if (other.getRank() != type.getRank())
      continue;
    auto span = other.getSpan(), tile = other.getTileShape();
    bool fits = true;
    for (auto [end, tileExtent, extent] : llvm::zip(span, tile, type.getDataShape()))
      fits &= end - tileExtent < extent;
    if (fits)
      return ItensorType::get(&generator.context, other.getElementShape(), other.getElementType(), type.getDataShape(),
                              other.getTripCounts(), other.getSteps(), other.getIterMap());
  }
  return generator.respell(type);
}

TEST(LayoutAlgebra, RelationsMatchTheirDefinition) {
  Generator generator(5);
  std::map<Relation, int> seen;
  for (int n = 0; n < numCases; ++n) {
    ItensorType source, result;
    switch (n % 4) {
    case 0:
      source = generator.anyType();
      result = readerOf(generator, source);
      break;
    case 1: {
      Offset shape{generator.draw(1, 12), generator.draw(1, 12)};
      source = generator.producer(shape, {generator.draw(1, 4), generator.draw(1, 4)});
      result = generator.producer(shape, {generator.draw(1, 4), generator.draw(1, 4)});
      break;
    }
    case 2: {
      source = generator.anyType();
      result = generator.respell(source);
      break;
    }
    default: {
      // Row-major tiles of whole rows often differ in grouping only.
      Offset shape{generator.draw(1, 12), generator.draw(1, 4)};
      source = generator.producer(shape, {generator.draw(1, 3), shape[1]});
      result = generator.producer(shape, {generator.draw(1, 3), shape[1]});
    }
    }
    Relation relation = relate(source, result);
    ASSERT_EQ(relation, relateByBruteForce(source, result)) << text(source) << " to " << text(result);
    ++seen[relation];
  }
  for (Relation relation : {Relation::Equal, Relation::Regrouped, Relation::Convertible, Relation::Incompatible})
    EXPECT_GT(seen[relation], numCases / 200) << stringify(relation).str();
}

TEST(LayoutAlgebra, RelatesOtherDtypesAndShapes) {
  Generator generator(6);
  ItensorType a = generator.parse("4x2xf32, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)");
  ItensorType b = generator.parse("4x2xf16, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)");
  ItensorType c = generator.parse("4x2xf32 of 7x2, iter_space = [2] * [4], iter_map = (d0) -> (d0, 0)");
  EXPECT_EQ(relate(a, b), Relation::Incompatible);
  EXPECT_EQ(relate(a, c), Relation::Incompatible);
}

TEST(LayoutAlgebra, VectorsRegroupWhereBlocksAreRowMajor) {
  Generator generator(7);
  ItensorType scalars = generator.parse("8x16xf32, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)");
  ItensorType rows = generator.parse("8x1xvector<1x16xf32>, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)");
  ItensorType halves = generator.parse("8x2xvector<1x8xf32>, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)");
  ItensorType blocks = generator.parse("2x4xvector<4x4xf32>, iter_space = [2] * [8], iter_map = (d0) -> (d0, 0)");
  EXPECT_EQ(relate(scalars, rows), Relation::Regrouped);
  EXPECT_EQ(relate(rows, halves), Relation::Regrouped);
  EXPECT_EQ(relate(rows, blocks), Relation::Convertible);
}

TEST(LayoutAlgebra, PackedShapeCountsPartialTiles) {
  Generator generator(8);
  EXPECT_EQ(packedShape(generator.parse("8x16xf32 of 20x128, iter_space = [3, 8] * [8, 16], "
                                        "iter_map = (d0, d1) -> (d0, d1)")),
            (Offset{3, 8, 8, 16}));
  EXPECT_EQ(packedShape(generator.parse("16xf32, iter_space = [3, 8] * [1, 16], iter_map = (d0, d1) -> (d1)")),
            (Offset{8, 16}));
}

TEST(LayoutAlgebra, ReasonsNameTheDimension) {
  Generator generator(9);
  auto reason = [&](llvm::StringRef text) { return whyNotProducer(generator.parse(text)).value_or(""); };
  EXPECT_EQ(reason("4x2xf32, iter_space = [4, 2, 2] * [2, 1, 4], iter_map = (d0, d1, d2) -> (d2, d0)"),
            "iteration dimension 1 is not used by the map, so that every element would be written 2 times (re-access)");
  EXPECT_EQ(reason("4xf32, iter_space = [3] * [2], iter_map = (d0) -> (d0)"),
            "slices overlap along data dimension 0: iteration dimension 0 advances by 2, but 4 elements are already "
            "written there");
  EXPECT_EQ(reason("4xf32, iter_space = [3] * [5], iter_map = (d0) -> (d0)"),
            "slices leave gaps along data dimension 0: iteration dimension 0 advances by 5, but only 4 elements are "
            "written there");
  EXPECT_EQ(reason("4xf32 of 20, iter_space = [3] * [4], iter_map = (d0) -> (d0)"),
            "slices cover only 12 of 20 elements along data dimension 0");
  EXPECT_EQ(reason("4x4xf32, iter_space = [3] * [4], iter_map = (d0) -> (d0, d0)"),
            "iteration dimension 0 drives both data dimension 0 and 1, so that elements beside the diagonal are never "
            "written");
  EXPECT_EQ(reason("4xf32, iter_space = [3] * [4], iter_map = (d0) -> (d0 + 4)"),
            "slices of data dimension 0 start at 4, so that the elements before are never written");
  EXPECT_EQ(reason("16x16xf32 of 20x50257, iter_space = [2, 3142] * [16, 16], iter_map = (d0, d1) -> (d0, d1)"), "");
}

} // namespace
