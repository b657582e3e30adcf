#include "Support/Units.h"

#include "gtest/gtest.h"

using namespace st;

TEST(Units, Rounding) {
  EXPECT_EQ(ceilDiv(20, 16), 2);
  EXPECT_EQ(ceilDiv(32, 16), 2);
  EXPECT_EQ(ceilDiv(0, 16), 0);
  EXPECT_EQ(roundUp(20, 16), 32);
  EXPECT_EQ(bytesForBits(9), 2);
  EXPECT_EQ(bitsForCount(0), 1);
  EXPECT_EQ(bitsForCount(255), 8);
  EXPECT_EQ(bitsForCount(256), 9);
}

TEST(Units, Printing) {
  EXPECT_EQ(formatBytes(640), "640 B");
  EXPECT_EQ(formatBytes(12800), "12.5 KiB");
  EXPECT_EQ(formatBytes(int64_t(3) << 30), "3.0 GiB");
  EXPECT_EQ(formatCycles(999), "999");
  EXPECT_EQ(formatCycles(1234567), "1,234,567");
  EXPECT_EQ(formatCycles(-123456), "-123,456");
}
