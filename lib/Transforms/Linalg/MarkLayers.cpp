//===- MarkLayers.cpp - Keep what is between two layers between them -------------------------------------------===//
//
// The last layer hands its result to something else than a layer, and what fuses with it there does not fuse with it
// between two layers: layers that were equal are not any more. So borders are marked before fusion.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/Sizes.h"
#include "Transforms/Linalg/Passes.h"
#include "Transforms/Linalg/Segments.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st {
#define GEN_PASS_DEF_MARKLAYERS
#include "Transforms/Linalg/Passes.h.inc"

namespace {

/// Lets `value` pass a border on its way to the uses that `crosses` tells.
void mark(OpBuilder &builder, Value value, llvm::function_ref<bool(OpOperand &)> crosses) {
  auto type = cast<RankedTensorType>(value.getType());
  Value empty = tensor::EmptyOp::create(builder, value.getLoc(), type.getShape(), type.getElementType());
  auto border = bufferization::MaterializeInDestinationOp::create(builder, value.getLoc(), type, value, empty);
  value.replaceUsesWithIf(border.getResult(), [&](OpOperand &use) { return use.getOwner() != border && crosses(use); });
}

struct MarkLayers : impl::MarkLayersBase<MarkLayers> {
  void runOnOperation() override {
    Block &block = getOperation().getBody().front();
    Segments segments(block);
    std::optional<Chain> chain = segments.findChain();
    if (!chain)
      return;
    ArrayRef<Operation *> ops = segments.getOps().slice(chain->first, chain->count * chain->period);
    llvm::SmallPtrSet<Operation *, 32> first(ops.begin(), ops.begin() + chain->period);
    OpBuilder builder(ops.front());
    for (const Chain::Carried &carried : chain->carried) {
      builder.setInsertionPointAfterValue(carried.init);
      mark(builder, carried.init,
           [&](OpOperand &use) { return first.contains(block.findAncestorOpInBlock(*use.getOwner())); });
    }
    for (int64_t segment = 0; segment < chain->count; ++segment)
      for (const Chain::Carried &carried : chain->carried) {
        Operation *maker = ops[segment * chain->period + carried.place.op];
        // Inside of its own segment a value is what it was.
        ArrayRef<Operation *> own = ops.slice(segment * chain->period, chain->period);
        builder.setInsertionPointAfter(maker);
        mark(builder, maker->getResult(carried.place.result),
             [&](OpOperand &use) { return !llvm::is_contained(own, block.findAncestorOpInBlock(*use.getOwner())); });
      }
  }
};

} // namespace
} // namespace st
