//===- failure.h - How a simulation ends when the design is wrong -----------------------------------*- C++ -*-===//

#ifndef ST_HLS_COMPAT_FAILURE_H
#define ST_HLS_COMPAT_FAILURE_H

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace st {
namespace simulation {

/// Exit status of a simulation that can make no progress.
constexpr int exit_deadlock = 3;
/// Exit status of a simulation that leaves tokens behind, or in which a FIFO has two readers or two writers.
constexpr int exit_protocol = 4;
/// Exit status of a sequential simulation whose tasks can only run at the same time.
constexpr int exit_not_runnable = 5;

/// Ends the program at once: other tasks are still running or waiting, so no destructor may run.
[[noreturn]] inline void fail(int status, const std::string &message) {
  std::fflush(stdout);
  std::fputs(message.c_str(), stderr);
  std::fflush(stderr);
  std::_Exit(status);
}

[[noreturn]] inline void fail_surplus(const char *fifo, size_t tokens) {
  fail(exit_protocol, std::string("surplus: FIFO '") + fifo + "' still holds " + std::to_string(tokens) +
                          " tokens at the end: its writer writes more than its reader reads\n");
}

[[noreturn]] inline void fail_feedback(const char *fifo) {
  fail(exit_not_runnable, std::string("not runnable: FIFO '") + fifo +
                              "' leads back to a task before its writer, so that no order of the tasks lets each run "
                              "to its end; use the concurrent simulation\n");
}

} // namespace simulation
} // namespace st

#endif // ST_HLS_COMPAT_FAILURE_H
