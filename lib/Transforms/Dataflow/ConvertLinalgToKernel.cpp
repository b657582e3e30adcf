//===- ConvertLinalgToKernel.cpp - Every tiled nest becomes a kernel of one task ------------------------------===//
//
// H. Ye, D. Chen, StreamTensor, MICRO 2025, section 4.1.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/Repeat.h"
#include "Dialect/Sizes.h"
#include "Dialect/StDialect.h"
#include "Transforms/Dataflow/Passes.h"
#include "Transforms/Dataflow/TaskBody.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSet.h"

#define DEBUG_TYPE "st-convert-linalg-to-kernel"

namespace st {
#define GEN_PASS_DEF_CONVERTLINALGTOKERNEL
#include "Transforms/Dataflow/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

static constexpr StringLiteral taskAttr = "st.task";
static constexpr StringLiteral kindAttr = "st.kind";

/// Task names are identifiers in what is generated, so that each may occur once.
static std::string makeUnique(StringRef name, llvm::StringSet<> &taken) {
  std::string unique = name.str();
  for (unsigned n = 1; !taken.insert(unique).second; ++n)
    unique = (name + "_" + Twine(n)).str();
  return unique;
}

static TaskOp createTask(OpBuilder &builder, Nest &nest, StringRef name, Block::BlockArgListType streams) {
  Location loc = nest.root.getLoc();
  SmallVector<Value> inits;
  for (const NestWrite &write : nest.writes)
    inits.push_back(ItensorEmptyOp::create(builder, loc, write.type));
  SmallVector<Value> reads(streams.begin(), streams.end());
  auto task = TaskOp::create(builder, loc, TypeRange(ValueRange(inits)), name, reads, inits, /*schedule=*/nullptr,
                             /*die=*/nullptr);
  Block &body = task.getBody().emplaceBlock();
  for (Value operand : task.getOperands())
    body.addArgument(operand.getType(), operand.getLoc());
  // What the tiling decided for the nest stays with the task.
  for (NamedAttribute attribute : nest.root->getDiscardableAttrs())
    if (attribute.getName() != taskAttr)
      task->setDiscardableAttr(attribute.getName(), attribute.getValue());
  if (!task->hasAttr(kindAttr))
    task->setDiscardableAttr(kindAttr, builder.getStringAttr(nest.hasRowBuffer ? "row" : "compute"));
  nest.buildBody(task);
  for (Operation &op : task.getBody().front())
    if (isa<scf::ForOp>(op))
      for (NamedAttribute attribute : nest.root->getDiscardableAttrs())
        op.removeDiscardableAttr(attribute.getName());
  return task;
}

static KernelOp createKernel(Nest &nest, StringRef name) {
  OpBuilder builder(nest.root);
  Location loc = nest.root.getLoc();
  SmallVector<Value> inputs;
  for (const NestRead &read : nest.reads)
    inputs.push_back(read.base);
  SmallVector<Type> results;
  for (const NestWrite &write : nest.writes)
    results.push_back(write.type.getTensorType());
  auto kernel = KernelOp::create(builder, loc, results, name, inputs);
  // The sizes are arguments of the launch.
  if (Attribute sizes = nest.root->getParentOfType<func::FuncOp>()->getAttr(sizesAttr))
    kernel->setDiscardableAttr(sizesAttr, sizes);
  Block &body = kernel.getBody().emplaceBlock();
  for (const NestRead &read : nest.reads)
    body.addArgument(read.type, read.base.getLoc());
  builder.setInsertionPointToStart(&body);
  TaskOp task = createTask(builder, nest, name, body.getArguments());
  YieldOp::create(builder, loc, task.getResults());
  return kernel;
}

/// The kernel's results are without padding: they stand for the slices that cut it off.
static void replaceNest(Nest &nest, KernelOp kernel) {
  for (auto [index, result] : llvm::enumerate(kernel.getResults())) {
    Value old = nest.writes[index].whole;
    if (old.getType() == result.getType()) {
      old.replaceAllUsesWith(result);
    } else {
      for (Operation *user : llvm::make_early_inc_range(old.getUsers())) {
        user->getResult(0).replaceAllUsesWith(result);
        user->erase();
      }
    }
    if (nest.isWrittenAfterNest(index))
      nest.writes[index].at.erase();
  }
  nest.root.erase();
}

namespace {
struct ConvertLinalgToKernel : st::impl::ConvertLinalgToKernelBase<ConvertLinalgToKernel> {
  void runOnOperation() override {
    llvm::StringSet<> names;
    SmallVector<scf::ForOp> roots;
    for (Block *block : getHostBlocks(getOperation()))
      llvm::append_range(roots, block->getOps<scf::ForOp>());
    for (scf::ForOp root : roots) {
      auto name = root->getAttrOfType<StringAttr>(taskAttr);
      if (!name) {
        root.emitError("loop at the top of a function has no 'st.task' attribute that names its task");
        return signalPassFailure();
      }
      auto nest = Nest::analyze(root);
      if (failed(nest))
        return signalPassFailure();
      replaceNest(*nest, createKernel(*nest, makeUnique(name.getValue(), names)));
      ++numKernels;
    }
    // Padding and destinations have lost their users.
    for (Block *block : getHostBlocks(getOperation()))
      for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*block)))
        if (isOpTriviallyDead(&op))
          op.erase();
  }
};
} // namespace
