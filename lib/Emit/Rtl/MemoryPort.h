//===- MemoryPort.h - DMAs as ports to external memory ----------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_MEMORYPORT_H
#define ST_EMIT_RTL_MEMORYPORT_H

#include "Device/Device.h"
#include "Emit/Rtl/Features.h"
#include "Emit/Rtl/IndexResolver.h"
#include "Emit/Rtl/RtlWriter.h"

namespace st::rtl {

/// A task that only moves tokens between a stream and external memory. Its FIFO and it become one module.
struct MemoryPort {
  TaskOp task;
  std::string name;
  bool isRead = true;
  /// The kernel's operand and the stream, outside the task.
  mlir::Value memory, stream;
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

/// Fails with a diagnostic where the task does more than move tokens in one nest of loops.
mlir::FailureOr<MemoryPort> buildMemoryPort(TaskOp task, const Device &device);

/// Prints the port's module, and adds what its address generator and FIFO cost to `features`.
void printMemoryPort(const MemoryPort &port, llvm::StringRef module, RtlWriter &out, Features &features);

/// How st_fifo and st_ram name `kind` for FIFOs.
std::string fifoStyle(StreamOp stream);

} // namespace st::rtl

#endif // ST_EMIT_RTL_MEMORYPORT_H
