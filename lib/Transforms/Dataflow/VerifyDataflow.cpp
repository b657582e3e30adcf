//===- VerifyDataflow.cpp - After `dataflow`, computation stands in tasks only --------------------------------===//

#include "Dialect/Repeat.h"
#include "Dialect/StDialect.h"
#include "Transforms/Dataflow/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#define DEBUG_TYPE "st-verify-dataflow"

namespace st {
#define GEN_PASS_DEF_VERIFYDATAFLOW
#include "Transforms/Dataflow/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

static LogicalResult verifyKernel(KernelOp kernel) {
  unsigned tasks = 0;
  for (Operation &op : kernel.getBody().front()) {
    if (isa<TaskOp>(op))
      ++tasks;
    else if (!isa<ItensorEmptyOp, YieldOp>(op))
      return op.emitOpError("must not stand in a kernel after the dataflow phase");
  }
  if (tasks != 1)
    return kernel.emitOpError() << "must hold exactly one task after the dataflow phase, but holds " << tasks;
  return success();
}

namespace {
struct VerifyDataflow : st::impl::VerifyDataflowBase<VerifyDataflow> {
  void runOnOperation() override {
    for (Block *block : getHostBlocks(getOperation()))
      for (Operation &op : *block) {
        if (auto kernel = dyn_cast<KernelOp>(op)) {
          if (failed(verifyKernel(kernel)))
            return signalPassFailure();
          continue;
        }
        bool isHostOp = op.hasAttr("st.host") || op.hasTrait<OpTrait::ConstantLike>() ||
                        op.hasTrait<OpTrait::IsTerminator>() || isa<RepeatOp>(op) ||
                        isa_and_nonnull<tensor::TensorDialect>(op.getDialect());
        if (!isHostOp) {
          op.emitOpError("computes outside of a task after the dataflow phase");
          return signalPassFailure();
        }
      }
  }
};
} // namespace
