//===- Schedule.cpp - The schedule phase ----------------------------------------------------------------------===//

#include "Pipelines/Schedule.h"

#include "Transforms/Schedule/Passes.h"

using namespace mlir;

namespace st {

void populateSchedulePipeline(OpPassManager &manager, const ScheduleOptions &options) {
  ScheduleTasksOptions tasks;
  tasks.device = options.device;
  tasks.clockMhz = options.clockMhz;
  manager.addPass(createScheduleTasks(tasks));
  manager.addPass(createVerifySchedule());
}

} // namespace st
