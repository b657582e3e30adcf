// The first depths (fifo_c5): the largest occupancy of a FIFO whose writer and reader start as the LP says.
//
// Paper's token model of a channel with first push D, L = last push + 1, both from the start of the writer, `delay` the
// first pop counted from there, T tokens, and mean II of writer and reader:
//   writer as fast as the reader or faster: min(T, T - floor((L - delay) / II_reader))
//   writer slower:                          min(T, ceil((delay - D) / II_writer))
#include "Optimize/FifoSizingProblem.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace st;

using Wide = __int128;

static Wide floorDiv(Wide a, Wide b) { return a / b - ((a % b != 0) && ((a < 0) != (b < 0))); }
static Wide ceilDivSigned(Wide a, Wide b) { return -floorDiv(-a, b); }

/// `delay` is the cycle of the first pop, counted like `push` from the start of the writer.
static int64_t meanRateOccupancy(const ChannelTiming &push, const ChannelTiming &pop, int64_t delay) {
  int64_t tokens = push.tokens;
  if (tokens <= 1)
    return tokens;
  // II = span / (T - 1) as a fraction, exactly.
  Wide steps = tokens - 1, pushSpan = push.last - push.first, popSpan = pop.last - pop.first;
  Wide occupancy = pushSpan <= popSpan ? tokens - floorDiv((push.last + 1 - delay) * steps, popSpan)
                                       : ceilDivSigned((delay - push.first) * steps, pushSpan);
  return static_cast<int64_t>(std::clamp<Wide>(occupancy, 1, tokens));
}

/// A token curve that is read front to back: tokens strictly before a cycle that never decreases.
namespace {
class Curve {
public:
  Curve(const std::vector<TokenRun> &runs, int64_t shift) : runs(runs), shift(shift) {}

  /// Makes the run that holds or precedes `cycle` the current one.
  void moveTo(int64_t cycle) {
    while (next < runs.size() && runs[next].start + shift < cycle) {
      before += current.tokens;
      current = runs[next++];
      current.start += shift;
    }
  }
  int64_t tokensBefore(int64_t cycle) const {
    if (current.tokens == 0 || cycle <= current.start)
      return before;
    return before + std::min(current.tokens, (cycle - current.start + current.ii - 1) / current.ii);
  }
  /// The cycle after which the current run no longer describes the curve.
  int64_t validUntil() const { return next < runs.size() ? runs[next].start + shift : INT64_MAX; }
  /// The first cycle at which all tokens of the current run have passed.
  int64_t exhaustedAt() const { return current.tokens ? current.start + (current.tokens - 1) * current.ii + 1 : 0; }

private:
  const std::vector<TokenRun> &runs;
  int64_t shift;
  size_t next = 0;
  TokenRun current;
  int64_t before = 0;
};
} // namespace

/// The largest occupancy of the exact curves: a push in cycle t needs one place more than the tokens that were pushed
/// before it and not popped before it.
static int64_t exactOccupancy(const std::vector<TokenRun> &pushes, const std::vector<TokenRun> &pops,
                              int64_t popShift) {
  Curve popped(pops, popShift);
  int64_t pushed = 0, most = 0;
  for (const TokenRun &run : pushes) {
    for (int64_t i = 0; i < run.tokens;) {
      int64_t now = run.start + i * run.ii;
      popped.moveTo(now);
      // The pushes i .. last see the pops of one run, at one rate: the occupancy is the floor of a linear function, so
      // the largest is at an end.
      int64_t limit = popped.validUntil();
      int64_t exhausted = popped.exhaustedAt();
      if (now < exhausted)
        limit = std::min(limit, exhausted);
      int64_t last = run.tokens - 1;
      if (limit != INT64_MAX)
        last = std::min(last, i + std::max<int64_t>(0, (limit - now) / run.ii));
      int64_t first = pushed + i + 1 - popped.tokensBefore(now);
      int64_t final = pushed + last + 1 - popped.tokensBefore(run.start + last * run.ii);
      most = std::max({most, first, final});
      i = last + 1;
    }
    pushed += run.tokens;
  }
  return most;
}

std::vector<ChannelEnds> FifoSizingProblem::equaliseRates(llvm::ArrayRef<ChannelEnds> ends) const {
  // A task lasts to its last token; what its program does before and after is not a matter of rates.
  std::vector<int64_t> duration(data.tasks.size(), 1);
  for (auto [index, task] : llvm::enumerate(data.tasks))
    duration[index] = std::max<int64_t>(1, timed::countCycles(task.program));
  for (auto [fifo, end] : llvm::zip_equal(data.fifos, ends)) {
    if (fifo.writer >= 0)
      duration[fifo.writer] = std::max(duration[fifo.writer], end.push.last + 1);
    if (fifo.reader >= 0)
      duration[fifo.reader] = std::max(duration[fifo.reader], end.pop.last + 1);
  }
  int64_t slowest = 1;
  for (int64_t cycles : duration)
    slowest = std::max(slowest, cycles);
  std::vector<ChannelEnds> equalised(ends.begin(), ends.end());
  for (auto [fifo, end] : llvm::zip_equal(data.fifos, equalised)) {
    auto stretch = [&](ChannelTiming &timing, int task) {
      if (task < 0)
        return;
      timing.first = static_cast<int64_t>(Wide(timing.first) * slowest / duration[task]);
      timing.last = static_cast<int64_t>(Wide(timing.last) * slowest / duration[task]);
    };
    stretch(end.push, fifo.writer);
    stretch(end.pop, fifo.reader);
  }
  return equalised;
}

std::vector<int64_t> FifoSizingProblem::computeDepths(llvm::ArrayRef<ChannelEnds> ends, llvm::ArrayRef<int64_t> delays,
                                                      const FifoSizingOptions &options) const {
  std::vector<int64_t> depths;
  for (const auto &[index, fifo] : llvm::enumerate(data.fifos)) {
    const ChannelEnds &end = ends[index];
    if (hasFixedDepth(index)) {
      depths.push_back(fifo.depthTokens);
      continue;
    }
    int64_t occupancy = std::min<int64_t>(end.push.tokens, 1);
    // How many tokens are under way between two repetitions, only execution tells.
    switch (fifo.isFeedback ? DepthModel::DeadlockOnly : options.model) {
    case DepthModel::DeadlockOnly:
      break;
    case DepthModel::MeanRate:
      occupancy = meanRateOccupancy(end.push, end.pop, delays[index] + end.pop.first);
      break;
    case DepthModel::ExactCurve:
      occupancy = exactOccupancy(getTokenRuns(data.tasks[fifo.writer].program, index, /*isPush=*/true),
                                 getTokenRuns(data.tasks[fifo.reader].program, index, /*isPush=*/false), delays[index]);
      break;
    }
    depths.push_back(std::max(occupancy + fifo.initialTokens, options.minDepth));
  }
  return depths;
}
