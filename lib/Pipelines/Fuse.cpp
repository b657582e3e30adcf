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
  functions.addPass(createFuseKernels(fusion));
  // What was not fused comes from external memory.
  BufferWindowsOptions windows;
  windows.device = options.device;
  windows.maxConverterBytes = options.maxConverterBytes;
  functions.addPass(createBufferWindows(windows));
  functions.addPass(createMergeConverters());
  // After fusion, when it is known which tensors cross a boundary at all.
  functions.addPass(createPackKernelInterface());
  functions.addPass(createVerifyFuse());
}

} // namespace st
