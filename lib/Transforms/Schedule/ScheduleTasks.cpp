//===- ScheduleTasks.cpp - Write down when tasks work ---------------------------------------------------------===//

#include "Analysis/Schedule.h"
#include "Transforms/Schedule/Passes.h"
#include "mlir/IR/Builders.h"

namespace st {
#define GEN_PASS_DEF_SCHEDULETASKS
#include "Transforms/Schedule/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct ScheduleTasks : st::impl::ScheduleTasksBase<ScheduleTasks> {
  using ScheduleTasksBase::ScheduleTasksBase;

  void runOnOperation() override {
    llvm::Expected<Device> loaded = loadDevice(device, clockMhz);
    if (!loaded) {
      emitError(getOperation().getLoc()) << llvm::toString(loaded.takeError());
      return signalPassFailure();
    }
    WalkResult walk = getOperation().walk([&](TaskOp task) {
      FailureOr<TaskSchedule> schedule = scheduleTask(task, *loaded);
      if (failed(schedule))
        return WalkResult::interrupt();
      write(*schedule);
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      signalPassFailure();
  }

  void write(TaskSchedule &schedule) {
    Builder builder(&getContext());
    schedule.task.setScheduleAttr(
        ScheduleAttr::get(&getContext(), schedule.ii, schedule.firstTokenCycles, schedule.latencyCycles));
    // What the port of a DMA is made of, for the back ends.
    if (schedule.ports.size() == 1) {
      schedule.task->setAttr("st.port_burst_tokens", builder.getI64IntegerAttr(schedule.ports.front().burstTokens));
      schedule.task->setAttr("st.port_depth_tokens", builder.getI64IntegerAttr(schedule.ports.front().depthTokens));
    }
    ++numTasks;
    slowestTask = std::max<uint64_t>(slowestTask, schedule.latencyCycles);
    for (auto &[op, loops] : schedule.linalgOps) {
      op->setAttr("st.ii", builder.getI64IntegerAttr(loops.loop.ii));
      if (loops.loop.ii == 1)
        continue;
      ++numSlowLoops;
      if (emitRemarks)
        op->emitRemark() << explainII(op, loops);
    }
  }
};
} // namespace
