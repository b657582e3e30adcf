//===- LoopNest.cpp - Loops with constant bounds --------------------------------------------------------------===//

#include "Transforms/Lower/LoopNest.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace st;

scf::ForOp st::enterLoop(OpBuilder &builder, Location loc, int64_t extent, int64_t step) {
  auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(builder, loc, value); };
  auto loop = scf::ForOp::create(builder, loc, constant(0), constant(extent), constant(step));
  builder.setInsertionPointToStart(loop.getBody());
  return loop;
}

SmallVector<Value> st::enterPipelinedNest(OpBuilder &builder, Location loc, ArrayRef<int64_t> extents,
                                          ArrayRef<int64_t> steps, int64_t initiationInterval) {
  SmallVector<Value> indices;
  scf::ForOp innermost;
  for (auto [extent, step] : llvm::zip(extents, steps)) {
    if (extent == step) {
      indices.push_back(arith::ConstantIndexOp::create(builder, loc, 0));
      continue;
    }
    innermost = enterLoop(builder, loc, extent, step);
    indices.push_back(innermost.getInductionVar());
  }
  if (innermost)
    innermost->setAttr(pipelineAttr, builder.getI64IntegerAttr(initiationInterval));
  return indices;
}
