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

void populateLinalgPipeline(OpPassManager &manager, const LinalgOptions &options) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createGeneralizeNamedOps());
  functions.addPass(createNormalizeReductions());
  cleanUp(functions);

  // Slices first: dropping unit dimensions would merge them with the reshapes that they must pass.
  functions.addPass(createPushSlicesUp());
  // Unit dimensions hide which reshapes split or merge.
  functions.addPass(createLinalgFoldUnitExtentDimsPass());
  functions.addPass(createFoldTensorConstants());
  cleanUp(functions);

  // A reshape behind a transpose is reached once the transpose is an indexing map, and the other way round.
  for (int round = 0; round < 2; ++round) {
    functions.addPass(createAbsorbTransposes());
    functions.addPass(createFoldReshapes());
    functions.addPass(createFoldTensorConstants());
    cleanUp(functions);
  }
  functions.addPass(createAbsorbTransposes());
  functions.addPass(createNormalizeReductions());

  // Masks before fusion: a predicate in the body does not stop a chain, an operand of another shape might.
  functions.addPass(createFoldMasks());
  functions.addPass(createFuseElementwise());
  cleanUp(functions);
  functions.addPass(createFuseRowOps());
  functions.addPass(createFuseRowBodies());
  cleanUp(functions);
  functions.addPass(createVerifyLinalg());
}

} // namespace st
