//===- IntermediateMemory.h - On-chip bytes for what flows between tasks ----------------------------*- C++ -*-===//
//
// How much memory streaming takes, against what the same tasks would need with whole tensors between them.
//
//   held    bytes of all on-chip storage that holds activations: FIFOs at their chosen depths, converters (all halves),
//           row buffers and tiles inside tasks; accumulators and parameters do not count
//   tensors bytes, twice (double-buffered), of each tensor that a compute or row task hands to another one, at its
//           logical extent, once per tensor however often it is forked or reordered; the kernel's inputs and results
//           and parameters do not count
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_ANALYSIS_INTERMEDIATEMEMORY_H
#define ST_ANALYSIS_INTERMEDIATEMEMORY_H

#include "Analysis/FifoGraph.h"
#include "Analysis/Schedule.h"
#include <optional>
#include <string>
#include <vector>

namespace st {

/// Storage that holds activations.
struct MemoryHolder {
  /// The FIFO's name, or "<task>.<buffer>".
  std::string name;
  /// The tensor it serves: the compute or row task that makes it, or the DMA that reads it.
  std::string tensor;
  int64_t bytes = 0;
  /// "fifo" (what every connection takes: the depth of the shallowest), "fifo skew", "re-convergence",
  /// "re-access converter", "reorder converter", "row buffer" or "tile".
  std::string reason;
  /// Of a converter: the fewest bytes that any buffer in its place would hold.
  std::optional<int64_t> liveBytes;
};

/// A tensor that crosses from one compute or row task to another.
struct BufferedTensor {
  /// The task that makes it.
  std::string name;
  /// Twice its bytes.
  int64_t bytes = 0;
  /// What its holders take.
  int64_t heldBytes = 0;
};

struct IntermediateMemory {
  /// The largest first.
  std::vector<MemoryHolder> holders;
  std::vector<BufferedTensor> tensors;
  int64_t heldBytes = 0;
  int64_t tensorBytes = 0;

  /// held / tensors; 0 where no tensor crosses.
  double ratio() const { return tensorBytes ? double(heldBytes) / double(tensorBytes) : 0; }
};

/// The account of one kernel, whose FIFOs have depths.
IntermediateMemory accountIntermediateMemory(KernelOp kernel, std::vector<TaskSchedule> &schedules,
                                             std::vector<FifoEdge> &fifos);

} // namespace st

#endif // ST_ANALYSIS_INTERMEDIATEMEMORY_H
