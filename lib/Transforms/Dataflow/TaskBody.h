//===- TaskBody.h - What a tiled nest reads and writes, and its body as a task ----------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_DATAFLOW_TASKBODY_H
#define ST_TRANSFORMS_DATAFLOW_TASKBODY_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace st {

/// A tensor from outside that the nest consumes slice by slice.
struct NestRead {
  /// The tensor before padding.
  mlir::Value base;
  ItensorType type;
  /// Where the slice is taken: a tensor.extract_slice, or an op that uses the whole tensor as one slice.
  mlir::Operation *at;
  /// The operand of `at` that is the whole tensor; unused where `at` is the slice itself.
  mlir::OpOperand *wholeUse = nullptr;
};

/// A result of the nest.
struct NestWrite {
  /// Where a tile of it is complete: in the nest, or after it where the whole nest computes one tile.
  mlir::tensor::InsertSliceOp at;
  ItensorType type;
  /// What the rest of the function sees of it, with padding.
  mlir::Value whole;
};

/// What crosses the border of a tiled nest. `analyze` emits an error where the nest cannot become a task.
struct Nest {
  mlir::scf::ForOp root;
  llvm::SmallVector<NestRead> reads;
  /// By result of `root`.
  llvm::SmallVector<NestWrite> writes;
  /// Constants and empty tensors from outside, which the task makes itself; in order of definition.
  llvm::SetVector<mlir::Operation *> materialized;
  /// Slices of a result that serve as a destination only.
  llvm::SmallPtrSet<mlir::Operation *, 4> scratchSlices;
  /// Values that carry a result through the nest, and which.
  llvm::DenseMap<mlir::Value, unsigned> carriers;
  /// Whether the nest gathers slices in a buffer of its own before it computes.
  bool hasRowBuffer = false;

  static mlir::FailureOr<Nest> analyze(mlir::scf::ForOp root);

  /// Whether result `index` is one tile, which the nest carries and an insertion after it writes.
  bool isWrittenAfterNest(unsigned index) {
    return writes[index].at && writes[index].at->getBlock() == root->getBlock();
  }

  /// Fills the body of `task`, whose block arguments are the reads and then the writes.
  void buildBody(TaskOp task);

private:
  mlir::LogicalResult traceResults();
  mlir::LogicalResult traceResult(unsigned index);
  mlir::LogicalResult addWrite(mlir::tensor::InsertSliceOp insert, unsigned result);
  mlir::LogicalResult addSlice(mlir::tensor::ExtractSliceOp slice);
  mlir::LogicalResult addOperands(mlir::Operation *op);
  mlir::LogicalResult materialize(mlir::Operation *user, mlir::Value value);
  bool isOutside(mlir::Value value) const { return !root->isAncestor(value.getParentBlock()->getParentOp()); }
};

} // namespace st

#endif // ST_TRANSFORMS_DATAFLOW_TASKBODY_H
