//===- EmitHlsPass.cpp - The HLS back end as a pass -----------------------------------------------------------===//

#include "Emit/Hls/EmitHls.h"
#include "Emit/Hls/Passes.h"

namespace st {
#define GEN_PASS_DEF_EMITHLS
#include "Emit/Hls/Passes.h.inc"
} // namespace st

using namespace mlir;

namespace {
struct EmitHls : st::impl::EmitHlsBase<EmitHls> {
  using EmitHlsBase::EmitHlsBase;

  void runOnOperation() override {
    st::HlsEmitOptions options;
    options.clockMhz = clockMhz;
    options.platform = platform;
    if (llvm::Error error = st::emitHls(getOperation(), options, directory)) {
      getOperation().emitError() << llvm::toString(std::move(error));
      signalPassFailure();
    }
    markAllAnalysesPreserved();
  }
};
} // namespace
