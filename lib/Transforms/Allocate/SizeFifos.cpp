//===- SizeFifos.cpp - The depth of every FIFO ----------------------------------------------------------------===//

#include "Analysis/FifoProblem.h"
#include "Optimize/ChooseFifos.h"
#include "Transforms/Allocate/Passes.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSwitch.h"

namespace st {
#define GEN_PASS_DEF_SIZEFIFOS
#include "Transforms/Allocate/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

/// The schedule stands in the IR; sizing by another one would be silently wrong.
static LogicalResult checkSchedule(TaskSchedule &schedule) {
  ScheduleAttr attribute = schedule.task.getSchedule().value_or(ScheduleAttr());
  auto expected =
      ScheduleAttr::get(schedule.task.getContext(), schedule.ii, schedule.firstTokenCycles, schedule.latencyCycles);
  if (!attribute)
    return schedule.task.emitOpError("has no schedule: run st-schedule-tasks first");
  if (attribute != expected)
    return schedule.task.emitOpError() << "has schedule " << attribute << ", but its body gives " << expected
                                       << ": run st-schedule-tasks again, for the same device and clock";
  return success();
}

namespace {
struct SizeFifos : st::impl::SizeFifosBase<SizeFifos> {
  using SizeFifosBase::SizeFifosBase;

  void runOnOperation() override {
    llvm::Expected<Device> loaded = loadDevice(device, clockMhz);
    if (!loaded) {
      emitError(getOperation().getLoc()) << llvm::toString(loaded.takeError());
      return signalPassFailure();
    }
    if (failed(parseOptions()))
      return signalPassFailure();
    // What the shallowest piece of LUTRAM holds costs nothing, and lets a task write a tile while its reader computes.
    leastDepth = minDepth;
    if (minDepth == 0)
      leastDepth = loaded->memoryBlocksAvailable(MemoryKind::Lutram) ? loaded->roundDepth(1, 2, MemoryKind::Lutram) : 2;
    if (options)
      options->minDepth = leastDepth;
    WalkResult walk = getOperation().walk([&](KernelOp kernel) {
      return failed(sizeKernel(kernel, *loaded)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (walk.wasInterrupted())
      signalPassFailure();
  }

  /// Reads the options that are names into `options`, which stays empty for measured depths.
  LogicalResult parseOptions() {
    auto depthModel = llvm::StringSwitch<std::optional<DepthModel>>(model)
                          .Case("mean-rate", DepthModel::MeanRate)
                          .Case("exact-curve", DepthModel::ExactCurve)
                          .Case("deadlock-only", DepthModel::DeadlockOnly)
                          .Default(std::nullopt);
    auto rates = llvm::StringSwitch<std::optional<Equalisation>>(equalisation)
                     .Case("normal", Equalisation::Normal)
                     .Case("conservative", Equalisation::Conservative)
                     .Default(std::nullopt);
    bool isMeasured = model == "measured";
    if (!rates || maxSlowdown < 1 || launches < 1 || (!depthModel && !isMeasured))
      return emitError(getOperation().getLoc())
             << "unknown option of st-size-fifos: model is measured, mean-rate, exact-curve or deadlock-only, not '"
             << model << "'; equalisation is normal or conservative, not '" << equalisation
             << "'; max-slowdown and launches are at least 1";
    if (isMeasured)
      return success();
    options.emplace();
    options->model = *depthModel;
    options->equalisation = *rates;
    return success();
  }

  llvm::Expected<FifoSolution> solve(const FifoSizingProblem &problem) {
    if (options)
      return problem.solve(*options);
    llvm::Expected<FifoChoice> choice = chooseFifos(problem, {maxSlowdown, leastDepth});
    if (!choice)
      return choice.takeError();
    return std::move(choice->solution);
  }

  LogicalResult sizeKernel(KernelOp kernel, const Device &loaded) {
    FailureOr<std::vector<FifoEdge>> fifos = collectFifos(kernel);
    FailureOr<std::vector<TaskSchedule>> schedules = scheduleKernel(kernel, loaded);
    if (failed(fifos) || failed(schedules))
      return failure();
    for (TaskSchedule &schedule : *schedules)
      if (failed(checkSchedule(schedule)))
        return failure();
    FailureOr<FifoSizingProblem> problem = buildFifoProblem(*schedules, *fifos, loaded, launches);
    if (failed(problem))
      return failure();
    llvm::Expected<FifoSolution> solution = solve(*problem);
    if (!solution) {
      reportFifoError(kernel, *fifos, solution.takeError());
      return failure();
    }
    for (auto [index, edge] : llvm::enumerate(*fifos)) {
      edge.instance.setDepthTokens(solution->depths[index]);
      numGrown += solution->grownBy(index) > 0;
    }
    numFifos += fifos->size();
    totalBits += solution->totalBits;
    fullTensorBits += solution->fullTensorBits;
    return success();
  }

  std::optional<FifoSizingOptions> options;
  int64_t leastDepth = 2;
};
} // namespace
