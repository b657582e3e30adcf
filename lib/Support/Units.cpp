#include "Support/Units.h"

#include "llvm/Support/FormatVariadic.h"

std::string st::formatBytes(int64_t bytes) {
  static constexpr const char *units[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024)
    return llvm::formatv("{0} B", bytes).str();
  double value = bytes / 1024.0;
  unsigned unit = 0;
  for (; value >= 1024.0 && unit + 1 < std::size(units); ++unit)
    value /= 1024.0;
  return llvm::formatv("{0:F1} {1}", value, units[unit]).str();
}

std::string st::formatCycles(int64_t cycles) {
  std::string digits = std::to_string(cycles);
  size_t first = cycles < 0 ? 1 : 0;
  for (size_t position = digits.size(); position > first + 3;) {
    position -= 3;
    digits.insert(position, ",");
  }
  return digits;
}
