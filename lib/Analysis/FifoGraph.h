//===- FifoGraph.h - Who talks to whom in a materialized kernel -------------------------------------*- C++ -*-===//

#ifndef ST_ANALYSIS_FIFOGRAPH_H
#define ST_ANALYSIS_FIFOGRAPH_H

#include "Dialect/StDialect.h"
#include <vector>

namespace st {

/// A FIFO and its two ends.
struct FifoEdge {
  ItensorInstanceOp instance;
  TaskOp producer;
  TaskOp consumer;
  /// Number of the block argument at each end.
  unsigned producerArgument = 0;
  unsigned consumerArgument = 0;

  /// Whether its reader stands before its writer, and reads it in the next repetition only.
  bool isFeedback();
  ItensorType getType() { return instance.getResult().getType(); }
  /// Width of a token in bits.
  int64_t getTokenBits();
  /// Tokens that pass in one launch.
  int64_t getTokens() { return getType().getNumTiles() * getType().getTokensPerTile(); }
};

/// The FIFOs of a kernel in the order of their instances. A diagnostic and failure where one has not exactly one
/// writer and one reader.
mlir::FailureOr<std::vector<FifoEdge>> collectFifos(KernelOp kernel);

/// Whether each task's outputs derive from parameters alone (constants outside the kernel), by block argument of the
/// task: its streams and tensors carry parameters rather than activations.
class ParameterFlow {
public:
  ParameterFlow(KernelOp kernel, std::vector<FifoEdge> &fifos);

  /// Whether what a task's block argument carries is a parameter.
  bool isParameter(TaskOp task, unsigned argument) const;
  /// Whether all that a task reads are parameters.
  bool isParameterTask(TaskOp task) const;

private:
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<bool>> arguments;
};

/// Whether operand `index` of a kernel is a parameter: listed in its `st.parameter_operands`, or computed outside from
/// constants and arguments marked `st.parameter` only.
bool isParameterOperand(KernelOp kernel, unsigned index);

} // namespace st

#endif // ST_ANALYSIS_FIFOGRAPH_H
