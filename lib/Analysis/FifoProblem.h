//===- FifoProblem.h - A scheduled kernel as a FIFO sizing problem ----------------------------------*- C++ -*-===//

#ifndef ST_ANALYSIS_FIFOPROBLEM_H
#define ST_ANALYSIS_FIFOPROBLEM_H

#include "Analysis/FifoGraph.h"
#include "Analysis/Schedule.h"
#include "Optimize/FifoSizingProblem.h"

namespace st {

/// The tasks of a kernel and its FIFOs as a problem: task i is `schedules[i]`, channel i is `fifos[i]`. Channels take
/// their names from `st.name` and keep a depth that `st.fixed_depth` marks as not to be chosen. A diagnostic and
/// failure where a task pushes to or pops from something that is no FIFO.
mlir::FailureOr<FifoSizingProblem> buildFifoProblem(std::vector<TaskSchedule> &schedules, std::vector<FifoEdge> &fifos);

/// Reports `error` on `kernel`, with a note at every task and FIFO that it names.
void reportFifoError(KernelOp kernel, std::vector<FifoEdge> &fifos, llvm::Error error);

/// The name of a FIFO: its `st.name`, or "<producer>_to_<consumer>".
std::string getFifoName(FifoEdge &edge);

} // namespace st

#endif // ST_ANALYSIS_FIFOPROBLEM_H
