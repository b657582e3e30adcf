//===- TaskBuffers.h - The on-chip memories inside a task -------------------------------------------*- C++ -*-===//
//
// Which tensor values of a task share one memory once the task is bufferized: destinations and results, loop-carried
// values, slices and the tensors they are cut from. A tile that is read straight into a row buffer has no memory of
// its own.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_ANALYSIS_TASKBUFFERS_H
#define ST_ANALYSIS_TASKBUFFERS_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <string>

namespace st {

/// What a buffer is for; it decides how the account of intermediate memory names it.
enum class BufferKind {
  Tile,        ///< one slice of a stream, or a value computed from slices
  Row,         ///< assembled from several slices
  Accumulator, ///< the partial results of a reduction
  Converter,   ///< reorders a stream
};
llvm::StringRef stringify(BufferKind kind);

struct TaskBuffer {
  std::string name;
  BufferKind kind = BufferKind::Tile;
  /// Shape of one half, in elements.
  llvm::SmallVector<int64_t> shape;
  int64_t elementBits = 0;
  /// Elements that must be accessible in one cycle.
  int64_t lanes = 1;
  /// 2 for a ping-pong buffer.
  int64_t halves = 1;
  /// Of a converter: the fewest bytes that any buffer between its two sequences holds at its fullest.
  std::optional<int64_t> liveBytes;
  /// Of a converter: the bytes of the paper's ping-pong buffer (Algorithm 1).
  std::optional<int64_t> pingPongBytes;
  /// Block arguments of the task whose tokens are read into it; none where it holds computed values only.
  llvm::SmallVector<unsigned> readArguments;

  int64_t elements() const;
  /// Bits of all halves.
  int64_t bits() const { return elements() * elementBits * halves; }
};

/// The buffers of `task`, in the order of their first appearance.
llvm::SmallVector<TaskBuffer> collectBuffers(TaskOp task);

/// The block argument of the task that a stream or tensor inside it stands for, through loops and writes; null when
/// the value is made inside the task.
mlir::BlockArgument traceToArgument(mlir::Value value);

/// Whether an inserted slice was computed in place, so that the insertion costs nothing: its destination was free to
/// be the slice itself.
bool isInsertedInPlace(mlir::tensor::InsertSliceOp insert);

/// The operand that an elementwise operation writes its result over, because nobody needs it afterwards; null where
/// the result gets memory of its own (st-privatize-inits).
mlir::Value getOverwrittenOperand(mlir::Operation *op);

} // namespace st

#endif // ST_ANALYSIS_TASKBUFFERS_H
