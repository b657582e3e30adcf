//===- PingPongConverters.cpp - One half of a converter fills while the other drains --------------------------===//

#include "Transforms/Lower/LoopNest.h"
#include "Transforms/Lower/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace st {
#define GEN_PASS_DEF_PINGPONGCONVERTERS
#include "Transforms/Lower/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {

/// One round of a converter: the loops around it, outermost first, and the parts of its body.
struct Round {
  SmallVector<scf::ForOp> loops;
  SmallVector<int64_t> tripCounts;
  int64_t count = 1;
  SmallVector<Operation *> fills, drains;
};

} // namespace

template <typename OpTy> static bool contains(Operation *op) {
  return op->walk([](OpTy) { return WalkResult::interrupt(); }).wasInterrupted();
}

/// Loops that both read and write are rounds; the first body that keeps the two apart is one round.
static FailureOr<Round> findRound(TaskOp task) {
  Round round;
  Block *block = &task.getBody().front();
  while (block) {
    Block *next = nullptr;
    round.fills.clear();
    round.drains.clear();
    for (Operation &op : block->without_terminator()) {
      bool reads = contains<StreamReadTileOp>(&op), writes = contains<StreamWriteTileOp>(&op);
      if (reads && writes) {
        auto loop = dyn_cast<scf::ForOp>(op);
        std::optional<llvm::APInt> tripCount = loop ? loop.getStaticTripCount() : std::nullopt;
        if (!tripCount || loop.getNumResults() != 0 || next)
          return op.emitOpError("fills and drains a converter but is no single loop with constant bounds");
        round.loops.push_back(loop);
        round.tripCounts.push_back(tripCount->getSExtValue());
        round.count *= round.tripCounts.back();
        next = loop.getBody();
      } else if (reads) {
        round.fills.push_back(&op);
      } else if (writes) {
        round.drains.push_back(&op);
      }
    }
    block = next;
  }
  if (round.fills.empty() || round.drains.empty())
    return task.emitOpError("is a converter that does not both fill and drain a buffer");
  return round;
}

/// The buffers that fills leave for drains.
static SmallVector<BufferOp> findWindows(TaskOp task, const Round &round) {
  auto touches = [](ArrayRef<Operation *> parts, BufferOp buffer) {
    SmallVector<Value> views{buffer};
    while (!views.empty())
      for (Operation *user : views.pop_back_val().getUsers()) {
        if (llvm::any_of(parts, [&](Operation *part) { return part->isAncestor(user); }))
          return true;
        if (isa<memref::SubViewOp>(user))
          llvm::append_range(views, user->getResults());
      }
    return false;
  };
  SmallVector<BufferOp> windows;
  for (BufferOp buffer : task.getBody().front().getOps<BufferOp>())
    if (touches(round.fills, buffer) && touches(round.drains, buffer))
      windows.push_back(buffer);
  return windows;
}

static BufferOp doubleBuffer(BufferOp window, IRRewriter &rewriter) {
  auto type = window.getType();
  auto memory = cast<MemRefType>(type);
  SmallVector<int64_t> shape{2};
  llvm::append_range(shape, memory.getShape());
  DenseI64ArrayAttr partition;
  if (auto factors = window.getPartition()) {
    SmallVector<int64_t> doubled{1};
    llvm::append_range(doubled, *factors);
    partition = rewriter.getDenseI64ArrayAttr(doubled);
  }
  rewriter.setInsertionPoint(window);
  return BufferOp::create(rewriter, window.getLoc(), MemRefType::get(shape, memory.getElementType()),
                          window.getSymName(), /*halves=*/2, partition, window.getStorageAttr(), window.getRole());
}

