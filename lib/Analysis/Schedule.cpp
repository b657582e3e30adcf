//===- Schedule.cpp - When a task works -----------------------------------------------------------------------===//

#include "Analysis/Schedule.h"
#include "Analysis/Operators.h"
#include "Dialect/Sizes.h"
#include "Optimize/TokenCurves.h"
#include "Simulate/Simulator.h"
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

bool st::isCalibrated(TaskOp task) {
  return !task.walk([](Operation *op) {
                bool computes = isa_and_nonnull<arith::ArithDialect>(op->getDialect()) ||
                                op->getName().getDialectNamespace() == "math";
                if (!computes || op->hasTrait<OpTrait::ConstantLike>())
                  return WalkResult::advance();
                auto isFloat = [](Type type) { return isa<FloatType>(getElementTypeOrSelf(type)); };
                bool isOther = isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::FloorDivSIOp,
                                   arith::CeilDivSIOp, arith::CeilDivUIOp>(op) &&
                               !op->getResult(0).getType().isIndex();
                isOther |= !isa<arith::ArithDialect>(op->getDialect());
                return isOther || llvm::any_of(op->getOperandTypes(), isFloat) ||
                               llvm::any_of(op->getResultTypes(), isFloat)
                           ? WalkResult::interrupt()
                           : WalkResult::advance();
              }).wasInterrupted();
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
  /// What an iteration pops and pushes, by block argument of the task.
  std::vector<timed::Access> accesses;
  /// Tiles of `loop.trips` tokens each that the loop moves.
  int64_t tiles = 1;

  /// Not empty for a loop over tiles.
  std::vector<Step> body;
  int64_t trips = 1;

  bool isNest() const { return !body.empty(); }
  PipelinedLoop whole() const { return {loop.trips * tiles, loop.ii, loop.depthCycles}; }
  int64_t cycles() const { return whole().cycles(); }
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

  /// Lets `step`, a loop over the tokens of a tile of `type`, access external memory: `slice` of block argument
  /// `argument`, at `offset` of each iteration.
  template <typename SliceOp>
  void addPort(BlockArgument argument, bool isWrite, ItensorType type, SliceOp slice, int64_t offset, Step &step);
  timed::Program emit(const Steps &steps, int64_t executions);
  /// First token and latency of a task with ports, alone with its memory channel.
  void measureAlone();

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

/// Tiles that lie one after the other in memory when `slice` is taken in the loops around it: those of a dimension
/// between the tile's own and the rest, whose index is the innermost loop's.
static int64_t contiguousTiles(ArrayRef<OpFoldResult> offsets, ArrayRef<int64_t> sizes, ArrayRef<int64_t> shape,
                               Operation *slice) {
  int64_t tiles = 1;
  auto loop = slice->getParentOfType<scf::ForOp>();
  for (int64_t dim = static_cast<int64_t>(shape.size()) - 1; dim >= 0; --dim) {
    if (sizes[dim] == shape[dim])
      continue;
    auto index = llvm::dyn_cast_if_present<Value>(offsets[dim]);
    if (sizes[dim] != 1 || !loop || index != loop.getInductionVar() || getConstantIntValue(loop.getLowerBound()) != 0 ||
        getConstantIntValue(loop.getStep()) != 1)
      break;
    auto trips = getConstantIntValue(loop.getUpperBound());
    if (!trips)
      break;
    tiles *= *trips;
    if (*trips != shape[dim])
      break;
    loop = loop->getParentOfType<scf::ForOp>();
  }
  return tiles;
}

template <typename SliceOp>
void TaskScheduler::addPort(BlockArgument argument, bool isWrite, ItensorType type, SliceOp slice, int64_t offset,
                            Step &step) {
  if (device.memories().empty())
    return;
  step.accesses.push_back({static_cast<int>(argument.getArgNumber()), isWrite, offset});
  step.loop.depthCycles = std::max(step.loop.depthCycles, offset + 1);
  int64_t tokens = type.getTokensPerTile();
  TaskPort port;
  port.argument = argument.getArgNumber();
  port.isWrite = isWrite;
  port.tokenBits = type.getTileType().getNumElements() * type.getScalarType().getIntOrFloatBitWidth() / tokens;
  if (slice)
    if (auto tensor = dyn_cast<RankedTensorType>(argument.getType()))
      tokens *= contiguousTiles(slice.getMixedOffsets(), slice.getStaticSizes(), tensor.getShape(), slice);
  constexpr int64_t beats = 16, beatBits = 512, outstanding = 16;
  port.burstTokens = std::min(tokens, std::max<int64_t>(1, beats * beatBits / port.tokenBits));
  port.depthTokens = outstanding * port.burstTokens;
  for (TaskPort &other : result.ports)
    if (other.argument == port.argument) {
      other.burstTokens = std::min(other.burstTokens, port.burstTokens);
      return;
    }
  result.ports.push_back(port);
}

LogicalResult TaskScheduler::addRead(ItensorReadOp read, Steps &steps) {
  BlockArgument source = traceToArgument(read.getSource());
  if (!source)
    return read.emitOpError("reads a stream that is no block argument of its task");
  ItensorType type = read.getSource().getType();
  Step step;
  step.what = "read";
  step.loop = tokenReadLoop(type.getTokensPerTile(), device); // sched_f2
  step.accesses.push_back({static_cast<int>(source.getArgNumber()), /*isPush=*/false, 0});
  for (Operation *user : read.getResult().getUsers())
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(user))
      if (BlockArgument memory = traceToArgument(insert.getDest())) { // sched_f9
        addPort(memory, /*isWrite=*/true, type, insert, device.latencyCycles(OpKind::StreamRead), step);
        break;
      }
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
  step.accesses.push_back({static_cast<int>(dest.getArgNumber()), /*isPush=*/true, tokenPushOffset(device)});
  if (BlockArgument memory = traceToArgument(write.getValue())) { // sched_f9
    Value value = write.getValue();
    // Between the slice and the write only the shape changes.
    while (Operation *op = value.getDefiningOp())
      if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
        value = op->getOperand(0);
      else
        break;
    addPort(memory, /*isWrite=*/false, type, value.getDefiningOp<tensor::ExtractSliceOp>(), 0, step);
  }
  steps.push_back(std::move(step));
  return success();
}

