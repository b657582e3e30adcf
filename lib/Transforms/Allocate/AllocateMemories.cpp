//===- AllocateMemories.cpp - Where FIFOs and buffers live ----------------------------------------------------===//

#include "Analysis/FifoProblem.h"
#include "Analysis/Memories.h"
#include "Transforms/Allocate/Passes.h"
#include "mlir/IR/Builders.h"

namespace st {
#define GEN_PASS_DEF_ALLOCATEMEMORIES
#include "Transforms/Allocate/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct AllocateMemories : st::impl::AllocateMemoriesBase<AllocateMemories> {
  using AllocateMemoriesBase::AllocateMemoriesBase;

  void runOnOperation() override {
    llvm::Expected<Device> loaded = loadDevice(device, clockMhz);
    if (!loaded) {
      emitError(getOperation().getLoc()) << llvm::toString(loaded.takeError());
      return signalPassFailure();
    }
    WalkResult walk = getOperation().walk([&](KernelOp kernel) {
      return failed(allocate(kernel, *loaded)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (walk.wasInterrupted())
      signalPassFailure();
  }

  void count(StorageKind kind) {
    numLutram += kind == StorageKind::Lutram;
    numBram += kind == StorageKind::Bram;
    numUram += kind == StorageKind::Uram;
  }

  LogicalResult allocateFifos(KernelOp kernel, const Device &loaded, MemoryBudget &budget) {
    FailureOr<std::vector<FifoEdge>> fifos = collectFifos(kernel);
    if (failed(fifos))
      return failure();
    Builder builder(&getContext());
    for (FifoEdge &edge : *fifos) {
      if (!edge.instance.getDepthTokens())
        return edge.instance.emitOpError("has no depth: run st-size-fifos first");
      // A second run starts from what was needed, not from what the first made of it.
      auto required = edge.instance->getAttrOfType<IntegerAttr>("st.required_tokens");
      int64_t depth = required ? required.getInt() : static_cast<int64_t>(*edge.instance.getDepthTokens());
      MemoryKind kind = budget.takeFifo(getFifoName(edge), edge.getTokenBits(), depth);
      edge.instance->setAttr("st.required_tokens", builder.getI64IntegerAttr(depth));
      // LUTRAM comes in pieces of a fixed depth whose rest nobody else can use. The large blocks are not filled up:
      // their depth is counted as intermediate memory, and nothing is gained by using more of it.
      if (roundDepths && kind == MemoryKind::Lutram && !edge.instance->hasAttr("st.fixed_depth"))
        depth = loaded.roundDepth(edge.getTokenBits(), depth, kind);
      edge.instance.setDepthTokens(depth);
      StorageKind storage = toStorageKind(kind);
      edge.instance.setStorageAttr(StorageKindAttr::get(&getContext(), storage));
      count(storage);
    }
    return success();
  }

  LogicalResult allocate(KernelOp kernel, const Device &loaded) {
    MemoryBudget budget(loaded);
    if (failed(allocateFifos(kernel, loaded, budget)))
      return failure();
    if (kernel.getBody().getOps<StreamOp>().empty()) {
      // Buffers do not exist yet; what they will take is known.
      FailureOr<std::vector<TaskSchedule>> schedules = scheduleKernel(kernel, loaded);
      if (failed(schedules))
        return failure();
      for (TaskSchedule &schedule : *schedules) {
        budget.takeOperators(schedule.task.getSymName(), schedule.operators);
        for (const TaskBuffer &buffer : schedule.buffers)
          budget.takeBuffer(schedule.task.getSymName(), buffer);
      }
    }
    kernel.walk([&](BufferOp buffer) {
      auto task = buffer->getParentOfType<TaskOp>();
      StorageKind storage = budget.takeBuffer(task.getSymName(), describe(buffer));
      buffer.setStorageAttr(StorageKindAttr::get(&getContext(), storage));
      count(storage);
    });
    if (std::optional<std::string> reason = budget.whyNotFitting())
      return emitError(kernel.getLoc()) << "kernel '" << kernel.getSymName() << "' " << *reason;
    return success();
  }

  static TaskBuffer describe(BufferOp buffer) {
    TaskBuffer description;
    auto type = cast<MemRefType>(buffer.getResult().getType());
    description.name = buffer.getSymName().str();
    description.shape = llvm::to_vector(type.getShape());
    description.elementBits = type.getElementType().isIndex() ? 32 : type.getElementTypeBitWidth();
    if (DenseI64ArrayAttr partition = buffer.getPartitionAttr())
      for (int64_t factor : partition.asArrayRef())
        description.lanes *= factor;
    return description;
  }
};
} // namespace
