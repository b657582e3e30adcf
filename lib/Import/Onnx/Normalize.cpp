// Operators on whole rows, decomposed into reductions and element-wise
// operations as PyTorch exports them itself where the operator set lacks them.

#include "Import/Onnx/ScalarAlgebra.h"

using namespace mlir;

namespace st::onnximport {
namespace {

/// Emits element-wise operations and reductions on one type, for one node.
class RowBuilder {
public:
  RowBuilder(NodeImporter &node, ElementType type) : node(node), type(type) {}

  /// At least one operand has the result's shape or broadcasts to it with the
  /// others; scalars fit everywhere.
  template <typename Function> Value map(ArrayRef<ElementwiseOperand> operands, Function function) {
    Shape shape;
    for (const ElementwiseOperand &operand : operands)
      if (operand.tensor)
        shape = *broadcastShapes(shape, cast<RankedTensorType>(operand.tensor.getType()).getShape());
    return emitElementwise(node.builder, node.loc, operands, shape, toMlirType(type, node.builder.getContext()),
                           [&](OpBuilder &builder, Location loc, ValueRange scalars) {
                             EmitAlgebra algebra(builder, loc, type);
                             return function(algebra, scalars);
                           });
  }
  Value add(ElementwiseOperand a, ElementwiseOperand b) {
    return map({a, b}, [](EmitAlgebra &algebra, ValueRange x) { return algebra.add(x[0], x[1]); });
  }
  Value sub(ElementwiseOperand a, ElementwiseOperand b) {
    return map({a, b}, [](EmitAlgebra &algebra, ValueRange x) { return algebra.sub(x[0], x[1]); });
  }
  Value mul(ElementwiseOperand a, ElementwiseOperand b) {
    return map({a, b}, [](EmitAlgebra &algebra, ValueRange x) { return algebra.mul(x[0], x[1]); });
  }
  Value div(ElementwiseOperand a, ElementwiseOperand b) {
    return map({a, b}, [](EmitAlgebra &algebra, ValueRange x) { return algebra.div(x[0], x[1]); });
  }
  Value reduce(Value tensor, ArrayRef<int64_t> axes, ReduceKind kind) {
    return emitReduce(node.builder, node.loc, tensor, type, axes,
                      /*keepDims=*/true, kind);
  }
  Value mean(Value tensor, ArrayRef<int64_t> axes) {
    int64_t count = 1;
    for (int64_t axis : axes)
      count *= cast<RankedTensorType>(tensor.getType()).getDimSize(axis);
    return map({reduce(tensor, axes, ReduceKind::Sum)},
               [&](EmitAlgebra &algebra, ValueRange x) { return algebra.mul(x[0], algebra.constant(1.0 / count)); });
  }

private:
  NodeImporter &node;
  ElementType type;
};

LogicalResult checkFloat(NodeImporter &node) {
  ElementType type = node.input(0).type;
  if (isFloat(type))
    return success();
  return node.emitError() << "element type " << elementName(type) << " is not supported; a floating-point type is";
}

/// Before version 13 the rows are all dimensions from the axis on.
FailureOr<Shape> softmaxAxes(NodeImporter &node) {
  int64_t rank = node.input(0).rank();
  bool isOld = node.opset < 13;
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", isOld ? 1 : -1), rank);
  if (failed(axis))
    return failure();
  return isOld ? llvm::to_vector(llvm::seq<int64_t>(*axis, rank)) : Shape{*axis};
}

LogicalResult importSoftmax(NodeImporter &node, bool isLog) {
  FailureOr<Shape> axes = softmaxAxes(node);
  if (failed(checkFloat(node)) || failed(axes))
    return failure();
  ElementType type = node.input(0).type;
  RowBuilder rows(node, type);
  Value x = node.value(0);
  // Subtracting the row's maximum keeps the exponentials in range.
  Value shifted = rows.sub(x, rows.reduce(x, *axes, ReduceKind::Max));
  Value exponentials = rows.map({shifted}, [](EmitAlgebra &a, ValueRange s) { return a.exp(s[0]); });
  Value sum = rows.reduce(exponentials, *axes, ReduceKind::Sum);
  Value result;
  if (isLog)
    result = rows.sub(shifted, rows.map({sum}, [](EmitAlgebra &a, ValueRange s) { return a.log(s[0]); }));
  else
    result = rows.div(exponentials, sum);
  node.setOutput(0, type, result);
  return success();
}

LogicalResult importLayerNormalization(NodeImporter &node) {
  const GraphValue &x = node.input(0);
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", -1), x.rank());
  if (failed(checkFloat(node)) || failed(axis))
    return failure();
  for (unsigned index = 1; index < node.numInputs(); ++index)
    if (node.hasInput(index) && broadcastShapes(node.input(index).shape, x.shape) != x.shape)
      return node.emitError() << "shape " << toString(node.input(index).shape) << " of '" << node.input(index).name
                              << "' does not broadcast to " << toString(x.shape);
  Shape axes = llvm::to_vector(llvm::seq<int64_t>(*axis, x.rank()));
  RowBuilder rows(node, x.type);
  double epsilon = node.getFloat("epsilon", 1e-5f);
  Value mean = rows.mean(node.value(0), axes);
  Value centered = rows.sub(node.value(0), mean);
  Value variance = rows.mean(rows.mul(centered, centered), axes);
  Value shifted = rows.map({variance}, [&](EmitAlgebra &a, ValueRange v) { return a.add(v[0], a.constant(epsilon)); });
  Value deviation = rows.map({shifted}, [](EmitAlgebra &a, ValueRange v) { return a.sqrt(v[0]); });
  Value result = rows.mul(rows.div(centered, deviation), elementwiseOperand(node, 1));
  if (node.hasInput(2))
    result = rows.add(result, elementwiseOperand(node, 2));
  node.setOutput(0, x.type, result);
  node.setOutput(1, x.type, mean);
  if (node.hasOutput(2))
    node.setOutput(2, x.type,
                   rows.map({deviation}, [](EmitAlgebra &a, ValueRange v) { return a.div(a.constant(1), v[0]); }));
  return success();
}

} // namespace

void registerNormalize(OpRegistry &registry) {
  registry["Softmax"] = [](NodeImporter &node) { return importSoftmax(node, /*isLog=*/false); };
  registry["LogSoftmax"] = [](NodeImporter &node) { return importSoftmax(node, /*isLog=*/true); };
  registry["LayerNormalization"] = importLayerNormalization;
}

} // namespace st::onnximport
