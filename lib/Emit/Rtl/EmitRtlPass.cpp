//===- EmitRtlPass.cpp - The RTL back end as a pass -----------------------------------------------------------===//

#include "Analysis/Schedule.h"
#include "Emit/Rtl/EmitRtl.h"
#include "Emit/Rtl/Passes.h"

namespace st {
#define GEN_PASS_DEF_EMITRTL
#include "Emit/Rtl/Passes.h.inc"
} // namespace st

using namespace mlir;

namespace {
struct EmitRtl : st::impl::EmitRtlBase<EmitRtl> {
  using EmitRtlBase::EmitRtlBase;

  void runOnOperation() override {
    auto fail = [&](llvm::Error error) {
      getOperation().emitError() << llvm::toString(std::move(error));
      signalPassFailure();
    };
    llvm::Expected<st::Device> loaded = st::loadDevice(device, clockMhz);
    if (!loaded)
      return fail(loaded.takeError());
    if (auto resources = st::emitRtl(getOperation(), *loaded, directory); !resources)
      return fail(resources.takeError());
    markAllAnalysesPreserved();
  }
};
} // namespace
