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

struct BoundLoops : impl::BoundLoopsBase<BoundLoops> {
  void runOnOperation() override {
    if (!getOperation()->hasAttr(sizesAttr))
      return;
    for (Block *block : getHostBlocks(getOperation()))
      for (Operation &op : *block) {
        LogicalResult bounded = success();
        if (auto generic = dyn_cast<linalg::GenericOp>(op))
          bounded = annotate(generic);
        else if (auto row = dyn_cast<RowOp>(op))
          bounded = annotate(row);
        if (failed(bounded))
          return signalPassFailure();
      }
    getOperation().walk([](BoundOp bound) {
      bound.replaceAllUsesWith(bound.getSource());
      bound.erase();
    });
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
