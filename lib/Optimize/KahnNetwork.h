// An untimed Kahn process network with bounded FIFOs, run on event programs. Whether it reaches its end depends on the
// depths alone, not on the order in which tasks run, so one run is a proof. It moves whole bursts, and whole iterations
// of loops where FIFOs allow it: its cost follows the number of bursts, not of tokens.
#pragma once

#include "Optimize/EventProgram.h"
#include "Optimize/Infeasible.h"

#include "llvm/ADT/ArrayRef.h"

#include <vector>

namespace st {

class FifoSizingProblem;

class KahnNetwork {
public:
  /// The network of `problem`, which must pass its check, with these depths in tokens by channel.
  KahnNetwork(const FifoSizingProblem &problem, llvm::ArrayRef<int64_t> depths);

  /// Runs until every task is finished (true) or nothing can move (false). May be called again after `grow`.
  bool run();

  /// A task of a waiting cycle and the channel on which it waits for the next task.
  struct Wait {
    int task;
    int channel;
    bool full;
  };

  /// After `run` returned false: tasks that hold each other, each waiting for the next and the last for the first.
  std::vector<Wait> findCycle() const;

  /// For element `index` of a waiting cycle that waits for a full FIFO: the least growth of that FIFO with which its
  /// writer reaches the token that the element before it waits for.
  int64_t growthNeeded(llvm::ArrayRef<Wait> cycle, size_t index) const;

  /// Deepens `channel`. Since a deeper FIFO admits every order that a shallower one does, the run so far stays valid.
  void grow(int channel, int64_t tokens);

  int64_t depth(int channel) const { return fifos[channel].depth; }

  /// After `run` returned false: who waits for whom, as a DeadlockError.
  llvm::Error describeDeadlock() const;

  /// Transfers between tasks and FIFOs so far: the cost of the run.
  int64_t steps() const { return stepCount; }

private:
  /// Tokens of one channel that one iteration of a loop moves.
  struct Traffic {
    int channel;
    bool isRead;
    int64_t tokens;
  };
  struct Instruction {
    enum class Kind { Burst, LoopBegin, LoopEnd } kind;
    /// Burst.
    int channel = -1;
    bool isRead = false;
    int64_t tokens = 0;
    /// LoopBegin: trip count, index of its LoopEnd. LoopEnd: index of its LoopBegin.
    int64_t trips = 0;
    int other = -1;
    /// LoopBegin: its traffic per iteration, a range of `traffic`.
    int trafficBegin = 0, trafficEnd = 0;
    /// LoopBegin, LoopEnd: nesting depth, the index of its counter.
    int level = 0;
  };
  struct Task {
    std::vector<Instruction> code;
    std::vector<Traffic> traffic;
    /// Where it stands: an instruction, the tokens left of a burst (0: not begun), iterations left by loop level.
    int pc = 0;
    int64_t left = 0;
    std::vector<int64_t> counters;
    bool queued = false;
    bool finished() const { return pc == static_cast<int>(code.size()); }
  };
  struct Fifo {
    int writer, reader;
    int64_t depth;
    int64_t fill = 0;
  };

  void compile(const EventProgram &program, Task &task, int level);
  void runTask(int index);
  /// Runs the whole iterations of the loop at `task.pc` that the FIFOs allow at once.
  void runIterations(int index, Task &task);
  /// Moves what the burst at `task.pc` can; true when it is complete.
  bool runBurst(int index, Task &task);
  void wake(int task);
  int64_t trafficOf(const Task &task, const Instruction &loop, int channel) const;
  int64_t tokensBefore(const Task &task, int counted, int target) const;
  Wait waitOf(int task) const;

  const FifoSizingProblem &problem;
  std::vector<Task> tasks;
  std::vector<Fifo> fifos;
  std::vector<int> queue;
  int64_t stepCount = 0;
};

} // namespace st
