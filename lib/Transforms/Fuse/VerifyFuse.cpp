//===- VerifyFuse.cpp - After `fuse`, every tensor crosses a kernel's boundary packed -------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Transforms/Fuse/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#define DEBUG_TYPE "st-verify-fuse"

namespace st {
#define GEN_PASS_DEF_VERIFYFUSE
#include "Transforms/Fuse/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

static LogicalResult verifyPacked(KernelOp kernel, Type outside, Type inside, const Twine &what) {
  auto itensor = dyn_cast<ItensorType>(inside);
  if (!itensor)
    return kernel.emitOpError() << what << " must enter as an itensor after the fuse phase, but is " << inside;
  // Memory to which launches append keeps its layout.
  auto memory = cast<RankedTensorType>(outside);
  if (memory.getRank() == itensor.getRank() && memory != itensor.getTensorType())
    return success();
  auto packed = RankedTensorType::get(packedShape(itensor), itensor.getScalarType());
  if (outside != packed)
    return kernel.emitOpError() << what << " must be packed as " << packed << " after the fuse phase, but is "
                                << outside;
  return success();
}

static LogicalResult verifyKernel(KernelOp kernel) {
  WalkResult inside = kernel.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!isa<TaskOp, ItensorEmptyOp, ItensorCastOp, ItensorConverterOp, ItensorReassociateOp, RepeatOp, YieldOp>(op))
      return WalkResult(op->emitOpError("must not stand in a kernel after the fuse phase"));
    return isa<TaskOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
  if (inside.wasInterrupted())
    return failure();
  for (auto [index, argument] : llvm::enumerate(kernel.getBody().getArguments()))
    if (!llvm::is_contained(kernel.getUpdates(), static_cast<int64_t>(index)) &&
        failed(
            verifyPacked(kernel, kernel.getInputs()[index].getType(), argument.getType(), "operand " + Twine(index))))
      return failure();
  for (auto [index, stream] : llvm::enumerate(kernel.getYield().getOperands()))
    if (!kernel.getUpdatedOperand(index) &&
        failed(verifyPacked(kernel, kernel.getResult(index).getType(), stream.getType(), "result " + Twine(index))))
      return failure();
  return success();
}

namespace {
struct VerifyFuse : st::impl::VerifyFuseBase<VerifyFuse> {
  void runOnOperation() override {
    WalkResult result = getOperation().walk([](KernelOp kernel) { return WalkResult(verifyKernel(kernel)); });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
