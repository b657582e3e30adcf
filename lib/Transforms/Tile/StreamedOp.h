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
  /// Kept whole by the operation: a dimension of a row operation that is not a row, the channels under a window.
  Column
};

/// A tensor that an operation reads or writes, and where it lies in the iteration space.
struct StreamedTensor {
  mlir::Value value;
  /// A result is a loop, a constant, or a sum of loops (a window). The map's one symbol, if it has one, stands for
  /// indices that the body computes: such a dimension is read whole.
  mlir::AffineMap map;
  /// The operand of a generic that it is; null for a tensor that the body captures.
  mlir::OpOperand *operand = nullptr;
  /// Of a captured tensor: by dimension, how much of it counts where that is known at run time; may be empty.
  llvm::SmallVector<ExtentAttr> bounds = {};

  bool isCaptured() const { return map.getNumSymbols() > 0; }
};

/// A generic or a row operation: one iteration space, and tensors in it.
struct StreamedOp {
  mlir::Operation *op = nullptr;
  llvm::SmallVector<int64_t> extents;
  /// By loop: the extent where it is known at run time, and `extents` has its maximum; else null.
  llvm::SmallVector<ExtentAttr> bounds;
  llvm::SmallVector<LoopKind> loops;
  /// What is read: operands that the body uses, captured tensors, then a tensor that the computation starts from.
  llvm::SmallVector<StreamedTensor> operands, results;

  /// Of an operation that slides windows over an operand: the parallel loop that moves them from row to row, one row
  /// at a time. All other loops in the sums of its windows are whole.
  std::optional<unsigned> rowLoop;
  llvm::SmallVector<bool> isWhole;
  /// Loops that enclose the rows: the batch.
  llvm::SmallVector<bool> isOutsideRows;

  /// nullopt for anything that is neither, and for what the host executes.
  static std::optional<StreamedOp> get(mlir::Operation *op);

  bool isWindow() const { return rowLoop || llvm::is_contained(isWhole, true); }
  bool hasReduction() const;
  bool hasCaptures() const;
  /// Whether `loop` indexes a result and several operands of a product: a batch, such as the heads of attention.
  bool isBatch(unsigned loop) const;
  bool isContraction() const;
  /// Parallel loops and columns.
  unsigned countParallel() const;
  /// What the operation is, as the beginning of a task's name.
  llvm::StringRef getKindName() const;
};

/// How one operand is cut where its map does not say.
struct OperandTiling {
  /// By dimension, in elements.
  llvm::SmallVector<int64_t> tileSizes;
  /// Dimensions in the order in which the operand arrives, slowest first.
  llvm::SmallVector<int64_t> order;
};

/// The tiling chosen for an operation; kept as attributes between choice and application.
struct Tiling {
  /// By loop, in elements.
  llvm::SmallVector<int64_t> tileSizes;
  /// All loops, outermost first.
  llvm::SmallVector<int64_t> loopOrder;
  /// By operand of a window or of captures; empty for any other operation.
  llvm::SmallVector<OperandTiling> operands;

  static std::optional<Tiling> get(mlir::Operation *op);
  void set(mlir::Operation *op) const;
  static void remove(mlir::Operation *op);
};

bool isConstant(mlir::Value value);

/// The only term of `expr`, as a loop; nullopt for constants, sums and computed indices.
std::optional<unsigned> getLoop(mlir::AffineExpr expr);
/// Whether `expr` is a sum or multiple of loops.
bool isSum(mlir::AffineExpr expr);
/// The factor of `loop` in a sum.
int64_t getCoefficient(mlir::AffineExpr expr, unsigned loop);
/// The constant in a sum.
int64_t getConstantTerm(mlir::AffineExpr expr);

} // namespace st

#endif // ST_TRANSFORMS_TILE_STREAMEDOP_H
