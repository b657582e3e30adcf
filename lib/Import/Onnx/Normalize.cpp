// Operators that normalize: over rows, over channels, or with statistics of the training.

#include "Import/Onnx/TensorAlgebra.h"
#include "Import/Onnx/Windows.h"

using namespace mlir;

namespace st::onnximport {
namespace {

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
  TensorAlgebra rows(node, type);
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
  TensorAlgebra rows(node, x.type);
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

/// Operand `index`, one element per channel, for a tensor of rank `rank` whose channels are dimension 1.
ElementwiseOperand channelOperand(NodeImporter &node, unsigned index, int64_t rank) {
  Shape shape(rank - 1, 1);
  shape[0] = numElements(node.shape(index));
  node.reshapeInput(index, shape);
  return elementwiseOperand(node, index);
}

LogicalResult checkChannels(NodeImporter &node, unsigned first, unsigned count) {
  const GraphValue &x = node.input(0);
  if (x.rank() < 2)
    return node.emitError() << "needs a batch and channels, not shape " << toString(x.shape);
  for (unsigned index = first; index < first + count; ++index) {
    if (!node.hasInput(index))
      return node.emitError() << "its operand " << index << " is missing";
    if (node.input(index).rank() != 1 || node.shape(index)[0] != x.shape[1])
      return node.emitError() << "'" << node.input(index).name << "' of shape " << toString(node.shape(index))
                              << " does not have one element for each of the " << x.shape[1] << " channels";
    if (node.type(index) != x.type)
      return node.emitError() << "operands of types " << elementName(x.type) << " and " << elementName(node.type(index))
                              << "; insert a Cast";
  }
  return success();
}

/// With the statistics of the training it is x * factor + shift, both known per channel.
LogicalResult importBatchNormalization(NodeImporter &node) {
  if (failed(checkFloat(node)) || failed(checkChannels(node, 1, 4)))
    return failure();
  bool isTraining = node.opset < 7 ? !node.getInt("is_test", 0) : node.getInt("training_mode", 0) != 0;
  for (unsigned index = 1; index < node.numOutputs(); ++index)
    isTraining |= node.hasOutput(index);
  if (isTraining)
    return node.emitError() << "is in training mode; export the model with torch.onnx.TrainingMode.EVAL";
  if (node.opset < 9 && !node.getInt("spatial", 1))
    return node.emitError() << "has statistics per element (spatial = 0), which is not supported";
  const GraphValue &x = node.input(0);
  double epsilon = node.getFloat("epsilon", 1e-5f);
  TensorAlgebra tensors(node, x.type);
  const HostTensor *scale = node.constant(1), *bias = node.constant(2), *mean = node.constant(3),
                   *variance = node.constant(4);
  if (scale && bias && mean && variance) {
    Shape channels(x.rank() - 1, 1);
    channels[0] = x.shape[1];
    auto factorAt = [&](int64_t channel) {
      return scale->getDouble(channel) / std::sqrt(variance->getDouble(channel) + epsilon);
    };
    HostTensor factor =
        HostTensor::fromDoubles(x.type, channels, [&](ArrayRef<int64_t> index) { return factorAt(index[0]); });
    HostTensor shift = HostTensor::fromDoubles(x.type, channels, [&](ArrayRef<int64_t> index) {
      return bias->getDouble(index[0]) - mean->getDouble(index[0]) * factorAt(index[0]);
    });
    node.setOutput(0, x.type,
                   tensors.map({node.value(0), constantOperand(node, factor), constantOperand(node, shift)},
                               [](EmitAlgebra &a, ValueRange v) { return a.add(a.mul(v[0], v[1]), v[2]); }));
    return success();
  }
  SmallVector<ElementwiseOperand> operands{node.value(0)};
  for (unsigned index = 1; index <= 4; ++index)
    operands.push_back(channelOperand(node, index, x.rank()));
  node.setOutput(0, x.type, tensors.map(operands, [&](EmitAlgebra &a, ValueRange v) {
    Value deviation = a.sqrt(a.add(v[4], a.constant(epsilon)));
    Value normalized = a.div(a.sub(v[0], v[3]), deviation);
    return a.add(a.mul(normalized, v[1]), v[2]);
  }));
  return success();
}

LogicalResult importInstanceNormalization(NodeImporter &node) {
  if (failed(checkFloat(node)) || failed(checkChannels(node, 1, 2)))
    return failure();
  const GraphValue &x = node.input(0);
  Shape axes = llvm::to_vector(llvm::seq<int64_t>(2, x.rank()));
  double epsilon = node.getFloat("epsilon", 1e-5f);
  TensorAlgebra tensors(node, x.type);
  Value mean = tensors.mean(node.value(0), axes);
  Value centered = tensors.sub(node.value(0), mean);
  Value variance = tensors.mean(tensors.mul(centered, centered), axes);
  ElementwiseOperand scale = channelOperand(node, 1, x.rank()), bias = channelOperand(node, 2, x.rank());
  node.setOutput(0, x.type, tensors.map({centered, variance, scale, bias}, [&](EmitAlgebra &a, ValueRange v) {
    Value deviation = a.sqrt(a.add(v[1], a.constant(epsilon)));
    return a.add(a.mul(a.div(v[0], deviation), v[2]), v[3]);
  }));
  return success();
}

/// Divides by a norm of the row.
LogicalResult importLpNormalization(NodeImporter &node) {
  const GraphValue &x = node.input(0);
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", -1), x.rank());
  if (failed(checkFloat(node)) || failed(axis))
    return failure();
  int64_t order = node.getInt("p", 2);
  if (order != 1 && order != 2)
    return node.emitError() << "has p = " << order << "; 1 and 2 are supported";
  TensorAlgebra tensors(node, x.type);
  Value powers = tensors.map(
      {node.value(0)}, [&](EmitAlgebra &a, ValueRange v) { return order == 1 ? a.abs(v[0]) : a.mul(v[0], v[0]); });
  Value norm = tensors.reduce(powers, {*axis}, ReduceKind::Sum);
  if (order == 2)
    norm = tensors.map({norm}, [](EmitAlgebra &a, ValueRange v) { return a.sqrt(v[0]); });
  node.setOutput(0, x.type, tensors.div(node.value(0), norm));
  return success();
}

/// Divides by a power of the sum of squares over neighbouring channels.
LogicalResult importLrn(NodeImporter &node) {
  const GraphValue &x = node.input(0);
  int64_t size = node.getInt("size", 0);
  if (failed(checkFloat(node)))
    return failure();
  if (x.rank() < 2 || size <= 0 || size > (1 << 20))
    return node.emitError() << "needs channels and a positive size";
  double alpha = node.getFloat("alpha", 1e-4f), beta = node.getFloat("beta", 0.75), bias = node.getFloat("bias", 1);
  TensorAlgebra tensors(node, x.type);
  Value squares = tensors.mul(node.value(0), node.value(0));
  Shape low(x.rank(), 0), high(x.rank(), 0);
  low[1] = (size - 1) / 2;
  high[1] = size / 2;
  Value padded =
      emitPad(node.builder, node.loc, squares, low, high, neutralElement(node.builder, x.type, ReduceKind::Sum));
  WindowGeometry window{/*firstDim=*/1, {size}, {1}, {1}, {low[1]}, {high[1]}, {x.shape[1]}, {high[1]}};
  Value sums = emitWindowReduce(node.builder, node.loc, padded, x.type, window, ReduceKind::Sum);
  node.setOutput(0, x.type, tensors.map({node.value(0), sums}, [&](EmitAlgebra &a, ValueRange v) {
    Value base = a.add(a.constant(bias), a.mul(a.constant(alpha / size), v[1]));
    return a.div(v[0], a.pow(base, a.constant(beta)));
  }));
  return success();
}

} // namespace

void registerNormalize(OpRegistry &registry) {
  registry["Softmax"] = [](NodeImporter &node) { return importSoftmax(node, /*isLog=*/false); };
  registry["LogSoftmax"] = [](NodeImporter &node) { return importSoftmax(node, /*isLog=*/true); };
  registry["BatchNormalization"] = importBatchNormalization;
  registry["InstanceNormalization"] = importInstanceNormalization;
  registry["LRN"] = importLrn;
  registry["LpNormalization"] = importLpNormalization;
  registry["LayerNormalization"] = importLayerNormalization;
}

} // namespace st::onnximport
