//===- TaskBody.cpp - What a tiled nest reads and writes, and its body as a task ------------------------------===//

#include "Transforms/Dataflow/TaskBody.h"
#include "Dialect/LayoutAlgebra.h"
#include "Transforms/Dataflow/InferItensor.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace st;

//===----------------------------------------------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------------------------------------------===//

/// What tiling gives the padding that it adds, and the slices that cut it off.
static constexpr StringLiteral tilePaddingAttr = "st.tile_padding";

/// The tensor before the padding that tiling added. What that holds is unspecified inside an accelerator, so that its
/// value does not matter: readers mask where zero is not neutral. A model's own padding is data like any other.
static FailureOr<Value> skipPadding(Operation *user, Value value) {
  for (auto pad = value.getDefiningOp<tensor::PadOp>(); pad && pad->hasAttr(tilePaddingAttr);
       pad = value.getDefiningOp<tensor::PadOp>()) {
    if (!llvm::all_of(pad.getMixedLowPad(), isZeroInteger))
      return user->emitError("cannot stream: its operand is padded at the low side").attachNote(pad.getLoc())
             << "padded here";
    value = pad.getSource();
  }
  return value;
}

/// The shape of `result` without padding: that of the slice that its users take, if they do.
static FailureOr<SmallVector<int64_t>> getLogicalShape(scf::ForOp root, unsigned index, Value result) {
  SmallVector<int64_t> shape(cast<RankedTensorType>(result.getType()).getShape());
  bool isFirst = true;
  for (Operation *user : result.getUsers()) {
    SmallVector<int64_t> seen(cast<RankedTensorType>(result.getType()).getShape());
    auto slice = dyn_cast<tensor::ExtractSliceOp>(user);
    if (slice && slice->hasAttr(tilePaddingAttr) && slice->getBlock() == root->getBlock() &&
        llvm::all_of(slice.getMixedOffsets(), isZeroInteger) && slice.hasUnitStride() &&
        slice.getSourceType().getRank() == slice.getType().getRank() && slice.getType().hasStaticShape())
      seen = SmallVector<int64_t>(slice.getType().getShape());
    if (!isFirst && seen != shape)
      return root.emitError("cannot stream: users take result ") << index << " with and without its padding";
    shape = seen;
    isFirst = false;
  }
  return shape;
}

/// The insertion after the nest that writes a result which is one tile.
static tensor::InsertSliceOp getInsertionAfter(OpResult result) {
  if (!result.hasOneUse())
    return {};
  auto insert = dyn_cast<tensor::InsertSliceOp>(*result.user_begin());
  bool isWhole = insert && insert.getSource() == result && insert->getBlock() == result.getOwner()->getBlock() &&
                 insert.getDest().getDefiningOp<tensor::EmptyOp>();
  return isWhole ? insert : tensor::InsertSliceOp();
}

/// Follows a result through the nest, from the root's iteration argument to the insertion that writes it.
LogicalResult Nest::traceResult(unsigned index) {
  SmallVector<Value> worklist{root.getRegionIterArg(index)};
  while (!worklist.empty()) {
    Value carrier = worklist.pop_back_val();
    carriers[carrier] = index;
    for (OpOperand &use : carrier.getUses()) {
      if (auto loop = dyn_cast<scf::ForOp>(use.getOwner())) {
        unsigned argument = use.getOperandNumber() - loop.getNumControlOperands();
        worklist.push_back(loop.getRegionIterArg(argument));
        worklist.push_back(loop.getResult(argument));
      } else if (auto insert = dyn_cast<tensor::InsertSliceOp>(use.getOwner());
                 insert && use.get() == insert.getDest() && insert.getSource() != carrier) {
        if (failed(addWrite(insert, index)))
          return failure();
        worklist.push_back(insert.getResult());
      } else if (isa<tensor::ExtractSliceOp>(use.getOwner())) {
        scratchSlices.insert(use.getOwner());
      } else if (!isa<scf::YieldOp>(use.getOwner())) {
        return use.getOwner()->emitError("cannot stream: uses the result tensor of its nest as a value");
      }
    }
  }
  if (!writes[index].at)
    return root.emitError("cannot stream: result ") << index << " is not written slice by slice";
  return success();
}

LogicalResult Nest::traceResults() {
  for (OpResult result : root->getResults())
    writes.push_back({{}, {}, result});
  for (OpResult result : root->getResults()) {
    unsigned index = result.getResultNumber();
    if (auto insert = getInsertionAfter(result)) {
      writes[index].whole = insert.getResult();
      if (failed(addWrite(insert, index)))
        return failure();
    } else if (failed(traceResult(index))) {
      return failure();
    }
  }
  // A slice of the result may be a destination; its old value is not there to be read.
  for (Operation *slice : scratchSlices)
    for (OpOperand &use : slice->getUses()) {
      auto linalgOp = dyn_cast<linalg::LinalgOp>(use.getOwner());
      if (!linalgOp || !linalgOp.isDpsInit(&use) || linalgOp.payloadUsesValueFromOperand(&use))
        return use.getOwner()->emitError("cannot stream: reads what its nest has already written");
    }
  return success();
}

