//===- VerifyLinalg.cpp - After `linalg`, only generics and row operations compute ---------------------------===//

#include "Transforms/Linalg/ConstantData.h"
#include "Transforms/Linalg/Passes.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_VERIFYLINALG
#include "Transforms/Linalg/Passes.h.inc"

namespace {

bool comesFromArgument(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return true;
}

/// Whether `op` only prepares an argument or finishes a result, which the host does.
bool isAtBorder(Operation *op) {
  return comesFromArgument(op->getOperand(0)) || llvm::all_of(op->getUsers(), [](Operation *user) {
           return isa<func::ReturnOp>(user) ||
                  (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(user) && isAtBorder(user));
         });
}

LogicalResult verifyGeneric(linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1)
    return op.emitOpError("computes several results at once; split it into one operation per result");
  auto isSupported = [](AffineMap map) { return map.isProjectedPermutation(); };
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isSupported(op.getMatchingIndexingMap(&operand)))
      return op.emitOpError("reads operand #")
             << operand.getOperandNumber() << " through " << AffineMapAttr::get(op.getMatchingIndexingMap(&operand))
             << "; only dimensions can stream so far, not windows or constants";
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (type && !type.hasStaticShape())
      return op.emitOpError("operand #") << operand.getOperandNumber() << " has a run-time extent; fix it at import";
  }
  for (OpOperand *operand : op.getDpsInputOperands())
    if (getElementTypeOrSelf(operand->get()).isInteger(1) && getConstantTensor(operand->get())) {
      InFlightDiagnostic error = op.emitOpError("reads a constant mask that no affine predicate of the indices "
                                                "describes; express the mask by comparisons of positions");
      error.attachNote(operand->get().getLoc()) << "the mask";
      return error;
    }
  if (op.getNumReductionLoops() > 0 && !op.getDpsInits().front().getDefiningOp<linalg::FillOp>())
    return op.emitOpError("starts its reduction from a tensor; start from a constant and combine afterwards");
  return success();
}

struct VerifyLinalg : impl::VerifyLinalgBase<VerifyLinalg> {
  void runOnOperation() override {
    bool isValid = true;
    for (Operation &op : getOperation().getBody().front()) {
      if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
        isValid &= succeeded(verifyGeneric(generic));
        continue;
      }
      if (auto row = dyn_cast<RowOp>(op)) {
        row.walk([&](linalg::GenericOp generic) { isValid &= succeeded(verifyGeneric(generic)); });
        continue;
      }
      if (isa<arith::ConstantOp, tensor::EmptyOp, linalg::FillOp, func::ReturnOp>(op))
        continue;
      if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::ExtractSliceOp>(op)) {
        if (isAtBorder(&op))
          continue;
        op.emitOpError("reshapes or slices a computed tensor, which cannot stream: no computation around it could "
                       "take it over; move it to the model's inputs or outputs");
      } else {
        op.emitOpError("has no form as linalg.generic; the model must come as linalg on tensors");
      }
      isValid = false;
    }
    if (!isValid)
      signalPassFailure();
  }
};

} // namespace
} // namespace st
