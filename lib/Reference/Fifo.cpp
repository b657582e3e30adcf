#include "Reference/Fifo.h"

#include <algorithm>
#include <cstring>
#include <limits>

using namespace st::reference;

Fifo::Fifo(std::string name, int64_t tokenBytes, int64_t depth)
    : name(std::move(name)), tokenBytes(tokenBytes), depth(depth) {}

int Fifo::addReader() {
  read.push_back(0);
  return read.size() - 1;
}

int64_t Fifo::slowest() const {
  // Without a reader nothing leaves; the tokens are reported as left over.
  if (read.empty())
    return 0;
  return *std::min_element(read.begin(), read.end());
}

int64_t Fifo::room() const { return depth == 0 ? std::numeric_limits<int64_t>::max() : depth - occupancy(); }

void Fifo::grow(int64_t tokens) {
  int64_t larger = std::max<int64_t>(capacity, 16);
  while (larger < tokens)
    larger *= 2;
  std::vector<char> moved(larger * tokenBytes);
  for (int64_t token = slowest(); token < written; ++token)
    std::memcpy(&moved[(token & (larger - 1)) * tokenBytes], &ring[(token & (capacity - 1)) * tokenBytes], tokenBytes);
  ring = std::move(moved);
  capacity = larger;
}

void Fifo::push(const char *tokens, int64_t count) {
  if (int64_t needed = occupancy() + count; needed > capacity)
    grow(needed);
  while (count > 0) {
    int64_t at = written & (capacity - 1), run = std::min(count, capacity - at);
    std::memcpy(&ring[at * tokenBytes], tokens, run * tokenBytes);
    tokens += run * tokenBytes;
    written += run;
    count -= run;
  }
}

void Fifo::pop(int reader, char *tokens, int64_t count) {
  while (count > 0) {
    int64_t at = read[reader] & (capacity - 1), run = std::min(count, capacity - at);
    std::memcpy(tokens, &ring[at * tokenBytes], run * tokenBytes);
    tokens += run * tokenBytes;
    read[reader] += run;
    count -= run;
  }
}
