//===- Schedule.cpp - When a task works -----------------------------------------------------------------------===//

#include "Analysis/Schedule.h"
#include "Analysis/Operators.h"
#include "Support/Units.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace st;

llvm::StringRef st::getTaskKind(TaskOp task) {
  auto kind = task->getAttrOfType<StringAttr>("st.kind");
  return kind ? kind.getValue() : "compute";
}

llvm::Expected<Device> st::loadDevice(llvm::StringRef path, double clockMhz) {
  llvm::Expected<Device> device = path.empty() ? Device::find("u55c", {ST_DEVICES_DIR}) : Device::load(path);
  if (!device || clockMhz == 0)
    return device;
  return device->withClock(clockMhz);
}

namespace {
/// A pipelined loop, or a loop over tiles around a list of steps.
struct Step {
  std::string what;
  PipelinedLoop loop;
  /// The block argument that the loop pops from or pushes to; -1 for none.
  int channel = -1;
  bool isWrite = false;
  /// Cycles from the start of an iteration to its pop or push.
  int64_t offset = 0;
  /// Tiles of `loop.trips` tokens each that the loop moves, and the cycles in which it waits for external memory after
  /// each of them.
  int64_t tiles = 1;
  int64_t gap = 0;

  /// Not empty for a loop over tiles.
  std::vector<Step> body;
  int64_t trips = 1;

  bool isNest() const { return !body.empty(); }
  PipelinedLoop whole() const { return {loop.trips * tiles, loop.ii, loop.depthCycles}; }
  int64_t cycles() const { return whole().cycles() + (tiles - 1) * gap; }
};
using Steps = std::vector<Step>;

class TaskScheduler {
public:
  TaskScheduler(TaskOp task, const Device &device) : device(device) {
    result.task = task;
    result.kind = getTaskKind(task).str();
  }

  FailureOr<TaskSchedule> run();

private:
  LogicalResult addBlock(Block &block, Steps &steps);
  LogicalResult addFor(scf::ForOp loop, Steps &steps);
  LogicalResult addRead(ItensorReadOp read, Steps &steps);
  LogicalResult addWrite(ItensorWriteOp write, Steps &steps);
  LogicalResult addLinalg(linalg::LinalgOp op, Steps &steps);
  void addInitFill(Value init, int64_t lanes, Steps &steps);

  /// Cycles beyond one per token in which a tile of `type` occupies external memory.
  int64_t externalGap(ItensorType type) const;
  EventProgram emit(const Steps &steps, int64_t executions);
  void emitLoop(const Step &step, EventProgram &events);

  const Device &device;
  TaskSchedule result;
};
} // namespace

/// Elements of a row of a tile that fit into 512 bits: what a copy moves at once.
static int64_t wordLanes(RankedTensorType type) {
  if (type.getRank() == 0)
    return 1;
  int64_t lanes = std::max<int64_t>(1, 512 / type.getElementTypeBitWidth());
  return std::min(lanes, type.getShape().back());
}

static int64_t unrollOf(Operation *op) {
  int64_t lanes = 1;
  if (auto unroll = op->getAttrOfType<DenseI64ArrayAttr>("st.unroll"))
    for (int64_t factor : unroll.asArrayRef())
      lanes *= factor;
  return lanes;
}

int64_t TaskScheduler::externalGap(ItensorType type) const {
  if (device.memories().empty())
    return 0;
  double bytesPerCycle = device.channelBytesPerCycle(device.memories().front());
  int64_t bits = type.getTileType().getNumElements() * type.getScalarType().getIntOrFloatBitWidth();
  auto cycles = static_cast<int64_t>(std::ceil(bytesForBits(bits) / bytesPerCycle - 1e-9)); // sched_f9
  return std::max<int64_t>(0, cycles - type.getTokensPerTile());
}

LogicalResult TaskScheduler::addRead(ItensorReadOp read, Steps &steps) {
  BlockArgument source = traceToArgument(read.getSource());
  if (!source)
    return read.emitOpError("reads a stream that is no block argument of its task");
  Step step;
  step.what = "read";
  step.loop = tokenReadLoop(read.getSource().getType().getTokensPerTile(), device); // sched_f2
  step.channel = source.getArgNumber();
  for (Operation *user : read.getResult().getUsers())
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(user))
      if (traceToArgument(insert.getDest()))
        step.gap = externalGap(read.getSource().getType());
  steps.push_back(std::move(step));
  return success();
}

