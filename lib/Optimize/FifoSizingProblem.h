// FIFO sizing: when every task starts, and how deep every FIFO between them must be.
//
// Source: H. Ye, D. Chen, "StreamTensor" (MICRO 2025), section 5.3, whose token model this keeps (TokenModel.cpp) and
// whose LP over path delays it replaces by one over start times (StartTimes.cpp). Deadlock freedom is proven by running
// the bounded Kahn process network (KahnNetwork.h), growing FIFOs where it stops (DeadlockFreeDepths.cpp, after
// T. Parks, "Bounded Scheduling of Process Networks", 1995).
//
// Rules and constraints, for tasks i, channels e from i to j with width b_e and T_e tokens:
//   fifo_c1  every event of a program is on a channel that its task reads or writes; at most one token per cycle
//   fifo_c2  writer and reader of e move the same number of tokens T_e
//   fifo_c3  the graph of tasks has no cycle
//   fifo_c4  s_j + C_e - s_i >= D_e + 1, D_e the cycle of the first push to e, C_e that of the first pop, each counted
//            from the start of its own task; minimise sum over e of w_e (s_j + C_e - s_i - D_e), w_e = b_e / II_e
//   fifo_c5  depth_e >= 2, and no less than the largest occupancy by the token model; a fixed depth stays as it is
//   fifo_c6  the network with these depths runs to its end
#pragma once

#include "Optimize/EventProgram.h"
#include "Optimize/Infeasible.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>
#include <vector>

namespace st {

struct FifoTask {
  std::string name;
  EventProgram program;
};

struct FifoChannel {
  std::string name;
  /// Indices of tasks.
  int writer = -1;
  int reader = -1;
  int64_t widthBits = 0;
  /// The depth in tokens where it may not be chosen.
  std::optional<int64_t> fixedDepth;
};

/// The first depths, before deadlock freedom is proven.
enum class DepthModel {
  /// The paper's: the largest occupancy when each side has its mean II.
  MeanRate,
  /// The largest occupancy of the exact token curves, bursts and pauses included.
  ExactCurve,
  /// None: every FIFO starts at the least depth, and only deadlocks deepen it. The least memory, the most stalls.
  DeadlockOnly,
};

/// How the paper equalises rates before it counts tokens.
enum class Equalisation {
  /// Each task keeps its II.
  Normal,
  /// All tasks are slowed down to last as long as the slowest: a fast writer does not run ahead of a slow reader, but
  /// waits for it. Smaller FIFOs, more stalls. For DepthModel::MeanRate.
  Conservative,
};

struct FifoSizingOptions {
  DepthModel model = DepthModel::MeanRate;
  Equalisation equalisation = Equalisation::Normal;
  /// The least depth. Below 2 a registered FIFO cannot move a token every cycle.
  int64_t minDepth = 2;
  /// Elapsed seconds for the LP.
  double limitSeconds = 60;
};

/// Both ends of a channel, in cycles from the start of the writer and of the reader.
struct ChannelEnds {
  /// `push.first` is D, `push.last` + 1 the end of the stream.
  ChannelTiming push;
  /// `pop.first` is C.
  ChannelTiming pop;
};

struct FifoSolution {
  /// Start cycle by task; the earliest is 0.
  std::vector<int64_t> startCycles;
  /// By channel.
  std::vector<ChannelEnds> ends;
  /// By channel: the depth that the token model gives.
  std::vector<int64_t> initialDepths;
  /// By channel: the depth that is proven free of deadlock.
  std::vector<int64_t> depths;
  /// Sum of depth * width over all channels.
  int64_t totalBits = 0;
  /// The same if every FIFO held all the tokens that ever pass.
  int64_t fullTensorBits = 0;

  /// Tokens by which the proof of deadlock freedom deepened a channel.
  int64_t grownBy(int channel) const { return depths[channel] - initialDepths[channel]; }
};

class FifoSizingProblem {
public:
  int addTask(llvm::StringRef name, EventProgram program = {});
  void setProgram(int task, EventProgram program) { taskList[task].program = std::move(program); }
  int addChannel(llvm::StringRef name, int writer, int reader, int64_t widthBits,
                 std::optional<int64_t> fixedDepth = std::nullopt);

  const std::vector<FifoTask> &tasks() const { return taskList; }
  const std::vector<FifoChannel> &channels() const { return channelList; }

  /// fifo_c1 to fifo_c3. Fails with an InfeasibleError that names the tasks at fault.
  llvm::Error check() const;

  /// Checks, chooses start times and depths, and proves the depths free of deadlock.
  llvm::Expected<FifoSolution> solve(const FifoSizingOptions &options = {}) const;

  /// fifo_c4 to fifo_c6 from scratch, whoever made `solution`. Fails with a DeadlockError when the network stops.
  llvm::Error verify(const FifoSolution &solution) const;

  /// fifo_c6 alone: runs the network with these depths. Fails with a DeadlockError when it stops.
  llvm::Error verifyDepths(llvm::ArrayRef<int64_t> depths) const;

  /// The smallest depth of `channel` with which the network runs to its end when all others have `depths`.
  llvm::Expected<int64_t> smallestDepth(int channel, llvm::ArrayRef<int64_t> depths) const;

  // The steps of `solve`, one file each. They expect a problem that passes `check`.

  /// Both ends of every channel, in closed form.
  std::vector<ChannelEnds> computeEnds() const;
  /// fifo_c4: start cycles by task.
  llvm::Expected<std::vector<int64_t>> computeStartTimes(llvm::ArrayRef<ChannelEnds> ends,
                                                         double limitSeconds = 60) const;
  /// Both ends of every channel when every task is stretched to last as long as the slowest.
  std::vector<ChannelEnds> equaliseRates(llvm::ArrayRef<ChannelEnds> ends) const;
  /// fifo_c5: the largest occupancy of every channel.
  std::vector<int64_t> computeDepths(llvm::ArrayRef<ChannelEnds> ends, llvm::ArrayRef<int64_t> startCycles,
                                     const FifoSizingOptions &options = {}) const;
  /// fifo_c6: `depths`, grown where the network stops. Where several FIFOs of a waiting cycle are full, the one whose
  /// growth costs the fewest bits grows, by exactly what lets the cycle go on. Channels marked in `mayGrow` only; all
  /// but those of fixed depth when it is empty.
  llvm::Expected<std::vector<int64_t>> growDepths(std::vector<int64_t> depths, std::vector<bool> mayGrow = {}) const;

private:
  std::vector<FifoTask> taskList;
  std::vector<FifoChannel> channelList;
};

} // namespace st
