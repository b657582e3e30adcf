//===- WindowLoops.cpp - The loops of an operation that slides windows ---------------------------------------===//

#include "Transforms/Tile/WindowLoops.h"

using namespace mlir;

namespace st {

/// Elements under a window beyond which its channels come a tile at a time.
static constexpr int64_t maxWindowElements = 64 * 1024;

static bool isWindowed(const StreamedTensor &tensor) { return llvm::any_of(tensor.map.getResults(), isSum); }

/// The loops in sums of `tensor`'s map.
static void collectSumLoops(const StreamedTensor &tensor, SmallVectorImpl<bool> &isInSum) {
  for (AffineExpr expr : tensor.map.getResults())
    for (unsigned loop = 0; loop < isInSum.size(); ++loop)
      isInSum[loop] = isInSum[loop] || (isSum(expr) && expr.isFunctionOfDim(loop));
}

/// Whether an operand has `loop` as a dimension of its own.
static bool isDimension(const StreamedOp &op, unsigned loop) {
  return llvm::any_of(op.operands, [&](const StreamedTensor &tensor) {
    return llvm::any_of(tensor.map.getResults(), [&](AffineExpr expr) { return getLoop(expr) == loop; });
  });
}

/// Whether the sum `expr` numbers channels by group: weights have the group as a dimension.
static bool isGroup(const StreamedOp &op, AffineExpr expr) {
  for (unsigned loop = 0; loop < op.loops.size(); ++loop)
    if (isSum(expr) && op.loops[loop] == LoopKind::Parallel && expr.isFunctionOfDim(loop) && isDimension(op, loop))
      return true;
  return false;
}

/// The parallel loop, outermost in the domain, that moves windows; a group of channels only if there is no other.
static std::optional<unsigned> findRowLoop(const StreamedOp &op, ArrayRef<bool> isInSum) {
  std::optional<unsigned> group;
  for (unsigned loop = 0; loop < op.loops.size(); ++loop) {
    if (op.loops[loop] != LoopKind::Parallel || !isInSum[loop])
      continue;
    if (!isDimension(op, loop))
      return loop;
    if (!group)
      group = loop;
  }
  return group;
}

int64_t getSpan(AffineExpr expr, ArrayRef<unsigned> loops, ArrayRef<int64_t> extents) {
  int64_t span = 1;
  for (unsigned loop : loops)
    span += getCoefficient(expr, loop) * (extents[loop] - 1);
  return span;
}

/// The batch is the leading dimension besides the window, if nothing but windowed tensors has it and another
/// dimension is left for the channels.
static void findBatch(StreamedOp &op) {
  for (const StreamedTensor &tensor : op.operands) {
    std::optional<unsigned> leading;
    bool hasChannels = false;
    for (AffineExpr expr : tensor.map.getResults()) {
      auto loop = getLoop(expr);
      hasChannels |= loop ? leading.has_value() || op.loops[*loop] == LoopKind::Reduction : isGroup(op, expr);
      if (loop && !leading && op.loops[*loop] == LoopKind::Parallel && !op.isWhole[*loop])
        leading = loop;
    }
    auto isElsewhere = [&](const StreamedTensor &other) {
      return !isWindowed(other) && other.map.isFunctionOfDim(*leading);
    };
    if (isWindowed(tensor) && leading && hasChannels && llvm::none_of(op.operands, isElsewhere))
      op.isOutsideRows[*leading] = true;
  }
}

/// Channels that are summed under a window become columns if the window holds all of them.
static void findColumns(StreamedOp &op) {
  for (const StreamedTensor &tensor : op.operands) {
    if (!isWindowed(tensor))
      continue;
    SmallVector<unsigned> channels;
    int64_t elements = 1;
    for (auto [dim, expr] : llvm::enumerate(tensor.map.getResults())) {
      auto loop = getLoop(expr);
      if (loop && op.loops[*loop] != LoopKind::Parallel && !op.isWhole[*loop]) {
        channels.push_back(*loop);
        elements *= op.extents[*loop];
      } else if (isSum(expr) && op.rowLoop && expr.isFunctionOfDim(*op.rowLoop)) {
        for (unsigned other = 0; other < op.extents.size(); ++other)
          if (other != *op.rowLoop && expr.isFunctionOfDim(other))
            elements *= op.extents[other];
      } else if (isSum(expr)) {
        elements *= cast<RankedTensorType>(tensor.value.getType()).getDimSize(dim);
      }
    }
    if (elements <= maxWindowElements)
      for (unsigned loop : channels)
        op.loops[loop] = LoopKind::Column;
  }
}

void findWindowLoops(StreamedOp &op) {
  op.isWhole.assign(op.extents.size(), false);
  op.isOutsideRows.assign(op.extents.size(), false);
  for (const StreamedTensor &tensor : op.operands)
    collectSumLoops(tensor, op.isWhole);
  op.rowLoop = findRowLoop(op, op.isWhole);
  if (!op.isWindow())
    return;
  if (op.rowLoop) {
    op.isWhole[*op.rowLoop] = false;
    findBatch(op);
  }
  findColumns(op);
}

} // namespace st
