//===- Fuse.cpp - The fuse phase ------------------------------------------------------------------------------===//

#include "Pipelines/Fuse.h"

#include "Transforms/Fuse/Passes.h"

using namespace mlir;

namespace st {

void populateFusePipeline(OpPassManager &manager, const FuseOptions &options) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  FuseKernelsOptions fusion;
  fusion.device = options.device;
  fusion.maxConverterBytes = options.maxConverterBytes;
  // A repetition whose body is one kernel then is a kernel like any other, and joins its neighbours.
  FuseKernelsOptions bodies = fusion;
  bodies.repeatsOnly = true;
  functions.addPass(createFuseKernels(bodies));
  SinkRepeatsOptions sinking;
  sinking.device = options.device;
  sinking.maxConverterBytes = options.maxConverterBytes;
  functions.addPass(createSinkRepeats(sinking));
  functions.addPass(createFuseKernels(fusion));
  // What was not fused comes from external memory.
  BufferWindowsOptions windows;
  windows.device = options.device;
  windows.maxConverterBytes = options.maxConverterBytes;
  functions.addPass(createBufferWindows(windows));
  // With the memory that is left then.
  BufferRereadsOptions rereads;
  rereads.device = options.device;
  rereads.maxConverterBytes = options.maxConverterBytes;
  rereads.minSavedBytes = options.minSavedBytes;
  functions.addPass(createBufferRereads(rereads));
  functions.addPass(createMergeConverters());
  // Where memory is updated in place, it keeps its layout.
  functions.addPass(createUpdateCaches());
  // After fusion, when it is known which tensors cross a boundary at all.
  functions.addPass(createPackKernelInterface());
  functions.addPass(createVerifyFuse());
}

} // namespace st
