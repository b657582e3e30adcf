//===- VerifyTile.cpp - After `tile`, computation stands in named nests only ---------------------------------===//

#include "Dialect/Repeat.h"
#include "Transforms/Tile/Passes.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_VERIFYTILE
#include "Transforms/Tile/Passes.h.inc"

namespace {

LogicalResult verifyNest(scf::ForOp root) {
  if (!root->getAttrOfType<StringAttr>("st.task"))
    return root.emitOpError("stands at the top of a function without 'st.task', the name of its task");
  WalkResult result = root->walk([](Operation *op) -> WalkResult {
    if (isa<RowOp>(op))
      return op->emitOpError("must not remain after the tile phase");
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (isa<linalg::LinalgOp>(op) && !generic)
      return op->emitOpError("must be a linalg.generic after the tile phase");
    if (!generic)
      return success();
    auto unroll = generic->getAttrOfType<DenseI64ArrayAttr>("st.unroll");
    if (!unroll || unroll.size() != generic.getNumLoops())
      return generic.emitOpError("needs 'st.unroll' with a factor for each of its ")
             << generic.getNumLoops() << " loops";
    for (auto [loop, extent] : llvm::enumerate(generic.getStaticLoopRanges()))
      if (unroll[loop] < 1 || extent % unroll[loop] != 0)
        return generic.emitOpError("unrolls loop ")
               << loop << " of extent " << extent << " by " << unroll[loop] << ", which does not divide it";
    return success();
  });
  return failure(result.wasInterrupted());
}

struct VerifyTile : impl::VerifyTileBase<VerifyTile> {
  void runOnOperation() override {
    for (Block *block : getHostBlocks(getOperation()))
      for (Operation &op : *block) {
        if (auto root = dyn_cast<scf::ForOp>(op)) {
          if (failed(verifyNest(root)))
            return signalPassFailure();
        } else if (isa<linalg::LinalgOp, RowOp>(op) && !op.hasAttr("st.host")) {
          op.emitOpError("must stand in a nest after the tile phase");
          return signalPassFailure();
        }
      }
  }
};

} // namespace
} // namespace st
