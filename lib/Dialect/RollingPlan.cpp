//===- RollingPlan.cpp - Line buffers -------------------------------------------------------------------------===//
//
// A window that moves over rows needs no more of them than it spans. Rows arrive in order and leave in order, so that
// one circular buffer holds them: row r lies in slot r mod K. The plan lists how many rows arrive between two windows,
// as runs, so that the task is a few loops with constant bounds.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/DataSet.h"
#include "Dialect/LayoutAlgebra.h"
#include "Dialect/LoopNest.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace st;

/// Windows that a task spells out one by one, beyond which its code outgrows what the buffer saves.
static constexpr int64_t maxSpelledWindows = 16;

namespace {

/// The row loop and the step loop of a source and a result, after `sharedLoops` equal loops.
class RollingPlanner {
public:
  RollingPlanner(ItensorType source, ItensorType result, const Padding &padding, unsigned sharedLoops)
      : source(source), result(result), padding(padding), sharedLoops(sharedLoops), from(LoopNest::ofTiles(source)),
        to(LoopNest::ofTiles(result)) {}

  std::optional<ConverterPlan> plan();

private:
  bool findRowLoop();
  bool findStepLoop();
  bool othersMatch();
  bool countFills();
  void buildSegments(ArrayRef<int64_t> fills);
  ConverterPlan finish();

  ItensorType source, result;
  const Padding &padding;
  unsigned sharedLoops;
  LoopNest from, to;
  RollingPlan rolling;
  /// Rows from one window to the next, windows, rows from the first to the last of a window, place of the first window.
  int64_t step = 0, numWindows = 0, span = 0, start = 0;
};

} // namespace

/// The only data dimension that `loop` moves along; nullopt for none or several.
static std::optional<unsigned> getOnlyDim(const StridedLoop &loop) {
  std::optional<unsigned> only;
  for (auto [dim, stride] : llvm::enumerate(loop.strides)) {
    if (stride == 0)
      continue;
    if (only)
      return std::nullopt;
    only = dim;
  }
  return only;
}

bool RollingPlanner::findRowLoop() {
  if (from.loops.size() <= sharedLoops)
    return false;
  auto dim = getOnlyDim(from.loops[sharedLoops]);
  if (!dim)
    return false;
  rolling.dim = *dim;
  rolling.rowsPerFill = from.loops[sharedLoops].strides[*dim];
  rolling.low = padding.lowOf(*dim);
  // Inside an iteration exactly its own rows are written: a producer covers everything once, so that no more than that
  // can lie between two offsets of the row loop.
  return from.start[*dim] == rolling.low &&
         innerSpan(from, *dim, sharedLoops + 1, source.getTileShape()[*dim]) - rolling.low == rolling.rowsPerFill;
}

bool RollingPlanner::findStepLoop() {
  if (to.loops.size() <= sharedLoops || getOnlyDim(to.loops[sharedLoops]) != rolling.dim)
    return false;
  step = to.loops[sharedLoops].strides[rolling.dim];
  numWindows = to.loops[sharedLoops].count;
  start = to.start[rolling.dim];
  span = innerSpan(to, rolling.dim, sharedLoops + 1, result.getTileShape()[rolling.dim]) - start;
  return true;
}

/// Whether each row is whole in what the result reads of it, and no shared loop moves rows or padding.
bool RollingPlanner::othersMatch() {
  for (unsigned dim = 0; dim < source.getRank(); ++dim) {
    for (const StridedLoop &loop : ArrayRef(from.loops).take_front(sharedLoops))
      if (loop.strides[dim] != 0 && (dim == rolling.dim || padding.along(dim)))
        return false;
    if (dim != rolling.dim && !writesAllRead(source, result, from, to, dim, sharedLoops + 1, sharedLoops + 1, padding))
      return false;
  }
  return true;
}

