//===- CompareTest.cpp - Whether two tensors agree ------------------------------------------------------------===//

#include "Driver/Compare.h"
#include "Driver/Check.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstring>

using namespace st;

static Array floats(llvm::ArrayRef<float> values, llvm::ArrayRef<int64_t> shape) {
  Array array{"f32", llvm::SmallVector<int64_t>(shape), {}};
  array.bytes.resize(values.size() * sizeof(float));
  std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
  return array;
}

TEST(CompareTest, MeasuresTensorAndRow) {
  Array reference = floats({100, 0, 1, 1}, {2, 2}), actual = floats({100, 0, 1, 1.01f}, {2, 2});
  Difference difference = compareArrays(actual, reference);
  EXPECT_NEAR(difference.relative(), 1e-4, 1e-6);
  EXPECT_NEAR(difference.worstRow, 1e-2, 1e-6);
  EXPECT_EQ(difference.worstRowIndex, 1);
  // Small beside the whole tensor, large in its row.
  EXPECT_FALSE(agrees(difference, reference, {/*tensor=*/1e-3, /*row=*/1e-3}));
  EXPECT_TRUE(agrees(difference, reference, {/*tensor=*/1e-3, /*row=*/2e-2}));
}

TEST(CompareTest, NaNOnOneSideIsAMismatch) {
  Array reference = floats({1, 2}, {2});
  EXPECT_FALSE(agrees(compareArrays(floats({1, NAN}, {2}), reference), reference));
  EXPECT_FALSE(agrees(compareArrays(floats({1, INFINITY}, {2}), reference), reference));
  Array undefined = floats({1, NAN}, {2});
  EXPECT_TRUE(agrees(compareArrays(undefined, undefined), undefined));
}

TEST(CompareTest, ShapesAndNamesCount) {
  Array reference = floats({1, 2}, {2});
  EXPECT_FALSE(agrees(compareArrays(floats({1, 2}, {1, 2}), reference), reference));
  EXPECT_FALSE(compareResults({}, {{"y", reference}}).ok());
  EXPECT_FALSE(compareResults({{"y", reference}}, {}).ok()) << "nothing compared is nothing shown";
}

TEST(CompareTest, IntegersCarryNoSign) {
  auto bytes = [](const char *dtype) {
    Array array{dtype, {2}, {}};
    const uint8_t values[2] = {200, 1};
    array.bytes.assign(values, values + 2);
    return array;
  };
  EXPECT_TRUE(agrees(compareArrays(bytes("i8"), bytes("u8")), bytes("u8")));
  EXPECT_FALSE(agrees(compareArrays(bytes("bool"), bytes("u8")), bytes("u8")));
  Array wide{"i16", {1}, {}};
  wide.bytes.resize(2);
  EXPECT_FALSE(agrees(compareArrays(wide, bytes("u8")), bytes("u8")));
}
