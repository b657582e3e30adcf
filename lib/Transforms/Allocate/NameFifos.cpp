//===- NameFifos.cpp - Names for FIFOs ------------------------------------------------------------------------===//

#include "Analysis/FifoGraph.h"
#include "Transforms/Allocate/Passes.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringMap.h"

namespace st {
#define GEN_PASS_DEF_NAMEFIFOS
#include "Transforms/Allocate/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct NameFifos : st::impl::NameFifosBase<NameFifos> {
  void runOnOperation() override {
    Builder builder(&getContext());
    WalkResult walk = getOperation().walk([&](KernelOp kernel) {
      FailureOr<std::vector<FifoEdge>> fifos = collectFifos(kernel);
      if (failed(fifos))
        return WalkResult::interrupt();
      llvm::StringMap<unsigned> taken;
      for (FifoEdge &edge : *fifos) {
        std::string name = (edge.producer.getSymName() + "_to_" + edge.consumer.getSymName()).str();
        if (unsigned earlier = taken[name]++)
          name += "_" + std::to_string(earlier + 1);
        edge.instance->setAttr("st.name", builder.getStringAttr(name));
      }
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
