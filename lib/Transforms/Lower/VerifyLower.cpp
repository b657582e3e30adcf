//===- VerifyLower.cpp - What may exist after the lower phase -------------------------------------------------===//

#include "Transforms/Lower/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace st {
#define GEN_PASS_DEF_VERIFYLOWER
#include "Transforms/Lower/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

static bool isAllowedInTask(Operation *op) {
  if (isa<arith::ArithDialect, math::MathDialect>(op->getDialect()))
    return true;
  return isa<scf::ForOp, scf::IfOp, scf::YieldOp, memref::LoadOp, memref::StoreOp, memref::GetGlobalOp, vector::LoadOp,
             vector::StoreOp, vector::ExtractOp, vector::InsertOp, vector::BroadcastOp, affine::AffineApplyOp, BufferOp,
             StreamReadOp, StreamWriteOp, SizeOp, YieldOp>(op);
}

namespace {
struct VerifyLower : st::impl::VerifyLowerBase<VerifyLower> {
  void runOnOperation() override {
    bool failed = false;
    auto complain = [&](Operation *op, StringRef where) {
      op->emitOpError() << "may not stand in a " << where << " after phase `lower`";
      failed = true;
    };
    getOperation().walk([&](KernelOp kernel) {
      for (Operation &op : kernel.getBody().front())
        if (!isa<StreamOp, TaskOp, YieldOp>(op))
          complain(&op, "kernel");
    });
    getOperation().walk([&](TaskOp task) {
      task.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
        if (isAllowedInTask(op))
          return WalkResult::advance();
        complain(op, "task");
        return WalkResult::skip();
      });
    });
    if (failed)
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
