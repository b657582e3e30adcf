//===- PlaceTasks.cpp - A die for every task ------------------------------------------------------------------===//

#include "Analysis/Schedule.h"
#include "Transforms/Allocate/Passes.h"

namespace st {
#define GEN_PASS_DEF_PLACETASKS
#include "Transforms/Allocate/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct PlaceTasks : st::impl::PlaceTasksBase<PlaceTasks> {
  using PlaceTasksBase::PlaceTasksBase;

  void runOnOperation() override {
    llvm::Expected<Device> loaded = loadDevice(device, clockMhz);
    if (!loaded) {
      emitError(getOperation().getLoc()) << llvm::toString(loaded.takeError());
      return signalPassFailure();
    }
    int die = loaded->memories().empty() ? 0 : loaded->memories().front().die;
    getOperation().walk([&](TaskOp task) { task.setDie(die); });
  }
};
} // namespace