LogicalResult Nest::addWrite(tensor::InsertSliceOp insert, unsigned result) {
  NestWrite &write = writes[result];
  if (write.at) {
    InFlightDiagnostic diag = insert.emitError("cannot stream: result ")
                              << result << " of its nest is written at more than one place";
    diag.attachNote(write.at.getLoc()) << "also written here";
    return failure();
  }
  if (!insert.hasUnitStride())
    return insert.emitError("cannot stream: the slice must have unit strides");
  auto dataShape = getLogicalShape(root, result, write.whole);
  if (failed(dataShape))
    return failure();
  auto type = inferItensor(insert, root, insert.getMixedOffsets(), insert.getStaticSizes(), *dataShape,
                           insert.getDestType().getElementType());
  if (failed(type))
    return failure();
  if (auto reason = whyNotProducer(*type))
    return insert.emitError("cannot stream: ") << *reason;
  write.at = insert;
  write.type = *type;
  return success();
}

LogicalResult Nest::addSlice(tensor::ExtractSliceOp slice) {
  auto base = skipPadding(slice, slice.getSource());
  if (failed(base))
    return failure();
  if (!slice.hasUnitStride())
    return slice.emitError("cannot stream: the slice must have unit strides");
  if (ShapedType::isDynamicShape(slice.getStaticSizes()))
    return slice.emitError("cannot stream: the slice must have static sizes");
  auto baseType = cast<RankedTensorType>(base->getType());
  auto type = inferItensor(slice, root, slice.getMixedOffsets(), slice.getStaticSizes(), baseType.getShape(),
                           baseType.getElementType());
  if (failed(type))
    return failure();
  reads.push_back({*base, *type, slice, nullptr});
  return success();
}

/// Constants that a task holds itself: a value repeated, or no more than 1 KiB of them.
static bool isMadeInside(Operation *op) {
  if (!op || isa<tensor::EmptyOp>(op))
    return op;
  DenseElementsAttr dense;
  if (matchPattern(op, m_Constant(&dense)))
    return dense.isSplat() || dense.getNumElements() * 8 <= 1024;
  if (op->hasTrait<OpTrait::ConstantLike>())
    return !isa<TensorType>(op->getResult(0).getType());
  return op->getNumRegions() == 0 && isPure(op) &&
         llvm::none_of(op->getResultTypes(), [](Type type) { return isa<TensorType>(type); });
}

LogicalResult Nest::materialize(Operation *user, Value value) {
  Operation *op = value.getDefiningOp();
  if (!isMadeInside(op))
    return user->emitError("cannot stream: uses a value from outside of its nest that is neither a tensor nor a "
                           "constant");
  for (Value operand : op->getOperands())
    if (failed(materialize(user, operand)))
      return failure();
  materialized.insert(op);
  return success();
}

LogicalResult Nest::addOperands(Operation *op) {
  for (OpOperand &use : op->getOpOperands()) {
    Value value = use.get();
    // The destination of a result is a stream; only a tile that the nest carries has a value to start from.
    bool isRootInit = op == root && use.getOperandNumber() >= root.getNumControlOperands();
    if (!isOutside(value) || (isRootInit && !isWrittenAfterNest(use.getOperandNumber() - root.getNumControlOperands())))
      continue;
    if (!isa<RankedTensorType>(value.getType()) || isMadeInside(value.getDefiningOp())) {
      if (failed(materialize(op, value)))
        return failure();
      continue;
    }
    // A tensor of one tile may be used without a slice: its one slice is pulled where it is used.
    auto base = skipPadding(op, value);
    if (failed(base))
      return failure();
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<OpFoldResult> offsets(type.getRank(), OpBuilder(op->getContext()).getIndexAttr(0));
    auto itensor = inferItensor(op, root, offsets, type.getShape(), cast<RankedTensorType>(base->getType()).getShape(),
                                type.getElementType());
    if (failed(itensor))
      return failure();
    reads.push_back({*base, *itensor, op, &use});
  }
  return success();
}

FailureOr<Nest> Nest::analyze(scf::ForOp root) {
  Nest nest;
  nest.root = root;
  if (failed(nest.traceResults()))
    return failure();
  WalkResult result = root->walk<WalkOrder::PreOrder>([&](Operation *op) -> WalkResult {
    auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
    if (slice && nest.isOutside(slice.getSource()) && !isMadeInside(slice.getSource().getDefiningOp())) {
      for (Operation *parent = op->getParentOp(); parent != root; parent = parent->getParentOp())
        if (!isa<scf::ForOp>(parent))
          return op->emitError("cannot stream: takes a slice inside of an operation that is no loop");
      // Offsets are index arithmetic, which no longer exists once the slice is a read.
      return nest.addSlice(slice);
    }
    if (nest.scratchSlices.contains(op))
      return success();
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      if (!nest.carriers.count(insert.getDest()))
        nest.hasRowBuffer = true;
      else if (nest.isOutside(insert.getSource()))
        return nest.addOperands(op);
      else
        return success();
    }
    return nest.addOperands(op);
  });
  if (result.wasInterrupted())
    return failure();
  return nest;
}