bool RollingPlanner::countFills() {
  int64_t rows = rolling.rowsPerFill, allFills = from.loops[sharedLoops].count;
  // Without padding behind them, rows beyond the extent pass as they are.
  int64_t extent = source.getDataShape()[rolling.dim] - padding.lowOf(rolling.dim) - padding.highOf(rolling.dim);
  rolling.numRows = padding.highOf(rolling.dim) != 0 ? extent : allFills * rows;

  int64_t lastRow = start + (numWindows - 1) * step + span - 1 - rolling.low;
  rolling.hasPadRow = start < rolling.low || lastRow >= rolling.numRows;
  SmallVector<int64_t> fills;
  int64_t filled = 0;
  for (int64_t window = 0; window < numWindows; ++window) {
    int64_t first = std::max<int64_t>(0, start + window * step - rolling.low);
    int64_t last = std::min(start + window * step - rolling.low + span, rolling.numRows) - 1;
    int64_t needed = last < 0 ? 0 : last / rows + 1;
    (window == 0 ? rolling.firstFills : fills.emplace_back()) = needed - filled;
    filled = needed;
    rolling.slots = std::max(rolling.slots, needed * rows - first);
  }
  fills.push_back(allFills - filled);
  rolling.slots = std::max(rows, static_cast<int64_t>(llvm::alignTo(rolling.slots, rows)));
  buildSegments(fills);
  int64_t spelled = 0;
  for (const RollingPlan::Segment &segment : rolling.segments)
    spelled += segment.fills.size();
  return spelled <= maxSpelledWindows;
}

/// Rows arrive `rowsPerFill` at a time and windows move by `step`: after this many windows the fills repeat.
static int64_t getPeriod(int64_t rowsPerFill, int64_t step) { return rowsPerFill / std::gcd(rowsPerFill, step); }

void RollingPlanner::buildSegments(ArrayRef<int64_t> fills) {
  auto countRepeats = [&](size_t at, size_t length) {
    size_t end = at + length;
    while (end < fills.size() && fills[end] == fills[end - length])
      ++end;
    return (end - at) / length;
  };
  size_t period = getPeriod(rolling.rowsPerFill, step);
  for (size_t at = 0; at < fills.size();) {
    size_t length = 1, repeats = countRepeats(at, 1);
    if (period > 1 && at + period <= fills.size()) {
      size_t periods = countRepeats(at, period);
      if (periods > 1 && periods * period > repeats)
        length = period, repeats = periods;
    }
    rolling.segments.push_back({static_cast<int64_t>(repeats), SmallVector<int64_t>(fills.slice(at, length))});
    at += repeats * length;
  }
}

ConverterPlan RollingPlanner::finish() {
  ConverterPlan plan;
  plan.source = source;
  plan.result = result;
  plan.padding = padding;
  plan.sharedLoops = sharedLoops;
  for (const StridedLoop &loop : ArrayRef(from.loops).take_front(sharedLoops))
    plan.rounds *= loop.count;
  SmallVector<int64_t> fromTile = source.getTileShape(), toTile = result.getTileShape();
  for (unsigned dim = 0; dim < source.getRank(); ++dim) {
    int64_t extent = std::max(innerSpan(from, dim, sharedLoops + 1, fromTile[dim]),
                              innerSpan(to, dim, sharedLoops + 1, toTile[dim]));
    if (dim == rolling.dim)
      extent = rolling.slots + rolling.hasPadRow;
    plan.bufferShape.push_back(extent);
    plan.sharedDims.push_back(dim != rolling.dim && extent == fromTile[dim] && extent < source.getDataShape()[dim]);
  }
  plan.bytes = bytesOfBuffer(plan.bufferShape, source.getScalarType(), plan.halves);
  plan.rolling = std::move(rolling);
  return plan;
}

std::optional<ConverterPlan> RollingPlanner::plan() {
  if (findRowLoop() && findStepLoop() && othersMatch() && countFills())
    return finish();
  return std::nullopt;
}

std::optional<ConverterPlan> st::inferRollingConverter(ItensorType source, ItensorType result, const Padding &padding) {
  // The segments of a line buffer are counted at compile time.
  if (whyNotProducer(source) || source.hasRunTimeSizes() || result.hasRunTimeSizes())
    return std::nullopt;
  source = padShape(canonicalize(source), padding);
  result = canonicalize(result);
  LoopNest from = LoopNest::ofTiles(source), to = LoopNest::ofTiles(result);
  std::optional<ConverterPlan> best;
  for (unsigned sharedLoops = 0; sharedLoops < std::min(from.loops.size(), to.loops.size()); ++sharedLoops) {
    if (sharedLoops > 0 && from.loops[sharedLoops - 1] != to.loops[sharedLoops - 1])
      break;
    auto plan = RollingPlanner(source, result, padding, sharedLoops).plan();
    if (plan && (!best || plan->bytes < best->bytes))
      best = std::move(plan);
  }
  return best;
}
