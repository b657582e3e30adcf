//===- NameBuffers.cpp - Allocations become on-chip buffers ---------------------------------------------------===//

#include "Transforms/Bufferize/ExternalTensors.h"
#include "Transforms/Bufferize/Passes.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/StringMap.h"
#include <numeric>

namespace st {
#define GEN_PASS_DEF_NAMEBUFFERS
#include "Transforms/Bufferize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {

/// All that touches a buffer, through views of it.
struct Accesses {
  SmallVector<StreamReadTileOp> fills;
  SmallVector<StreamWriteTileOp> drains;
  SmallVector<linalg::LinalgOp> writers;
  /// The name of the external tensor that the buffer is loaded from; empty when it is not.
  std::string loadedFrom;
  /// Elements that one cycle accesses, per dimension of the buffer.
  SmallVector<int64_t> partition;
  /// Whether some fill or drain covers only part of the buffer.
  bool inParts = false;
};

} // namespace

static StreamOp streamOf(Value argument) {
  auto blockArgument = cast<BlockArgument>(argument);
  auto task = cast<TaskOp>(blockArgument.getOwner()->getParentOp());
  return task.getOperandFor(blockArgument).get().getDefiningOp<StreamOp>();
}

/// The user's name of the external tensor that `view` lies in; empty when it lies in none.
static std::string nameOfMemory(Value view) {
  while (auto subview = view.getDefiningOp<memref::SubViewOp>())
    view = subview.getSource();
  auto argument = dyn_cast<BlockArgument>(view);
  auto task = argument ? dyn_cast<TaskOp>(argument.getOwner()->getParentOp()) : nullptr;
  auto memory = task ? dyn_cast<BlockArgument>(task.getOperandFor(argument).get()) : nullptr;
  if (!memory)
    return "";
  auto names = task->getParentOp()->getAttrOfType<ArrayAttr>(operandNamesAttr);
  return names ? cast<StringAttr>(names[memory.getArgNumber()]).str() : "memory";
}

/// Factors of a token along the dimensions of a tile.
static SmallVector<int64_t> tokenShape(StreamType stream, int64_t rank) {
  if (auto vector = dyn_cast<VectorType>(stream.getTokenType()))
    return llvm::to_vector(vector.getShape());
  return SmallVector<int64_t>(rank, 1);
}

/// Elements from one lane of loop `dim` to the next: the stride of a window.
static int64_t stepAlong(AffineExpr expr, unsigned dim) {
  SmallVector<AffineExpr> at(dim + 1, getAffineConstantExpr(0, expr.getContext()));
  auto evaluate = [&](int64_t value) {
    at[dim] = getAffineConstantExpr(value, expr.getContext());
    return expr.replaceDims(at);
  };
  auto step = dyn_cast<AffineConstantExpr>(evaluate(1) - evaluate(0));
  return step ? std::max<int64_t>(step.getValue(), 1) : 1;
}

/// Factors by which unrolled loops of `op` spread over the dimensions of an operand.
static SmallVector<int64_t> unrolledShape(linalg::LinalgOp op, OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  SmallVector<int64_t> factors(map.getNumResults(), 1);
  auto unroll = op->getAttrOfType<DenseI64ArrayAttr>("st.unroll");
  if (!unroll)
    return factors;
  for (auto [factor, expr] : llvm::zip(factors, map.getResults()))
    for (auto [dim, unrolled] : llvm::enumerate(unroll.asArrayRef()))
      if (unrolled > 1)
        factor *= expr.isFunctionOfDim(dim) ? unrolled * stepAlong(expr, dim) : 1;
  return factors;
}

/// The same for a buffer that the body of a linalg op reads by index.
static SmallVector<int64_t> unrolledShape(memref::LoadOp load) {
  SmallVector<int64_t> factors(load.getIndices().size(), 1);
  auto op = load->getParentOfType<linalg::LinalgOp>();
  auto unroll = op ? op->getAttrOfType<DenseI64ArrayAttr>("st.unroll") : nullptr;
  if (!unroll)
    return factors;
  for (auto [factor, value] : llvm::zip(factors, load.getIndices()))
    if (auto index = value.getDefiningOp<linalg::IndexOp>())
      factor = unroll[index.getDim()];
  return factors;
}

