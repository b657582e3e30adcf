//===- TaskBuffers.cpp - The on-chip memories inside a task ---------------------------------------------------===//

#include "Analysis/TaskBuffers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace st;

llvm::StringRef st::stringify(BufferKind kind) {
  switch (kind) {
  case BufferKind::Tile:
    return "tile";
  case BufferKind::Row:
    return "row buffer";
  case BufferKind::Accumulator:
    return "accumulator";
  case BufferKind::Converter:
    return "converter";
  }
  llvm_unreachable("unknown kind of buffer");
}

int64_t TaskBuffer::elements() const { return ShapedType::getNumElements(shape); }

/// Whether each use of `value` gets memory of its own.
static bool isFresh(Value value) { return isa_and_nonnull<tensor::EmptyOp, arith::ConstantOp>(value.getDefiningOp()); }

bool st::isInsertedInPlace(tensor::InsertSliceOp insert) {
  auto destinationStyle = insert.getSource().getDefiningOp<DestinationStyleOpInterface>();
  if (!destinationStyle)
    return false;
  OpOperand *init = destinationStyle.getTiedOpOperand(cast<OpResult>(insert.getSource()));
  Operation *made = init->get().getDefiningOp();
  return isa_and_nonnull<tensor::EmptyOp, tensor::ExtractSliceOp>(made);
}

BlockArgument st::traceToArgument(Value value) {
  while (true) {
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      Operation *parent = argument.getOwner()->getParentOp();
      if (isa<TaskOp>(parent))
        return argument;
      auto loop = dyn_cast<scf::ForOp>(parent);
      if (!loop || argument == loop.getInductionVar())
        return {};
      value = loop.getTiedLoopInit(argument)->get();
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (auto loop = dyn_cast<scf::ForOp>(op))
      value = loop.getTiedLoopInit(cast<OpResult>(value))->get();
    else if (auto write = dyn_cast<ItensorWriteOp>(op))
      value = write.getDest();
    else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
      value = insert.getDest();
    else if (auto extract = dyn_cast<tensor::ExtractSliceOp>(op))
      value = extract.getSource();
    else if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      value = op->getOperand(0);
    else
      return {};
  }
}

/// Whether `value` is of no use after `op`, in whose block it was made, and no view of it lives on.
static bool diesAt(Value value, Operation *op) {
  Operation *made = value.getDefiningOp();
  if (!made || made->getBlock() != op->getBlock() || !isa<ItensorReadOp, linalg::LinalgOp, scf::ForOp>(made))
    return false;
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::ExtractSliceOp>(user))
      return false;
    Operation *ancestor = op->getBlock()->findAncestorOpInBlock(*user);
    return ancestor == op || (ancestor && ancestor->isBeforeInBlock(op));
  });
}

Value st::getOverwrittenOperand(Operation *op) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic || !generic.isAllParallelLoops() || generic.getNumDpsInits() != 1)
    return {};
  OpOperand &init = *generic.getDpsInitOperand(0);
  if (!init.get().getDefiningOp<tensor::EmptyOp>() || generic.payloadUsesValueFromOperand(&init))
    return {};
  for (OpOperand *input : generic.getDpsInputOperands())
    if (input->get().getType() == init.get().getType() && diesAt(input->get(), op) &&
        generic.getMatchingIndexingMap(input) == generic.getMatchingIndexingMap(&init))
      return input->get();
  return {};
}

namespace {
/// The values of a task that share a memory.
class Classes {
public:
  explicit Classes(TaskOp task) {
    task.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) { visit(op); });
  }

  /// Values by the representative of their class, in the order of the walk.
  llvm::MapVector<void *, SmallVector<Value>> group() {
    llvm::MapVector<void *, SmallVector<Value>> groups;
    for (Value value : order)
      groups[classes.getLeaderValue(value.getAsOpaquePointer())].push_back(value);
    return groups;
  }

private:
  void add(Value value) {
    if (isa<RankedTensorType>(value.getType()) && !isFresh(value) && !classes.contains(value.getAsOpaquePointer())) {
      classes.insert(value.getAsOpaquePointer());
      order.push_back(value);
    }
  }

  void join(Value a, Value b) {
    if (!isa<RankedTensorType>(a.getType()) || isFresh(a) || isFresh(b))
      return;
    add(a);
    add(b);
    classes.unionSets(a.getAsOpaquePointer(), b.getAsOpaquePointer());
  }

  void visit(Operation *op) {
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      for (auto [init, argument, yielded, result] :
           llvm::zip(loop.getInitArgs(), loop.getRegionIterArgs(), loop.getYieldedValues(), loop.getResults())) {
        add(argument);
        join(argument, result);
        join(init, argument);
        join(yielded, argument);
      }
      return;
    }
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      add(insert.getResult());
      join(insert.getDest(), insert.getResult());
      if (isInsertedInPlace(insert))
        join(insert.getSource(), insert.getResult());
      return;
    }
    if (isa<tensor::ExtractSliceOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op)) {
      add(op->getResult(0));
      join(op->getOperand(0), op->getResult(0));
      return;
    }
    if (auto destinationStyle = dyn_cast<DestinationStyleOpInterface>(op))
      for (OpOperand &init : destinationStyle.getDpsInitsMutable())
        if (isa<RankedTensorType>(init.get().getType())) {
          Value result = destinationStyle.getTiedOpResult(&init);
          add(result);
          join(init.get(), result);
          if (Value overwritten = getOverwrittenOperand(op))
            join(overwritten, result);
        }
  }

  llvm::EquivalenceClasses<void *> classes;
  SmallVector<Value> order;
};
} // namespace

