//===- Jobs.h - Work in processes of its own --------------------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_CONFORMANCE_JOBS_H
#define ST_UNITTESTS_CONFORMANCE_JOBS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <string>

namespace st::testing {

struct JobResult {
  /// What the job returned; empty if it did not get that far.
  std::string output;
  /// How it ended otherwise: a crash with its message, or too long a time. Empty if it returned.
  std::string failure;
};

/// Calls `work` for every number below `count`, each in a fork of this process, `parallel` at a time, and `done` here
/// with what came of it, in the order in which they end. What crashes or takes longer than `seconds` harms no other.
void runJobs(unsigned count, unsigned parallel, unsigned seconds, llvm::function_ref<std::string(unsigned)> work,
             llvm::function_ref<void(unsigned, JobResult)> done);

} // namespace st::testing

#endif // ST_UNITTESTS_CONFORMANCE_JOBS_H
