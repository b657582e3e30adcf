//===- ExternalTensors.cpp - What a kernel's operands are to the user -----------------------------------------===//

#include "Transforms/Bufferize/ExternalTensors.h"
#include "Analysis/FifoGraph.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace st;

/// The user's name of the tensor that a DMA task moves, else `otherwise`.
static std::string nameOfTransfer(Operation *op, StringRef otherwise) {
  auto task = dyn_cast_or_null<TaskOp>(op);
  if (!task)
    return otherwise.str();
  if (auto name = task->getAttrOfType<StringAttr>("st.tensor"))
    return name.str();
  StringRef name = task.getSymName();
  return name.consume_front("dma_") ? name.str() : otherwise.str();
}

void st::annotateExternalTensors(KernelOp kernel) {
  Builder builder(kernel.getContext());
  SmallVector<Attribute> names, directions;
  SmallVector<int64_t> parameters;
  llvm::StringSet<> taken;
  auto append = [&](std::string name, StringRef direction) {
    std::string unique = name;
    for (unsigned count = 1; !taken.insert(unique).second; ++count)
      unique = name + "_" + std::to_string(count);
    names.push_back(builder.getStringAttr(unique));
    directions.push_back(builder.getStringAttr(direction));
  };
  for (auto [index, argument] : llvm::enumerate(kernel.getBody().getArguments())) {
    bool isUpdated = llvm::is_contained(kernel.getUpdates(), static_cast<int64_t>(index));
    // What is updated is called as what is read.
    Operation *transfer = argument.use_empty() ? nullptr : *argument.user_begin();
    for (OpOperand &use : argument.getUses())
      if (auto task = dyn_cast<TaskOp>(use.getOwner()); task && use.getOperandNumber() < task.getReads().size())
        transfer = task;
    append(nameOfTransfer(transfer, "arg"), isUpdated ? "inout" : "in");
    if (isParameterOperand(kernel, index))
      parameters.push_back(index);
  }
  for (auto [index, yielded] : llvm::enumerate(kernel.getYield().getOperands()))
    if (!kernel.getUpdatedOperand(index))
      append(nameOfTransfer(yielded.getDefiningOp(), "result"), "out");
  kernel->setAttr(operandNamesAttr, builder.getArrayAttr(names));
  kernel->setAttr(operandDirectionsAttr, builder.getArrayAttr(directions));
  kernel->setAttr(parameterOperandsAttr, builder.getDenseI64ArrayAttr(parameters));
}
