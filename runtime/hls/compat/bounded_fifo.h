//===- bounded_fifo.h - The FIFO of the concurrent simulation ---------------------------------------*- C++ -*-===//
//
// A lock-free ring with one writer and one reader that holds exactly `depth` tokens. An end tells the other what it has
// pushed or popped once per batch, wakes it once per larger batch, and does both before its own task waits or ends. So
// whenever a task waits, what everyone knows is exact, and a FIFO that is one token too small deadlocks; in between,
// processors exchange cache lines, and tasks wake each other, once per many tokens.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_HLS_COMPAT_BOUNDED_FIFO_H
#define ST_HLS_COMPAT_BOUNDED_FIFO_H

#include "tasks.h"

#include <cstdint>
#include <new>
#include <type_traits>

namespace st {
namespace simulation {

/// All of a FIFO but its tokens.
class fifo_state {
public:
  fifo_state(const char *name, uint64_t depth)
      : name_(name), depth_(depth), batch_(depth < 4    ? 1
                                           : depth < 64 ? depth / 4
                                                        : 16),
        wake_batch_(depth < 64 ? depth : 64) {
    // The first push and the first pop take the slow path, which is where an end learns its task.
    writer_.limit = 0;
    reader_.limit = 0;
  }
  fifo_state(const fifo_state &) = delete;
  fifo_state &operator=(const fifo_state &) = delete;

  const char *name() const { return name_; }
  uint64_t depth_tokens() const { return depth_; }

  /// Shows the other end the tokens pushed (or popped) since the last call.
  void publish(bool from_writer) {
    side &self = from_writer ? writer_ : reader_;
    self.unpublished = 0;
    self.published.store(self.count, std::memory_order_release);
  }
  /// Publishes, and wakes the other end if it sleeps and may not know yet.
  void publish_and_wake(bool from_writer) {
    side &self = from_writer ? writer_ : reader_;
    if (self.woken_at == self.count)
      return;
    publish(from_writer);
    self.woken_at = self.count;
    // The exchange orders the published count before the look at the sleeper: it and the sleeper's own exchange on the
    // same variable happen in some order, and the later one sees what the other end did before.
    if (task *sleeper = (from_writer ? reader_ : writer_).sleeper.exchange(nullptr, std::memory_order_acq_rel)) {
      scheduler::get().add_running();
      sleeper->wake();
    }
  }

protected:
  static constexpr int cache_line = 64;

  /// The state of one end. All but `published` and `sleeper` belongs to that end's task alone.
  struct alignas(cache_line) side {
    std::atomic<uint64_t> published{0}; ///< tokens pushed (popped), as the other end knows
    uint64_t count = 0;                 ///< tokens pushed (popped) so far
    uint64_t limit = 0;                 ///< count may go this far without looking at the other end
    uint64_t slot = 0;                  ///< count modulo depth
    uint64_t unpublished = 0;           ///< count - published
    uint64_t woken_at = 0;              ///< count when the other end was last made aware
    int spin_limit = 1000;
    task *owner = nullptr;
    alignas(cache_line) std::atomic<task *> sleeper{nullptr}; ///< this end's task, when it sleeps
  };

  /// Called when `count` has reached `limit`: returns with count < limit.
  void wait(bool is_writer) {
    side &self = is_writer ? writer_ : reader_;
    task *me = current_task();
    if (!self.owner && me) {
      self.owner = me;
      me->endpoints.push_back({this, is_writer});
    }
    if (self.owner != me)
      fail(exit_protocol, std::string("protocol: FIFO '") + name_ + "' has two " + (is_writer ? "writers" : "readers") +
                              ": '" + self.owner->name + "' and '" + (me ? me->name : "(no task)") + "'\n");
    if (update_limit(is_writer))
      return;
    if (!me)
      fail(exit_deadlock,
           std::string("deadlock:\n(no task) waits for FIFO '") + name_ + "' (" + describe_wait(is_writer) + ")\n");
    me->publish_all();
    if (spin(is_writer))
      return;
    while (!update_limit(is_writer)) {
      me->waits_for = {this, is_writer};
      self.sleeper.exchange(me, std::memory_order_acq_rel);
      // Look again now that the other end can see the sleeper. If it has seen it already, its wake() must be used up.
      if (update_limit(is_writer) && self.sleeper.exchange(nullptr, std::memory_order_acq_rel) == me)
        return;
      scheduler::get().subtract_running();
      me->sleep();
    }
  }

