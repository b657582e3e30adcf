//===- unbounded_fifo.h - The FIFO of the sequential simulation -------------------------------------*- C++ -*-===//

#ifndef ST_HLS_COMPAT_UNBOUNDED_FIFO_H
#define ST_HLS_COMPAT_UNBOUNDED_FIFO_H

#include "failure.h"

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace st {
namespace simulation {

/// Name of the task that is running, for messages. One thread only, so a plain variable is enough.
inline std::string &running_task() {
  static std::string name = "(outside a dataflow region)";
  return name;
}

/// Grows by blocks. Drained blocks go to a pool that all FIFOs of the type share, because in this simulation each
/// stream is as long as its whole tensor, and fresh pages cost more than the copying.
template <typename T> class fifo {
public:
  fifo(const char *name, int) : name_(name) {}
  ~fifo() {
    if (!empty())
      fail_surplus(name_, size());
    for (std::unique_ptr<T[]> &block : blocks_)
      if (block)
        pool().push_back(std::move(block));
  }
  fifo(const fifo &) = delete;
  fifo &operator=(const fifo &) = delete;

  void push(const T &value) {
    if (pushed_ == end_)
      add_block();
    blocks_[pushed_ / block_tokens][pushed_ % block_tokens] = value;
    ++pushed_;
  }
  T pop() {
    if (empty())
      fail_starved();
    const T value = blocks_[popped_ / block_tokens][popped_ % block_tokens];
    if (++popped_ % block_tokens == 0)
      pool().push_back(std::move(blocks_[popped_ / block_tokens - 1]));
    return value;
  }
  bool empty() const { return popped_ == pushed_; }
  bool full() const { return false; }
  size_t size() const { return pushed_ - popped_; }
  size_t capacity() const { return std::numeric_limits<int>::max(); }

private:
  static constexpr size_t block_tokens = 1024;

  static std::vector<std::unique_ptr<T[]>> &pool() {
    static auto *blocks = new std::vector<std::unique_ptr<T[]>>; // never destroyed: streams may be static
    return *blocks;
  }
  void add_block() {
    if (pool().empty()) {
      blocks_.emplace_back(new T[block_tokens]);
    } else {
      blocks_.push_back(std::move(pool().back()));
      pool().pop_back();
    }
    end_ += block_tokens;
  }
  [[noreturn]] void fail_starved() const {
    fail(exit_deadlock, "deadlock: sequential simulation\ntask '" + running_task() + "' waits for FIFO '" + name_ +
                            "' (empty, and the tasks that were called before it have written all that they write)\n");
  }

  const char *name_;
  std::vector<std::unique_ptr<T[]>> blocks_; ///< those before popped_ are gone
  size_t pushed_ = 0, popped_ = 0, end_ = 0; ///< counts of tokens
};

} // namespace simulation
} // namespace st

#endif // ST_HLS_COMPAT_UNBOUNDED_FIFO_H
