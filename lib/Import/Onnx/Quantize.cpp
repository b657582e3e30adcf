// Operators on quantized tensors, with exact integer semantics.

#include "Import/Onnx/MatMul.h"
#include "Import/Onnx/Quantized.h"
#include "Import/Onnx/TensorAlgebra.h"

using namespace mlir;

namespace st::onnximport {
namespace {

bool isByte(ElementType type) { return type == ElementType::I8 || type == ElementType::U8; }

std::pair<double, double> byteRange(ElementType type) {
  return type == ElementType::U8 ? std::make_pair(0., 255.) : std::make_pair(-128., 127.);
}

/// Operand `index`, one element or one for each of the `extent` positions along `dim` of a tensor of rank `rank`, under
/// a shape that broadcasts to the tensor's.
LogicalResult reshapeParameter(NodeImporter &node, unsigned index, int64_t extent, int64_t dim, int64_t rank) {
  int64_t size = numElements(node.shape(index));
  if (size != 1 && (size != extent || dim < 0))
    return node.emitError() << "'" << node.input(index).name << "' of shape " << toString(node.shape(index))
                            << " must have one element" << (dim < 0 ? "" : ", or one for each of the ")
                            << (dim < 0 ? "" : std::to_string(extent) + " channels");
  Shape shape(size == 1 ? 0 : rank, 1);
  if (size != 1)
    shape[dim] = extent;
  node.reshapeInput(index, shape);
  return success();
}

/// Rounds and saturates x[0] / x[1] with the zero point x[2], of type `result`, added.
Value quantizeScalar(EmitAlgebra &f32, Value scaled, Value zero, ElementType result) {
  auto [low, high] = byteRange(result);
  EmitAlgebra zeroAlgebra(f32.builder, f32.loc, result), i32(f32.builder, f32.loc, ElementType::I32);
  Value rounded = f32.roundEven(scaled);
  // Saturating before the zero point is added keeps the conversion in range; these numbers are exact in f32.
  if (!zero) {
    Value clamped = f32.min(f32.max(rounded, f32.constant(low)), f32.constant(high));
    return i32.convert(f32.convert(clamped, ElementType::I32), result);
  }
  Value zeroFloat = zeroAlgebra.convert(zero, ElementType::F32);
  Value lowest = f32.sub(f32.constant(low), zeroFloat), highest = f32.sub(f32.constant(high), zeroFloat);
  Value clamped = f32.min(f32.max(rounded, lowest), highest);
  Value shifted = i32.add(f32.convert(clamped, ElementType::I32), zeroAlgebra.convert(zero, ElementType::I32));
  return i32.convert(shifted, result);
}

FailureOr<int64_t> readAxis(NodeImporter &node) {
  int64_t rank = node.input(0).rank();
  // The axis counts only where the scale has several elements.
  if (numElements(node.shape(1)) == 1)
    return int64_t(-1);
  return node.normalizeAxis(node.getInt("axis", 1), rank);
}

LogicalResult importQuantizeLinear(NodeImporter &node) {
  ElementType type = node.type(0), result = node.hasInput(2) ? node.type(2) : ElementType::U8;
  if ((type != ElementType::F32 && type != ElementType::I32) || node.type(1) != ElementType::F32 || !isByte(result))
    return node.emitError() << "quantizes " << elementName(type) << " to " << elementName(result)
                            << "; f32 or i32 to u8 or i8 is supported";
  FailureOr<int64_t> axis = readAxis(node);
  if (failed(axis))
    return failure();
  int64_t rank = node.input(0).rank(), extent = *axis < 0 ? 1 : node.shape(0)[*axis];
  SmallVector<ElementwiseOperand> operands{elementwiseOperand(node, 0)};
  for (unsigned index = 1; index <= (node.hasInput(2) ? 2 : 1); ++index) {
    if (failed(reshapeParameter(node, index, extent, *axis, rank)))
      return failure();
    operands.push_back(elementwiseOperand(node, index));
  }
  Value quantized =
      emitElementwise(node.builder, node.loc, operands, node.shape(0), toMlirType(result, node.builder.getContext()),
                      [&](OpBuilder &builder, Location loc, ValueRange x) {
                        EmitAlgebra f32(builder, loc, ElementType::F32);
                        Value number = EmitAlgebra(builder, loc, type).convert(x[0], ElementType::F32);
                        return quantizeScalar(f32, f32.div(number, x[1]), x.size() > 2 ? x[2] : Value(), result);
                      });
  node.setOutput(0, result, quantized);
  return success();
}

LogicalResult importDequantizeLinear(NodeImporter &node) {
  ElementType type = node.type(0);
  if ((!isByte(type) && type != ElementType::I32) || node.type(1) != ElementType::F32 ||
      (node.hasInput(2) && node.type(2) != type))
    return node.emitError() << "dequantizes " << elementName(type) << "; u8, i8 and i32 with a scale in f32 and a "
                            << "zero point of the same type are supported";
  FailureOr<int64_t> axis = readAxis(node);
  if (failed(axis))
    return failure();
  int64_t rank = node.input(0).rank(), extent = *axis < 0 ? 1 : node.shape(0)[*axis];
  bool hasZero = node.hasInput(2) && !(node.constant(2) && node.constant(2)->isSplat() && !node.constant(2)->getInt(0));
  SmallVector<ElementwiseOperand> operands{elementwiseOperand(node, 0)};
  for (unsigned index = 1; index <= (hasZero ? 2 : 1); ++index) {
    if (failed(reshapeParameter(node, index, extent, *axis, rank)))
      return failure();
    operands.push_back(elementwiseOperand(node, index));
  }
  Value numbers = emitElementwise(node.builder, node.loc, operands, node.shape(0),
                                  toMlirType(ElementType::F32, node.builder.getContext()),
                                  [&](OpBuilder &builder, Location loc, ValueRange x) {
                                    EmitAlgebra algebra(builder, loc, type), i32(builder, loc, ElementType::I32),
                                        f32(builder, loc, ElementType::F32);
                                    Value difference = algebra.convert(x[0], ElementType::I32);
                                    if (hasZero)
                                      difference = i32.sub(difference, algebra.convert(x[2], ElementType::I32));
                                    return f32.mul(i32.convert(difference, ElementType::F32), x[1]);
                                  });
  node.setOutput(0, ElementType::F32, numbers);
  return success();
}

/// Zero points of rows of A (a vector per row) and of columns of B belong to the last dimensions but one and last.
FailureOr<Value> emitIntegerProduct(NodeImporter &node, unsigned a, unsigned aZero, unsigned b, unsigned bZero) {
  FailureOr<MatMulShape> product = readMatMul(node, a, b);
  FailureOr<Factor> left = readQuantized(node, a, aZero, node.input(a).rank() - 2);
  FailureOr<Factor> right = readQuantized(node, b, bZero, node.input(b).rank() - 1);
  if (failed(product) || failed(left) || failed(right))
    return failure();
  left->map = product->aMap;
  right->map = product->bMap;
  return emitSumOfProducts(node.builder, node.loc, {*left, *right}, product->shape, ElementType::I32, 1);
}

LogicalResult importMatMulInteger(NodeImporter &node) {
  FailureOr<Value> product = emitIntegerProduct(node, 0, 2, 1, 3);
  if (failed(product))
    return failure();
  node.setOutput(0, ElementType::I32, *product);
  return success();
}

LogicalResult importQLinearMatMul(NodeImporter &node) {
  FailureOr<Value> product = emitIntegerProduct(node, 0, 2, 3, 5);
  if (failed(product))
    return failure();
  // Scales of columns are a row.
  return requantize(node, *product, {1, 4, 6, 7}, {numElements(node.shape(4))});
}

} // namespace

FailureOr<Factor> readQuantized(NodeImporter &node, unsigned index, unsigned zeroPoint, int64_t channelDim) {
  ElementType type = node.type(index);
  if (!isByte(type))
    return node.emitError() << "'" << node.input(index).name << "' has elements of type " << elementName(type)
                            << "; i8 and u8 are supported";
  if (!node.hasInput(zeroPoint))
    return Factor{node.value(index), type, {}};
  if (node.type(zeroPoint) != type)
    return node.emitError() << "zero point '" << node.input(zeroPoint).name << "' has elements of type "
                            << elementName(node.type(zeroPoint)) << ", not " << elementName(type);
  const HostTensor *known = node.constant(zeroPoint);
  if (known && known->isSplat())
    return Factor{node.value(index), type, {}, known->getInt(0)};
  ArrayRef<int64_t> shape = node.shape(index);
  // Stacks of matrices may have stacks of zero points, already in a shape that broadcasts.
  if (broadcastShapes(node.shape(zeroPoint), shape) != Shape(shape) || node.input(zeroPoint).rank() <= 1) {
    int64_t extent = channelDim < 0 ? 1 : shape[channelDim];
    if (failed(reshapeParameter(node, zeroPoint, extent, channelDim, shape.size())))
      return failure();
  }
  TensorAlgebra bytes(node, type);
  Value difference =
      bytes.mapTo(ElementType::I32, {elementwiseOperand(node, index), elementwiseOperand(node, zeroPoint)},
                  [&](EmitAlgebra &a, ValueRange x) {
                    EmitAlgebra i32(a.builder, a.loc, ElementType::I32);
                    return i32.sub(a.convert(x[0], ElementType::I32), a.convert(x[1], ElementType::I32));
                  });
  return Factor{difference, ElementType::I32, {}};
}

LogicalResult requantize(NodeImporter &node, Value sum, RequantizeOperands operands, ArrayRef<int64_t> channels) {
  ElementType result = node.type(operands.resultZero);
  if (!isByte(result) || numElements(node.shape(operands.resultZero)) != 1)
    return node.emitError() << "its result's zero point must be one element of type i8 or u8";
  for (unsigned index : {operands.firstScale, operands.secondScale, operands.resultScale}) {
    if (node.type(index) != ElementType::F32)
      return node.emitError() << "scale '" << node.input(index).name << "' must be f32, not "
                              << elementName(node.type(index));
    int64_t size = numElements(node.shape(index));
    if (size != 1 && (index != operands.secondScale || size != numElements(channels)))
      return node.emitError() << "scale '" << node.input(index).name << "' of shape " << toString(node.shape(index))
                              << " must have one element";
    node.reshapeInput(index, size == 1 ? ArrayRef<int64_t>() : channels);
  }
  node.reshapeInput(operands.resultZero, {});
  SmallVector<ElementwiseOperand> inputs{sum};
  const HostTensor *first = node.constant(operands.firstScale), *second = node.constant(operands.secondScale),
                   *third = node.constant(operands.resultScale);
  bool isKnown = first && second && third;
  if (isKnown) {
    // One multiplication is left, by a factor that is computed in f32 as the operator says.
    HostTensor factor = HostTensor::fromDoubles(ElementType::F32, second->getShape(), [&](ArrayRef<int64_t> index) {
      int64_t position = 0;
      for (int64_t each : index)
        position = std::max(position, each);
      return float(first->getDouble(0)) * float(second->getDouble(position)) / float(third->getDouble(0));
    });
    inputs.push_back(constantOperand(node, factor));
  } else {
    for (unsigned index : {operands.firstScale, operands.secondScale, operands.resultScale})
      inputs.push_back(elementwiseOperand(node, index));
  }
  const HostTensor *zero = node.constant(operands.resultZero);
  bool hasZero = !zero || zero->getInt(0) != 0;
  if (hasZero)
    inputs.push_back(elementwiseOperand(node, operands.resultZero));
  TensorAlgebra integers(node, ElementType::I32);
  Value quantized = integers.mapTo(result, inputs, [&](EmitAlgebra &i32, ValueRange x) {
    EmitAlgebra f32(i32.builder, i32.loc, ElementType::F32);
    Value factor = isKnown ? x[1] : f32.div(f32.mul(x[1], x[2]), x[3]);
    Value scaled = f32.mul(i32.convert(x[0], ElementType::F32), factor);
    return quantizeScalar(f32, scaled, hasZero ? x.back() : Value(), result);
  });
  node.setOutput(0, result, quantized);
  return success();
}

void registerQuantize(OpRegistry &registry) {
  registry["DequantizeLinear"] = importDequantizeLinear;
  registry["MatMulInteger"] = importMatMulInteger;
  registry["QLinearMatMul"] = importQLinearMatMul;
  registry["QuantizeLinear"] = importQuantizeLinear;
}

} // namespace st::onnximport
