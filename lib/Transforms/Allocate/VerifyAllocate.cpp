//===- VerifyAllocate.cpp - What holds after the allocate phase -----------------------------------------------===//

#include "Analysis/Schedule.h"
#include "Transforms/Allocate/Passes.h"
#include "llvm/ADT/StringMap.h"

namespace st {
#define GEN_PASS_DEF_VERIFYALLOCATE
#include "Transforms/Allocate/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct VerifyAllocate : st::impl::VerifyAllocateBase<VerifyAllocate> {
  void runOnOperation() override {
    bool ok = true;
    auto require = [&](bool holds, Operation *op, const char *message) {
      if (!holds)
        op->emitOpError(message);
      ok &= holds;
    };
    getOperation().walk([&](KernelOp kernel) {
      llvm::StringMap<ItensorInstanceOp> names;
      for (auto instance : kernel.getBody().getOps<ItensorInstanceOp>()) {
        auto name = instance->getAttrOfType<StringAttr>("st.name");
        require(bool(name), instance, "has no 'st.name' after the allocate phase");
        require(bool(instance.getDepthTokens()), instance, "has no 'depth_tokens' after the allocate phase");
        require(bool(instance.getStorage()), instance, "has no 'storage' after the allocate phase");
        if (name && !names.try_emplace(name.getValue(), instance).second)
          require(false, instance, "has the name of another FIFO");
      }
      for (auto task : kernel.getBody().getOps<TaskOp>()) {
        require(bool(task.getDie()), task, "has no 'die' after the allocate phase");
        require(!getTaskKind(task).starts_with("dma_") || task->hasAttr("st.hbm_channel"), task,
                "is a DMA and has no 'st.hbm_channel' after the allocate phase");
      }
    });
    if (!ok)
      signalPassFailure();
  }
};
} // namespace
