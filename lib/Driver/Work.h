//===- Work.h - How much a model computes -----------------------------------------------------------*- C++ -*-===//

#ifndef ST_DRIVER_WORK_H
#define ST_DRIVER_WORK_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <cstdint>

namespace st {

/// Scalar operations of one execution, counted from loop extents; saturates instead of overflowing.
struct Work {
  /// Products that are added to a running sum, as in matrix products and convolutions.
  int64_t multiplyAdds = 0;
  /// All other arithmetic: element-wise operations, sums, comparisons.
  int64_t otherOperations = 0;

  Work &operator+=(const Work &other);
};

/// The work of one linalg operation with static loop extents.
Work countWork(mlir::linalg::LinalgOp op);

/// `a * b` and `a + b` for non-negative numbers, the largest number where that is too small.
int64_t saturatingMultiply(int64_t a, int64_t b);
int64_t saturatingAdd(int64_t a, int64_t b);

} // namespace st

#endif // ST_DRIVER_WORK_H
