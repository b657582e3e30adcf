//===- components.cpp - The components of runtime/rtl against queues and arithmetic ---------------------------===//
//
// Drives every component of components.sv with random traffic for many cycles and holds what it does, cycle by cycle,
// against a reference: a queue for what passes tokens on, 64-bit arithmetic for the DSP slice.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Vcomponents.h"
#include "verilated.h"
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>

namespace {

std::mt19937_64 generator(1);
uint64_t cycle = 0;

void expect(bool condition, const char *what, int number) {
  if (condition)
    return;
  std::printf("cycle %llu: %s %d is wrong\n", static_cast<unsigned long long>(cycle), what, number);
  std::exit(1);
}

uint64_t lowBits(uint64_t value, int bits) { return bits == 64 ? value : value & ((uint64_t(1) << bits) - 1); }

/// A FIFO or width adapter: what it holds, in bits of its narrow side.
struct Channel {
  int inWidth, outWidth, depth;
  bool isFifo;
  std::deque<uint64_t> parts;

  int narrow() const { return std::min(inWidth, outWidth); }
  size_t outParts() const { return outWidth / narrow(); }
  size_t inParts() const { return inWidth / narrow(); }
  bool outValid() const { return parts.size() >= outParts(); }
  bool inReady(bool outReady) const {
    if (isFifo)
      return parts.size() < size_t(depth);
    // Equal widths hold one token. Otherwise a new word may begin when the old one is about to leave.
    size_t room = std::max(inParts(), outParts());
    bool isLeaving = inWidth != outWidth && outReady && outValid();
    return parts.size() - (isLeaving ? outParts() : 0) + inParts() <= room;
  }
  uint64_t front() const {
    uint64_t value = 0;
    for (size_t i = 0; i < outParts(); ++i)
      value |= parts[i] << (i * narrow());
    return value;
  }
  void pop() { parts.erase(parts.begin(), parts.begin() + outParts()); }
  void push(uint64_t value) {
    for (size_t i = 0; i < inParts(); ++i)
      parts.push_back(lowBits(value >> (i * narrow()), narrow()));
  }
};

/// A product that comes `stages` cycles of `enable` after its factors, and a sum with what C was then.
struct Multiplier {
  int stages;
  std::deque<int64_t> products;
  int64_t result = 0;
  bool known = false;

  void step(int64_t product, int64_t c, bool hasSum) {
    products.push_back(product);
    size_t held = hasSum ? stages : stages - 1;
    known = products.size() > held;
    if (!known)
      return;
    result = products.front() + (hasSum ? c : 0);
    products.pop_front();
  }
};

} // namespace

int main(int argc, char **argv) {
  Verilated::commandArgs(argc, argv);
  Vcomponents top;
  std::array<Channel, 7> channels{{{32, 32, 1, true, {}},
                                   {32, 32, 2, true, {}},
                                   {32, 32, 5, true, {}},
                                   {32, 32, 7, true, {}},
                                   {8, 32, 0, false, {}},
                                   {36, 12, 0, false, {}},
                                   {16, 16, 0, false, {}}}};
  std::array<Multiplier, 3> sums{{{3, {}}, {2, {}}, {1, {}}}}, products = sums;
  auto clock = [&] {
    top.clk = 1;
    top.eval();
    top.clk = 0;
    top.eval();
  };
  top.clk = 0;
  top.rst = 1;
  top.enable = 0;
  clock();
  top.rst = 0;

  uint64_t moved = 0;
  for (; cycle < 200000; ++cycle) {
    // Phases in which producers are fast, consumers are fast, or both: full, empty and flowing.
    unsigned phase = cycle / 64 % 4;
    auto often = [&](bool fast) { return fast || generator() % 4 == 0; };
    top.in_valid = 0;
    top.out_ready = 0;
    for (int i = 0; i < 8; ++i)
      top.in_valid |= often(phase != 1) << i;
    for (int i = 0; i < 10; ++i)
      top.out_ready |= often(phase != 2) << i;
    top.in_data_0 = generator();
    top.in_data_1 = generator();
    top.in_data_2 = generator();
    top.in_data_3 = generator();
    top.in_data_4 = lowBits(generator(), 8);
    top.in_data_5 = lowBits(generator(), 36);
    top.in_data_6 = lowBits(generator(), 16);
    top.in_data_7 = lowBits(generator(), 16);
    top.enable = generator() % 4 != 0;
    top.a = lowBits(generator(), 8);
    top.b = lowBits(generator(), 8);
    top.wide_a = lowBits(generator(), 27);
    top.wide_b = lowBits(generator(), 18);
    top.c = generator();
    top.eval();

    std::array<uint64_t, 7> in{top.in_data_0, top.in_data_1, top.in_data_2, top.in_data_3,
                               top.in_data_4, top.in_data_5, top.in_data_6};
    std::array<uint64_t, 7> out{top.out_data_0, top.out_data_1, top.out_data_2, top.out_data_3,
                                top.out_data_4, top.out_data_5, top.out_data_6};
    for (int i = 0; i < 7; ++i) {
      Channel &channel = channels[i];
      bool outReady = top.out_ready >> i & 1, inValid = top.in_valid >> i & 1;
      bool inReady = channel.inReady(outReady), outValid = channel.outValid();
      expect((top.in_ready >> i & 1) == inReady, "in_ready of channel", i);
      expect((top.out_valid >> i & 1) == outValid, "out_valid of channel", i);
      if (outValid)
        expect(out[i] == channel.front(), "out_data of channel", i);
      if (outValid && outReady)
        channel.pop();
      if (inValid && inReady)
        channel.push(in[i]), ++moved;
    }

    unsigned ready = top.out_ready >> 7 & 7, valid = top.out_valid >> 7 & 7;
    bool isOffered = top.in_valid >> 7 & 1;
    expect((top.in_ready >> 7 & 1) == (ready == 7), "in_ready of fork", 7);
    for (int i = 0; i < 3; ++i) {
      expect((valid >> i & 1) == (isOffered && (ready | 1u << i) == 7), "out_valid of fork", i);
      expect(lowBits(top.out_data_7 >> (16 * i), 16) == top.in_data_7, "out_data of fork", i);
    }

    if (top.enable) {
      int64_t product = int64_t(int8_t(top.a)) * int8_t(top.b);
      int64_t wide = (int64_t(uint64_t(top.wide_a) << 37) >> 37) * (int64_t(uint64_t(top.wide_b) << 46) >> 46);
      for (Multiplier &sum : sums)
        sum.step(product, int32_t(top.c), true);
      for (Multiplier &multiplier : products)
        multiplier.step(wide, 0, false);
    }
    clock();
    uint32_t sumValues[] = {top.p_3, top.p_2, top.p_1};
    uint64_t productValues[] = {top.product_3, top.product_2, top.product_1};
    for (int i = 0; i < 3; ++i) {
      expect(!sums[i].known || sumValues[i] == uint32_t(sums[i].result), "sum of slice", i);
      expect(!products[i].known || productValues[i] == lowBits(products[i].result, 48), "product of slice", i);
    }
  }
  std::printf("%llu cycles, %llu tokens: all as the references say\n", static_cast<unsigned long long>(cycle),
              static_cast<unsigned long long>(moved));
  top.final();
  return 0;
}
