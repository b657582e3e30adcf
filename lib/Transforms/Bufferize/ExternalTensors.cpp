//===- ExternalTensors.cpp - What a kernel's operands are to the user -----------------------------------------===//

#include "Transforms/Bufferize/ExternalTensors.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace st;

/// Ops of @main that lay a tensor out anew without changing what it is.
static bool isRelayout(Operation *op) {
  return isa<linalg::PackOp, linalg::UnPackOp, tensor::PadOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
             tensor::CastOp, tensor::ExtractSliceOp, tensor::ReshapeOp>(op);
}

static bool isConstant(Operation *op) { return op && op->hasTrait<OpTrait::ConstantLike>(); }

static Value findOrigin(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isRelayout(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

/// The name that the user knows an input by; empty when it has none.
static std::string nameOfInput(Value value) {
  Value origin = findOrigin(value);
  if (auto argument = dyn_cast<BlockArgument>(origin)) {
    if (auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()))
      if (auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "st.name"))
        return name.str();
    return "";
  }
  Operation *op = origin.getDefiningOp();
  if (auto name = op->getAttrOfType<StringAttr>("st.name"))
    return name.str();
  DenseResourceElementsAttr resource;
  if (matchPattern(origin, m_Constant(&resource)))
    return resource.getRawHandle().getKey().str();
  return "";
}

/// The name that the user knows a kernel's result by; empty when it has none.
static std::string nameOfResult(Value value) {
  SmallVector<Value> worklist{value};
  while (!worklist.empty()) {
    for (OpOperand &use : worklist.pop_back_val().getUses()) {
      Operation *op = use.getOwner();
      if (isRelayout(op) && use.getOperandNumber() == 0) {
        llvm::append_range(worklist, op->getResults());
      } else if (isa<func::ReturnOp>(op)) {
        auto function = cast<func::FuncOp>(op->getParentOp());
        if (auto name = function.getResultAttrOfType<StringAttr>(use.getOperandNumber(), "st.name"))
          return name.str();
      }
    }
  }
  return "";
}

static std::string nameFromTask(Operation *op, StringRef otherwise) {
  auto task = dyn_cast_or_null<TaskOp>(op);
  StringRef name = task ? task.getSymName() : "";
  return name.consume_front("dma_") ? name.str() : otherwise.str();
}

void st::annotateExternalTensors(KernelOp kernel) {
  Builder builder(kernel.getContext());
  SmallVector<Attribute> names, directions;
  SmallVector<bool> parameters;
  llvm::StringSet<> taken;
  auto append = [&](std::string name, StringRef direction, bool parameter) {
    std::string unique = name;
    for (unsigned count = 1; !taken.insert(unique).second; ++count)
      unique = name + "_" + std::to_string(count);
    names.push_back(builder.getStringAttr(unique));
    directions.push_back(builder.getStringAttr(direction));
    parameters.push_back(parameter);
  };
  for (auto [input, argument] : llvm::zip(kernel.getInputs(), kernel.getBody().getArguments())) {
    std::string name = nameOfInput(input);
    if (name.empty())
      name = nameFromTask(argument.use_empty() ? nullptr : *argument.user_begin(), "arg");
    append(name, "in", isConstant(findOrigin(input).getDefiningOp()));
  }
  for (auto [result, yielded] : llvm::zip(kernel.getResults(), kernel.getYield().getOperands())) {
    std::string name = nameOfResult(result);
    append(name.empty() ? nameFromTask(yielded.getDefiningOp(), "result") : name, "out", false);
  }
  kernel->setAttr(operandNamesAttr, builder.getArrayAttr(names));
  kernel->setAttr(operandDirectionsAttr, builder.getArrayAttr(directions));
  kernel->setAttr(operandParametersAttr, builder.getDenseBoolArrayAttr(parameters));
}
