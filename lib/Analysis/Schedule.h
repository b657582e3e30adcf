//===- Schedule.h - When a task works ---------------------------------------------------------------*- C++ -*-===//
//
// The timing of a task of a materialized kernel, before bufferization, as the loops that Lower writes: each operation
// on tiles is a pipelined loop (LoopTiming.h), the loops follow each other, and loops over tiles repeat their bodies.
//
//   sched_f7  a nest of loops over tiles around a single pipelined loop is one pipelined loop of all iterations (HLS
//             flattens it); it fills its pipeline once
//   sched_f8  any other loop over tiles takes trips * (sum over its body)
//   sched_f9  a loop on external memory pops its data from a read port, or pushes it to a write port, of the channel
//             that its task owns (docs/graph-format.md): a burst is as long as the tiles lie one after the other, at
//             most 16 beats of 64 bytes, and 16 bursts may be outstanding, the defaults of HLS' m_axi. First token and
//             latency of such a task are those of a run alone with its channel.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_ANALYSIS_SCHEDULE_H
#define ST_ANALYSIS_SCHEDULE_H

#include "Analysis/LoopTiming.h"
#include "Analysis/TaskBuffers.h"
#include "Device/Device.h"
#include "Dialect/StDialect.h"
#include "Simulate/Graph.h"
#include <string>
#include <vector>

namespace st {

/// A pipelined loop of a task, for people and for design.json.
struct LoopRecord {
  /// "read", "write", "fill", "copy" or the name of the linalg operation.
  std::string what;
  PipelinedLoop loop;
  /// How often a task starts it.
  int64_t executions = 1;
};

/// What a task moves between one of its tensors and external memory, a token at a time.
struct TaskPort {
  unsigned argument = 0;
  bool isWrite = false;
  int64_t tokenBits = 0;
  int64_t burstTokens = 1;
  int64_t depthTokens = 1;
};

struct TaskSchedule {
  TaskOp task;
  /// compute, row, dma_read, dma_write, converter or fork.
  std::string kind;
  /// Initiation interval of the slowest pipelined loop, in cycles.
  int64_t ii = 1;
  /// D: cycles from the start to the first push; the latency where the task pushes nothing.
  int64_t firstTokenCycles = 0;
  /// L: cycles from start to end when it never waits.
  int64_t latencyCycles = 0;
  /// What the task does on its streams and ports; a FIFO is the number of the task's block argument.
  timed::Program program;
  std::vector<TaskPort> ports;
  std::vector<LoopRecord> loops;
  /// The linalg operations of the task, in order.
  std::vector<std::pair<mlir::linalg::LinalgOp, PointLoops>> linalgOps;
  /// Largest unroll factor in the task.
  int64_t unroll = 1;
  /// Operators of all loops; buffers and FIFOs not included.
  Resources operators;
  llvm::SmallVector<TaskBuffer> buffers;
};

/// The schedule of `task`; a diagnostic and failure for a body that has none.
mlir::FailureOr<TaskSchedule> scheduleTask(TaskOp task, const Device &device);

/// The schedules of all tasks of `kernel`, in order.
mlir::FailureOr<std::vector<TaskSchedule>> scheduleKernel(KernelOp kernel, const Device &device);

/// A channel of the external memory that DMAs of `device` use, which must have one.
timed::Memory channelOf(const Device &device, llvm::StringRef name);

/// The device in file `path` at `clockMhz` (0: its default clock). Where `path` is empty, the U55C that comes with
/// StreamTensor.
llvm::Expected<Device> loadDevice(llvm::StringRef path, double clockMhz);

/// Whether RTL has shown that tasks like `task` keep to their schedules: it moves data, or computes on integers by what
/// the RTL back end covers. The cycles of other tasks are estimates.
bool isCalibrated(TaskOp task);
constexpr llvm::StringLiteral calibratedBasis = "calibrated", estimatedBasis = "estimate";

/// The kind of a task: its attribute `st.kind`, else "compute".
llvm::StringRef getTaskKind(TaskOp task);

} // namespace st

#endif // ST_ANALYSIS_SCHEDULE_H
