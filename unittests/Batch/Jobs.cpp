//===- Jobs.cpp - Work in processes of its own ----------------------------------------------------------------===//

#include "Jobs.h"
#include "llvm/ADT/Twine.h"
#include <cstdlib>
#include <map>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace st::testing;

namespace {
struct Child {
  unsigned number;
  pid_t process;
  /// Where its result is read, and the memory that its error stream goes to.
  int result, messages;
  std::string output;
};
} // namespace

static void writeAll(int file, llvm::StringRef text) {
  while (!text.empty()) {
    ssize_t written = write(file, text.data(), text.size());
    if (written <= 0)
      return;
    text = text.drop_front(written);
  }
}

static Child startChild(unsigned number, unsigned seconds, llvm::function_ref<void(unsigned, JobWriter)> work) {
  int ends[2];
  int messages = memfd_create("messages", MFD_CLOEXEC);
  if (messages < 0 || pipe(ends) != 0)
    abort();
  pid_t process = fork();
  if (process == 0) {
    close(ends[0]);
    dup2(messages, STDERR_FILENO);
    // The job and whatever it starts end together.
    setpgid(0, 0);
    alarm(seconds);
    work(number, [&](llvm::StringRef text) {
      writeAll(ends[1], text);
      alarm(seconds);
    });
    _exit(0);
  }
  close(ends[1]);
  return {number, process, ends[0], messages, ""};
}

/// The line of an error stream that says most: a failed assertion, or else the first.
static std::string pickMessage(int file) {
  std::string text(lseek(file, 0, SEEK_END), '\0');
  if (pread(file, text.data(), text.size(), 0) < 0)
    return "";
  llvm::StringRef rest(text), first = rest.split('\n').first;
  while (!rest.empty()) {
    auto [line, tail] = rest.split('\n');
    if (line.contains("Assertion") || line.contains("LLVM ERROR"))
      return line.str();
    rest = tail;
  }
  return first.str();
}

static JobResult finish(Child &child, unsigned seconds) {
  int status = 0;
  waitpid(child.process, &status, 0);
  kill(-child.process, SIGKILL);
  JobResult result;
  result.output = std::move(child.output);
  bool returned = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!returned && WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    result.failure = "takes longer than " + std::to_string(seconds) + " s";
  else if (!returned)
    result.failure = "crash: " + pickMessage(child.messages);
  close(child.result);
  close(child.messages);
  return result;
}

void st::testing::runJobs(unsigned count, unsigned parallel, unsigned seconds,
                          llvm::function_ref<void(unsigned, JobWriter)> work,
                          llvm::function_ref<void(unsigned, JobResult)> done) {
  std::vector<Child> children;
  unsigned next = 0;
  while (next < count || !children.empty()) {
    while (next < count && children.size() < parallel)
      children.push_back(startChild(next++, seconds, work));
    std::vector<pollfd> files;
    for (const Child &child : children)
      files.push_back({child.result, POLLIN, 0});
    if (poll(files.data(), files.size(), -1) < 0)
      continue;
    for (size_t i = children.size(); i-- > 0;) {
      if (!files[i].revents)
        continue;
      char buffer[4096];
      ssize_t got = read(children[i].result, buffer, sizeof buffer);
      if (got > 0) {
        children[i].output.append(buffer, got);
        continue;
      }
      unsigned number = children[i].number;
      done(number, finish(children[i], seconds));
      children.erase(children.begin() + i);
    }
  }
}