LogicalResult TaskScheduler::addWrite(ItensorWriteOp write, Steps &steps) {
  BlockArgument dest = traceToArgument(write.getDest());
  if (!dest)
    return write.emitOpError("writes a stream that is no block argument of its task");
  ItensorType type = write.getDest().getType();
  Step step;
  step.what = "write";
  step.loop = tokenWriteLoop(type.getTokensPerTile(), device); // sched_f2
  step.channel = dest.getArgNumber();
  step.isWrite = true;
  step.offset = tokenPushOffset(device);
  if (traceToArgument(write.getValue()) && !device.memories().empty()) { // sched_f9
    int64_t wait = device.memories().front().readLatencyCycles;
    step.offset += wait;
    step.loop.depthCycles += wait;
    step.gap = externalGap(type);
  }
  steps.push_back(std::move(step));
  return success();
}

/// Lanes at which those who use `value` access it: linalg operations by their unroll, streams by their token.
static int64_t accessLanes(Value value) {
  int64_t lanes = 1;
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (isa<linalg::LinalgOp>(user))
      lanes = std::max(lanes, unrollOf(user));
    else if (auto write = dyn_cast<ItensorWriteOp>(user))
      lanes = std::max(lanes, write.getDest().getType().getTileType().getNumElements() /
                                  write.getDest().getType().getTokensPerTile());
    else if (auto loop = dyn_cast<scf::ForOp>(user->getParentOp()); loop && isa<scf::YieldOp>(user))
      lanes = std::max(lanes, accessLanes(loop.getResult(use.getOperandNumber())));
  }
  return lanes;
}

void TaskScheduler::addInitFill(Value init, int64_t lanes, Steps &steps) {
  auto type = dyn_cast<RankedTensorType>(init.getType());
  if (!type || !init.getDefiningOp<arith::ConstantOp>())
    return;
  Step step;
  step.what = "fill";
  // A fill goes as wide as its destination is partitioned for those who access it.
  int64_t width = type.getRank() == 0 ? 1 : std::gcd(lanes, type.getShape().back());
  step.loop = fillLoop(type.getNumElements(), width, device); // sched_f6
  steps.push_back(std::move(step));
}

LogicalResult TaskScheduler::addLinalg(linalg::LinalgOp op, Steps &steps) {
  FailureOr<PointLoops> loops = timeLinalgOp(op, device);
  if (failed(loops))
    return failure();
  for (OpOperand &init : op.getDpsInitsMutable())
    if (op.payloadUsesValueFromOperand(&init) && isa<RankedTensorType>(init.get().getType()))
      addInitFill(init.get(), std::max(loops->unroll, accessLanes(op.getTiedOpResult(&init))), steps);
  Step step;
  step.what = op->getName().getStringRef().str();
  step.loop = loops->loop;
  steps.push_back(std::move(step));
  result.unroll = std::max(result.unroll, loops->unroll);
  result.operators += loops->resources;
  result.linalgOps.emplace_back(op, *loops);
  return success();
}

LogicalResult TaskScheduler::addFor(scf::ForOp loop, Steps &steps) {
  auto lower = getConstantIntValue(loop.getLowerBound());
  auto upper = getConstantIntValue(loop.getUpperBound());
  auto stride = getConstantIntValue(loop.getStep());
  if (!lower || !upper || !stride)
    return loop.emitOpError("has a run-time trip count, which has no schedule");
  for (auto [init, argument, after] : llvm::zip(loop.getInitArgs(), loop.getRegionIterArgs(), loop.getResults()))
    addInitFill(init, std::max(accessLanes(argument), accessLanes(after)), steps);
  Step nest;
  nest.trips = std::max<int64_t>(0, ceilDiv(*upper - *lower, *stride));
  if (failed(addBlock(*loop.getBody(), nest.body)))
    return failure();
  if (nest.body.empty() || nest.trips == 0)
    return success();
  if (nest.body.size() == 1 && !nest.body.front().isNest()) { // sched_f7
    nest.body.front().tiles *= nest.trips;
    steps.push_back(std::move(nest.body.front()));
    return success();
  }
  steps.push_back(std::move(nest)); // sched_f8
  return success();
}

