//===- GeneralizeNamedOps.cpp - Named linalg operations as generics ------------------------------------------===//

#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_GENERALIZENAMEDOPS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

struct GeneralizeNamedOps : impl::GeneralizeNamedOpsBase<GeneralizeNamedOps> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> named;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (!isa<linalg::GenericOp, linalg::FillOp>(op))
        named.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : named) {
      rewriter.setInsertionPoint(op);
      // What has no generic form is left to the phase's verifier, which names it with a remedy.
      (void)linalg::generalizeNamedOp(rewriter, op);
    }
  }
};

} // namespace
} // namespace st
