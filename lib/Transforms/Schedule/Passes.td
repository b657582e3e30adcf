//===- Passes.td - Passes of the schedule phase -------------------------------------------------------------===//

#ifndef ST_TRANSFORMS_SCHEDULE_PASSES
#define ST_TRANSFORMS_SCHEDULE_PASSES

include "mlir/Pass/PassBase.td"

def ScheduleTasks : Pass<"st-schedule-tasks", "::mlir::ModuleOp"> {
  let summary = "initiation interval, first-token delay and latency of every task";
  let description = [{
    Times each task of a materialized kernel by the formulas of lib/Analysis/LoopTiming.h and Schedule.h, with the
    operator latencies of the device, and writes what it finds: `schedule` on the task, `st.ii` on its linalg
    operations. With `emit-remarks`, a linalg operation that cannot start an iteration in every cycle says which
    dependence keeps it and what removes it.
    ```
    %r = st.task @relu_1 reads(%x = %c : !c) inits(%o = %f : !c) {... linalg.generic ...}
    // becomes
    %r = st.task @relu_1 reads(%x = %c : !c) inits(%o = %f : !c)
        attributes {schedule = #st.schedule<ii = 1, first_token_cycles = 24, latency_cycles = 513>}
        {... linalg.generic {st.ii = 1 : i64} ...}
    ```
  }];
  let options = [
    Option<"device", "device", "std::string", "\"\"", "Device file (default: the U55C)">,
    Option<"clockMhz", "clock-mhz", "double", "0", "Kernel clock in MHz (0: the device's default)">,
    Option<"emitRemarks", "emit-remarks", "bool", "false", "Say where II > 1, why, and what removes it">
  ];
  let statistics = [
    Statistic<"numTasks", "tasks", "Number of tasks scheduled">,
    Statistic<"numSlowLoops", "slow-loops", "Number of linalg operations with II > 1">,
    Statistic<"slowestTask", "slowest-task-cycles", "Latency of the slowest task in cycles">
  ];
}

def VerifySchedule : Pass<"st-verify-schedule", "::mlir::ModuleOp"> {
  let summary = "after `schedule`: every task of a kernel has a schedule, every linalg operation in it an II";
}

#endif // ST_TRANSFORMS_SCHEDULE_PASSES
