//===- FifoProblem.h - A scheduled kernel as a FIFO sizing problem ----------------------------------*- C++ -*-===//

#ifndef ST_ANALYSIS_FIFOPROBLEM_H
#define ST_ANALYSIS_FIFOPROBLEM_H

#include "Analysis/FifoGraph.h"
#include "Analysis/Schedule.h"
#include "Optimize/FifoSizingProblem.h"

namespace st {

/// The timed graph of a kernel (docs/graph-format.md): task i is `schedules[i]`, FIFO i is `fifos[i]`, ports follow.
/// Channels have the depths of their instances, 2 where none is chosen yet. A DMA moves its tensor through the channel
/// of external memory in `st.hbm_channel`; where it has none, through one of its own. A diagnostic and failure where a
/// task pushes to or pops from something that is no FIFO.
mlir::FailureOr<timed::Graph> buildTimedGraph(std::vector<TaskSchedule> &schedules, std::vector<FifoEdge> &fifos,
                                              const Device &device);

/// The same from the kernel as it stands.
mlir::FailureOr<timed::Graph> buildTimedGraph(KernelOp kernel, const Device &device);

/// The graph as a problem whose depths are to be chosen, except those that `st.fixed_depth` marks, for `launches`
/// without a pause between them.
mlir::FailureOr<FifoSizingProblem> buildFifoProblem(std::vector<TaskSchedule> &schedules, std::vector<FifoEdge> &fifos,
                                                    const Device &device, int64_t launches = 1);

/// Reports `error` on `kernel`, with a note at every task and FIFO that it names.
void reportFifoError(KernelOp kernel, std::vector<FifoEdge> &fifos, llvm::Error error);

/// The name of a FIFO: its `st.name`, or "<producer>_to_<consumer>".
std::string getFifoName(FifoEdge &edge);

} // namespace st

#endif // ST_ANALYSIS_FIFOPROBLEM_H
