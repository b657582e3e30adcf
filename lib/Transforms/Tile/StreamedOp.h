//===- StreamedOp.h - An operation as tiling sees it ------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_TILE_STREAMEDOP_H
#define ST_TRANSFORMS_TILE_STREAMEDOP_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <optional>

namespace st {

enum class LoopKind {
  Parallel,
  Reduction,
  /// Kept whole by the operation: a dimension of a row operation that is not a row.
  Column
};

/// A tensor that an operation reads or writes, and where it lies in the iteration space.
struct StreamedTensor {
  mlir::Value value;
  mlir::AffineMap map;
};

/// A generic or a row operation: one iteration space, and tensors in it.
struct StreamedOp {
  mlir::Operation *op = nullptr;
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<LoopKind> loops;
  llvm::SmallVector<StreamedTensor> operands, results;

  /// nullopt for anything that is neither.
  static std::optional<StreamedOp> get(mlir::Operation *op);

  /// Whether `loop` indexes a result and several operands of a product: a batch, such as the heads of attention.
  bool isBatch(unsigned loop) const;
  bool isContraction() const;
  /// Parallel loops and columns.
  unsigned countParallel() const;
  /// What the operation is, as the beginning of a task's name.
  llvm::StringRef getKindName() const;
};

/// The tiling chosen for an operation; kept as attributes between choice and application.
struct Tiling {
  /// By loop, in elements.
  llvm::SmallVector<int64_t> tileSizes;
  /// All loops, outermost first.
  llvm::SmallVector<int64_t> loopOrder;

  static std::optional<Tiling> get(mlir::Operation *op);
  void set(mlir::Operation *op) const;
  static void remove(mlir::Operation *op);
};

/// Whether `value` is a function argument, directly or reshaped by the host.
bool comesFromArgument(mlir::Value value);
bool isConstant(mlir::Value value);

} // namespace st

#endif // ST_TRANSFORMS_TILE_STREAMEDOP_H
