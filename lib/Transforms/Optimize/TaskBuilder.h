//===- TaskBuilder.h - Write the body of a task -----------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_TASKBUILDER_H
#define ST_TRANSFORMS_OPTIMIZE_TASKBUILDER_H

#include "Dialect/StDialect.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace st {

/// A slice of a tensor, in the terms of tensor.extract_slice and tensor.insert_slice.
struct Slice {
  llvm::SmallVector<mlir::OpFoldResult> offsets, sizes, strides;
};

/// Scalars that one iteration of each loop from `firstLoop` on advances along data dimension `dim`.
llvm::SmallVector<int64_t> getStrides(ItensorType type, unsigned dim, int64_t firstLoop);

/// Creates a task and its body: constants at the top, loops after them.
class TaskBuilder {
public:
  /// A loop that runs `count` times and whose variable advances by `step`, from 0.
  struct Loop {
    int64_t count, step;
    /// How often it runs where that is known at run time, as a sum of sizes or as a value; `count` is the largest then.
    ExtentAttr extent = {};
    mlir::Value trips = {};
  };
  /// Loops that count the iterations of `type`, from loop number `firstLoop` on.
  static llvm::SmallVector<Loop> getCountingLoops(ItensorType type, int64_t firstLoop = 0);
  /// Builds the innermost body; gets the loop variables and the carried values and gives the values carried on.
  using Body = llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange variables, mlir::ValueRange carried)>;

  /// Starts a task of kind `kind` at the insertion point of `builder`.
  TaskBuilder(mlir::OpBuilder &builder, mlir::Location loc, llvm::StringRef name, llvm::StringRef kind,
              mlir::ValueRange reads, mlir::ValueRange inits);

  TaskOp task;
  /// Where the body is being written.
  mlir::OpBuilder body;

  mlir::Value getRead(unsigned index) { return task.getReadArguments()[index]; }
  llvm::SmallVector<mlir::Value> getInits();

  /// A perfect nest; the results are the values carried out of it.
  llvm::SmallVector<mlir::Value> buildNest(llvm::ArrayRef<Loop> loops, mlir::ValueRange inits, Body buildBody);

  /// Pulls the next tile of `stream`.
  mlir::Value pull(mlir::Value stream);
  /// Pushes `tile`; gives the stream after it.
  mlir::Value push(mlir::Value tile, mlir::Value stream);

  /// constant + sum of `scales[i]` * `variables[i]`, folded where it is one of them.
  mlir::OpFoldResult getOffset(mlir::ValueRange variables, llvm::ArrayRef<int64_t> scales, int64_t constant);

  /// `extent` in this run, computed once at the top.
  mlir::Value getExtent(ExtentAttr extent);
  /// Behind the constants that the body starts with.
  mlir::OpBuilder atTop();
  mlir::Value getIndex(int64_t value);

  /// Ends the body.
  TaskOp finish(mlir::ValueRange yielded);

private:
  mlir::Value getEnd(const Loop &loop);

  mlir::Location loc;
  llvm::DenseMap<int64_t, mlir::Value> indices;
  llvm::DenseMap<mlir::Attribute, mlir::Value> extents;
  mlir::Operation *lastConstant = nullptr;
};

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_TASKBUILDER_H
