//===- Compare.h - Whether two tensors agree --------------------------------------------------------*- C++ -*-===//

#ifndef ST_DRIVER_COMPARE_H
#define ST_DRIVER_COMPARE_H

#include "Support/Npz.h"
#include <string>

namespace st {

/// How far two tensors are apart. A row is the innermost dimension.
struct Difference {
  /// Largest |a - b| over the tensor and the largest |b|.
  double maxDifference = 0, maxReference = 0;
  /// Largest, over the rows, of max|a - b| / max|b| in that row, and the row where it is.
  double worstRow = 0;
  int64_t worstRowIndex = 0;
  /// Empty when the tensors can be compared; otherwise why they cannot: shapes, dtypes, or a NaN in one only.
  std::string mismatch;

  /// max|a - b| / max|b| over the tensor.
  double relative() const { return maxReference == 0 ? maxDifference : maxDifference / maxReference; }
};

/// The bounds within which a back end must meet its reference (floating point; integers must be equal).
struct Tolerance {
  double tensor = 1e-4;
  double row = 1e-3;
};

/// Compares `actual` with `reference`. Integer tensors differ by their values too.
Difference compareArrays(const Array &actual, const Array &reference);

bool agrees(const Difference &difference, const Array &reference, const Tolerance &tolerance = {});

} // namespace st

#endif // ST_DRIVER_COMPARE_H
