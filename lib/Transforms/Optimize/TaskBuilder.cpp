//===- TaskBuilder.cpp - Write the body of a task -------------------------------------------------------------===//

#include "Transforms/Optimize/TaskBuilder.h"
#include "Dialect/LayoutAlgebra.h"
#include "Dialect/Sizes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace st;

SmallVector<int64_t> st::getStrides(ItensorType type, unsigned dim, int64_t firstLoop) {
  SmallVector<int64_t> strides(type.getNumLoops() - firstLoop, 0);
  for (const LoopStride &loop : getLoopsOf(type, dim))
    if (loop.loop >= firstLoop)
      strides[loop.loop - firstLoop] = loop.stride;
  return strides;
}

TaskBuilder::TaskBuilder(OpBuilder &builder, Location loc, StringRef name, StringRef kind, ValueRange reads,
                         ValueRange inits)
    : body(builder.getContext()), loc(loc) {
  SmallVector<Type> results;
  for (Type type : inits.getTypes())
    if (isa<ItensorType, RankedTensorType>(type))
      results.push_back(type);
  task = TaskOp::create(builder, loc, results, name, reads, inits, /*schedule=*/nullptr, /*die=*/nullptr);
  task->setDiscardableAttr("st.kind", builder.getStringAttr(kind));
  Block &block = task.getBody().emplaceBlock();
  for (Value operand : task.getOperands())
    block.addArgument(operand.getType(), operand.getLoc());
  body.setInsertionPointToEnd(&block);
}

SmallVector<Value> TaskBuilder::getInits() {
  auto arguments = task.getInitArguments();
  return SmallVector<Value>(arguments.begin(), arguments.end());
}

OpBuilder TaskBuilder::atTop() {
  OpBuilder top(task.getContext());
  if (lastConstant)
    top.setInsertionPointAfter(lastConstant);
  else
    top.setInsertionPointToStart(&task.getBody().front());
  return top;
}

Value TaskBuilder::getIndex(int64_t value) {
  Value &index = indices[value];
  if (index)
    return index;
  OpBuilder top = atTop();
  auto constant = arith::ConstantIndexOp::create(top, loc, value);
  lastConstant = constant;
  return index = constant;
}

SmallVector<TaskBuilder::Loop> TaskBuilder::getCountingLoops(ItensorType type, int64_t firstLoop) {
  SmallVector<Loop> loops;
  for (int64_t loop = firstLoop; loop < type.getNumLoops(); ++loop)
    loops.push_back({type.getTripCounts()[loop], 1, type.getTripExtent(loop)});
  return loops;
}

Value TaskBuilder::getExtent(ExtentAttr wanted) {
  Value &extent = extents[wanted];
  if (!extent) {
    OpBuilder top = atTop();
    extent = materialize(top, loc, wanted);
    lastConstant = extent.getDefiningOp();
  }
  return extent;
}

Value TaskBuilder::getEnd(const Loop &loop) {
  Value trips = loop.trips;
  if (!trips && loop.extent)
    trips = getExtent(loop.extent);
  if (!trips)
    return getIndex(loop.count * loop.step);
  return loop.step == 1 ? trips : Value(arith::MulIOp::create(body, loc, trips, getIndex(loop.step)));
}

SmallVector<Value> TaskBuilder::buildNest(ArrayRef<Loop> loops, ValueRange inits, Body buildBody) {
  OpBuilder::InsertionGuard guard(body);
  SmallVector<Value> variables, carried(inits.begin(), inits.end()), results;
  SmallVector<scf::ForOp> nest;
  for (const Loop &loop : loops) {
    // Bounds first: creating them moves no insertion point, but they must stand before the loop.
    Value lower = getIndex(0), upper = getEnd(loop), step = getIndex(loop.step);
    auto forOp = scf::ForOp::create(body, loc, lower, upper, step, carried);
    if (!forOp.getBody()->empty())
      forOp.getBody()->getTerminator()->erase();
    nest.push_back(forOp);
    variables.push_back(forOp.getInductionVar());
    carried.assign(forOp.getRegionIterArgs().begin(), forOp.getRegionIterArgs().end());
    body.setInsertionPointToEnd(forOp.getBody());
  }
  results = buildBody(variables, carried);
  for (scf::ForOp forOp : llvm::reverse(nest)) {
    body.setInsertionPointToEnd(forOp.getBody());
    scf::YieldOp::create(body, loc, results);
    results.assign(forOp.getResults().begin(), forOp.getResults().end());
  }
  return results;
}

Value TaskBuilder::pull(Value stream) {
  auto type = cast<ItensorType>(stream.getType()).getTileType();
  Value init = tensor::EmptyOp::create(body, loc, type.getShape(), type.getElementType());
  return ItensorReadOp::create(body, loc, type, stream, init).getResult();
}

Value TaskBuilder::push(Value tile, Value stream) {
  return ItensorWriteOp::create(body, loc, tile, stream).getResult();
}

OpFoldResult TaskBuilder::getOffset(ValueRange variables, ArrayRef<int64_t> scales, int64_t constant) {
  AffineExpr expr = body.getAffineConstantExpr(constant);
  SmallVector<Value> operands;
  for (auto [variable, scale] : llvm::zip(variables, scales)) {
    if (scale == 0)
      continue;
    expr = expr + body.getAffineDimExpr(operands.size()) * scale;
    operands.push_back(variable);
  }
  if (operands.empty())
    return body.getIndexAttr(constant);
  if (operands.size() == 1 && expr == body.getAffineDimExpr(0))
    return operands.front();
  return affine::AffineApplyOp::create(body, loc, AffineMap::get(operands.size(), 0, expr), operands).getResult();
}

TaskOp TaskBuilder::finish(ValueRange yielded) {
  body.setInsertionPointToEnd(&task.getBody().front());
  YieldOp::create(body, loc, yielded);
  return task;
}
