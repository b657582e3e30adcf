//===- LowerCopies.cpp - Copies between buffers ---------------------------------------------------------------===//

#include "Transforms/Lower/Passes.h"

namespace st {
#define GEN_PASS_DEF_LOWERCOPIES
#include "Transforms/Lower/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct LowerCopies : st::impl::LowerCopiesBase<LowerCopies> {
  void runOnOperation() override {
    SmallVector<memref::CopyOp> copies;
    getOperation().walk([&](TaskOp task) { task.walk([&](memref::CopyOp copy) { copies.push_back(copy); }); });
    IRRewriter rewriter(&getContext());
    for (memref::CopyOp copy : copies) {
      rewriter.setInsertionPoint(copy);
      linalg::CopyOp::create(rewriter, copy.getLoc(), copy.getSource(), copy.getTarget());
      rewriter.eraseOp(copy);
    }
  }
};
} // namespace
