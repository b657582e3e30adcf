//===- VerifyBufferize.cpp - What may not exist after the bufferize phase -------------------------------------===//

#include "Transforms/Bufferize/Passes.h"

namespace st {
#define GEN_PASS_DEF_VERIFYBUFFERIZE
#include "Transforms/Bufferize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct VerifyBufferize : st::impl::VerifyBufferizeBase<VerifyBufferize> {
  void runOnOperation() override {
    WalkResult result = getOperation().walk([](Operation *op) {
      bool inKernel = op->getParentOfType<KernelOp>() != nullptr;
      auto complain = [&](Type type) {
        op->emitOpError() << "has a value of type " << type << " after phase `bufferize`";
        return WalkResult::interrupt();
      };
      SmallVector<Type> types(op->getResultTypes());
      llvm::append_range(types, op->getOperandTypes());
      for (Type type : types)
        if (isa<ItensorType>(type) || (inKernel && isa<TensorType>(type)))
          return complain(type);
      if (inKernel && isa<memref::AllocOp, memref::AllocaOp>(op)) {
        op->emitOpError("is memory without a name after phase `bufferize`; st-name-buffers makes it an st.buffer");
        return WalkResult::interrupt();
      }
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