/// Lanes at which a linalg operation accesses an operand: its unroll in the dimensions that the operand has.
static int64_t lanesAt(linalg::LinalgOp op, OpOperand &operand) {
  auto unroll = op->getAttrOfType<DenseI64ArrayAttr>("st.unroll");
  if (!unroll)
    return 1;
  int64_t lanes = 1;
  for (auto [dim, factor] : llvm::enumerate(unroll.asArrayRef()))
    if (op.getMatchingIndexingMap(&operand).isFunctionOfDim(dim))
      lanes *= factor;
  return lanes;
}

/// Lanes at which those who use `value` access it: linalg operations by their unroll, streams by their token.
static int64_t accessLanes(Value value) {
  int64_t lanes = 1;
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(user))
      lanes = std::max(lanes, lanesAt(linalgOp, use));
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
      addInitFill(init.get(), std::max(lanesAt(op, init), accessLanes(op.getTiedOpResult(&init))), steps);
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
  // The schedule is that of the largest run.
  std::optional<int64_t> trips = getLargestTripCount(loop);
  if (!trips)
    return loop.emitOpError("has a run-time trip count without a maximum, which has no schedule");
  for (auto [init, argument, after] : llvm::zip(loop.getInitArgs(), loop.getRegionIterArgs(), loop.getResults()))
    addInitFill(init, std::max(accessLanes(argument), accessLanes(after)), steps);
  Step nest;
  nest.trips = *trips;
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
static void addDelay(timed::Program &program, int64_t cycles) {
  if (cycles <= 0)
    return;
  if (!program.empty() && program.back().kind == timed::Statement::Kind::Delay)
    program.back().cycles += cycles;
  else
    program.push_back(timed::Statement::delay(cycles));
}

