//===- Jobs.h - Work in processes of its own --------------------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_BATCH_JOBS_H
#define ST_UNITTESTS_BATCH_JOBS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace st::testing {

struct JobResult {
  /// What the job wrote, also where it did not get to its end.
  std::string output;
  /// How it ended otherwise: a crash with its message, or too long a time. Empty if it returned.
  std::string failure;
};

/// How a job hands text over: at once, so that a later crash does not take it along.
using JobWriter = llvm::function_ref<void(llvm::StringRef)>;

/// Calls `work` for every number below `count`, each in a fork of this process, `parallel` at a time, and `done` here
/// with what came of it, in the order in which they end. What crashes harms no other job, nor does what writes nothing
/// for longer than `seconds`.
void runJobs(unsigned count, unsigned parallel, unsigned seconds, llvm::function_ref<void(unsigned, JobWriter)> work,
             llvm::function_ref<void(unsigned, JobResult)> done);

} // namespace st::testing

#endif // ST_UNITTESTS_BATCH_JOBS_H
