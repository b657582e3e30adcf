//===- Optimize.cpp - The optimize phase ----------------------------------------------------------------------===//

#include "Pipelines/Optimize.h"

#include "Transforms/Optimize/Passes.h"

using namespace mlir;

namespace st {

void populateOptimizePipeline(OpPassManager &manager, const OptimizeOptions &options) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  // Before anything asks what stands beside what.
  functions.addPass(createExpandRepeats());
  // Types first: everything that is made below takes over their tokens.
  VectorizeItensorOptions tokens;
  tokens.maxTokenBits = options.maxTokenBits;
  functions.addPass(createVectorizeItensor(tokens));
  // While a converter is one operation behind its task.
  functions.addPass(createFoldItensor());
  // Forks before materialization, which makes tasks of them.
  functions.addPass(createEnsureItensorSingleUse());
  functions.addPass(createMaterializeKernel());
  // Once everything that reads a stream is a task.
  functions.addPass(createFoldReassociate());
  functions.addPass(createConvertEmptyToInstance());
  functions.addPass(createVerifyOptimize());
}

} // namespace st