timed::Program TaskScheduler::emit(const Steps &steps, int64_t executions) {
  timed::Program program;
  for (const Step &step : steps) {
    if (step.isNest()) {
      timed::Program body = emit(step.body, executions * step.trips);
      // A loop without accesses is a delay.
      if (body.empty() || (body.size() == 1 && body.front().kind == timed::Statement::Kind::Delay))
        addDelay(program, timed::countCycles(body) * step.trips);
      else if (step.trips == 1)
        for (timed::Statement &statement : body)
          statement.kind == timed::Statement::Kind::Delay ? addDelay(program, statement.cycles)
                                                          : program.push_back(std::move(statement));
      else
        program.push_back(timed::Statement::loop(step.trips, std::move(body)));
      continue;
    }
    PipelinedLoop whole = step.whole();
    result.loops.push_back({step.what, whole, executions});
    result.ii = std::max(result.ii, step.loop.ii);
    if (step.accesses.empty() || whole.trips == 0)
      addDelay(program, step.cycles());
    else
      program.push_back(timed::Statement::pipeline(whole.trips, whole.ii, whole.depthCycles, step.accesses));
  }
  return program;
}

timed::Memory st::channelOf(const Device &device, llvm::StringRef name) {
  const ExternalMemory &memory = device.memories().front();
  // Bytes per cycle to a thousandth.
  constexpr int64_t cycles = 1000;
  timed::Memory channel;
  channel.name = name.str();
  channel.rateCycles = cycles;
  channel.rateBytes = std::max<int64_t>(1, std::llround(device.channelBytesPerCycle(memory) * cycles));
  channel.latencyCycles = memory.readLatencyCycles;
  return channel;
}

void TaskScheduler::measureAlone() {
  timed::TokenCounts counts;
  unsigned arguments = result.task.getBody().getNumArguments();
  counts.pops.resize(arguments);
  counts.pushes.resize(arguments);
  timed::countTokens(result.program, counts);
  timed::Graph graph;
  graph.addTask("alone", result.program);
  graph.memories.push_back(channelOf(device, "memory"));
  // Streams that are never empty and never full.
  for (unsigned argument = 0; argument < arguments; ++argument) {
    int64_t tokens = counts.pops[argument] + counts.pushes[argument];
    int fifo = graph.addChannel("stream", 0, 0, 1, std::max<int64_t>(1, tokens));
    graph.fifos[fifo].initialTokens = counts.pops[argument];
  }
  for (const TaskPort &port : result.ports) {
    timed::Fifo &fifo = graph.fifos[port.argument];
    fifo.memory = 0;
    fifo.initialTokens = 0;
    (port.isWrite ? fifo.reader : fifo.writer) = -1;
    fifo.widthBits = port.tokenBits;
    fifo.burstTokens = port.burstTokens;
    fifo.depthTokens = port.depthTokens;
    fifo.totalTokens = counts.pops[port.argument] + counts.pushes[port.argument];
  }
  timed::Activity run = timed::simulate(graph);
  result.latencyCycles = result.firstTokenCycles = run.latencyCycles;
  for (auto [fifo, first] : llvm::zip_equal(graph.fifos, run.firstPush))
    if (!fifo.isPort() && first >= 0)
      result.firstTokenCycles = std::min(result.firstTokenCycles, first);
}

FailureOr<TaskSchedule> TaskScheduler::run() {
  TaskOp task = result.task;
  Block &body = task.getBody().front();
  Steps steps;
  if (failed(addBlock(body, steps)))
    return failure();
  result.program = emit(steps, 1);
  // A size may be 0, and then nothing is moved.
  timed::TokenCounts counts;
  counts.pops.resize(body.getNumArguments());
  counts.pushes.resize(body.getNumArguments());
  timed::countTokens(result.program, counts);
  llvm::erase_if(result.ports,
                 [&](const TaskPort &port) { return counts.pops[port.argument] + counts.pushes[port.argument] == 0; });
  ProgramTiming timing = analyzeProgram(result.program);
  result.latencyCycles = timing.cycles;
  result.firstTokenCycles = timing.cycles;
  for (const auto &[argument, pushes] : timing.pushes)
    result.firstTokenCycles = std::min(result.firstTokenCycles, pushes.first);
  if (!result.ports.empty())
    measureAlone();
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
