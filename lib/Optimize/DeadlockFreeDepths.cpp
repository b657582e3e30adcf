// Proof of deadlock freedom (fifo_c6). Source: T. Parks, "Bounded Scheduling of Process Networks" (1995): run the
// network with bounded FIFOs and, when it stops, deepen a full one among those that wait for each other. Parks deepens
// by one token; here the events tell how far the writer must get, so the cycle is resolved in one step by the least
// growth.
//
// Which of the full FIFOs grows decides what the proof costs: the same tensor may pass one FIFO of the cycle once and
// another many times over (re-accessed tiles). The whole stream bounds whatever a FIFO can ever need, so the one whose
// whole stream is smallest grows; the least growth of the moment would creep towards the largest stream instead.
#include "Optimize/FifoSizingProblem.h"

#include "Optimize/KahnNetwork.h"

using namespace st;

llvm::Expected<std::vector<int64_t>> FifoSizingProblem::growDepths(std::vector<int64_t> depths,
                                                                   std::vector<bool> mayGrow) const {
  if (mayGrow.empty())
    for (const FifoChannel &channel : channelList)
      mayGrow.push_back(!channel.fixedDepth);
  std::vector<int64_t> streamTokens;
  for (const ChannelEnds &end : computeEnds())
    streamTokens.push_back(end.push.tokens);
  KahnNetwork network(*this, depths);
  while (!network.run()) {
    std::vector<KahnNetwork::Wait> cycle = network.findCycle();
    int best = -1;
    int64_t bestGrowth = 0;
    std::pair<int64_t, int64_t> bestCost;
    for (size_t i = 0; i < cycle.size(); ++i) {
      int channel = cycle[i].channel;
      if (!cycle[i].full || !mayGrow[channel])
        continue;
      int64_t growth = network.growthNeeded(cycle, i), widthBits = channelList[channel].widthBits;
      std::pair<int64_t, int64_t> cost(streamTokens[channel] * widthBits, growth * widthBits);
      if (best < 0 || cost < bestCost) {
        best = channel;
        bestGrowth = growth;
        bestCost = cost;
      }
    }
    if (best < 0) {
      // Only FIFOs that may not grow are full: report the deadlock as it is, with the channels that would have to.
      std::vector<std::string> culprits;
      for (const KahnNetwork::Wait &wait : cycle)
        if (wait.full)
          culprits.push_back(channelList[wait.channel].name);
      return llvm::make_error<InfeasibleError>(InfeasibleError::Kind::FixedDepth,
                                               llvm::toString(network.describeDeadlock()) +
                                                   "\nno FIFO of this cycle may grow; deepen one that is full",
                                               culprits);
    }
    network.grow(best, bestGrowth);
    depths[best] += bestGrowth;
  }
  return depths;
}

llvm::Expected<int64_t> FifoSizingProblem::smallestDepth(int channel, llvm::ArrayRef<int64_t> depths) const {
  // With one channel alone allowed to grow each growth is forced, so the depth that growth from 1 arrives at is the
  // smallest.
  std::vector<int64_t> start(depths.begin(), depths.end());
  std::vector<bool> mayGrow(channelList.size(), false);
  start[channel] = 1;
  mayGrow[channel] = true;
  llvm::Expected<std::vector<int64_t>> grown = growDepths(std::move(start), std::move(mayGrow));
  if (!grown)
    return grown.takeError();
  return (*grown)[channel];
}
