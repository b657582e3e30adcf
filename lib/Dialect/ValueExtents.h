//===- ValueExtents.h - Which part of each tensor counts --------------------------------------------*- C++ -*-===//
//
// Tensors have the shape of the largest run. In a shorter one only a prefix along each dimension counts; what lies
// beyond is unspecified, and every operation computes what counts from what counts. Here is decided how much that is,
// forward from the arguments of the function through indexing maps and reshapes, for programs on tensors before tiling.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_DIALECT_VALUEEXTENTS_H
#define ST_DIALECT_VALUEEXTENTS_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace st {

class ValueExtents {
public:
  /// A table that is longer than what it is combined with may be cut, unless `isStrict`: then its operation must say
  /// how much of it counts, in `st.dims`.
  explicit ValueExtents(bool isStrict = false) : isStrict(isStrict) {}

  /// By dimension or loop; null where the static extent counts as a whole.
  using Extents = llvm::SmallVector<ExtentAttr>;

  /// The extents of a ranked tensor. Emits an error at the operation that cannot keep to a prefix, or whose operands
  /// disagree.
  mlir::FailureOr<Extents> get(mlir::Value tensor);
  /// The extents of the loops of a structured operation, or of the domain of a row operation.
  mlir::FailureOr<Extents> getLoops(mlir::linalg::LinalgOp op);
  mlir::FailureOr<Extents> getLoops(RowOp op);

  /// Forgets values that are gone.
  void clear() { known.clear(), flexible.clear(); }

private:
  mlir::FailureOr<Extents> compute(mlir::Value tensor);
  mlir::FailureOr<Extents> computeResult(mlir::OpResult result);
  /// What counts of a carried value, before the first repetition and after each.
  mlir::FailureOr<Extents> getCarried(RepeatOp repeat, unsigned index);
  mlir::FailureOr<Extents> reshape(mlir::Operation *op, llvm::ArrayRef<mlir::ReassociationIndices> groups);
  mlir::LogicalResult meet(mlir::Operation *op, ExtentAttr extent, bool isFlexible, llvm::StringRef what,
                           unsigned index, ExtentAttr &joined, bool &isFixed);
  /// Loops of which no operand says anything run as far as what the body reads at their index.
  mlir::LogicalResult addGatheredExtents(mlir::linalg::LinalgOp op, llvm::ArrayRef<bool> isFixed, Extents &loops);
  /// Whether `value` is made of constants only: a table may be longer than what it is combined with.
  bool isFlexible(mlir::Value value);

  bool isStrict;
  llvm::DenseMap<mlir::Value, Extents> known;
  llvm::DenseMap<mlir::Value, bool> flexible;
};

/// Whether some extent is not null.
bool hasRunTimeExtent(llvm::ArrayRef<ExtentAttr> extents);

} // namespace st

#endif // ST_DIALECT_VALUEEXTENTS_H
