//===- BoundLoops.cpp - Which loops run to a size that is known at run time only -------------------------------===//

#include "Dialect/Repeat.h"
#include "Dialect/Sizes.h"
#include "Dialect/ValueExtents.h"
#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Masks.h"
#include "Transforms/Linalg/Passes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_BOUNDLOOPS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

ArrayAttr toAttribute(ArrayRef<ExtentAttr> extents, ArrayRef<int64_t> shape, MLIRContext *context) {
  SmallVector<Attribute> all;
  for (auto [extent, size] : llvm::zip(extents, shape))
    all.push_back(extent ? extent : ExtentAttr::getConstant(context, size));
  return ArrayAttr::get(context, all);
}

/// The dimension of `group` that is not one; nullopt where several are, or none.
std::optional<int64_t> getOnlyDim(ArrayRef<int64_t> group, ArrayRef<int64_t> shape) {
  std::optional<int64_t> only;
  for (int64_t dim : group)
    if (shape[dim] != 1) {
      if (only)
        return std::nullopt;
      only = dim;
    }
  return only;
}

struct BoundLoops : impl::BoundLoopsBase<BoundLoops> {
  void runOnOperation() override {
    if (!getOperation()->hasAttr(sizesAttr))
      return;
    for (Block *block : getHostBlocks(getOperation())) {
      if (failed(cutTables(*block)))
        return signalPassFailure();
      for (Operation &op : *block) {
        LogicalResult bounded = success();
        if (auto generic = dyn_cast<linalg::GenericOp>(op))
          bounded = annotate(generic);
        else if (auto row = dyn_cast<RowOp>(op))
          bounded = annotate(row);
        if (failed(bounded))
          return signalPassFailure();
      }
    }
    getOperation().walk([](BoundOp bound) {
      bound.replaceAllUsesWith(bound.getSource());
      bound.erase();
    });
  }

  /// Makes what is longer than all that read it, such as a mask of constants, as long as these; markers say so.
  LogicalResult cutTables(Block &block) {
    // Readers first: what reads no more than a part needs no more than a part.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (auto generic = dyn_cast<linalg::GenericOp>(op); generic && generic->getNumResults() == 1)
        if (failed(cutTable(generic)))
          return failure();
    return success();
  }

  LogicalResult cutTable(linalg::GenericOp op) {
    OpResult result = op->getOpResult(0);
    FailureOr<ValueExtents::Extents> dims = extents.get(result);
    if (failed(dims))
      return failure();
    bool isCut = false;
    for (auto [dim, expr] : llvm::enumerate(op.getIndexingMapMatchingResult(result).getResults())) {
      if ((*dims)[dim] || !isa<AffineDimExpr>(expr))
        continue;
      FailureOr<ExtentAttr> reach = getReach(result, dim);
      if (failed(reach))
        return failure();
      (*dims)[dim] = *reach;
      isCut |= *reach != nullptr;
    }
    if (!isCut)
      return success();
    OpBuilder builder(op.getContext());
    builder.setInsertionPointAfter(op);
    auto type = cast<RankedTensorType>(result.getType());
    auto bound = BoundOp::create(builder, op.getLoc(), type, result,
                                 toAttribute(*dims, type.getShape(), builder.getContext()));
    result.replaceAllUsesExcept(bound.getResult(), bound);
    return success();
  }

  /// How far all that read `value` go along `dim`; null where that is to the end, not known, or not the same for all.
  FailureOr<ExtentAttr> getReach(Value value, unsigned dim) {
    SmallVector<ExtentAttr> reached;
    for (OpOperand &use : value.getUses()) {
      FailureOr<ExtentAttr> reach = getReach(use, dim);
      if (failed(reach))
        return failure();
      reached.push_back(*reach);
    }
    return reached.empty() || !llvm::all_equal(reached) ? ExtentAttr() : reached.front();
  }

