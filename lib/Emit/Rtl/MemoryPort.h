//===- MemoryPort.h - Ports of DMAs to external memory ---------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_MEMORYPORT_H
#define ST_EMIT_RTL_MEMORYPORT_H

#include "Device/Device.h"
#include "Emit/Rtl/Features.h"
#include "Emit/Rtl/IndexResolver.h"
#include "Emit/Rtl/RtlWriter.h"

namespace st::rtl {

/// What moves tokens between external memory and a task, in bursts and ahead of it, through a FIFO.
struct MemoryPort {
  TaskOp task;
  std::string name;
  bool isRead = true;
  /// The kernel's operand, and the task's argument for it.
  mlir::Value memory;
  mlir::BlockArgument argument;
  /// Bits of a token.
  unsigned width = 1;
  int64_t depth = 2, tokens = 1, burst = 1;
  std::string style;
  /// Number of the memory channel.
  int64_t channel = 0;
  /// The element of each lane, relative to the token's first.
  std::vector<int64_t> laneOffsets;
  std::vector<Counter> loops;
  /// Where the token's first element lies, in elements.
  Index address;
  std::unique_ptr<IndexSpace> space = std::make_unique<IndexSpace>();
  unsigned addressBits = 1;
};

/// Whether an operand of `task` is external memory.
bool usesMemory(TaskOp task);

/// The port of `task`. Fails with a diagnostic where it does more than move one token in each iteration of one nest of
/// loops.
mlir::FailureOr<MemoryPort> buildMemoryPort(TaskOp task, const Device &device);

/// Prints the port's module, and adds what it consists of to `features`.
void printMemoryPort(const MemoryPort &port, llvm::StringRef module, RtlWriter &out, const Device &device,
                     Features &features);

/// What st_fifo calls the memory of a FIFO.
std::string fifoStyle(StreamOp stream);
std::string fifoStyle(std::optional<StorageKind> storage, int64_t depth);

} // namespace st::rtl

#endif // ST_EMIT_RTL_MEMORYPORT_H
