//===- ExpandRepeats.cpp - Let the tasks of a repetition loop over the repetitions ----------------------------===//
//
// What streams inside a repetition becomes the stack of what streams in all of them, so that the repetition is an
// outermost loop that every two tasks share: converters hold what one repetition needs, and a task goes on with the
// next as soon as its tokens are there. What is carried passes a task that takes it from outside first and from the end
// of the repetition then, and at the end another one that sends it back, or out.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/Repeat.h"
#include "Transforms/Optimize/Passes.h"
#include "Transforms/Optimize/RoutingTask.h"
#include "Transforms/Optimize/StackTask.h"
#include "Transforms/Optimize/TaskBuilder.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSet.h"

#define DEBUG_TYPE "st-expand-repeats"

namespace st {
#define GEN_PASS_DEF_EXPANDREPEATS
#include "Transforms/Optimize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

//===----------------------------------------------------------------------------------------------------------===//
// Repetitions
//===----------------------------------------------------------------------------------------------------------===//

namespace {

class Expansion {
public:
  Expansion(RepeatOp repeat, llvm::StringSet<> &names)
      : repeat(repeat), count(repeat.getCount()), builder(repeat), names(names) {}

  LogicalResult run() {
    SmallVector<Value> feedbacks;
    for (auto [argument, init] : llvm::zip(repeat.getCarriedArguments(), repeat.getCarried())) {
      auto type = cast<ItensorType>(argument.getType());
      Value head = regroup(init, stackType(type, 1)), back;
      if (count > 1)
        head = takeTurns(head, type, back);
      argument.replaceAllUsesWith(head);
      feedbacks.push_back(back);
      carried.insert(head);
    }
    for (auto [argument, operand] : llvm::zip(repeat.getSliceArguments(), repeat.getSlices()))
      argument.replaceAllUsesWith(spell(operand, stackType(cast<ItensorType>(argument.getType()), count)));
    for (auto [argument, operand] : llvm::zip(repeat.getAgainArguments(), repeat.getAgain()))
      replaceAgain(argument, spell(operand, againType(cast<ItensorType>(argument.getType()), count)));
    for (Operation &op : llvm::make_early_inc_range(repeat.getBody().front().without_terminator()))
      if (failed(stack(&op)))
        return failure();
    for (auto [result, last, back] : llvm::zip(repeat.getResults(), repeat.getYield().getOperands(), feedbacks)) {
      auto type = cast<ItensorType>(result.getType());
      result.replaceAllUsesWith(back ? sendBack(last, type, back) : regroup(last, type));
    }
    repeat.erase();
    return success();
  }

private:
  /// `value` spelled as `type`.
  Value spell(Value value, ItensorType type) {
    return value.getType() == type ? value : ItensorCastOp::create(builder, repeat.getLoc(), type, value).getResult();
  }

  /// `value` with a leading unit dimension more or less.
  Value regroup(Value value, ItensorType type) {
    int64_t rank = std::min(type.getRank(), cast<ItensorType>(value.getType()).getRank());
    return ItensorReassociateOp::create(builder, repeat.getLoc(), type, value,
                                        getReassociationIndicesAttribute(builder, getUnitGroups(rank)));
  }

  Value makeInstance(ItensorType type) {
    return ItensorInstanceOp::create(builder, repeat.getLoc(), type, /*depth_tokens=*/nullptr, /*storage=*/nullptr);
  }

  std::string makeName(StringRef wanted) {
    std::string name = wanted.str();
    for (unsigned number = 1; !names.insert(name).second; ++number)
      name = (wanted + "_" + Twine(number)).str();
    return name;
  }

  /// What lies in the stack of `first` and then `second` repetitions of `type`.
  Routing route(ItensorType type, int64_t first, int64_t second) {
    std::string whyNot;
    auto routing = routeParts(stackType(type, count), /*dim=*/0, {first, second}, whyNot);
    assert(routing && "the outermost loop alone drives the leading dimension of a stack");
    return *routing;
  }

  /// The stack of `head` and of what comes through `back`, which is made here.
  Value takeTurns(Value head, ItensorType type, Value &back) {
    back = makeInstance(stackType(type, count - 1));
    back.getDefiningOp()->setAttr(feedbackAttr, builder.getUnitAttr());
    Value whole = makeInstance(stackType(type, count));
    return buildRoutingTask(builder, repeat.getLoc(), makeName("enter"), {head, back}, whole, route(type, 1, count - 1))
        .getResult(0);
  }

  /// Sends all of `stack` but the last repetition through `back`, and gives the last.
  Value sendBack(Value stack, ItensorType type, Value back) {
    // What leaves has the shape that it has outside, so that a DMA behind it passes tokens on as they come.
    Value last = makeInstance(type);
    return buildRoutingTask(builder, repeat.getLoc(), makeName("leave"), stack, {back, last}, route(type, count - 1, 1))
        .getResult(1);
  }

  /// A task pulls the same tiles again; all others expect a stack.
  void replaceAgain(BlockArgument argument, Value value) {
    Value stacked;
    for (OpOperand &use : llvm::make_early_inc_range(argument.getUses())) {
      if (isa<TaskOp>(use.getOwner())) {
        again.insert(value);
        use.set(value);
        continue;
      }
      if (!stacked)
        stacked = stackAgain(value, cast<ItensorType>(argument.getType()));
      use.set(stacked);
    }
  }

