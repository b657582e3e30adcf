// Proof of deadlock freedom (fifo_c6). Source: T. Parks, "Bounded Scheduling of Process Networks" (1995): run the
// network with bounded FIFOs and, when it stops, deepen a full one among those that wait for each other. Parks deepens
// by one token; here the programs tell how far the writer must get, so the cycle is resolved in one step by the least
// growth.
//
// Which of the full FIFOs grows decides what the proof costs: the same tensor may pass one FIFO of the cycle once and
// another many times over (re-accessed tiles). The whole stream bounds whatever a FIFO can ever need, so the one whose
// whole stream is smallest grows; the least growth of the moment would creep towards the largest stream instead.
#include "Optimize/FifoSizingProblem.h"

#include "llvm/ADT/STLExtras.h"

using namespace st;

/// Runs `graph` with `depths`, growing the FIFOs in `mayGrow`; false where none of a waiting cycle may, with `stopped`
/// as it stands then.
static bool growUntilFree(const timed::Graph &graph, std::vector<int64_t> &depths, const std::vector<bool> &mayGrow,
                          timed::Simulator &stopped) {
  timed::TokenCounts counts = timed::countTokens(graph);
  while (!stopped.run()) {
    std::vector<timed::Simulator::Wait> cycle = stopped.findCycle();
    int best = -1;
    int64_t bestGrowth = 0;
    std::pair<int64_t, int64_t> bestCost;
    for (size_t i = 0; i < cycle.size(); ++i) {
      int fifo = cycle[i].fifo;
      if (!cycle[i].isPush || !mayGrow[fifo])
        continue;
      int64_t growth = stopped.growthNeeded(cycle, i), widthBits = graph.fifos[fifo].widthBits;
      std::pair<int64_t, int64_t> cost(counts.pushes[fifo] * widthBits, growth * widthBits);
      if (best < 0 || cost < bestCost) {
        best = fifo;
        bestGrowth = growth;
        bestCost = cost;
      }
    }
    if (best < 0)
      return false;
    stopped.grow(best, bestGrowth);
    depths[best] += bestGrowth;
  }
  return true;
}

llvm::Expected<std::vector<int64_t>> FifoSizingProblem::growDepths(std::vector<int64_t> depths,
                                                                   std::vector<bool> mayGrow) const {
  if (mayGrow.empty())
    for (size_t i = 0; i < data.fifos.size(); ++i)
      mayGrow.push_back(!hasFixedDepth(i));
  timed::Simulator simulator(data, depths);
  if (growUntilFree(data, depths, mayGrow, simulator))
    return depths;
  // Only FIFOs that may not grow are full: report the deadlock as it is, with the channels that would have to.
  std::vector<std::string> culprits;
  for (const timed::Simulator::Wait &wait : simulator.findCycle())
    if (wait.isPush)
      culprits.push_back(data.fifos[wait.fifo].name);
  if (culprits.empty())
    return describeDeadlock(data, depths, simulator);
  return llvm::make_error<InfeasibleError>(InfeasibleError::Kind::FixedDepth,
                                           llvm::toString(describeDeadlock(data, depths, simulator)) +
                                               "\nno FIFO of this cycle may grow; deepen one that is full",
                                           culprits);
}

/// The smallest depth of `fifo` with which `graph` runs to its end, all others having `depths`; 0 if there is none.
static int64_t smallestDepthFrom(const timed::Graph &graph, int fifo, std::vector<int64_t> depths) {
  // With one FIFO alone allowed to grow each growth is forced, so the depth that growth arrives at is the smallest.
  std::vector<bool> mayGrow(graph.fifos.size(), false);
  mayGrow[fifo] = true;
  timed::Simulator simulator(graph, depths);
  return growUntilFree(graph, depths, mayGrow, simulator) ? depths[fifo] : 0;
}

llvm::Expected<int64_t> FifoSizingProblem::smallestDepth(int fifo, const std::vector<int64_t> &depths) const {
  std::vector<int64_t> start = depths;
  start[fifo] = std::max<int64_t>(1, data.fifos[fifo].initialTokens);
  if (int64_t smallest = smallestDepthFrom(data, fifo, start))
    return smallest;
  std::vector<bool> mayGrow(data.fifos.size(), false);
  mayGrow[fifo] = true;
  return growDepths(std::move(start), std::move(mayGrow)).takeError();
}

llvm::Error st::describeDeadlock(const timed::Graph &graph, const std::vector<int64_t> &depths,
                                 const timed::Simulator &stopped) {
  auto describe = [&](int task, int index, bool isPush) {
    const timed::Fifo &fifo = graph.fifos[index];
    int other = isPush ? fifo.reader : fifo.writer;
    return WaitingTask{graph.tasks[task].name, fifo.name, isPush, depths[index],
                       other < 0 ? graph.memories[fifo.memory].name : graph.tasks[other].name};
  };
  std::vector<WaitingTask> cycle, others;
  std::vector<bool> inCycle(graph.tasks.size(), false);
  for (const timed::Simulator::Wait &wait : stopped.findCycle()) {
    cycle.push_back(describe(wait.task, wait.fifo, wait.isPush));
    if (wait.isPush)
      cycle.back().resolvingDepth = smallestDepthFrom(graph, wait.fifo, depths);
    inCycle[wait.task] = true;
  }
  for (const timed::WaitingTask &waiting : stopped.activity().waiting)
    if (!inCycle[waiting.task] && !waiting.on.empty())
      others.push_back(describe(waiting.task, waiting.on.front().fifo, waiting.on.front().isPush));
  return llvm::make_error<DeadlockError>(std::move(cycle), std::move(others));
}
