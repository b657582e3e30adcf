//===- TensorNames.cpp - The user's names of what crosses a kernel's boundary ---------------------------------===//

#include "Transforms/Optimize/TensorNames.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

static constexpr StringLiteral nameAttr = "st.name";

/// The operand that `op` gives in another form; null for other ops.
static Value getOriginal(Operation *op) {
  if (isa<linalg::PackOp, linalg::UnPackOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::PadOp,
          tensor::ExtractSliceOp, tensor::CastOp>(op))
    return op->getOperand(0);
  return nullptr;
}

std::string st::getOperandName(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto name = op->getAttrOfType<StringAttr>(nameAttr))
      return name.str();
    DenseResourceElementsAttr resource;
    if (matchPattern(op, m_Constant(&resource)))
      return resource.getRawHandle().getKey().str();
    value = getOriginal(op);
    if (!value)
      return "";
  }
  auto argument = cast<BlockArgument>(value);
  if (auto function = dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp()))
    if (auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), nameAttr))
      return name.str();
  return "";
}

std::string st::getResultName(Value value) {
  for (OpOperand &use : value.getUses()) {
    if (auto returnOp = dyn_cast<func::ReturnOp>(use.getOwner())) {
      auto function = returnOp->getParentOfType<func::FuncOp>();
      if (auto name = function.getResultAttrOfType<StringAttr>(use.getOperandNumber(), nameAttr))
        return name.str();
    } else if (getOriginal(use.getOwner()) == value) {
      std::string name = getResultName(use.getOwner()->getResult(0));
      if (!name.empty())
        return name;
    }
  }
  return "";
}

std::string st::toIdentifier(StringRef name) {
  std::string identifier;
  for (char c : name)
    identifier += llvm::isAlnum(c) ? c : '_';
  if (identifier.empty() || llvm::isDigit(identifier.front()))
    identifier.insert(0, "_");
  return identifier;
}