/// The half of `buffer` for a round, as if it were the window itself.
static Value halfOf(BufferOp buffer, Value half, IRRewriter &rewriter) {
  auto type = cast<MemRefType>(buffer.getType());
  ArrayRef<int64_t> shape = type.getShape().drop_front();
  SmallVector<OpFoldResult> offsets(type.getRank(), rewriter.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(type.getRank(), rewriter.getIndexAttr(1));
  SmallVector<OpFoldResult> sizes{rewriter.getIndexAttr(1)};
  for (int64_t extent : shape)
    sizes.push_back(rewriter.getIndexAttr(extent));
  offsets.front() = half;
  auto halfType = memref::SubViewOp::inferRankReducedResultType(shape, type, offsets, sizes, strides);
  return memref::SubViewOp::create(rewriter, buffer.getLoc(), halfType, buffer, offsets, sizes, strides);
}

/// Clones ops and what they need of their round's body, for the round whose number is `index`.
class PartCloner {
public:
  PartCloner(const Round &round, Value index, IRRewriter &rewriter) : round(round), index(index), rewriter(rewriter) {}

  void bindWindow(BufferOp window, BufferOp doubled) {
    Value half = apply(doubled.getLoc(), rewriter.getAffineDimExpr(0) % 2);
    mapping.map(window.getResult(), halfOf(doubled, half, rewriter));
  }

  void clone(Operation *part) {
    cloneNeeds(part);
    rewriter.clone(*part, mapping);
  }

private:
  Value apply(Location loc, AffineExpr expr) {
    return affine::AffineApplyOp::create(rewriter, loc, AffineMap::get(1, 0, expr), index);
  }

  /// Clones what `op` uses from inside the round loops, and works out the values of these loops.
  void cloneNeeds(Operation *op) {
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands()) {
        if (mapping.contains(operand))
          continue;
        if (auto argument = dyn_cast<BlockArgument>(operand)) {
          for (unsigned level = 0; level < round.loops.size(); ++level)
            if (scf::ForOp(round.loops[level]).getInductionVar() == argument)
              mapping.map(operand, valueOfLoop(level));
          continue;
        }
        Operation *def = operand.getDefiningOp();
        bool aroundOp = !op->isAncestor(def) && scf::ForOp(round.loops.front())->isProperAncestor(def);
        bool viewsWindow = llvm::any_of(def->getOperands(), [&](Value value) { return mapping.contains(value); });
        if (!aroundOp && !(viewsWindow && !op->isAncestor(def)))
          continue;
        cloneNeeds(def);
        rewriter.clone(*def, mapping);
      }
    });
  }

  Value valueOfLoop(unsigned level) {
    int64_t inner = 1;
    for (int64_t tripCount : ArrayRef(round.tripCounts).drop_front(level + 1))
      inner *= tripCount;
    scf::ForOp loop = round.loops[level];
    AffineExpr iteration = rewriter.getAffineDimExpr(0).floorDiv(inner);
    if (level != 0)
      iteration = iteration % round.tripCounts[level];
    int64_t lower = *getConstantIntValue(loop.getLowerBound()), step = *getConstantIntValue(loop.getStep());
    return apply(loop.getLoc(), iteration * step + lower);
  }

  const Round &round;
  Value index;
  IRRewriter &rewriter;
  IRMapping mapping;
};

static LogicalResult pingPong(TaskOp task, IRRewriter &rewriter) {
  FailureOr<Round> round = findRound(task);
  if (failed(round))
    return failure();
  // With a single round there is nothing to overlap.
  if (round->count == 1)
    return success();
  SmallVector<BufferOp> windows = findWindows(task, *round);
  SmallVector<BufferOp> doubled =
      llvm::map_to_vector(windows, [&](BufferOp window) { return doubleBuffer(window, rewriter); });

  Location loc = round->loops.front().getLoc();
  rewriter.setInsertionPoint(round->loops.front());
  scf::ForOp loop = enterLoop(rewriter, loc, round->count + 1);
  Value counter = loop.getInductionVar();
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(rewriter, loc, value); };
  auto clonePart = [&](Value index, ArrayRef<Operation *> parts) {
    PartCloner cloner(*round, index, rewriter);
    for (auto [window, both] : llvm::zip(windows, doubled))
      cloner.bindWindow(window, both);
    for (Operation *part : parts)
      cloner.clone(part);
  };
  Value mayFill = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::slt, counter, constant(round->count));
  auto fill = scf::IfOp::create(rewriter, loc, mayFill);
  Value mayDrain = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::sgt, counter, constant(0));
  auto drain = scf::IfOp::create(rewriter, loc, mayDrain);
  rewriter.setInsertionPointToStart(fill.thenBlock());
  clonePart(counter, round->fills);
  rewriter.setInsertionPointToStart(drain.thenBlock());
  clonePart(arith::SubIOp::create(rewriter, loc, counter, constant(1)), round->drains);

  rewriter.eraseOp(round->loops.front());
  for (BufferOp window : windows) {
    for (Operation *user : llvm::make_early_inc_range(window->getUsers()))
      rewriter.eraseOp(user);
    rewriter.eraseOp(window);
  }
  return success();
}

namespace {
struct PingPongConverters : st::impl::PingPongConvertersBase<PingPongConverters> {
  void runOnOperation() override {
    SmallVector<TaskOp> converters;
    getOperation().walk([&](TaskOp task) {
      auto halves = task->getAttrOfType<IntegerAttr>("st.halves");
      if (halves && halves.getInt() == 2)
        converters.push_back(task);
    });
    IRRewriter rewriter(&getContext());
    for (TaskOp task : converters)
      if (failed(pingPong(task, rewriter)))
        return signalPassFailure();
  }
};
} // namespace
