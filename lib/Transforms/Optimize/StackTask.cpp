//===- StackTask.cpp - Let a task loop over repetitions --------------------------------------------------------===//

#include "Transforms/Optimize/StackTask.h"
#include "Dialect/Repeat.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace st;

SmallVector<ReassociationIndices> st::getUnitGroups(int64_t rank) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t dim = 0; dim < rank; ++dim)
    groups.push_back(dim == 0 ? ReassociationIndices{0, 1} : ReassociationIndices{dim + 1});
  return groups;
}

/// Pulls `read`'s tile with a unit dimension more, and takes it off.
static void pullStacked(ItensorReadOp read, ItensorType stacked) {
  OpBuilder builder(read);
  Location loc = read.getLoc();
  auto tile = cast<RankedTensorType>(read.getResult().getType());
  auto groups = getUnitGroups(tile.getRank());
  Value init = tensor::ExpandShapeOp::create(builder, loc, stacked.getTileType(), read.getInit(), groups);
  auto pulled = ItensorReadOp::create(builder, loc, stacked.getTileType(), read.getSource(), init);
  pulled->setDiscardableAttrs(read->getDiscardableAttrDictionary());
  Value value = tensor::CollapseShapeOp::create(builder, loc, tile, pulled.getResult(), groups);
  read.replaceAllUsesWith(value);
  read.erase();
}

/// Gives what `write` pushes a unit dimension more.
static void pushStacked(ItensorWriteOp write, ItensorType stacked) {
  Value value = write.getValue();
  auto collapse = value.getDefiningOp<tensor::CollapseShapeOp>();
  if (collapse && collapse.getSrcType() == stacked.getTileType()) {
    write.getValueMutable().assign(collapse.getSrc());
    return;
  }
  OpBuilder builder(write);
  auto groups = getUnitGroups(cast<RankedTensorType>(value.getType()).getRank());
  write.getValueMutable().assign(
      tensor::ExpandShapeOp::create(builder, write.getLoc(), stacked.getTileType(), value, groups).getResult());
}

/// Puts the body of `task` into a loop over `count` repetitions.
static scf::ForOp wrapInLoop(TaskOp task, int64_t count) {
  Block &body = task.getBody().front();
  YieldOp yield = task.getYield();
  Location loc = task.getLoc();
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0),
        end = arith::ConstantIndexOp::create(builder, loc, count),
        one = arith::ConstantIndexOp::create(builder, loc, 1);
  SmallVector<Value> inits;
  for (auto [index, argument] : llvm::enumerate(task.getInitArguments()))
    if (task.getResultForInit(index))
      inits.push_back(argument);
  auto loop = scf::ForOp::create(builder, loc, zero, end, one, inits);
  Block *inner = loop.getBody();
  if (!inner->empty())
    inner->getTerminator()->erase();
  inner->getOperations().splice(inner->end(), body.getOperations(), std::next(Block::iterator(loop)),
                                Block::iterator(yield));
  for (auto [init, carried] : llvm::zip(inits, loop.getRegionIterArgs()))
    init.replaceUsesWithIf(carried, [&](OpOperand &use) { return use.getOwner() != loop; });
  builder.setInsertionPointToEnd(inner);
  scf::YieldOp::create(builder, loc, yield.getOperands());
  yield->setOperands(loop.getResults());
  // What depends on nothing need not be made anew.
  for (Operation &op : llvm::make_early_inc_range(*inner))
    if (op.getNumOperands() == 0 && op.getNumRegions() == 0 && isMemoryEffectFree(&op) && !isa<scf::YieldOp>(op))
      op.moveBefore(loop);
  return loop;
}

LogicalResult st::stackTask(TaskOp task, int64_t count, Value index, function_ref<bool(Value)> isAgain) {
  for (BlockArgument argument : task.getBody().getArguments()) {
    Value operand = task.getOperandFor(argument).get();
    if (isa<ShapedType>(operand.getType()))
      return task.emitOpError() << "takes operand " << argument.getArgNumber() << " of type " << operand.getType()
                                << ", which is the same in all repetitions; inside a repetition tasks talk through "
                                   "itensors only";
    argument.setType(operand.getType());
  }
  scf::ForOp loop = wrapInLoop(task, count);
  SmallVector<ItensorReadOp> reads;
  SmallVector<ItensorWriteOp> writes;
  auto stack = [&](Value value) {
    if (auto type = dyn_cast<ItensorType>(value.getType()))
      value.setType(stackType(type, count));
  };
  loop.getBody()->walk([&](Operation *op) {
    llvm::for_each(op->getResults(), stack);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        llvm::for_each(block.getArguments(), stack);
    if (auto read = dyn_cast<ItensorReadOp>(op))
      reads.push_back(read);
    if (auto write = dyn_cast<ItensorWriteOp>(op))
      writes.push_back(write);
  });
  for (ItensorReadOp read : reads) {
    auto argument = dyn_cast<BlockArgument>(read.getSource());
    if (!argument || argument.getOwner()->getParentOp() != task)
      return read.emitOpError("must read a block argument of its task to be repeated");
    if (!isAgain(task.getOperandFor(argument).get()))
      pullStacked(read, read.getSource().getType());
  }
  for (ItensorWriteOp write : writes)
    pushStacked(write, write.getDest().getType());
  for (unsigned number = task.getReads().size(); number-- > 0;)
    if (task.getReads()[number] == index) {
      task.getReadArguments()[number].replaceAllUsesWith(loop.getInductionVar());
      task.getReadsMutable().erase(number);
      task.getBody().eraseArgument(number);
    }
  return success();
}
