// Quantities that appear all over the compiler. A name carries its unit
// (latency_cycles, width_bits), these helpers convert between units and print
// them.
#pragma once

#include <cstdint>
#include <string>

namespace st {

/// Smallest integer not below `numerator / denominator`; both non-negative,
/// `denominator` positive.
constexpr int64_t ceilDiv(int64_t numerator, int64_t denominator) {
  return numerator / denominator + (numerator % denominator != 0);
}

/// Smallest multiple of `factor` not below `value`; both non-negative, `factor`
/// positive.
constexpr int64_t roundUp(int64_t value, int64_t factor) { return ceilDiv(value, factor) * factor; }

/// Bytes that hold `bits`, rounded up.
constexpr int64_t bytesForBits(int64_t bits) { return ceilDiv(bits, 8); }

/// Bits that are needed to count from 0 to `maxValue` (at least one).
constexpr int64_t bitsForCount(uint64_t maxValue) {
  int64_t bits = 1;
  while (maxValue >>= 1)
    ++bits;
  return bits;
}

/// Seconds that `cycles` take at `frequencyMHz`.
constexpr double secondsForCycles(int64_t cycles, double frequencyMHz) { return cycles / (frequencyMHz * 1e6); }

/// `bytes` for a person: "640 B", "12.5 KiB", "3.2 MiB".
std::string formatBytes(int64_t bytes);

/// `cycles` for a person, digits grouped by thousands: "1,234,567".
std::string formatCycles(int64_t cycles);

} // namespace st
