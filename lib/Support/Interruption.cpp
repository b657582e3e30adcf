#include "Support/Interruption.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"

#include <csignal>
#include <mutex>
#include <set>
#include <thread>
#include <unistd.h>

using namespace llvm;

namespace {
/// Shared by the threads that work and the one that waits for a signal. Never destroyed: that one may outlive main.
struct Registry {
  std::recursive_mutex mutex;
  std::set<std::string> paths;
  std::set<int> processes;
  /// A signal handler may do next to nothing; it writes the signal's number here.
  int pipe[2] = {-1, -1};
};
Registry &registry() {
  static Registry *instance = new Registry;
  return *instance;
}

void handleSignal(int number) {
  char byte = static_cast<char>(number);
  [[maybe_unused]] ssize_t written = ::write(registry().pipe[1], &byte, 1);
}

void waitForSignal() {
  char number = 0;
  while (::read(registry().pipe[0], &number, 1) != 1)
    ;
  // Held to the end: whoever is about to create a file waits for it, and so creates none.
  registry().mutex.lock();
  for (int process : registry().processes)
    ::kill(-process, SIGTERM);
  for (const std::string &path : registry().paths) {
    if (sys::fs::is_directory(path))
      sys::fs::remove_directories(path);
    else
      sys::fs::remove(path);
  }
  static constexpr char message[] = "interrupted: nothing was written\n";
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, message, sizeof message - 1);
  ::_exit(128 + number);
}
} // namespace

void st::installInterruptHandler() {
  if (::pipe(registry().pipe) != 0)
    return;
  std::thread(waitForSignal).detach();
  struct sigaction action = {};
  action.sa_handler = handleSignal;
  action.sa_flags = SA_RESTART;
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    // A signal that the caller ignores, as nohup and background jobs do, stays ignored.
    struct sigaction present = {};
    if (::sigaction(number, nullptr, &present) == 0 && present.sa_handler != SIG_IGN)
      ::sigaction(number, &action, nullptr);
  }
  ::signal(SIGXFSZ, SIG_IGN);
}

void st::removeOnInterrupt(StringRef path) {
  // The folder that the process works in may change; the path must not change its meaning.
  SmallString<128> absolute(path);
  sys::fs::make_absolute(absolute);
  InterruptionWaits waits;
  registry().paths.insert(absolute.str().str());
}

void st::keepOnInterrupt(StringRef path) {
  SmallString<128> absolute(path);
  sys::fs::make_absolute(absolute);
  InterruptionWaits waits;
  registry().paths.erase(absolute.str().str());
}

st::InterruptionWaits::InterruptionWaits() { registry().mutex.lock(); }
st::InterruptionWaits::~InterruptionWaits() { registry().mutex.unlock(); }

st::EndOnInterrupt::EndOnInterrupt(int process) : process(process) {
  InterruptionWaits waits;
  registry().processes.insert(process);
}
st::EndOnInterrupt::~EndOnInterrupt() {
  InterruptionWaits waits;
  registry().processes.erase(process);
}
