// FIFO sizing: when every task starts, and how deep every FIFO between them must be. The problem is a timed graph
// (Simulate/Graph.h) whose channel depths are to be chosen; its ports keep theirs.
//
// Source: H. Ye, D. Chen, "StreamTensor" (MICRO 2025), section 5.3, whose token model (TokenModel.cpp) and LP over path
// delays (PathDelays.cpp) are kept as the baseline of an LP over start times (StartTimes.cpp). Deadlock freedom is
// proven by running the graph, growing FIFOs where it stops (DeadlockFreeDepths.cpp, after T. Parks, "Bounded
// Scheduling of Process Networks", 1995).
//
// Rules and constraints, for tasks i, channels e from i to j with width b_e and T_e tokens:
//   fifo_c1  the graph keeps the rules of docs/graph-format.md
//   fifo_c2  writer and reader of e move the same number of tokens T_e
//   fifo_c3  the graph of tasks has no cycle of channels without initial tokens
//   fifo_c4  s_j + C_e - s_i >= D_e + 1, D_e the cycle of the first push to e, C_e that of the first pop, each counted
//            from the start of its own task; minimise sum over e of w_e (s_j + C_e - s_i - D_e), w_e = b_e / II_e
//   fifo_c5  depth_e is at least the least depth, and at first no less than the largest occupancy by the token model; a
//            fixed depth stays as it is
//   fifo_c6  the graph with these depths runs to its end
//   fifo_c7  with normal equalisation it ends no later than with unbounded FIFOs
#pragma once

#include "Optimize/Infeasible.h"
#include "Optimize/TokenCurves.h"
#include "Simulate/Simulator.h"

#include "llvm/ADT/ArrayRef.h"

namespace st {

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
  /// Each task keeps its II. No slower than unbounded FIFOs, unless the depth model is DeadlockOnly.
  Normal,
  /// All tasks are slowed down to last as long as the slowest: a fast writer does not run ahead of a slow reader, but
  /// waits for it. Smaller FIFOs, more stalls. For DepthModel::MeanRate.
  Conservative,
};

/// What says how much later the reader of a channel starts than its writer.
enum class DelayModel {
  /// One start time per task (fifo_c4).
  StartTimes,
  /// The paper's: one delay per channel; a task may get two start times.
  PathDelays,
};

struct FifoSizingOptions {
  DepthModel model = DepthModel::MeanRate;
  Equalisation equalisation = Equalisation::Normal;
  DelayModel delays = DelayModel::StartTimes;
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
  /// By FIFO, as all below. Ports keep their depths.
  std::vector<ChannelEnds> ends;
  /// The depth that the token model gives.
  std::vector<int64_t> initialDepths;
  /// The depth that is proven free of deadlock, and for normal equalisation free of slowdown.
  std::vector<int64_t> depths;
  /// Sum of depth * width over all channels.
  int64_t totalBits = 0;
  /// The same if every FIFO held all the tokens that ever pass.
  int64_t fullTensorBits = 0;

  /// Tokens by which simulation deepened a FIFO.
  int64_t grownBy(int fifo) const { return depths[fifo] - initialDepths[fifo]; }
};

/// The paper's LP.
struct PathDelays {
  /// Cycles from the writer's start to the reader's, by FIFO; 0 for ports.
  std::vector<int64_t> delays;
  /// What the LP minimises.
  int64_t sum = 0;
  /// Path constraints generated, and LPs solved.
  int64_t constraints = 0;
  int64_t rounds = 0;
};

class FifoSizingProblem {
public:
  explicit FifoSizingProblem(timed::Graph graph = {}) : data(std::move(graph)), fixed(data.fifos.size(), false) {}

  const timed::Graph &graph() const { return data; }
  /// Makes a channel keep the depth that it has in the graph.
  void fixDepth(int fifo) { fixed[fifo] = true; }
  /// Whether the depth of `fifo` may not be chosen: fixed ones and ports.
  bool hasFixedDepth(int fifo) const { return fixed[fifo] || data.fifos[fifo].isPort(); }

  /// fifo_c1 to fifo_c3. Fails with an InfeasibleError that names the tasks at fault.
  llvm::Error check() const;

  /// Checks, chooses start times and depths, and proves the depths.
  llvm::Expected<FifoSolution> solve(const FifoSizingOptions &options = {}) const;

  /// fifo_c4 to fifo_c6 from scratch, whoever made `solution`. Fails with a DeadlockError when the graph stops.
  llvm::Error verify(const FifoSolution &solution) const;

  /// fifo_c6 alone: runs the graph with these depths. Fails with a DeadlockError when it stops.
  llvm::Error verifyDepths(const std::vector<int64_t> &depths) const;

  /// The smallest depth of `fifo` with which the graph runs to its end when all others have `depths`.
  llvm::Expected<int64_t> smallestDepth(int fifo, const std::vector<int64_t> &depths) const;

  /// Bits of all channels with these depths.
  int64_t countBits(llvm::ArrayRef<int64_t> depths) const;
  /// Depths with which no channel is ever full; those that are fixed stay.
  std::vector<int64_t> unboundedDepths() const;

  // The steps of `solve`, one file each. They expect a problem that passes `check`.

  /// Both ends of every FIFO, in closed form. A task whose ports move more bytes than their memory gives in its time is
  /// stretched to the time that the memory takes.
  std::vector<ChannelEnds> computeEnds() const;
  /// fifo_c4: start cycles by task.
  llvm::Expected<std::vector<int64_t>> computeStartTimes(llvm::ArrayRef<ChannelEnds> ends,
                                                         double limitSeconds = 60) const;
  /// The paper's LP in place of fifo_c4: the sum of delays over every path is at least the largest sum of first-token
  /// delays over the paths between the same tasks.
  llvm::Expected<PathDelays> computePathDelays(llvm::ArrayRef<ChannelEnds> ends, double limitSeconds = 60) const;
  /// Both ends of every FIFO when every task is stretched to last as long as the slowest.
  std::vector<ChannelEnds> equaliseRates(llvm::ArrayRef<ChannelEnds> ends) const;
  /// fifo_c5: the largest occupancy of every FIFO whose reader starts `delays` cycles after its writer.
  std::vector<int64_t> computeDepths(llvm::ArrayRef<ChannelEnds> ends, llvm::ArrayRef<int64_t> delays,
                                     const FifoSizingOptions &options = {}) const;
  /// Cycles from the start of the writer to that of the reader, by FIFO.
  std::vector<int64_t> delaysOf(llvm::ArrayRef<int64_t> startCycles) const;
  /// fifo_c6: `depths`, grown where the graph stops. Where several FIFOs of a waiting cycle are full, the one whose
  /// growth costs the fewest bits grows, by exactly what lets the cycle go on. FIFOs marked in `mayGrow` only; all but
  /// those of fixed depth when it is empty.
  llvm::Expected<std::vector<int64_t>> growDepths(std::vector<int64_t> depths, std::vector<bool> mayGrow = {}) const;
  /// fifo_c7: `depths`, which are free of deadlock, deepened until the graph takes at most `maxSlowdown` times the
  /// cycles that it takes with unbounded FIFOs.
  std::vector<int64_t> removeSlowdown(std::vector<int64_t> depths, double maxSlowdown = 1) const;

private:
  timed::Graph data;
  std::vector<bool> fixed;
};

/// Who waits for whom in a stopped simulation of `graph`, with the smallest depth of each full FIFO of the cycle that
/// alone lets the graph run to its end.
llvm::Error describeDeadlock(const timed::Graph &graph, const std::vector<int64_t> &depths,
                             const timed::Simulator &stopped);

} // namespace st
