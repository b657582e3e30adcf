//===- AssignHost.cpp - What the host executes, and why ------------------------------------------------------===//

#include "Device/Device.h"
#include "Dialect/Repeat.h"
#include "Transforms/Linalg/ConstantData.h"
#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/IR/Matchers.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_ASSIGNHOST
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// A table up to this size is read on chip by whoever asks, in bytes.
constexpr int64_t smallTableBytes = 4096;
/// Elements of a streamed dimension that are at hand at a time, as tiles go.
constexpr int64_t typicalTile = 16;

/// How an operation reads one tensor by index.
struct GatheredTensor {
  Value tensor;
  /// By dimension: whether it is read at a loop, and so can stream.
  SmallVector<bool> streams;
  bool hasComputedIndex = false;

  int64_t getBytes() const {
    auto type = cast<RankedTensorType>(tensor.getType());
    int64_t elements = 1;
    for (auto [extent, doesStream] : llvm::zip(type.getShape(), streams))
      elements *= doesStream ? std::min(extent, typicalTile) : extent;
    return llvm::divideCeil(elements * type.getElementTypeBitWidth(), 8);
  }
};

/// Whether `index` depends on elements that were read, and not on loops only.
bool dependsOnElements(Value index, Block *body) {
  if (auto argument = dyn_cast<BlockArgument>(index))
    return argument.getOwner() == body;
  Operation *op = index.getDefiningOp();
  if (op->getBlock() != body)
    return false;
  return isa<tensor::ExtractOp>(op) ||
         llvm::any_of(op->getOperands(), [&](Value operand) { return dependsOnElements(operand, body); });
}

SmallVector<GatheredTensor> findGatheredTensors(linalg::GenericOp op) {
  SmallVector<GatheredTensor> result;
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (tensor::ExtractOp read : getGatheredReads(op)) {
    auto type = cast<RankedTensorType>(read.getTensor().getType());
    auto *entry = llvm::find_if(result, [&](GatheredTensor &known) { return known.tensor == read.getTensor(); });
    if (entry == result.end()) {
      result.push_back({read.getTensor(), SmallVector<bool>(type.getRank(), true), false});
      entry = &result.back();
    }
    for (auto [dim, index] : llvm::enumerate(read.getIndices())) {
      auto loop = index.getDefiningOp<linalg::IndexOp>();
      if (!loop || ranges[loop.getDim()] != type.getDimSize(dim))
        entry->streams[dim] = false;
      entry->hasComputedIndex |= dependsOnElements(index, op.getBody());
    }
  }
  return result;
}

bool isConstant(Value value) { return matchPattern(value, m_Constant()); }

/// Whether all tensors that `op` reads, constants aside, are arguments or prepared by the host.
bool readsOnlyArguments(linalg::GenericOp op) { return onlyPreparesArguments(op); }

/// Whether later phases know what to do with `op`.
bool canStream(Operation &op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
    if (generic.getNumDpsInits() != 1 ||
        (generic.getNumReductionLoops() > 0 && !generic.getDpsInits().front().getDefiningOp<linalg::FillOp>()))
      return false;
    return llvm::all_of(generic->getOpOperands(), [&](OpOperand &operand) {
      AffineMap map = generic.getMatchingIndexingMap(&operand);
      auto type = dyn_cast<RankedTensorType>(operand.get().getType());
      return (!type || type.hasStaticShape()) &&
             (generic.isDpsInit(&operand) ? map.isProjectedPermutation() : isWindowMap(map));
    });
  }
  if (auto pad = dyn_cast<tensor::PadOp>(op))
    return bool(pad.getConstantPaddingValue()) && !llvm::any_of(pad.getStaticLow(), ShapedType::isDynamic) &&
           !llvm::any_of(pad.getStaticHigh(), ShapedType::isDynamic);
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return isReadyOnHost(slice.getSource()) || onlyFinishesResults(slice);
  return isa<RowOp, arith::ConstantOp, tensor::EmptyOp, linalg::FillOp, func::ReturnOp, tensor::ExpandShapeOp,
             tensor::CollapseShapeOp, RepeatOp, YieldOp>(op);
}

struct AssignHost : impl::AssignHostBase<AssignHost> {
  using Base::Base;

  void runOnOperation() override {
    llvm::Expected<int64_t> limit = getLimit();
    if (llvm::Error error = limit.takeError()) {
      getOperation().emitError("cannot tell how much may be buffered: ") << llvm::toString(std::move(error));
      return signalPassFailure();
    }
    for (Block *block : getHostBlocks(getOperation()))
      for (Operation &op : *block)
        if (!op.hasAttr(hostAttr))
          assign(op, *limit);
  }

private:
  void assign(Operation &op, int64_t limit) {
    if (auto generic = dyn_cast<linalg::GenericOp>(op); generic && isGather(generic))
      assignGather(generic, limit);
    else if (isa<tensor::ConcatOp, tensor::InsertSliceOp>(op) && onlyPreparesArguments(&op) != onlyFinishesResults(&op))
      moveToHost(&op, onlyPreparesArguments(&op) ? "prepares arguments" : "finishes results");
    if (!isFinal || op.hasAttr(hostAttr) || canStream(op))
      return;
    if (onlyPreparesArguments(&op) || onlyFinishesResults(&op))
      moveToHost(&op, onlyPreparesArguments(&op) ? "prepares arguments and has no form that streams"
                                                 : "finishes results and has no form that streams");
    else if (partition)
      moveToHost(&op, "has no form that streams");
  }

  void assignGather(linalg::GenericOp op, int64_t limit) {
    int64_t computedBytes = 0, constantBytes = 0;
    for (const GatheredTensor &read : findGatheredTensors(op)) {
      (isConstant(read.tensor) ? constantBytes : computedBytes) += read.getBytes();
      if (read.hasComputedIndex && isConstant(read.tensor) && read.getBytes() > smallTableBytes &&
          readsOnlyArguments(op))
        return moveToHost(op, llvm::formatv("gathers from a table of {0} bytes at run-time indices", read.getBytes()));
    }
    int64_t bytes = computedBytes + constantBytes;
    if (bytes > limit)
      return moveToHost(op, llvm::formatv("needs a full buffer of {0} bytes, more than the {1} allowed", bytes, limit));
    // A single element is a register, and constants are parameters wherever they are. How much has to be buffered, if
    // anything, shows when tiles are chosen.
    if (isFinal && computedBytes > 8)
      op->setAttr(fallbackAttr,
                  StringAttr::get(op->getContext(), "elements are read in another order than they arrive"));
  }

  void moveToHost(Operation *op, const std::string &reason) {
    op->setAttr(hostAttr, UnitAttr::get(op->getContext()));
    // What only starts its sums goes with it: no nest will take it.
    for (Value operand : op->getOperands())
      if (auto fill = operand.getDefiningOp<linalg::FillOp>(); fill && fill->hasOneUse())
        fill->setAttr(hostAttr, UnitAttr::get(op->getContext()));
    report(op, "host: " + reason);
  }

  void report(Operation *op, const std::string &reason) {
    op->setAttr(fallbackAttr, StringAttr::get(op->getContext(), reason));
    op->emitRemark() << reason;
  }

  llvm::Expected<int64_t> getLimit() {
    if (maxBufferBytes > 0)
      return int64_t(maxBufferBytes);
    if (device.empty())
      return std::numeric_limits<int64_t>::max();
    auto loaded = Device::load(device);
    if (llvm::Error error = loaded.takeError())
      return std::move(error);
    return loaded->onChipBytesAvailable() / 4;
  }
};

} // namespace
} // namespace st
