//===- VerifyOptimize.cpp - After `optimize`, a kernel holds tasks and the FIFOs between them -----------------===//

#include "Dialect/Repeat.h"
#include "Dialect/StDialect.h"
#include "Transforms/Optimize/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#define DEBUG_TYPE "st-verify-optimize"

namespace st {
#define GEN_PASS_DEF_VERIFYOPTIMIZE
#include "Transforms/Optimize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

/// One reader: the instance is used by the task that writes it, and that task's result by the one that reads it.
static LogicalResult verifySingleReader(Value stream) {
  if (!isa<ItensorType>(stream.getType()) || stream.hasOneUse())
    return success();
  // What leads back is read before it is written, so that the reader takes the placeholder and not what the writer
  // gives.
  if (isFeedback(stream) && stream.hasNUses(stream.getDefiningOp<TaskOp>() ? 0 : 2))
    return success();
  InFlightDiagnostic diag = emitError(stream.getLoc()) << "itensor must have one use after the optimize phase, but has "
                                                       << std::distance(stream.use_begin(), stream.use_end());
  for (Operation *user : stream.getUsers())
    diag.attachNote(user->getLoc()) << "used here";
  return diag;
}

static LogicalResult verifyKernel(KernelOp kernel) {
  for (Value argument : kernel.getBody().getArguments())
    if (isa<ItensorType>(argument.getType()))
      return kernel.emitOpError("must take tensors after the optimize phase, but has an operand of type ")
             << argument.getType();
  for (Type type : kernel.getYield().getOperandTypes())
    if (isa<ItensorType>(type))
      return kernel.emitOpError("must yield tensors after the optimize phase, but yields ") << type;
  for (Operation &op : kernel.getBody().front()) {
    if (!isa<TaskOp, ItensorInstanceOp, ItensorCastOp, tensor::EmptyOp, YieldOp>(op))
      return op.emitOpError("must not stand in a kernel after the optimize phase");
    for (Value result : op.getResults())
      if (failed(verifySingleReader(result)))
        return failure();
    if (isa<TaskOp>(op) && !op.hasAttr("st.kind"))
      return op.emitOpError("must have an 'st.kind' attribute after the optimize phase");
  }
  return success();
}

namespace {
struct VerifyOptimize : st::impl::VerifyOptimizeBase<VerifyOptimize> {
  void runOnOperation() override {
    WalkResult result = getOperation().walk([](KernelOp kernel) { return WalkResult(verifyKernel(kernel)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
