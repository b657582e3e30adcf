// Operators on whole tensors, composed of element-wise operations and reductions as PyTorch exports them itself where
// the operator set lacks them.
#pragma once

#include "Import/Onnx/ScalarAlgebra.h"

namespace st::onnximport {

/// Emits element-wise operations and reductions on one type, for one node.
class TensorAlgebra {
public:
  TensorAlgebra(NodeImporter &node, ElementType type) : node(node), type(type) {}

  /// `function` (algebra, scalars) on operands that broadcast with each other; scalars fit everywhere. Its result is of
  /// type `resultType`.
  template <typename Function>
  mlir::Value mapTo(ElementType resultType, llvm::ArrayRef<ElementwiseOperand> operands, Function function) {
    return emitElementwise(node.builder, node.loc, operands, commonShape(operands),
                           toMlirType(resultType, node.builder.getContext()),
                           [&](mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange scalars) {
                             EmitAlgebra algebra(builder, loc, type);
                             return function(algebra, scalars);
                           });
  }
  template <typename Function> mlir::Value map(llvm::ArrayRef<ElementwiseOperand> operands, Function function) {
    return mapTo(type, operands, function);
  }
  mlir::Value add(ElementwiseOperand a, ElementwiseOperand b);
  mlir::Value sub(ElementwiseOperand a, ElementwiseOperand b);
  mlir::Value mul(ElementwiseOperand a, ElementwiseOperand b);
  mlir::Value div(ElementwiseOperand a, ElementwiseOperand b);
  mlir::Value convert(mlir::Value tensor, ElementType to);
  /// The reduced dimensions become 1.
  mlir::Value reduce(mlir::Value tensor, llvm::ArrayRef<int64_t> axes, ReduceKind kind);
  mlir::Value mean(mlir::Value tensor, llvm::ArrayRef<int64_t> axes);
  /// A scalar of this type.
  ElementwiseOperand scalar(double value);

private:
  static Shape commonShape(llvm::ArrayRef<ElementwiseOperand> operands);

  NodeImporter &node;
  ElementType type;
};

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value tensor) {
  return mlir::cast<mlir::RankedTensorType>(tensor.getType()).getShape();
}

mlir::LogicalResult checkFloat(NodeImporter &node);

} // namespace st::onnximport
