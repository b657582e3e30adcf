//===- Control.cpp - What a task's controller steps through ---------------------------------------------------===//

#include "Emit/Rtl/Control.h"
#include "Support/Units.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace st;
using namespace st::rtl;

std::optional<int64_t> st::rtl::constantTrips(scf::ForOp loop) {
  auto lower = getConstantIntValue(loop.getLowerBound());
  auto upper = getConstantIntValue(loop.getUpperBound());
  auto step = getConstantIntValue(loop.getStep());
  if (!lower || !upper || !step || *step <= 0)
    return std::nullopt;
  return std::max<int64_t>(0, ceilDiv(*upper - *lower, *step));
}

bool st::rtl::isUnrolled(scf::ForOp loop) {
  // A unit attribute; an integer is the factor of a partly unrolled loop.
  return isa_and_nonnull<UnitAttr>(loop->getAttr("st.unroll"));
}

/// Whether `op` leaves nothing to do in a cycle: constants, addresses, declarations of memories.
static bool isFree(Operation *op) {
  return isa<arith::ConstantOp, affine::AffineApplyOp, BufferOp>(op) ||
         (op->getNumResults() == 1 && op->getResult(0).getType().isIndex() && op->getNumRegions() == 0);
}

static bool isSink(Operation *op) {
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return isUnrolled(loop);
  return isa<memref::StoreOp, vector::StoreOp, StreamWriteOp>(op);
}

namespace {
class ControlBuilder {
public:
  explicit ControlBuilder(Control &control) : control(control) {}

  LogicalResult addBlock(Block &block, std::vector<Statement> &statements);

private:
  LogicalResult addLoop(scf::ForOp loop, std::vector<Statement> &statements);
  Statement addPipeline(Pipeline pipeline) {
    Statement statement;
    statement.pipeline = control.pipelines.size();
    control.pipelines.push_back(std::move(pipeline));
    return statement;
  }
  Counter makeCounter(scf::ForOp loop) { return {loop, "count_" + std::to_string(counters++), *constantTrips(loop)}; }

  Control &control;
  unsigned counters = 0;
};
} // namespace

static LogicalResult checkLoop(scf::ForOp loop) {
  if (!constantTrips(loop))
    return loop.emitOpError("has bounds that are known at run time only; the RTL back end covers loops with constant "
                            "bounds");
  if (loop.getNumRegionIterArgs() != 0)
    return loop.emitOpError("carries values from one iteration to the next; the RTL back end covers loops that keep "
                            "them in buffers");
  return success();
}

LogicalResult ControlBuilder::addBlock(Block &block, std::vector<Statement> &statements) {
  std::vector<Operation *> code;
  auto endPipeline = [&] {
    if (llvm::all_of(code, isFree))
      return;
    Pipeline pipeline;
    pipeline.body = code;
    statements.push_back(addPipeline(std::move(pipeline)));
    code.clear();
  };
  for (Operation &op : block.without_terminator()) {
    auto loop = dyn_cast<scf::ForOp>(op);
    if (loop && failed(checkLoop(loop)))
      return failure();
    if (loop && !isUnrolled(loop)) {
      endPipeline();
      if (failed(addLoop(loop, statements)))
        return failure();
      continue;
    }
    code.push_back(&op);
    if (isSink(&op))
      endPipeline();
  }
  endPipeline();
  return success();
}

LogicalResult ControlBuilder::addLoop(scf::ForOp loop, std::vector<Statement> &statements) {
  int64_t trips = *constantTrips(loop);
  if (trips == 0)
    return success();
  Statement nest;
  nest.loop = makeCounter(loop);
  if (auto ii = loop->getAttrOfType<IntegerAttr>("st.pipeline")) {
    Pipeline pipeline;
    for (Operation &op : loop.getBody()->without_terminator())
      pipeline.body.push_back(&op);
    pipeline.loops.push_back(nest.loop);
    pipeline.nest.push_back(loop);
    pipeline.trips = trips;
    pipeline.ii = ii.getInt();
    statements.push_back(addPipeline(std::move(pipeline)));
    return success();
  }
  if (failed(addBlock(*loop.getBody(), nest.body)))
    return failure();
  if (nest.body.empty())
    return success();
  if (nest.body.size() == 1 && nest.body.front().pipeline >= 0) {
    Pipeline &inner = control.pipelines[nest.body.front().pipeline];
    // A loop around a single pipeline fills it once. What the loop computes beside it belongs to its iterations.
    inner.loops.insert(inner.loops.begin(), nest.loop);
    inner.nest.insert(inner.nest.begin(), loop);
    inner.trips *= trips;
    statements.push_back(std::move(nest.body.front()));
    return success();
  }
  statements.push_back(std::move(nest));
  return success();
}

FailureOr<Control> Control::build(TaskOp task) {
  Control control;
  if (failed(ControlBuilder(control).addBlock(task.getBody().front(), control.statements)))
    return failure();
  return control;
}
