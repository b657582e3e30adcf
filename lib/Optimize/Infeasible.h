// The two ways in which an optimization problem has no answer, as errors that a caller can take apart.
#pragma once

#include "llvm/Support/Error.h"

#include <cstdint>
#include <string>
#include <vector>

namespace st {

/// A problem that has no solution: which rule cannot hold and who contributes to it.
class InfeasibleError : public llvm::ErrorInfo<InfeasibleError> {
public:
  enum class Kind {
    /// Tasks or kernels that wait for each other's results.
    Cycle,
    /// A channel whose writer and reader disagree on the number of tokens.
    TokenMismatch,
    /// A deadlock that only a deeper FIFO of fixed depth would resolve.
    FixedDepth,
    /// A budget that the smallest choice already exceeds.
    Budget,
    /// An instance that breaks a rule of its problem.
    Malformed,
  };

  InfeasibleError(Kind kind, std::string message, std::vector<std::string> culprits)
      : kind(kind), message(std::move(message)), culprits(std::move(culprits)) {}

  /// The name of `kind` in instance files, such as "token-mismatch".
  static const char *getKindName(Kind kind);

  void log(llvm::raw_ostream &os) const override { os << message; }
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }

  Kind kind;
  std::string message;
  /// Names of tasks, kernels or channels.
  std::vector<std::string> culprits;

  static char ID;
};

/// What one task of a deadlock waits for.
struct WaitingTask {
  std::string task;
  std::string channel;
  /// True when the task wants to push and the FIFO is full, false when it wants to pop and the FIFO is empty.
  bool full = false;
  int64_t depthTokens = 0;
  /// The task at the other end of the channel.
  std::string waitsFor;
  /// Full: the smallest depth with which, all others staying, the network runs to its end; 0 where none does alone.
  int64_t resolvingDepth = 0;
};

/// A network that stopped before its end.
class DeadlockError : public llvm::ErrorInfo<DeadlockError> {
public:
  explicit DeadlockError(std::vector<WaitingTask> cycle, std::vector<WaitingTask> others)
      : cycle(std::move(cycle)), others(std::move(others)) {}

  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }

  /// Tasks that hold each other, each waiting for the next and the last for the first.
  std::vector<WaitingTask> cycle;
  /// Tasks that wait for these.
  std::vector<WaitingTask> others;

  static char ID;
};

} // namespace st