LogicalResult TaskScheduler::addBlock(Block &block, Steps &steps) {
  for (Operation &op : block.without_terminator()) {
    LogicalResult added = success();
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      added = addFor(loop, steps);
    } else if (auto read = dyn_cast<ItensorReadOp>(op)) {
      added = addRead(read, steps);
    } else if (auto write = dyn_cast<ItensorWriteOp>(op)) {
      added = addWrite(write, steps);
    } else if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      added = addLinalg(linalgOp, steps);
    } else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      if (!isInsertedInPlace(insert)) {
        Step copy;
        copy.what = "copy";
        copy.loop = copyLoop(insert.getSourceType().getNumElements(), wordLanes(insert.getSourceType()), device);
        steps.push_back(std::move(copy));
      }
    } else if (!isa<arith::ConstantOp, tensor::EmptyOp, tensor::ExtractSliceOp, tensor::CollapseShapeOp,
                    tensor::ExpandShapeOp, affine::AffineApplyOp, ItensorCastOp>(op) &&
               !llvm::all_of(op.getResultTypes(), [](Type type) { return type.isIndex() || type.isInteger(1); })) {
      // Index arithmetic is done beside the loops; anything else that is no loop has no schedule.
      return op.emitOpError("has no schedule: the body of a task consists of loops, stream accesses, linalg operations "
                            "on tiles and slices");
    }
    if (failed(added))
      return failure();
  }
  return success();
}

/// Whether `op` or anything in it is an operation of type `T`.
template <typename T> static bool holds(Operation &op) {
  return op.walk([](T) { return WalkResult::interrupt(); }).wasInterrupted();
}

/// Appends `cycles` of waiting, merged with a delay before it.
static void addDelay(EventProgram &events, int64_t cycles) {
  if (cycles <= 0)
    return;
  if (!events.empty() && events.back().kind == Event::Kind::Delay)
    events.back().cycles += cycles;
  else
    events.push_back(Event::delay(cycles));
}

void TaskScheduler::emitLoop(const Step &step, EventProgram &events) {
  if (step.channel < 0)
    return addDelay(events, step.cycles());
  auto access = [&](int64_t tokens) {
    return step.isWrite ? Event::write(step.channel, tokens, step.loop.ii)
                        : Event::read(step.channel, tokens, step.loop.ii);
  };
  addDelay(events, step.offset);
  if (step.gap == 0) {
    events.push_back(access(step.loop.trips * step.tiles));
  } else {
    if (step.tiles > 1)
      events.push_back(Event::loop(step.tiles - 1, {access(step.loop.trips), Event::delay(step.gap)}));
    events.push_back(access(step.loop.trips));
  }
  int64_t spent = step.offset + step.loop.trips * step.tiles * step.loop.ii + (step.tiles - 1) * step.gap;
  addDelay(events, step.cycles() - spent);
}

EventProgram TaskScheduler::emit(const Steps &steps, int64_t executions) {
  EventProgram events;
  for (const Step &step : steps) {
    if (step.isNest()) {
      EventProgram body = emit(step.body, executions * step.trips);
      // A loop without accesses is a delay.
      if (body.size() == 1 && body.front().kind == Event::Kind::Delay)
        addDelay(events, body.front().cycles * step.trips);
      else if (step.trips == 1)
        for (Event &event : body)
          event.kind == Event::Kind::Delay ? addDelay(events, event.cycles) : events.push_back(std::move(event));
      else
        events.push_back(Event::loop(step.trips, std::move(body)));
      continue;
    }
    result.loops.push_back({step.what, step.whole(), executions});
    result.ii = std::max(result.ii, step.loop.ii);
    emitLoop(step, events);
  }
  return events;
}

FailureOr<TaskSchedule> TaskScheduler::run() {
  TaskOp task = result.task;
  Block &body = task.getBody().front();
  Steps steps;
  if (failed(addBlock(body, steps)))
    return failure();
  result.program = emit(steps, 1);
  ProgramTiming timing = analyzeProgram(result.program);
  result.latencyCycles = timing.cycles;
  result.firstTokenCycles = timing.cycles;
  for (const auto &[channel, writes] : timing.writes)
    result.firstTokenCycles = std::min(result.firstTokenCycles, writes.first);
  result.buffers = collectBuffers(task);
  return std::move(result);
}

FailureOr<TaskSchedule> st::scheduleTask(TaskOp task, const Device &device) {
  return TaskScheduler(task, device).run();
}

FailureOr<std::vector<TaskSchedule>> st::scheduleKernel(KernelOp kernel, const Device &device) {
  std::vector<TaskSchedule> schedules;
  for (TaskOp task : kernel.getBody().getOps<TaskOp>()) {
    FailureOr<TaskSchedule> schedule = scheduleTask(task, device);
    if (failed(schedule))
      return failure();
    schedules.push_back(std::move(*schedule));
  }
  return schedules;
}
