//===- Lower.cpp - The lower phase ----------------------------------------------------------------------------===//

#include "Pipelines/Lower.h"

#include "Transforms/Allocate/Passes.h"
#include "Transforms/Lower/Passes.h"

#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace st {

void populateLowerPipeline(OpPassManager &manager, const LowerOptions &options) {
  manager.addPass(createLowerCopies());
  manager.addPass(createLowerLinalgToLoops());
  manager.addPass(createLowerStreamTiles());
  // Loops that run once vanish first, so that no index depends on them when views are folded.
  manager.addPass(createCanonicalizerPass());
  manager.addPass(memref::createFoldMemRefAliasOpsPass());
  // What folding a view of another shape leaves.
  manager.addPass(affine::createAffineExpandIndexOpsAsAffinePass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  // Buffers have their final shape only now; that they fit has been shown in `allocate`.
  manager.addPass(createAllocateMemories({options.device, options.clockMhz}));
  manager.addPass(createVerifyLower());
}

} // namespace st
