//===- Linalg.cpp - The linalg phase -------------------------------------------------------------------------===//

#include "Pipelines/Linalg.h"

#include "Transforms/Linalg/Passes.h"

#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace st {

static void cleanUp(OpPassManager &functions) {
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
}

static std::unique_ptr<Pass> assignHost(const LinalgOptions &options, bool isFinal) {
  AssignHostOptions host;
  host.device = options.device;
  host.maxBufferBytes = options.maxBufferBytes;
  host.partition = options.partition;
  host.isFinal = isFinal;
  return createAssignHost(host);
}

void populateLinalgPipeline(OpPassManager &manager, const LinalgOptions &options) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createConvertElementwiseToLinalgPass());
  functions.addPass(createGeneralizeNamedOps());
  functions.addPass(createSplitResults());
  functions.addPass(createNormalizeReductions());
  cleanUp(functions);
  functions.addPass(createMaskExtents());

  // Slices first: dropping unit dimensions would merge them with the reshapes that they must pass.
  functions.addPass(createFoldLayoutOps());
  functions.addPass(createPushSlicesUp());
  // Unit dimensions hide which reshapes split or merge.
  functions.addPass(createDropUnitDims());
  functions.addPass(createFoldLayoutOps());
  functions.addPass(createFoldTensorConstants());
  cleanUp(functions);
  // Before fusion, which would take lookups of the host's along.
  functions.addPass(assignHost(options, /*isFinal=*/false));

  // A reshape behind a transpose is reached once the transpose is an indexing map, and the other way round.
  for (int round = 0; round < 2; ++round) {
    functions.addPass(createAbsorbTransposes());
    functions.addPass(createFoldReshapes());
    functions.addPass(createFoldTensorConstants());
    cleanUp(functions);
  }
  functions.addPass(createAbsorbTransposes());
  functions.addPass(createNormalizeReductions());
  functions.addPass(createFoldScales());

  if (options.repeat)
    functions.addPass(createMarkLayers());
  // Masks before fusion: a predicate in the body does not stop a chain, an operand of another shape might.
  functions.addPass(createFoldMasks());
  functions.addPass(createFuseElementwise());
  cleanUp(functions);
  // What is still no computation becomes one, and joins the chains around it.
  functions.addPass(createFoldLayoutOps());
  functions.addPass(createGatherLayoutOps());
  functions.addPass(assignHost(options, /*isFinal=*/false));
  functions.addPass(createFuseElementwise());
  cleanUp(functions);
  functions.addPass(createFuseRowOps());
  functions.addPass(createFuseRowBodies());
  cleanUp(functions);
  functions.addPass(createExpandScalars());
  cleanUp(functions);
  if (options.repeat) {
    functions.addPass(createRollRepeats());
    cleanUp(functions);
  }
  functions.addPass(assignHost(options, /*isFinal=*/true));
  functions.addPass(createBoundLoops());
  functions.addPass(createVerifyLinalg());
}

} // namespace st
