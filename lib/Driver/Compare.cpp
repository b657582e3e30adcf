//===- Compare.cpp - Whether two tensors agree ----------------------------------------------------------------===//

#include "Driver/Compare.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace st;

namespace {
using Reader = double (*)(const char *);
template <typename T> double readAs(const char *bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return static_cast<double>(value);
}
} // namespace

static Reader readerFor(llvm::StringRef dtype) {
  return llvm::StringSwitch<Reader>(dtype)
      .Case("f32", readAs<float>)
      .Case("f64", readAs<double>)
      .Case("i64", readAs<int64_t>)
      .Case("i32", readAs<int32_t>)
      .Case("i16", readAs<int16_t>)
      .Case("i8", readAs<int8_t>)
      .Case("u64", readAs<uint64_t>)
      .Case("u32", readAs<uint32_t>)
      .Case("u16", readAs<uint16_t>)
      .Cases({"u8", "bool"}, readAs<uint8_t>)
      .Default(nullptr);
}

static std::string shapeOf(const Array &array) {
  return array.dtype + "[" +
         llvm::join(llvm::map_range(array.shape, [](int64_t n) { return std::to_string(n); }), ",") + "]";
}

/// Integers in MLIR carry no sign, so that a result computed as i8 may stand for the u8 of a golden file.
static bool areSameBits(llvm::StringRef actual, llvm::StringRef reference) {
  bool areIntegers = (actual.starts_with("i") || actual.starts_with("u")) &&
                     (reference.starts_with("i") || reference.starts_with("u"));
  return actual == reference || (areIntegers && actual.drop_front() == reference.drop_front());
}

Difference st::compareArrays(const Array &actual, const Array &reference) {
  Difference difference;
  Reader read = readerFor(reference.dtype);
  if (!areSameBits(actual.dtype, reference.dtype) || actual.shape != reference.shape || !read) {
    difference.mismatch = llvm::formatv("is {0}, but {1} is expected", shapeOf(actual), shapeOf(reference)).str();
    return difference;
  }
  int64_t count = reference.size();
  int64_t rowLength = reference.shape.empty() ? 1 : reference.shape.back();
  int64_t elementBytes = *bytesPerElement(reference.dtype);
  for (int64_t rowStart = 0; rowStart < count; rowStart += rowLength) {
    double rowDifference = 0, rowReference = 0;
    for (int64_t i = rowStart; i < rowStart + rowLength; ++i) {
      double a = read(actual.bytes.data() + i * elementBytes);
      double b = read(reference.bytes.data() + i * elementBytes);
      if (a == b || (std::isnan(a) && std::isnan(b)))
        a = b = std::isfinite(b) ? b : 0;
      if (!std::isfinite(a) || !std::isfinite(b)) {
        difference.mismatch = llvm::formatv("element {0} is {1}, but {2} is expected", i, a, b).str();
        return difference;
      }
      rowDifference = std::max(rowDifference, std::abs(a - b));
      rowReference = std::max(rowReference, std::abs(b));
    }
    double relative = rowReference == 0 ? rowDifference : rowDifference / rowReference;
    if (relative > difference.worstRow) {
      difference.worstRow = relative;
      difference.worstRowIndex = rowStart / rowLength;
    }
    difference.maxDifference = std::max(difference.maxDifference, rowDifference);
    difference.maxReference = std::max(difference.maxReference, rowReference);
  }
  return difference;
}

bool st::agrees(const Difference &difference, const Array &reference, const Tolerance &tolerance) {
  if (!difference.mismatch.empty())
    return false;
  if (!llvm::StringRef(reference.dtype).starts_with("f"))
    return difference.maxDifference == 0;
  return difference.relative() <= tolerance.tensor && difference.worstRow <= tolerance.row;
}
