#include "Reference/Fifo.h"
#include "gtest/gtest.h"

#include <numeric>

using namespace st::reference;

TEST(Fifo, KeepsOrderAroundTheRing) {
  Fifo fifo("f", sizeof(int), 0);
  int reader = fifo.addReader();
  int next = 0, expected = 0;
  // Bursts of changing size, so that the ring wraps and grows at odd places.
  for (int burst = 1; burst < 60; ++burst) {
    std::vector<int> tokens(burst);
    std::iota(tokens.begin(), tokens.end(), next);
    next += burst;
    fifo.push(reinterpret_cast<const char *>(tokens.data()), burst);
    int taken = burst * 2 / 3;
    std::vector<int> popped(taken);
    fifo.pop(reader, reinterpret_cast<char *>(popped.data()), taken);
    for (int token : popped)
      ASSERT_EQ(token, expected++);
  }
  EXPECT_EQ(fifo.available(reader), next - expected);
}

TEST(Fifo, EveryReaderSeesTheWholeSequence) {
  Fifo fifo("f", 1, 3);
  int fast = fifo.addReader(), slow = fifo.addReader();
  char token = 'x';
  fifo.push("abc", 3);
  EXPECT_EQ(fifo.room(), 0);
  fifo.pop(fast, &token, 1);
  EXPECT_EQ(token, 'a');
  // The slower reader holds the token.
  EXPECT_EQ(fifo.room(), 0);
  fifo.pop(slow, &token, 1);
  EXPECT_EQ(token, 'a');
  EXPECT_EQ(fifo.room(), 1);
  EXPECT_EQ(fifo.occupancy(), 2);
}
