//===- LoopTiming.h - The pipelined loops that operations on tiles become ---------------------------*- C++ -*-===//
//
// Formulas (T tokens of a tile, d cycles of one iteration, latencies of the device file):
//   sched_f1  a pipelined loop of N iterations takes (N - 1) * II + d cycles
//   sched_f2  a token loop has N = T and II = 1; reading, it pops in cycle 0 of an iteration and d = stream.read +
//             memory.store; writing, it pushes in its last cycle and d = memory.load + stream.write
//   sched_f3  a linalg operation on tiles has N = product over its dimensions of ceil(extent / unroll); reductions are
//             the outer loops, parallel dimensions the inner ones
//   sched_f4  d = memory.load + critical path of the body + memory.store
//   sched_f5  II = max(1, ceil((combiner path + memory.store) / distance)), the combiner path leading from the
//             accumulator to its new value and the distance being the iterations until the same accumulator returns:
//             the product of the trip counts of the parallel loops. Accumulators are read without delay: they are
//             registers or LUTRAM.
//   sched_f6  filling or copying a tile moves `lanes` elements per cycle
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_ANALYSIS_LOOPTIMING_H
#define ST_ANALYSIS_LOOPTIMING_H

#include "Device/Device.h"
#include "Dialect/StDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace st {

/// A pipelined loop.
struct PipelinedLoop {
  int64_t trips = 1;
  int64_t ii = 1;
  /// Cycles from the start of an iteration to its end.
  int64_t depthCycles = 1;

  int64_t cycles() const { return trips > 0 ? (trips - 1) * ii + depthCycles : 0; }
};

/// A linalg operation as Lower writes it.
struct PointLoops {
  PipelinedLoop loop;
  /// Elements computed in one iteration.
  int64_t unroll = 1;
  /// Longest path from an accumulator to its new value, in cycles; 0 without a reduction.
  int64_t recurrenceCycles = 0;
  /// Iterations until an accumulator is used again.
  int64_t distance = 1;
  /// The operation in the recurrence that takes longest; null without a reduction.
  mlir::Operation *combiner = nullptr;
  Resources resources;
};

PipelinedLoop tokenReadLoop(int64_t tokens, const Device &device);
PipelinedLoop tokenWriteLoop(int64_t tokens, const Device &device);
/// Cycles from the start of an iteration of `tokenWriteLoop` to its push.
int64_t tokenPushOffset(const Device &device);

/// Timing and cost of a linalg operation on tiles. Fails with a diagnostic when the device prices none of its
/// operators or its `st.unroll` is not one factor on the innermost parallel dimension.
mlir::FailureOr<PointLoops> timeLinalgOp(mlir::linalg::LinalgOp op, const Device &device);

/// Why `loops` has II > 1 and what removes it, in one sentence; empty for II = 1.
std::string explainII(mlir::linalg::LinalgOp op, const PointLoops &loops);

/// Filling (a constant) or copying a tile of `elements`, `lanes` per cycle.
PipelinedLoop fillLoop(int64_t elements, int64_t lanes, const Device &device);
PipelinedLoop copyLoop(int64_t elements, int64_t lanes, const Device &device);

} // namespace st

#endif // ST_ANALYSIS_LOOPTIMING_H
