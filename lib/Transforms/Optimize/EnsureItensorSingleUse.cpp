//===- EnsureItensorSingleUse.cpp - Copy a stream that has several readers ------------------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/Repeat.h"
#include "Dialect/StDialect.h"
#include "Transforms/Optimize/Passes.h"
#include "Transforms/Optimize/TaskBuilder.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#define DEBUG_TYPE "st-ensure-itensor-single-use"

namespace st {
#define GEN_PASS_DEF_ENSUREITENSORSINGLEUSE
#include "Transforms/Optimize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct EnsureItensorSingleUse : st::impl::EnsureItensorSingleUseBase<EnsureItensorSingleUse> {
  void runOnOperation() override {
    getOperation().walk([&](KernelOp kernel) {
      numDrains = 0;
      SmallVector<Value> streams;
      Block &body = kernel.getBody().front();
      auto collect = [&](Value value) {
        if (isa<ItensorType>(value.getType()) && !value.getDefiningOp<ItensorEmptyOp>() && !isFeedback(value))
          streams.push_back(value);
      };
      llvm::for_each(body.getArguments(), collect);
      for (Operation &op : body)
        llvm::for_each(op.getResults(), collect);
      OpBuilder builder(&getContext());
      for (Value stream : streams) {
        builder.setInsertionPointAfterValue(stream);
        if (stream.use_empty())
          drain(builder, stream);
        else if (!stream.hasOneUse())
          fork(builder, stream);
      }
    });
  }

private:
  void fork(OpBuilder &builder, Value stream) {
    SmallVector<OpOperand *> uses;
    // Uses are listed from the last; copies follow the order of the readers.
    for (OpOperand &use : stream.getUses())
      uses.insert(uses.begin(), &use);
    llvm::stable_sort(uses, [](OpOperand *a, OpOperand *b) {
      return a->getOwner() == b->getOwner() ? a->getOperandNumber() < b->getOperandNumber()
                                            : a->getOwner()->isBeforeInBlock(b->getOwner());
    });
    SmallVector<Type> types(uses.size(), stream.getType());
    auto fork = ItensorForkOp::create(builder, stream.getLoc(), types, stream);
    for (auto [use, copy] : llvm::zip(uses, fork.getCopies()))
      use->set(copy);
    ++numForks;
  }

  /// What nobody reads must still be taken, or its writer waits forever.
  void drain(OpBuilder &builder, Value stream) {
    TaskBuilder task(builder, stream.getLoc(), ("drain_" + Twine(numDrains++)).str(), "drain", stream, {});
    auto type = cast<ItensorType>(stream.getType());
    SmallVector<TaskBuilder::Loop> loops{{type.getNumTiles(), 1}};
    if (type.hasRunTimeSizes())
      loops = TaskBuilder::getCountingLoops(canonicalize(type));
    task.buildNest(loops, {}, [&](ValueRange, ValueRange) -> SmallVector<Value> {
      task.pull(task.getRead(0));
      return {};
    });
    task.finish({});
  }

  unsigned numDrains = 0;
};
} // namespace
