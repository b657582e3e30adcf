//===- FoldReassociate.cpp - Let a reader of a regrouped stream regroup its tiles itself ----------------------===//

#include "Dialect/StDialect.h"
#include "Transforms/Optimize/ConverterBuffer.h"
#include "Transforms/Optimize/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#define DEBUG_TYPE "st-fold-reassociate"

namespace st {
#define GEN_PASS_DEF_FOLDREASSOCIATE
#include "Transforms/Optimize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

/// The groups of a reassociation attribute.
static SmallVector<ReassociationIndices> getGroups(ArrayAttr reassociation) {
  SmallVector<ReassociationIndices> groups;
  for (Attribute group : reassociation) {
    auto &dims = groups.emplace_back();
    for (Attribute dim : cast<ArrayAttr>(group))
      dims.push_back(cast<IntegerAttr>(dim).getInt());
  }
  return groups;
}

/// Reads a tile of `stream` in place of `read`, whose shape has other groups of dimensions. Memory has the shape of
/// lower rank: to reach its elements from the other takes products and sums, the other way round divisions.
static Value readRegrouped(ItensorReadOp read, BlockArgument stream, ArrayAttr reassociation) {
  OpBuilder builder(read);
  Location loc = read.getLoc();
  RankedTensorType from = cast<ItensorType>(stream.getType()).getTileType();
  auto to = cast<RankedTensorType>(read.getResult().getType());
  bool collapses = from.getRank() > to.getRank();
  SmallVector<ReassociationIndices> groups = getGroups(reassociation);
  RankedTensorType inMemory = collapses ? to : from;
  Value init = tensor::EmptyOp::create(builder, loc, inMemory.getShape(), inMemory.getElementType());
  if (collapses)
    init = tensor::ExpandShapeOp::create(builder, loc, from, init, groups);
  auto regrouped = ItensorReadOp::create(builder, loc, from, stream, init);
  regrouped->setDiscardableAttrs(read->getDiscardableAttrDictionary());
  if (collapses)
    return tensor::CollapseShapeOp::create(builder, loc, to, regrouped.getResult(), groups);
  Value expanded = tensor::ExpandShapeOp::create(builder, loc, to, regrouped.getResult(), groups);
  // A token fits a buffer that only lacks its leading unit dimensions.
  bool addsUnits = to.getShape().take_back(from.getRank()) == from.getShape() &&
                   llvm::all_of(to.getShape().drop_back(from.getRank()), [](int64_t extent) { return extent == 1; });
  bool isSentOn =
      !addsUnits && llvm::any_of(read->getUsers(), [](Operation *user) { return isa<ItensorWriteOp>(user); });
  return isSentOn ? copyTile(builder, loc, expanded) : expanded;
}

/// Lets the task behind `use` read the source of `op`.
static LogicalResult foldIntoReader(ItensorReassociateOp op, OpOperand &use) {
  // That it lies in a larger tensor is what its reader knows by now.
  if (auto placement = dyn_cast<ItensorCastOp>(use.getOwner()); placement && placement->hasOneUse()) {
    if (failed(foldIntoReader(op, *placement->use_begin())))
      return failure();
    placement.erase();
    return success();
  }
  auto task = dyn_cast<TaskOp>(use.getOwner());
  if (!task)
    return op.emitOpError("must be read by tasks only when st-fold-reassociate runs: run st-materialize-kernel first");
  BlockArgument argument = task.getBody().getArgument(use.getOperandNumber());
  ItensorType type = op.getSource().getType();
  SmallVector<ItensorReadOp> reads;
  for (Operation *user : argument.getUsers()) {
    auto read = dyn_cast<ItensorReadOp>(user);
    if (!read)
      return user->emitOpError("must not use a regrouped stream; only st.itensor_read can");
    reads.push_back(read);
  }
  argument.setType(type);
  for (ItensorReadOp read : reads) {
    read.replaceAllUsesWith(readRegrouped(read, argument, op.getReassociation()));
    Value init = read.getInit();
    read.erase();
    if (init.use_empty() && init.getDefiningOp<tensor::EmptyOp>())
      init.getDefiningOp()->erase();
  }
  use.set(op.getSource());
  return success();
}

namespace {
struct FoldReassociate : st::impl::FoldReassociateBase<FoldReassociate> {
  void runOnOperation() override {
    SmallVector<ItensorReassociateOp> ops;
    getOperation().walk([&](ItensorReassociateOp op) { ops.push_back(op); });
    // From the last: one behind another is folded before the one before it.
    for (ItensorReassociateOp op : llvm::reverse(ops)) {
      for (OpOperand &use : llvm::make_early_inc_range(op->getUses()))
        if (failed(foldIntoReader(op, use)))
          return signalPassFailure();
      op.erase();
      ++numFolded;
    }
  }
};
} // namespace