/// A dimension that serves accesses of width `a` and of width `b`: the least common multiple, at most all of it.
static int64_t combine(int64_t a, int64_t b, int64_t extent) { return std::min(std::lcm(a, b), extent); }

/// Follows `value`, a view of a buffer whose dimension `dims[i]` its dimension i is.
static void collect(Value value, ArrayRef<int64_t> dims, ArrayRef<int64_t> extents, bool isPart, Accesses &accesses) {
  auto spread = [&](ArrayRef<int64_t> factors) {
    for (auto [dim, factor] : llvm::zip(dims, factors))
      accesses.partition[dim] = combine(accesses.partition[dim], factor, extents[dim]);
  };
  for (OpOperand &use : value.getUses()) {
    Operation *op = use.getOwner();
    if (auto read = dyn_cast<StreamReadTileOp>(op)) {
      accesses.fills.push_back(read);
      accesses.inParts |= isPart;
      spread(tokenShape(read.getStream().getType(), dims.size()));
    } else if (auto write = dyn_cast<StreamWriteTileOp>(op)) {
      accesses.drains.push_back(write);
      accesses.inParts |= isPart;
      spread(tokenShape(write.getStream().getType(), dims.size()));
    } else if (auto load = dyn_cast<memref::LoadOp>(op)) {
      spread(unrolledShape(load));
    } else if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      spread(unrolledShape(linalgOp, use));
      if (linalgOp.isDpsInit(&use)) {
        accesses.writers.push_back(linalgOp);
        if (auto copy = dyn_cast<linalg::CopyOp>(op))
          accesses.loadedFrom = nameOfMemory(copy.getInputs().front());
      }
    } else if (auto subview = dyn_cast<memref::SubViewOp>(op)) {
      SmallVector<int64_t> kept;
      llvm::SmallBitVector dropped = subview.getDroppedDims();
      for (auto [index, dim] : llvm::enumerate(dims))
        if (!dropped.test(index))
          kept.push_back(dim);
      collect(subview, kept, extents, true, accesses);
    } else if (auto view = dyn_cast<memref::CollapseShapeOp>(op)) {
      // The last dimension of a group is the one that varies fastest.
      SmallVector<int64_t> last;
      for (const ReassociationIndices &group : view.getReassociationIndices())
        last.push_back(dims[group.back()]);
      collect(view, last, extents, isPart, accesses);
    } else if (auto view = dyn_cast<memref::ExpandShapeOp>(op)) {
      SmallVector<int64_t> whole;
      for (auto [dim, group] : llvm::zip(dims, view.getReassociationIndices()))
        whole.append(group.size(), dim);
      collect(view, whole, extents, isPart, accesses);
    } else if (auto castOp = dyn_cast<memref::CastOp>(op)) {
      collect(castOp, dims, extents, isPart, accesses);
    }
  }
}

/// What a stream is called in the name of a buffer: whoever made it.
static StringRef sourceName(StreamOp stream) {
  StringRef name = stream.getSymName();
  name.consume_front("dma_");
  return name.split("_to_").first;
}

static std::string nameFor(const Accesses &accesses, StringRef role, bool inConverter) {
  if (inConverter)
    return "window";
  if (role == "accumulator")
    return "acc";
  if (!accesses.loadedFrom.empty())
    return "tile_" + accesses.loadedFrom;
  if (!accesses.fills.empty())
    if (StreamOp stream = streamOf(StreamReadTileOp(accesses.fills.front()).getStream()))
      return ((accesses.inParts ? "row_" : "tile_") + sourceName(stream)).str();
  if (!accesses.drains.empty())
    return accesses.inParts ? "row_out" : "tile_out";
  return "tmp";
}

