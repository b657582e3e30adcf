#include "Import/Onnx/TensorAlgebra.h"

using namespace mlir;

namespace st::onnximport {

Shape TensorAlgebra::commonShape(ArrayRef<ElementwiseOperand> operands) {
  Shape shape;
  for (const ElementwiseOperand &operand : operands)
    if (operand.tensor)
      shape = *broadcastShapes(shape, shapeOf(operand.tensor));
  return shape;
}

Value TensorAlgebra::add(ElementwiseOperand a, ElementwiseOperand b) {
  return map({a, b}, [](EmitAlgebra &algebra, ValueRange x) { return algebra.add(x[0], x[1]); });
}

Value TensorAlgebra::sub(ElementwiseOperand a, ElementwiseOperand b) {
  return map({a, b}, [](EmitAlgebra &algebra, ValueRange x) { return algebra.sub(x[0], x[1]); });
}

Value TensorAlgebra::mul(ElementwiseOperand a, ElementwiseOperand b) {
  return map({a, b}, [](EmitAlgebra &algebra, ValueRange x) { return algebra.mul(x[0], x[1]); });
}

Value TensorAlgebra::div(ElementwiseOperand a, ElementwiseOperand b) {
  return map({a, b}, [](EmitAlgebra &algebra, ValueRange x) { return algebra.div(x[0], x[1]); });
}

Value TensorAlgebra::convert(Value tensor, ElementType to) {
  return mapTo(to, {tensor}, [&](EmitAlgebra &algebra, ValueRange x) { return algebra.convert(x[0], to); });
}

Value TensorAlgebra::reduce(Value tensor, ArrayRef<int64_t> axes, ReduceKind kind) {
  return emitReduce(node.builder, node.loc, tensor, type, axes, /*keepDims=*/true, kind);
}

Value TensorAlgebra::mean(Value tensor, ArrayRef<int64_t> axes) {
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= shapeOf(tensor)[axis];
  FailureOr<ExtentAttr> runTimeCount = countRunTime(node, axes);
  if (succeeded(runTimeCount) && *runTimeCount)
    return map({reduce(tensor, axes, ReduceKind::Sum)}, [&](EmitAlgebra &algebra, ValueRange x) {
      return algebra.div(x[0], emitExtent(algebra.builder, algebra.loc, *runTimeCount, type));
    });
  return map({reduce(tensor, axes, ReduceKind::Sum)},
             [&](EmitAlgebra &algebra, ValueRange x) { return algebra.mul(x[0], algebra.constant(1.0 / count)); });
}

ElementwiseOperand TensorAlgebra::scalar(double value) {
  Type scalarType = toMlirType(type, node.builder.getContext());
  if (isFloat(type))
    return TypedAttr(node.builder.getFloatAttr(scalarType, value));
  return TypedAttr(node.builder.getIntegerAttr(scalarType, int64_t(value)));
}

LogicalResult checkFloat(NodeImporter &node) {
  if (isFloat(node.type(0)))
    return success();
  return node.emitError() << "element type " << elementName(node.type(0))
                          << " is not supported; a floating-point type is";
}

} // namespace st::onnximport