  Value stackAgain(Value value, ItensorType inner) {
    ItensorType type = stackType(inner, count);
    TaskBuilder task(builder, repeat.getLoc(), makeName("again"), "route", value, makeInstance(type));
    auto results = task.buildNest(TaskBuilder::getCountingLoops(canonicalize(type)), task.getInits(),
                                  [&](ValueRange, ValueRange carried) -> SmallVector<Value> {
                                    Value tile = task.pull(task.getRead(0));
                                    Value stacked =
                                        tensor::ExpandShapeOp::create(task.body, repeat.getLoc(), type.getTileType(),
                                                                      tile, getUnitGroups(inner.getRank()));
                                    return {task.push(stacked, carried.front())};
                                  });
    return task.finish(results).getResult(0);
  }

  /// Moves `op` out of the repetition, once for all of them.
  LogicalResult stack(Operation *op) {
    op->moveBefore(repeat);
    if (!isa<TaskOp, ItensorEmptyOp, ItensorInstanceOp, ItensorCastOp, ItensorForkOp, ItensorConverterOp,
             ItensorChunkOp, ItensorConcatOp, ItensorJoinOp, ItensorReassociateOp, RepeatOp>(op))
      return op->emitOpError("cannot stand in a repetition inside a kernel");
    bool isCarried = llvm::any_of(op->getOperands(), [&](Value operand) { return carried.contains(operand); });
    for (Value result : op->getResults()) {
      if (auto type = dyn_cast<ItensorType>(result.getType()))
        result.setType(stackType(type, count));
      if (isCarried)
        carried.insert(result);
    }
    if (auto task = dyn_cast<TaskOp>(op))
      return stackTask(task, count, repeat.getIndex(), [&](Value value) { return again.contains(value); });
    // What a converter holds for the next repetition would have to come before this one is finished.
    auto restarts = op->getAttrOfType<IntegerAttr>(restartsAttr);
    if (isa<ItensorConverterOp>(op) && (isCarried || restarts))
      op->setAttr(restartsAttr, builder.getI64IntegerAttr(restarts ? restarts.getInt() + 1 : 1));
    if (auto dim = op->getAttrOfType<IntegerAttr>("dim"))
      op->setAttr("dim", builder.getI64IntegerAttr(dim.getInt() + 1));
    if (auto converter = dyn_cast<ItensorConverterOp>(op); converter && converter.getPad()) {
      auto prepend = [](ArrayRef<int64_t> amounts) {
        SmallVector<int64_t> all{0};
        llvm::append_range(all, amounts);
        return all;
      };
      converter.setLow(prepend(*converter.getLow()));
      converter.setHigh(prepend(*converter.getHigh()));
    }
    if (auto regrouped = dyn_cast<ItensorReassociateOp>(op)) {
      SmallVector<ReassociationIndices> groups{{0}};
      for (Attribute group : regrouped.getReassociation()) {
        auto &dims = groups.emplace_back();
        for (Attribute dim : cast<ArrayAttr>(group))
          dims.push_back(cast<IntegerAttr>(dim).getInt() + 1);
      }
      regrouped.setReassociationAttr(getReassociationIndicesAttribute(builder, groups));
    }
    return success();
  }

  RepeatOp repeat;
  int64_t count;
  OpBuilder builder;
  llvm::StringSet<> &names;
  /// What streams the same in every repetition, without a dimension for it; and what depends on the one before.
  DenseSet<Value> again, carried;
};

/// Bytes of the tensors that stream through `values`.
int64_t countBytes(ValueRange values) {
  int64_t bytes = 0;
  for (Type type : values.getTypes()) {
    RankedTensorType tensor = cast<ItensorType>(type).getTensorType();
    bytes += llvm::divideCeil(tensor.getNumElements() * tensor.getElementTypeBitWidth(), 8);
  }
  return bytes;
}

/// What reports say of `repeat` once it is gone.
Attribute describe(RepeatOp repeat, OpBuilder &builder) {
  auto number = [&](StringRef name, int64_t value) {
    return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
  };
  return builder.getDictionaryAttr({number("count", repeat.getCount()),
                                    number("carried_bytes", countBytes(repeat.getCarried())),
                                    number("stacked_bytes", countBytes(repeat.getSlices()))});
}

struct ExpandRepeats : st::impl::ExpandRepeatsBase<ExpandRepeats> {
  void runOnOperation() override {
    WalkResult walk = getOperation().walk([&](KernelOp kernel) {
      llvm::StringSet<> names;
      SmallVector<RepeatOp> repeats;
      // From the inside out.
      kernel.getBody().walk([&](Operation *op) {
        if (auto task = dyn_cast<TaskOp>(op))
          names.insert(task.getSymName());
        if (auto repeat = dyn_cast<RepeatOp>(op))
          repeats.push_back(repeat);
      });
      OpBuilder builder(kernel.getContext());
      SmallVector<Attribute> described;
      for (RepeatOp repeat : repeats)
        described.push_back(describe(repeat, builder));
      if (!described.empty())
        kernel->setAttr(repeatsAttr, builder.getArrayAttr(described));
      for (RepeatOp repeat : repeats)
        if (failed(Expansion(repeat, names).run()))
          return WalkResult::interrupt();
      numRepeats += repeats.size();
      return WalkResult::skip();
    });
    if (walk.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
