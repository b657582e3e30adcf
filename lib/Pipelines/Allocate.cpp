//===- Allocate.cpp - The allocate phase ----------------------------------------------------------------------===//

#include "Pipelines/Allocate.h"

#include "Transforms/Allocate/Passes.h"

using namespace mlir;

namespace st {

/// Every pass of the phase asks the same device.
template <typename PassOptions> static PassOptions onDevice(const AllocateOptions &options) {
  PassOptions passOptions;
  passOptions.device = options.device;
  passOptions.clockMhz = options.clockMhz;
  return passOptions;
}

void populateAllocatePipeline(OpPassManager &manager, const AllocateOptions &options) {
  // Names first: sizing reports deadlocks by them.
  manager.addPass(createNameFifos());
  // Sizing simulates DMAs on the channels that they share.
  manager.addPass(createAssignChannels(onDevice<AssignChannelsOptions>(options)));
  SizeFifosOptions sizing = onDevice<SizeFifosOptions>(options);
  sizing.launches = options.launches;
  manager.addPass(createSizeFifos(sizing));
  // Memories need depths; rounding to what a memory gives comes with its choice.
  manager.addPass(createAllocateMemories(onDevice<AllocateMemoriesOptions>(options)));
  manager.addPass(createPlaceTasks(onDevice<PlaceTasksOptions>(options)));
  manager.addPass(createVerifyAllocate());
}

} // namespace st
