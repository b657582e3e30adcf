//===- ReassociateTest.cpp - Collapsed and expanded types stream the same scalars -----------------------------===//

#include "RandomItensor.h"
#include "gtest/gtest.h"

using namespace st;
using namespace st::testing;

namespace {

using Groups = llvm::SmallVector<llvm::SmallVector<int64_t, 2>>;

/// The flat index of each scalar in stream order; -1 beyond the tensor.
std::vector<int64_t> flatSequence(ItensorType type) {
  std::vector<int64_t> sequence;
  for (const Offset &position : scalarSequence(type)) {
    int64_t flat = 0;
    for (auto [at, extent] : llvm::zip(position, type.getDataShape()))
      flat = flat * extent + at;
    sequence.push_back(isInside(position, type.getDataShape()) ? flat : -1);
  }
  return sequence;
}

std::string text(ItensorType type) {
  std::string result;
  llvm::raw_string_ostream(result) << type;
  return result;
}

TEST(Reassociate, CollapsesWholeInnerDimensions) {
  Generator generator(1);
  auto collapsed =
      reassociate(generator.parse("1x8x1x6xf32, iter_space = [2, 10] * [1, 1], iter_map = (d0, d1) -> (d0, 0, d1, 0)"),
                  Groups{{0}, {1}, {2, 3}}, {2, 8, 60});
  ASSERT_TRUE(collapsed);
  EXPECT_EQ(text(*collapsed),
            "!st.itensor<1x8x6xf32, iter_space = [2, 10] * [1, 6], iter_map = (d0, d1) -> (d0, 0, d1)>");
}

TEST(Reassociate, SumsOuterAndInner) {
  Generator generator(2);
  auto collapsed = reassociate(
      generator.parse("1x4xf32, iter_space = [3, 2] * [1, 4], iter_map = (d0, d1) -> (d0, d1)"), Groups{{0, 1}}, {24});
  ASSERT_TRUE(collapsed);
  EXPECT_EQ(text(*collapsed), "!st.itensor<4xf32, iter_space = [3, 2] * [8, 4], iter_map = (d0, d1) -> (d0 + d1)>");
}

TEST(Reassociate, RefusesWhatIsNoSlice) {
  Generator generator(3);
  // Two rows of half a tensor are no interval.
  EXPECT_FALSE(reassociate(generator.parse("2x4xf32, iter_space = [2] * [4], iter_map = (d0) -> (0, d0)"),
                           Groups{{0, 1}}, {16}));
  // Nor is one interval that ends in the next row a slice.
  EXPECT_FALSE(
      reassociate(generator.parse("3xf32, iter_space = [4] * [3], iter_map = (d0) -> (d0)"), Groups{{0, 1}}, {3, 4}));
}

TEST(Reassociate, KeepsTheScalarsInOrder) {
  Generator generator(4);
  int numCollapsed = 0, numExpanded = 0, numBack = 0;
  for (int n = 0; n < 40000; ++n) {
    // Extents of the fine side, and which of them go together.
    Offset fine, coarse;
    Groups groups;
    int64_t rank = generator.draw(2, 4);
    for (int64_t dim = 0; dim < rank; ++dim) {
      fine.push_back(generator.draw(1, 4));
      if (dim == 0 || generator.draw(0, 1))
        groups.emplace_back(), coarse.push_back(1);
      groups.back().push_back(dim);
      coarse.back() *= fine.back();
    }
    if (groups.size() == fine.size())
      continue;
    bool collapses = n % 2;
    const Offset &from = collapses ? fine : coarse, &to = collapses ? coarse : fine;
    Offset tile;
    for (int64_t extent : from)
      tile.push_back(generator.draw(0, 1) ? extent : generator.draw(1, extent));
    ItensorType type = generator.producer(from, tile);
    auto result = reassociate(type, groups, to);
    if (!result)
      continue;
    ++(collapses ? numCollapsed : numExpanded);
    ASSERT_EQ(flatSequence(type), flatSequence(*result)) << text(type) << " to " << text(*result);
    // And back, where the way back is open.
    if (auto back = reassociate(*result, groups, from)) {
      ++numBack;
      ASSERT_EQ(canonicalize(*back), canonicalize(type)) << text(type) << " to " << text(*result);
    }
  }
  EXPECT_GT(numCollapsed, 3000);
  EXPECT_GT(numExpanded, 3000);
  EXPECT_GT(numBack, 5000);
}

/// Readers too: windows and re-access keep their sequence.
TEST(Reassociate, KeepsTheOrderOfReaders) {
  Generator generator(5);
  int numRegrouped = 0;
  for (int n = 0; n < 40000; ++n) {
    ItensorType type = generator.anyType();
    Offset shape(type.getDataShape()), to;
    Groups groups;
    if (n % 2 && shape.size() > 1) {
      for (int64_t dim = 0; dim < (int64_t)shape.size(); ++dim) {
        if (dim == 0 || generator.draw(0, 1))
          groups.emplace_back(), to.push_back(1);
        groups.back().push_back(dim);
        to.back() *= shape[dim];
      }
    } else {
      for (int64_t extent : shape) {
        groups.push_back({static_cast<int64_t>(to.size())});
        int64_t factor = generator.draw(2, 4);
        if (extent % factor == 0) {
          groups.back().push_back(to.size() + 1);
          to.push_back(extent / factor);
          extent = factor;
        }
        to.push_back(extent);
      }
    }
    if (to.size() == shape.size())
      continue;
    auto result = reassociate(type, groups, to);
    if (!result)
      continue;
    ++numRegrouped;
    ASSERT_EQ(flatSequence(type), flatSequence(*result)) << text(type) << " to " << text(*result);
  }
  EXPECT_GT(numRegrouped, 1000);
}

} // namespace