  /// Waits actively, as long as that has been worth while lately.
  bool spin(bool is_writer) {
    side &self = is_writer ? writer_ : reader_;
    if (!scheduler::get().may_spin())
      return false;
    for (int spins = 0; spins < self.spin_limit; ++spins) {
      if (update_limit(is_writer)) {
        self.spin_limit = self.spin_limit < 1000 ? 2 * self.spin_limit : 2000;
        return true;
      }
      pause_processor();
    }
    self.spin_limit = self.spin_limit > 32 ? self.spin_limit / 2 : 16; // the other end has no processor just now
    return false;
  }

  bool update_limit(bool is_writer) {
    side &self = is_writer ? writer_ : reader_;
    self.limit = (is_writer ? reader_ : writer_).published.load(std::memory_order_acquire) + (is_writer ? depth_ : 0);
    return self.count < self.limit;
  }

  /// Counts one token pushed or popped, and lets the other end know once per batch.
  void advance(bool is_writer) {
    side &self = is_writer ? writer_ : reader_;
    if (++self.slot == depth_)
      self.slot = 0;
    ++self.count;
    if (++self.unpublished == batch_) {
      publish(is_writer);
      if (self.count - self.woken_at >= wake_batch_)
        publish_and_wake(is_writer);
    }
  }

public:
  /// "empty, depth 32 tokens", for reports.
  std::string describe_wait(bool for_space) const {
    return std::string(for_space ? "full" : "empty") + ", depth " + std::to_string(depth_) + " tokens";
  }

protected:
  const char *const name_;
  const uint64_t depth_, batch_, wake_batch_; ///< in tokens
  side writer_, reader_;
};

template <typename T> class fifo : fifo_state {
public:
  fifo(const char *name, int depth)
      : fifo_state(name, static_cast<uint64_t>(depth)),
        ring_(new (std::align_val_t(cache_line)) T[static_cast<size_t>(depth)]) {}
  ~fifo() {
    if (size() != 0)
      fail_surplus(name_, size());
  }

  void push(const T &value) {
    if (writer_.count >= writer_.limit)
      wait(/*is_writer=*/true);
    ring_[writer_.slot] = value;
    advance(/*is_writer=*/true);
  }
  T pop() {
    if (reader_.count >= reader_.limit)
      wait(/*is_writer=*/false);
    const T value = ring_[reader_.slot];
    advance(/*is_writer=*/false);
    return value;
  }
  size_t size() const {
    const uint64_t popped = reader_.published.load(std::memory_order_acquire);
    return static_cast<size_t>(writer_.published.load(std::memory_order_acquire) - popped);
  }
  bool empty() const { return size() == 0; }
  bool full() const { return size() >= depth_; }
  size_t capacity() const { return static_cast<size_t>(depth_); }

private:
  struct aligned_delete {
    void operator()(T *tokens) const {
      static_assert(std::is_trivially_destructible<T>::value, "a token is bits");
      ::operator delete[](tokens, std::align_val_t(cache_line));
    }
  };
  const std::unique_ptr<T[], aligned_delete> ring_;
};

//===--- What tasks and FIFOs need of each other ---===//

inline void task::publish_all() {
  for (const endpoint &end : endpoints)
    end.fifo->publish_and_wake(end.is_writer);
}

inline void scheduler::report_if_deadlocked() {
  std::lock_guard<std::mutex> lock(registry_mutex);
  std::string report;
  for (const task *waiting : registry)
    if (!waiting->finished.load(std::memory_order_acquire) && waiting->waits_for.fifo)
      report += "task '" + waiting->name + "' waits for FIFO '" + waiting->waits_for.fifo->name() + "' (" +
                waiting->waits_for.fifo->describe_wait(waiting->waits_for.for_space) + ")\n";
  if (!report.empty())
    fail(exit_deadlock, "deadlock: every task that has not finished waits for a FIFO\n" + report);
}

} // namespace simulation
} // namespace st

#endif // ST_HLS_COMPAT_BOUNDED_FIFO_H
