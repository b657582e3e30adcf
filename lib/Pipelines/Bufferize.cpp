//===- Bufferize.cpp - The bufferize phase --------------------------------------------------------------------===//

#include "Pipelines/Bufferize.h"

#include "Transforms/Bufferize/Passes.h"

#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace st {

void populateBufferizePipeline(OpPassManager &manager, const BufferizeOptions &options) {
  manager.addPass(createLowerItensorToStream());
  manager.addPass(createFoldTableCopies());
  manager.addPass(createPrivatizeInits());
  manager.addPass(createBufferizeTasks());
  // Folds the loop-carried buffers and the copies of a buffer to itself that bufferization leaves (these are only seen
  // once equal views are one); before the allocations get names, so that those without a use get none.
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createNameBuffers());
  manager.addPass(createVerifyBufferize());
}

} // namespace st
