//===- KernelLayout.h - Names and memory ports of a kernel ------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_HLS_KERNELLAYOUT_H
#define ST_EMIT_HLS_KERNELLAYOUT_H

#include "Dialect/StDialect.h"
#include "Emit/Common/NameScope.h"
#include "llvm/ADT/MapVector.h"

namespace st {

/// What the C++ array behind a memref argument of a task holds: scalars, or vectors as wide as the task's accesses.
struct PortElement {
  std::string cppType;
  int64_t lanes = 1; ///< scalars per element of the array
};

/// A memory argument of the top function. It belongs to one task: an operand that several tasks read has one port each.
struct MemoryPort {
  std::string name;
  PortElement element;
  int64_t numElements = 0;
  bool isInput = true;
  /// Whether the memory is updated in place: one task reads it and another writes it, through ports of one bundle that
  /// get the same address.
  bool isInPlace = false;
  /// The memref operand of the kernel, and which one of all it is.
  mlir::Value operand;
  unsigned operandIndex = 0;
  TaskOp task;
  /// Argument of the task's body.
  mlir::BlockArgument taskArgument;
  /// HBM channel, where the allocate phase has assigned one.
  std::optional<int64_t> hbmChannel;
};

/// Everything about a kernel that several emitted files must agree on.
class KernelLayout {
public:
  /// Fails with a diagnostic where the kernel cannot be a dataflow region of C++ functions.
  static mlir::FailureOr<KernelLayout> build(KernelOp kernel);

  KernelOp kernel;
  /// Name of the top function, and of the files.
  std::string name;
  /// Names of the kernel's memref operands, in order.
  std::vector<std::string> operandNames;
  std::vector<MemoryPort> ports;
  /// In the order of the calls.
  std::vector<TaskOp> tasks;
  llvm::MapVector<mlir::Operation *, std::string> taskNames, streamNames;
  /// The sizes that the kernel is launched with, and which of them each task takes, by C++ name.
  std::vector<std::pair<std::string, std::string>> sizes;
  std::vector<std::string> getSizesOf(TaskOp task) const;

  /// The first port of the same memory, where it is updated in place; else the port itself.
  const MemoryPort &getFirstPort(const MemoryPort &port) const;
  const MemoryPort *findPort(mlir::BlockArgument taskArgument) const;
  /// The task at the other end of the stream that `taskArgument` stands for; null if there is none.
  TaskOp findPartner(mlir::BlockArgument taskArgument) const;
};

/// "ap_uint<512>": the C++ type of a token of `tokenType`.
std::string tokenCppType(mlir::Type tokenType);
/// Scalars in a token, and their type.
int64_t tokenLanes(mlir::Type tokenType);

/// How many trailing dimensions of `memory` a vector access covers entirely; negative when its scalars are not
/// contiguous.
int64_t coveredDims(mlir::MemRefType memory, mlir::VectorType vector);

} // namespace st

#endif // ST_EMIT_HLS_KERNELLAYOUT_H
