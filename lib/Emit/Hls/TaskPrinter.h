//===- TaskPrinter.h - A task as a C++ function -----------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_HLS_TASKPRINTER_H
#define ST_EMIT_HLS_TASKPRINTER_H

#include "Emit/Common/Expression.h"
#include "Emit/Common/InlineAnalysis.h"
#include "Emit/Common/SourceWriter.h"
#include "Emit/Hls/KernelLayout.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace st {

/// Prints one task of a kernel: a static void function that takes streams by reference, memory by pointer and scalars
/// by value.
class TaskPrinter {
public:
  TaskPrinter(const KernelLayout &layout, TaskOp task, SourceWriter &out);

  mlir::LogicalResult print();

private:
  //===--- TaskPrinter.cpp: declarations, control, scalars, memory ---===//

  std::string printParameter(mlir::BlockArgument argument);
  mlir::LogicalResult printBlock(mlir::Block &block);
  mlir::LogicalResult printOperation(mlir::Operation *op);
  mlir::LogicalResult printFor(mlir::scf::ForOp loop);
  mlir::LogicalResult printIf(mlir::scf::IfOp branch);
  void printAssignments(mlir::ValueRange targets, mlir::ValueRange values);
  void printAssignment(llvm::StringRef target, mlir::Value source);
  /// The statement that assigns `value`, which `computes` (if not null) makes.
  std::string assignmentText(llvm::StringRef target, const Expression &value, mlir::Operation *computes) const;
  /// Whether the value of `op` goes to memory and the store fits into a line.
  bool fitsIntoStore(mlir::Operation *op, const Expression &expression) const;
  mlir::LogicalResult printBuffer(BufferOp buffer);
  mlir::LogicalResult printTable(mlir::memref::GetGlobalOp table);
  /// The pragmas that let `factors` elements along each dimension be accessed in one cycle.
  void printPartition(llvm::StringRef name, mlir::MemRefType type, llvm::ArrayRef<int64_t> factors);
  mlir::LogicalResult printStore(mlir::memref::StoreOp store);
  mlir::LogicalResult printScalar(mlir::Operation *op);
  /// Gives the result of `op` the text `expression`, in place where that reads well, else through a variable.
  mlir::LogicalResult define(mlir::Operation *op, const Expression &expression, llvm::StringRef name);

  Expression valueOf(mlir::Value value) const { return values.lookup(value); }
  llvm::SmallVector<Expression> valuesOf(mlir::ValueRange range) const;
  /// `buffer[i][j]`, or `port[linear index]` for external memory.
  Expression elementOf(mlir::Value memory, llvm::ArrayRef<Expression> indices) const;

  //===--- TokenPrinter.cpp: vectors, which are tokens of streams ---===//

  mlir::LogicalResult printStreamRead(StreamReadOp read);
  mlir::LogicalResult printStreamWrite(StreamWriteOp write);
  mlir::LogicalResult printVectorLoad(mlir::vector::LoadOp load);
  mlir::LogicalResult printVectorStore(mlir::vector::StoreOp store);
  mlir::LogicalResult printExtract(mlir::vector::ExtractOp extract);
  mlir::LogicalResult printInsert(mlir::vector::InsertOp insert);
  mlir::LogicalResult printBroadcast(mlir::vector::BroadcastOp broadcast);
  mlir::LogicalResult printLanewise(mlir::Operation *op);
  /// Declares a token whose lanes `lane` computes from the lane's index per dimension and its number.
  void defineToken(mlir::Value result,
                   llvm::function_ref<Expression(llvm::ArrayRef<Expression>, const Expression &)> lane);
  /// Unrolled loops over the lanes of `type`; `body` prints statements.
  void forEachLane(mlir::VectorType type,
                   llvm::function_ref<void(llvm::ArrayRef<Expression>, const Expression &)> body);
  /// The element of a wide port that a vector access touches.
  Expression wideElement(const MemoryPort &port, mlir::MemRefType type, mlir::VectorType vector,
                         mlir::ValueRange indices) const;
  /// Whether the token that `op` makes is written where it is used.
  bool isInlineToken(mlir::Operation *op) const;
  const MemoryPort *widePort(mlir::Value memory) const;

  const KernelLayout &layout;
  TaskOp task;
  SourceWriter &out;
  InlineAnalysis inlining;
  NameScope *scope = nullptr;
  llvm::DenseMap<mlir::Value, Expression> values;
};

/// `get_lane<float>(token, lane)`.
Expression getLane(mlir::Type scalar, const Expression &token, const Expression &lane);

} // namespace st

#endif // ST_EMIT_HLS_TASKPRINTER_H