/// Lanes that a linalg operation works on in one cycle.
static int64_t unrollOf(Operation *op) {
  int64_t lanes = 1;
  if (auto unroll = op->getAttrOfType<DenseI64ArrayAttr>("st.unroll"))
    for (int64_t factor : unroll.asArrayRef())
      lanes *= factor;
  return lanes;
}

/// The lanes that a buffer offers for one token of a stream.
static int64_t lanesOf(ItensorType type) {
  auto vector = dyn_cast<VectorType>(type.getElementType());
  return vector ? vector.getNumElements() : 1;
}

/// Takes into account who writes and reads `value`.
static void describe(Value value, TaskBuffer &buffer, bool &assembled) {
  if (auto read = value.getDefiningOp<ItensorReadOp>()) {
    buffer.lanes = std::max(buffer.lanes, lanesOf(read.getSource().getType()));
    if (BlockArgument source = traceToArgument(read.getSource()))
      if (!llvm::is_contained(buffer.readArguments, source.getArgNumber()))
        buffer.readArguments.push_back(source.getArgNumber());
  }
  if (auto linalgOp = value.getDefiningOp<linalg::LinalgOp>())
    if (linalgOp.getNumReductionLoops())
      buffer.kind = BufferKind::Accumulator;
  if (auto insert = value.getDefiningOp<tensor::InsertSliceOp>())
    assembled |= insert.getSourceType().getNumElements() < insert.getResultType().getNumElements();
  if (Operation *op = value.getDefiningOp())
    if (isa<linalg::LinalgOp>(op))
      buffer.lanes = std::max(buffer.lanes, unrollOf(op));
  for (Operation *user : value.getUsers()) {
    if (isa<linalg::LinalgOp>(user))
      buffer.lanes = std::max(buffer.lanes, unrollOf(user));
    if (auto write = dyn_cast<ItensorWriteOp>(user))
      buffer.lanes = std::max(buffer.lanes, lanesOf(write.getDest().getType()));
  }
}

SmallVector<TaskBuffer> st::collectBuffers(TaskOp task) {
  bool isConverter = false;
  if (auto kind = task->getAttrOfType<StringAttr>("st.kind"))
    isConverter = kind.getValue() == "converter";
  auto halves = task->getAttrOfType<IntegerAttr>("st.halves");

  SmallVector<TaskBuffer> buffers;
  int64_t counters[4] = {};
  for (auto &[leader, values] : Classes(task).group()) {
    // External memory, and what is only a view of it, is not on the chip.
    if (llvm::any_of(values, [](Value value) { return bool(traceToArgument(value)); }))
      continue;
    TaskBuffer buffer;
    bool assembled = false;
    RankedTensorType largest;
    for (Value value : values) {
      auto type = cast<RankedTensorType>(value.getType());
      if (!largest || type.getNumElements() > largest.getNumElements())
        largest = type;
      describe(value, buffer, assembled);
    }
    buffer.shape = llvm::to_vector(largest.getShape());
    Type element = largest.getElementType();
    buffer.elementBits = element.isIndex() ? 32 : element.getIntOrFloatBitWidth();
    if (buffer.kind != BufferKind::Accumulator && isConverter) {
      buffer.kind = BufferKind::Converter;
      buffer.halves = halves ? halves.getInt() : 1;
      if (buffer.halves == 2)
        buffer.shape.erase(buffer.shape.begin()); // The leading dimension selects the half.
    } else if (buffer.kind != BufferKind::Accumulator && assembled) {
      buffer.kind = BufferKind::Row;
    }
    static constexpr const char *names[] = {"tile", "row", "acc", "buffer"};
    int64_t index = counters[static_cast<int>(buffer.kind)]++;
    buffer.name = names[static_cast<int>(buffer.kind)] + ("_" + Twine(index)).str();
    buffers.push_back(std::move(buffer));
  }
  // Of a converter's buffers, the largest is the one that its types ask for; others hold single tiles.
  if (auto live = task->getAttrOfType<IntegerAttr>("st.live_bytes")) {
    TaskBuffer *largest = nullptr;
    for (TaskBuffer &buffer : buffers)
      if (buffer.kind == BufferKind::Converter && (!largest || buffer.bits() > largest->bits()))
        largest = &buffer;
    if (largest)
      largest->liveBytes = live.getInt();
    if (auto pingPong = task->getAttrOfType<IntegerAttr>("st.ping_pong_bytes"); largest && pingPong)
      largest->pingPongBytes = pingPong.getInt();
  }
  return buffers;
}
