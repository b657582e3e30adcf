//===- VerifyLinalg.cpp - After `linalg`, only generics and row operations compute ---------------------------===//

#include "Dialect/Repeat.h"
#include "Transforms/Linalg/ConstantData.h"
#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_VERIFYLINALG
#include "Transforms/Linalg/Passes.h.inc"

namespace {

LogicalResult verifyGeneric(linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1)
    return op.emitOpError("computes several results at once; split it into one operation per result");
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (op.isDpsInit(&operand) ? !map.isProjectedPermutation() : !isWindowMap(map))
      return op.emitOpError("reads operand #")
             << operand.getOperandNumber() << " through " << AffineMapAttr::get(map)
             << "; only loops, and sums of loops with positive coefficients, can stream; read the tensor by "
                "tensor.extract instead";
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (type && !type.hasStaticShape())
      return op.emitOpError("operand #") << operand.getOperandNumber() << " has a run-time extent; fix it at import";
  }
  if (op.getNumReductionLoops() > 0 && !op.getDpsInits().front().getDefiningOp<linalg::FillOp>())
    return op.emitOpError("starts its reduction from a tensor; start from a constant and combine afterwards");
  return success();
}

bool hasConstantPadding(tensor::PadOp op) {
  auto isStatic = [](ArrayRef<int64_t> values) { return !llvm::any_of(values, ShapedType::isDynamic); };
  return op.getConstantPaddingValue() && isStatic(op.getStaticLow()) && isStatic(op.getStaticHigh());
}

LogicalResult verifyOp(Operation &op) {
  if (op.hasAttr(hostAttr))
    return success();
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return verifyGeneric(generic);
  if (auto row = dyn_cast<RowOp>(op)) {
    WalkResult result = row.walk([&](linalg::GenericOp generic) {
      return succeeded(verifyGeneric(generic)) ? WalkResult::advance() : WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }
  if (isa<arith::ConstantOp, tensor::EmptyOp, linalg::FillOp, func::ReturnOp, tensor::ExpandShapeOp,
          tensor::CollapseShapeOp, RepeatOp, YieldOp>(op))
    return success();
  if (auto pad = dyn_cast<tensor::PadOp>(op)) {
    if (hasConstantPadding(pad))
      return success();
    return op.emitOpError("pads with computed values or by run-time amounts; pad with one constant");
  }
  if (isa<tensor::ExtractSliceOp>(op)) {
    if (isReadyOnHost(op.getOperand(0)) || onlyFinishesResults(&op))
      return success();
    return op.emitOpError("slices a computed tensor, which cannot stream: no computation around it could take it over; "
                          "move it to the model's inputs or outputs");
  }
  return op.emitOpError("has no form as linalg.generic; the model must come as linalg on tensors. With --partition the "
                        "host executes it");
}

struct VerifyLinalg : impl::VerifyLinalgBase<VerifyLinalg> {
  void runOnOperation() override {
    bool isValid = true;
    for (Block *block : getHostBlocks(getOperation()))
      for (Operation &op : *block)
        isValid &= succeeded(verifyOp(op));
    if (!isValid)
      signalPassFailure();
  }
};

} // namespace
} // namespace st