static StringRef roleOf(const Accesses &accesses) {
  if (llvm::any_of(accesses.writers, [](linalg::LinalgOp op) { return op.getNumReductionLoops() != 0; }))
    return "accumulator";
  bool onlyParameters = !accesses.fills.empty() && llvm::all_of(accesses.fills, [](StreamReadTileOp fill) {
    StreamOp stream = streamOf(fill.getStream());
    return stream && stream->hasAttr(parameterAttr);
  });
  return onlyParameters && accesses.writers.empty() ? "parameter" : "activation";
}

/// Null where every factor is 1.
static DenseI64ArrayAttr partitionAttr(ArrayRef<int64_t> factors, Builder &builder) {
  bool isPartitioned = llvm::any_of(factors, [](int64_t factor) { return factor != 1; });
  return isPartitioned ? builder.getDenseI64ArrayAttr(factors) : nullptr;
}

static Accesses accessesOf(Value memory) {
  ArrayRef<int64_t> shape = cast<MemRefType>(memory.getType()).getShape();
  Accesses accesses;
  accesses.partition.assign(shape.size(), 1);
  collect(memory, llvm::to_vector(llvm::seq<int64_t>(shape.size())), shape, false, accesses);
  return accesses;
}

static void nameBuffers(TaskOp task, IRRewriter &rewriter, llvm::function_ref<void()> count) {
  auto kind = task->getAttrOfType<StringAttr>("st.kind");
  bool inConverter = kind && kind.getValue() == "converter";
  auto halves = task->getAttrOfType<IntegerAttr>("st.halves");
  SmallVector<memref::AllocOp> allocations;
  task.walk([&](memref::AllocOp op) { allocations.push_back(op); });
  llvm::StringMap<unsigned> taken;
  rewriter.setInsertionPointToStart(&task.getBody().front());
  for (memref::AllocOp allocation : allocations) {
    Accesses accesses = accessesOf(allocation);
    StringRef role = roleOf(accesses);
    std::string name = nameFor(accesses, role, inConverter);
    if (unsigned uses = taken[name]++)
      name += "_" + std::to_string(uses);
    // The leading dimension of a converter's window selects the half; its tiles have none.
    bool isWindow = halves && halves.getInt() == 2 && accesses.inParts;
    auto buffer = BufferOp::create(rewriter, allocation.getLoc(), allocation.getType(), name, isWindow ? 2 : 1,
                                   partitionAttr(accesses.partition, rewriter), StorageKindAttr(), role);
    // The task's one copy serves all iterations: each has left it before the next begins.
    rewriter.replaceAllUsesWith(allocation, buffer);
    rewriter.eraseOp(allocation);
    count();
  }
}

/// Tables are read by as many lanes as buffers, and are called after the first task that reads them.
static LogicalResult nameTables(ModuleOp module) {
  SymbolTable symbols(module);
  DenseSet<Operation *> named;
  llvm::StringMap<unsigned> taken;
  WalkResult result = module.walk([&](memref::GetGlobalOp table) {
    auto task = table->getParentOfType<TaskOp>();
    if (!task)
      return WalkResult::advance();
    OpBuilder builder(table);
    if (auto partition = partitionAttr(accessesOf(table).partition, builder))
      table->setAttr(tablePartitionAttr, partition);
    auto global = symbols.lookup<memref::GlobalOp>(table.getName());
    if (!global || !named.insert(global).second)
      return WalkResult::advance();
    std::string base = (task.getSymName() + "_table").str(), name;
    do {
      unsigned uses = taken[base]++;
      name = uses ? base + "_" + std::to_string(uses) : base;
    } while (symbols.lookup(name));
    return failed(symbols.rename(global, name)) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

namespace {
struct NameBuffers : st::impl::NameBuffersBase<NameBuffers> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation().walk([&](TaskOp task) { nameBuffers(task, rewriter, [&] { ++numBuffers; }); });
    if (failed(nameTables(getOperation())))
      signalPassFailure();
  }
};
} // namespace
