// What an interrupted run must not leave behind: half-written folders and files, and programs that it started.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace st {

/// From here on SIGINT, SIGTERM and SIGHUP remove what is registered below, say so on the error stream and end the
/// process with status 128 + the signal's number. Writing beyond a limit of the file size fails like a full disk
/// instead of killing the process. For the main function of a tool; libraries only register.
void installInterruptHandler();

/// Registers the file or folder `path` to be removed, with all that is in it, when the process is interrupted.
void removeOnInterrupt(llvm::StringRef path);
/// Takes `path` back: it is finished, or already gone.
void keepOnInterrupt(llvm::StringRef path);

/// While one lives an interruption waits, so that steps which belong together happen all or not at all. Nests.
class InterruptionWaits {
public:
  InterruptionWaits();
  InterruptionWaits(const InterruptionWaits &) = delete;
  ~InterruptionWaits();
};

/// While it lives the process group of `process` is ended when this process is interrupted.
class EndOnInterrupt {
public:
  explicit EndOnInterrupt(int process);
  EndOnInterrupt(const EndOnInterrupt &) = delete;
  ~EndOnInterrupt();

private:
  int process;
};

} // namespace st
