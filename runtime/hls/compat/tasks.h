//===- tasks.h - Threads, and the detection of deadlock ---------------------------------------------*- C++ -*-===//
//
// The concurrent simulation runs every task in a thread. One counter, `running`, holds the number of threads that can
// still make progress. A task that must wait first publishes what it has pushed and popped, then that it waits,
// then subtracts itself; whoever wakes it adds it again *before* waking it. So the counter is zero exactly when every
// live task waits and no signal is under way: the task that brings it to zero has found a deadlock and reports it. No
// clock is involved, hence neither false alarms on a slow machine nor hangs.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_HLS_COMPAT_TASKS_H
#define ST_HLS_COMPAT_TASKS_H

#include "failure.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <linux/futex.h>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <string>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace st {
namespace simulation {

/// Virtual memory for the stack of a task, whose arrays would be block RAM on the device. Touched pages only are used.
#ifndef ST_TASK_STACK_BYTES
#define ST_TASK_STACK_BYTES (64u << 20)
#endif

class fifo_state;

/// One end of a FIFO, as its task sees it.
struct endpoint {
  fifo_state *fifo;
  bool is_writer;
};

/// What a task waits for, or nothing. Written by the task before it subtracts itself from the counter.
struct wait_reason {
  const fifo_state *fifo = nullptr;
  bool for_space = false;
};

struct task {
  std::string name;
  std::function<void()> body;
  pthread_t thread;
  std::vector<endpoint> endpoints;
  wait_reason waits_for;
  std::atomic<bool> finished{false};

  /// Sleeps until the one wake() that corresponds to this call, whether that has come already or not.
  void sleep() {
    if (state_.exchange(asleep, std::memory_order_acq_rel) != woken)
      while (state_.load(std::memory_order_acquire) == asleep)
        syscall(SYS_futex, &state_, FUTEX_WAIT_PRIVATE, asleep, nullptr, nullptr, 0);
    state_.store(awake, std::memory_order_relaxed);
  }
  void wake() {
    if (state_.exchange(woken, std::memory_order_acq_rel) == asleep)
      syscall(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  inline void publish_all();

private:
  enum : uint32_t { awake, woken, asleep };
  std::atomic<uint32_t> state_{awake};
};

/// The task that this thread runs; null in threads that are no task.
inline task *&current_task() {
  static thread_local task *current = nullptr;
  return current;
}

/// Everything that all regions of the program share.
struct scheduler {
  std::atomic<int> running{0};
  std::atomic<int> live_tasks{0};
  std::mutex registry_mutex;
  std::vector<task *> registry;

  static scheduler &get() {
    static scheduler *instance = new scheduler; // never destroyed: tasks may outlive static destructors
    return *instance;
  }

  void add_running() { running.fetch_add(1, std::memory_order_acq_rel); }
  void subtract_running() {
    if (running.fetch_sub(1, std::memory_order_acq_rel) == 1)
      report_if_deadlocked();
  }
  /// Spinning helps only while every task has a processor of its own.
  bool may_spin() const {
    static const int processors = static_cast<int>(std::thread::hardware_concurrency());
    return live_tasks.load(std::memory_order_relaxed) <= processors;
  }

private:
  inline void report_if_deadlocked();
};

inline void pause_processor() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/// The tasks of one call of a dataflow region; destroying it waits for them.
class region {
public:
  region() {
    if (!current_task())
      scheduler::get().add_running();
  }
  region(const region &) = delete;
  region &operator=(const region &) = delete;

  void start(const char *call, std::function<void()> body) {
    tasks_.push_back(std::make_unique<task>());
    task &started = *tasks_.back();
    const std::string text = call;
    started.name = text.substr(0, text.find_first_of("(<"));
    started.body = std::move(body);
    scheduler &shared = scheduler::get();
    shared.add_running();
    shared.live_tasks.fetch_add(1, std::memory_order_relaxed);
    unfinished_.fetch_add(1, std::memory_order_relaxed);
    {
      std::lock_guard<std::mutex> lock(shared.registry_mutex);
      shared.registry.push_back(&started);
    }
    auto *context = new owned_task{this, &started};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, ST_TASK_STACK_BYTES);
    if (pthread_create(&started.thread, &attributes, run, context) != 0)
      fail(exit_protocol, "cannot start a thread for task '" + started.name + "'\n");
    pthread_attr_destroy(&attributes);
  }

  ~region() {
    scheduler &shared = scheduler::get();
    // This thread counts as waiting until its last task ends, who then counts it as running again.
    if (unfinished_.fetch_sub(1, std::memory_order_acq_rel) != 1)
      shared.subtract_running();
    for (const std::unique_ptr<task> &joined : tasks_)
      pthread_join(joined->thread, nullptr);
    {
      std::lock_guard<std::mutex> lock(shared.registry_mutex);
      for (const std::unique_ptr<task> &ended : tasks_)
        for (task *&entry : shared.registry)
          if (entry == ended.get()) {
            entry = shared.registry.back();
            shared.registry.pop_back();
            break;
          }
    }
    if (!current_task())
      shared.subtract_running();
  }

private:
  struct owned_task {
    region *owner;
    task *started;
  };

  static void *run(void *argument) {
    std::unique_ptr<owned_task> context(static_cast<owned_task *>(argument));
    task &self = *context->started;
    current_task() = &self;
    self.body();
    self.publish_all();
    self.finished.store(true, std::memory_order_release);
    scheduler &shared = scheduler::get();
    shared.live_tasks.fetch_sub(1, std::memory_order_relaxed);
    if (context->owner->unfinished_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      shared.add_running(); // for the owner, who has been waiting for this
    shared.subtract_running();
    return nullptr;
  }

  std::vector<std::unique_ptr<task>> tasks_;
  std::atomic<int> unfinished_{1}; // the tasks, and the owner until it waits for them
};

} // namespace simulation
} // namespace st

#endif // ST_HLS_COMPAT_TASKS_H