//===----------------------------------------------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------------------------------------------===//

namespace {

class BodyBuilder {
public:
  BodyBuilder(Nest &nest, TaskOp task) : nest(nest), builder(task) {
    builder.setInsertionPointToStart(&task.getBody().front());
    for (auto [index, read] : llvm::enumerate(nest.reads))
      readArguments[read.wholeUse ? static_cast<void *>(read.wholeUse) : read.at] = task.getReadArguments()[index];
  }

  void build(Block::BlockArgListType outputs) {
    for (Operation *op : nest.materialized)
      builder.clone(*op, mapping);
    scf::ForOp root = nest.root;
    pullWholeOperands(root);
    SmallVector<Value> inits(outputs.begin(), outputs.end());
    for (auto [index, init] : llvm::enumerate(root.getInitArgs()))
      if (nest.isWrittenAfterNest(index))
        inits[index] = mapping.lookup(init);
    scf::ForOp loop = buildLoop(root, inits);
    SmallVector<Value> results(loop.getResults());
    for (auto [index, write] : llvm::enumerate(nest.writes))
      if (nest.isWrittenAfterNest(index))
        results[index] = push(write.at, loop.getResult(index), outputs[index]);
    YieldOp::create(builder, root.getLoc(), results);
  }

private:
  Value pull(Location loc, Value argument) {
    auto type = cast<ItensorType>(argument.getType());
    Value init = tensor::EmptyOp::create(builder, loc, type.getTileShape(), type.getScalarType());
    return ItensorReadOp::create(builder, loc, init.getType(), argument, init).getResult();
  }

  /// Reads the tensors that `op` uses as a whole, just before it.
  void pullWholeOperands(Operation *op) {
    for (OpOperand &use : op->getOpOperands())
      if (auto argument = readArguments.find(&use); argument != readArguments.end())
        mapping.map(use.get(), pull(op->getLoc(), argument->second));
  }

  scf::ForOp buildLoop(scf::ForOp loop, ValueRange inits) {
    auto result = scf::ForOp::create(builder, loop.getLoc(), mapping.lookup(loop.getLowerBound()),
                                     mapping.lookup(loop.getUpperBound()), mapping.lookup(loop.getStep()), inits,
                                     [&](OpBuilder &, Location, Value variable, ValueRange arguments) {
                                       mapping.map(loop.getInductionVar(), variable);
                                       mapping.map(loop.getRegionIterArgs(), arguments);
                                     });
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(result.getBody());
    for (Operation &op : *loop.getBody())
      buildOp(&op);
    mapping.map(loop.getResults(), result.getResults());
    result->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
    return result;
  }

  void buildOp(Operation *op) {
    Location loc = op->getLoc();
    if (auto argument = readArguments.find(op); argument != readArguments.end()) {
      Value tile = pull(loc, argument->second);
      auto slice = cast<tensor::ExtractSliceOp>(op);
      if (tile.getType() != slice.getType())
        tile = tensor::createCanonicalRankReducingExtractSliceOp(builder, loc, tile, slice.getType());
      mapping.map(slice.getResult(), tile);
      return;
    }
    if (nest.scratchSlices.contains(op)) {
      auto type = cast<tensor::ExtractSliceOp>(op).getType();
      mapping.map(op->getResult(0),
                  tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType()).getResult());
      return;
    }
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(op); insert && nest.carriers.count(insert.getDest()))
      return push(insert);
    pullWholeOperands(op);
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      SmallVector<Value> inits;
      for (Value init : loop.getInitArgs())
        inits.push_back(mapping.lookup(init));
      buildLoop(loop, inits);
      return;
    }
    // Offsets of slices that are reads now are left without users; they are erased afterwards.
    builder.clone(*op, mapping);
  }

  void push(tensor::InsertSliceOp insert) {
    pullWholeOperands(insert);
    mapping.map(insert.getResult(), push(insert, mapping.lookup(insert.getSource()), mapping.lookup(insert.getDest())));
  }

  Value push(tensor::InsertSliceOp insert, Value tile, Value dest) {
    auto tileType = cast<ItensorType>(dest.getType()).getTileType();
    if (tile.getType() != tileType) {
      Value empty = tensor::EmptyOp::create(builder, insert.getLoc(), tileType.getShape(), tileType.getElementType());
      tile = tensor::createCanonicalRankReducingInsertSliceOp(builder, insert.getLoc(), tile, empty);
    }
    return ItensorWriteOp::create(builder, insert.getLoc(), tile, dest).getResult();
  }

  Nest &nest;
  OpBuilder builder;
  IRMapping mapping;
  llvm::DenseMap<void *, Value> readArguments;
};

} // namespace

/// Removes what only computed the offsets of slices.
static void eraseUnused(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        if (isa<scf::ForOp>(op))
          eraseUnused(inner);
    if (isOpTriviallyDead(&op))
      op.erase();
  }
}

void Nest::buildBody(TaskOp task) {
  BodyBuilder(*this, task).build(task.getInitArguments());
  eraseUnused(task.getBody().front());
}
