//===- Task.h - One task of a random program --------------------------------------------------------*- C++ -*-===//
//
// What a task computes, in which order it goes over its domain and where it reads: enough to say which itensors it
// takes and gives, and to print it.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_UNITTESTS_PROGRAMFUZZ_TASK_H
#define ST_UNITTESTS_PROGRAMFUZZ_TASK_H

#include "Dialect/StDialect.h"
#include "llvm/ADT/SmallVector.h"
#include <string>
#include <vector>

namespace st::testing {

using Shape = llvm::SmallVector<int64_t, 4>;

/// A dimension of a task's domain, cut into tiles.
struct Dim {
  int64_t extent = 1, tile = 1;
  bool isReduction = false;

  int64_t trips() const { return (extent + tile - 1) / tile; }
  int64_t padded() const { return trips() * tile; }
  bool isRagged() const { return padded() != extent; }
};

/// A loop over (a part of) a dimension; a dimension may have two. Its variable counts elements.
struct Loop {
  unsigned dim;
  int64_t trips, step;
};

/// `scale` times a dimension of the domain.
struct Term {
  unsigned dim;
  int64_t scale = 1;
};

/// A tensor that is read in some order.
struct Operand {
  /// Index into the program's values.
  unsigned value;
  /// By data dimension, the sum that says where the slice lies; empty for a dimension read whole.
  llvm::SmallVector<llvm::SmallVector<Term, 2>, 4> index;
  /// Number of loops around the read.
  unsigned depth = 0;
  /// Extents of a slice.
  Shape tile;
};

/// One statement of a body; `%x0`, `%x1` ... are the operands in the type computed in, `%acc` the accumulator.
struct Body {
  std::string dtype;
  /// Defines `%m`.
  std::string text;
};

enum class TaskKind {
  Nest,   ///< parallel loops, reduction loops, one operation on tiles
  Row,    ///< collects whole rows, reduces them, combines, streams the tiles out again
  TwoPass ///< reads the rows twice, as two operands: reduces, then combines
};

struct Task {
  TaskKind kind = TaskKind::Nest;
  /// Prefix of the name.
  std::string label;
  llvm::SmallVector<Dim, 6> dims;
  /// Parallel loops before reduction loops. Of row tasks: those around the row, then (the last) along it.
  llvm::SmallVector<Loop, 8> loops;
  unsigned parallelLoops = 0;
  std::vector<Operand> operands;
  /// Of Nest: the operation. Of Row and TwoPass: the reduction of a row.
  Body body;
  /// Start of a reduction, as the assembly writes it.
  std::string neutral;
  /// Of Row and TwoPass: combines element and reduced row (`%x0`, `%x1`, then further operands).
  Body combine;
  /// dtypes of the operands as `body` wants them are that of the body; the result's is this.
  std::string resultDtype;
  /// Of Row: the result streams in tiles of this extent along the row; and whether the reduced row is a second result.
  int64_t columnTile = 0;
  bool yieldsReduced = false;
  /// Factor of st.unroll along the innermost parallel dimension of the tile.
  int64_t unroll = 1;
  /// Dimensions of the result, in data order.
  llvm::SmallVector<unsigned, 4> resultDims;

  /// The dimension of the row.
  unsigned rowDim() const { return loops.back().dim; }
  bool isReduction() const { return parallelLoops < loops.size() || !neutral.empty(); }
};

mlir::Type parseDtype(llvm::StringRef dtype, mlir::MLIRContext *context);
std::string tensorText(llvm::ArrayRef<int64_t> shape, llvm::StringRef dtype);

/// The itensor that operand `index` of `task` is read as.
ItensorType operandType(const Task &task, const Operand &operand, llvm::ArrayRef<int64_t> shape, llvm::StringRef dtype,
                        mlir::MLIRContext *context);
/// Those that the task writes.
llvm::SmallVector<ItensorType, 2> resultTypes(const Task &task, mlir::MLIRContext *context);

/// `st.task @name reads(...) inits(...)`, defining `result`; `streams` are the SSA names of the operands' itensors, of
/// `types`, and `inits` those of the destinations.
std::string printTask(const Task &task, llvm::StringRef name, llvm::StringRef result,
                      llvm::ArrayRef<std::string> streams, llvm::ArrayRef<ItensorType> types,
                      llvm::ArrayRef<std::string> inits, mlir::MLIRContext *context);

} // namespace st::testing

#endif // ST_UNITTESTS_PROGRAMFUZZ_TASK_H
