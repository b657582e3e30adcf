//===- AssignChannels.cpp - External memory channels for DMAs -------------------------------------------------===//

#include "Analysis/Schedule.h"
#include "Transforms/Allocate/Passes.h"
#include "mlir/IR/Builders.h"

namespace st {
#define GEN_PASS_DEF_ASSIGNCHANNELS
#include "Transforms/Allocate/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

/// Bytes that a DMA moves in one launch: every tile of its streams, re-accesses included.
static int64_t bytesMoved(TaskOp task) {
  int64_t bits = 0;
  for (Type type : task->getOperandTypes())
    if (auto itensor = dyn_cast<ItensorType>(type))
      bits += itensor.getNumTiles() * itensor.getTileType().getNumElements() *
              itensor.getScalarType().getIntOrFloatBitWidth();
  return bits / 8;
}

namespace {
struct AssignChannels : st::impl::AssignChannelsBase<AssignChannels> {
  using AssignChannelsBase::AssignChannelsBase;

  void runOnOperation() override {
    llvm::Expected<Device> loaded = loadDevice(device, clockMhz);
    if (!loaded) {
      emitError(getOperation().getLoc()) << llvm::toString(loaded.takeError());
      return signalPassFailure();
    }
    if (loaded->memories().empty()) {
      emitError(getOperation().getLoc()) << "device '" << loaded->name() << "' has no external memory for DMAs";
      return signalPassFailure();
    }
    int64_t channels = loaded->memories().front().channels;
    getOperation().walk([&](KernelOp kernel) {
      for (int64_t operand : kernel.getUpdates())
        if (operand >= 0)
          channelOf[kernel.getInputs()[operand]] = -1;
    });
    getOperation().walk([&](KernelOp kernel) { assign(kernel, channels); });
  }

  /// The channel of memory that is updated in place, which all its transfers share: -1 before one is chosen. Null for
  /// other transfers.
  int64_t *findShared(KernelOp kernel, TaskOp task) {
    for (Value operand : task.getOperands())
      if (auto argument = dyn_cast<BlockArgument>(operand))
        if (auto shared = channelOf.find(kernel.getInputs()[argument.getArgNumber()]); shared != channelOf.end())
          return &shared->second;
    return nullptr;
  }

  void assign(KernelOp kernel, int64_t channels) {
    SmallVector<std::pair<int64_t, TaskOp>> transfers;
    for (TaskOp task : kernel.getBody().getOps<TaskOp>())
      if (getTaskKind(task).starts_with("dma_"))
        transfers.emplace_back(bytesMoved(task), task);
    llvm::stable_sort(transfers, [](const auto &a, const auto &b) { return a.first > b.first; });
    SmallVector<int64_t> load(channels, 0);
    Builder builder(&getContext());
    for (auto &[bytes, task] : transfers) {
      int64_t channel = std::distance(load.begin(), llvm::min_element(load));
      if (int64_t *shared = findShared(kernel, task))
        channel = *shared = *shared < 0 ? channel : *shared;
      load[channel] += bytes;
      task->setAttr("st.hbm_channel", builder.getI64IntegerAttr(channel));
    }
  }

  llvm::DenseMap<Value, int64_t> channelOf;
};
} // namespace