  FailureOr<ExtentAttr> getReach(OpOperand &use, unsigned dim) {
    Operation *reader = use.getOwner();
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(reader)) {
      auto same = getOnlyDim(expand.getReassociationIndices()[dim], expand.getResultType().getShape());
      return same ? getReach(expand.getResult(), *same) : ExtentAttr();
    }
    if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(reader)) {
      for (auto [merged, group] : llvm::enumerate(collapse.getReassociationIndices()))
        if (getOnlyDim(group, collapse.getSrcType().getShape()) == static_cast<int64_t>(dim))
          return getReach(collapse.getResult(), merged);
      return ExtentAttr();
    }
    if (auto bound = dyn_cast<BoundOp>(reader)) {
      FailureOr<ValueExtents::Extents> dims = extents.get(bound.getResult());
      return failed(dims) ? FailureOr<ExtentAttr>() : (*dims)[dim];
    }
    FailureOr<ValueExtents::Extents> loops;
    AffineMap map;
    if (auto generic = dyn_cast<linalg::GenericOp>(reader)) {
      loops = extents.getLoops(generic);
      if (failed(loops) || failed(addMarkers(generic, *loops)))
        return failure();
      map = generic.getMatchingIndexingMap(&use);
    } else if (auto row = dyn_cast<RowOp>(reader)) {
      loops = extents.getLoops(row);
      if (failed(loops))
        return failure();
      map = cast<AffineMapAttr>(row.getInputMaps()[use.getOperandNumber()]).getValue();
    } else {
      return ExtentAttr();
    }
    auto loop = dyn_cast<AffineDimExpr>(map.getResult(dim));
    return loop ? (*loops)[loop.getPosition()] : ExtentAttr();
  }

  LogicalResult checkMasks(linalg::GenericOp op, ArrayRef<ExtentAttr> loops) {
    for (auto [loop, type] : llvm::enumerate(op.getIteratorTypesArray()))
      if (type == utils::IteratorType::reduction && loops[loop] && !isMasked(op, loop, loops[loop]))
        return op.emitOpError("reduces loop ")
               << loop << " beyond its run-time size " << loops[loop].str() << "; run st-mask-extents first";
    return success();
  }

  LogicalResult annotate(linalg::GenericOp op) {
    FailureOr<ValueExtents::Extents> loops = extents.getLoops(op);
    // The extent of what only a result has is that of the marker behind it.
    if (succeeded(loops) && failed(addMarkers(op, *loops)))
      return failure();
    if (failed(loops) || failed(checkMasks(op, *loops)))
      return failure();
    if (hasRunTimeExtent(*loops))
      op->setDiscardableAttr("st.extents", toAttribute(*loops, op.getStaticLoopRanges(), op.getContext()));
    llvm::SetVector<Value> captured;
    for (tensor::ExtractOp read : getGatheredReads(op))
      captured.insert(read.getTensor());
    SmallVector<Attribute> all;
    bool isBounded = false;
    for (Value tensor : captured) {
      FailureOr<ValueExtents::Extents> dims = extents.get(tensor);
      if (failed(dims))
        return failure();
      isBounded |= hasRunTimeExtent(*dims);
      all.push_back(toAttribute(*dims, cast<RankedTensorType>(tensor.getType()).getShape(), op.getContext()));
    }
    if (isBounded)
      op->setDiscardableAttr("st.captured_extents", ArrayAttr::get(op.getContext(), all));
    return success();
  }

  LogicalResult addMarkers(linalg::GenericOp op, MutableArrayRef<ExtentAttr> loops) {
    for (OpResult result : op->getResults())
      for (Operation *user : result.getUsers())
        if (auto bound = dyn_cast<BoundOp>(user)) {
          FailureOr<ValueExtents::Extents> dims = extents.get(bound.getResult());
          for (auto [expr, extent] : llvm::zip(op.getIndexingMapMatchingResult(result).getResults(), *dims)) {
            auto loop = dyn_cast<AffineDimExpr>(expr);
            if (loop && extent && !loops[loop.getPosition()])
              loops[loop.getPosition()] = extent;
          }
        }
    return success();
  }

  LogicalResult annotate(RowOp op) {
    FailureOr<ValueExtents::Extents> domain = extents.getLoops(op);
    if (failed(domain))
      return failure();
    for (linalg::GenericOp step : op.getBody().getOps<linalg::GenericOp>()) {
      FailureOr<ValueExtents::Extents> loops = extents.getLoops(step);
      if (failed(loops) || failed(checkMasks(step, *loops)))
        return failure();
    }
    if (hasRunTimeExtent(*domain))
      op->setDiscardableAttr("st.extents", toAttribute(*domain, op.getDomain(), op.getContext()));
    return success();
  }

  ValueExtents extents;
};

} // namespace
} // namespace st
