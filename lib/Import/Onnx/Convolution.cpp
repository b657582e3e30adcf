// Convolutions: tensor.pad, then one sum of products whose input is read through sums of loops.

#include "Import/Onnx/Quantized.h"
#include "Import/Onnx/TensorAlgebra.h"
#include "Import/Onnx/Windows.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st::onnximport {
namespace {

/// Shapes and attributes that fit each other.
struct Convolution {
  WindowGeometry window;
  int64_t groups, inputChannels, outputChannels;
};

FailureOr<Convolution> readConvolution(NodeImporter &node, unsigned weights) {
  const GraphValue &x = node.input(0), &w = node.input(weights);
  int64_t groups = node.getInt("group", 1);
  if (x.rank() < 3 || w.rank() != x.rank())
    return node.emitError() << "needs an input and weights with a batch, channels and spatial dimensions, not shapes "
                            << toString(x.shape) << " and " << toString(w.shape);
  if (groups <= 0 || w.shape[0] % groups != 0 || x.shape[1] % groups != 0 || x.shape[1] / groups != w.shape[1])
    return node.emitError() << "weights of shape " << toString(w.shape) << " do not fit input of shape "
                            << toString(x.shape) << " in " << groups << (groups == 1 ? " group" : " groups");
  FailureOr<WindowGeometry> window =
      readWindow(node, node.shape(0).drop_front(2), ArrayRef<int64_t>(w.shape).drop_front(2));
  if (failed(window))
    return failure();
  return Convolution{*window, groups, x.shape[1], w.shape[0]};
}

/// The loops are (n, [g,] oc, spatial... | c, kernel...), without g for one group and without c where each channel is a
/// group of its own.
Value emitConvolution(OpBuilder &builder, Location loc, Factor x, Factor w, ElementType type,
                      const Convolution &convolution) {
  const WindowGeometry &window = convolution.window;
  int64_t rank = window.rank(), groups = convolution.groups;
  int64_t groupInputs = convolution.inputChannels / groups, groupOutputs = convolution.outputChannels / groups;
  bool isDepthwise = groups > 1 && groupInputs == 1 && groupOutputs == 1;
  bool hasGroups = groups > 1 && !isDepthwise;
  Shape shape{shapeOf(x.tensor)[0]}, weights;
  if (hasGroups)
    shape.push_back(groups);
  shape.push_back(hasGroups ? groupOutputs : convolution.outputChannels);
  shape.append(window.output.begin(), window.output.end());

  unsigned next = 0;
  auto loop = [&] { return builder.getAffineDimExpr(next++); };
  AffineExpr batch = loop(), group = hasGroups ? loop() : AffineExpr(), channel = loop();
  SmallVector<AffineExpr> places, input{batch}, weight;
  for (int64_t dim = 0; dim < rank; ++dim)
    places.push_back(loop());
  if (hasGroups) {
    weights.push_back(groups);
    weight.push_back(group);
  }
  weights.push_back(shape[hasGroups ? 2 : 1]);
  weight.push_back(channel);
  if (isDepthwise) {
    input.push_back(channel);
  } else {
    AffineExpr inner = loop();
    input.push_back(hasGroups ? group * groupInputs + inner : inner);
    weights.push_back(groupInputs);
    weight.push_back(inner);
  }
  for (int64_t dim = 0; dim < rank; ++dim) {
    AffineExpr element = loop();
    input.push_back(windowPosition(window, dim, places[dim], element));
    weights.push_back(window.kernel[dim]);
    weight.push_back(element);
  }
  x.map = AffineMap::get(next, 0, input, builder.getContext());
  w.map = AffineMap::get(next, 0, weight, builder.getContext());
  w.tensor = emitReshape(builder, loc, w.tensor, weights);
  Value result = emitSumOfProducts(builder, loc, {x, w}, shape, type, next - shape.size());
  if (!hasGroups)
    return result;
  Shape joined{shape[0], convolution.outputChannels};
  joined.append(window.output.begin(), window.output.end());
  return emitReshape(builder, loc, result, joined);
}

/// Operand `index`, one element per output channel.
FailureOr<ElementwiseOperand> readBias(NodeImporter &node, unsigned index, int64_t channels, ElementType type,
                                       int64_t spatialRank) {
  if (node.input(index).rank() != 1 || node.shape(index)[0] != channels || node.type(index) != type)
    return node.emitError() << "bias '" << node.input(index).name << "' must be " << elementName(type)
                            << " with one element for each of the " << channels << " output channels";
  Shape shape(1 + spatialRank, 1);
  shape[0] = channels;
  node.reshapeInput(index, shape);
  return elementwiseOperand(node, index);
}

LogicalResult addBiasAndSet(NodeImporter &node, Value result, int64_t channels, int64_t spatialRank) {
  ElementType type = node.type(0);
  if (node.hasInput(2)) {
    FailureOr<ElementwiseOperand> bias = readBias(node, 2, channels, type, spatialRank);
    if (failed(bias))
      return failure();
    result = TensorAlgebra(node, type).add(result, *bias);
  }
  node.setOutput(0, type, result);
  return success();
}

LogicalResult importConv(NodeImporter &node) {
  ElementType type = node.type(0);
  if (failed(checkFloat(node)))
    return failure();
  if (node.type(1) != type)
    return node.emitError() << "operands of types " << elementName(type) << " and " << elementName(node.type(1))
                            << "; insert a Cast";
  FailureOr<Convolution> convolution = readConvolution(node, 1);
  if (failed(convolution))
    return failure();
  Value padded = emitWindowPad(node.builder, node.loc, node.value(0), convolution->window,
                               neutralElement(node.builder, type, ReduceKind::Sum));
  Value result =
      emitConvolution(node.builder, node.loc, {padded, type, {}}, {node.value(1), type, {}}, type, *convolution);
  return addBiasAndSet(node, result, convolution->outputChannels, convolution->window.rank());
}

/// The sum of products of quantized tensors in i32; `zeroPoints` are the operands that hold the zero points of operand
/// 0 and of the weights.
FailureOr<Value> emitIntegerConvolution(NodeImporter &node, unsigned weights, unsigned inputZero, unsigned weightZero,
                                        const Convolution &convolution) {
  FailureOr<Factor> x = readQuantized(node, 0, inputZero, /*channelDim=*/1);
  FailureOr<Factor> w = readQuantized(node, weights, weightZero, /*channelDim=*/0);
  if (failed(x) || failed(w))
    return failure();
  // Padding stands for the number 0, which is the zero point.
  x->tensor = emitWindowPad(node.builder, node.loc, x->tensor, convolution.window,
                            cast<TypedAttr>(HostTensor::fromInts(x->type, {}, [&](auto) {
                                              return x->zeroPoint;
                                            }).splatAttribute(node.builder.getContext())));
  return emitConvolution(node.builder, node.loc, *x, *w, ElementType::I32, convolution);
}

LogicalResult importConvInteger(NodeImporter &node) {
  FailureOr<Convolution> convolution = readConvolution(node, 1);
  if (failed(convolution))
    return failure();
  FailureOr<Value> result = emitIntegerConvolution(node, 1, 2, 3, *convolution);
  if (failed(result))
    return failure();
  node.setOutput(0, ElementType::I32, *result);
  return success();
}

LogicalResult importQLinearConv(NodeImporter &node) {
  FailureOr<Convolution> convolution = readConvolution(node, 3);
  if (failed(convolution))
    return failure();
  FailureOr<Value> sum = emitIntegerConvolution(node, 3, 2, 5, *convolution);
  if (failed(sum))
    return failure();
  int64_t spatialRank = convolution->window.rank();
  if (node.hasInput(8)) {
    FailureOr<ElementwiseOperand> bias = readBias(node, 8, convolution->outputChannels, ElementType::I32, spatialRank);
    if (failed(bias))
      return failure();
    sum = TensorAlgebra(node, ElementType::I32).add(*sum, *bias);
  }
  Shape channels(1 + spatialRank, 1);
  channels[0] = convolution->outputChannels;
  return requantize(node, *sum, {1, 4, 6, 7}, channels);
}

/// The kernel turned around, with input and output channels exchanged inside each group:
/// [C, M/g, k...] -> [M, C/g, k...].
Value emitTurnedWeights(NodeImporter &node, int64_t groups) {
  OpBuilder &builder = node.builder;
  Shape given(node.shape(1));
  int64_t rank = given.size(), inputs = given[0] / groups, outputs = given[1];
  Shape turned{groups * outputs, inputs};
  turned.append(given.begin() + 2, given.end());
  Shape strides = rowMajorStrides(given);
  if (const HostTensor *constant = node.constant(1))
    return node.constantValue(constant->picked(turned, [&](ArrayRef<int64_t> index) {
      int64_t group = index[0] / outputs;
      int64_t position = (group * inputs + index[1]) * strides[0] + index[0] % outputs * strides[1];
      for (int64_t dim = 2; dim < rank; ++dim)
        position += (given[dim] - 1 - index[dim]) * strides[dim];
      return position;
    }));
  Value source = node.value(1);
  auto body = [&](OpBuilder &inner, Location loc, ValueRange, ValueRange at) {
    auto number = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(inner, loc, value); };
    Value group = arith::DivUIOp::create(inner, loc, at[0], number(outputs));
    Value first = arith::MulIOp::create(inner, loc, group, number(inputs));
    SmallVector<Value> position{arith::AddIOp::create(inner, loc, first, at[1]),
                                arith::RemUIOp::create(inner, loc, at[0], number(outputs))};
    for (int64_t dim = 2; dim < rank; ++dim)
      position.push_back(arith::SubIOp::create(inner, loc, number(given[dim] - 1), at[dim]));
    return Value(tensor::ExtractOp::create(inner, loc, source, position));
  };
  return emitGatherGeneric(builder, node.loc, {}, turned, toMlirType(node.type(1), builder.getContext()), body);
}

/// Padding of a transposed convolution: what it cuts off its full result.
LogicalResult readTransposedPadding(NodeImporter &node, ArrayRef<int64_t> full, ArrayRef<int64_t> spatial,
                                    ArrayRef<int64_t> strides, Shape &extra, Shape &low, Shape &high) {
  int64_t rank = full.size();
  std::string automatic = node.getString("auto_pad", "NOTSET");
  std::optional<Shape> output = node.getInts("output_shape");
  if (output && int64_t(output->size()) == rank + 2)
    output = Shape(ArrayRef<int64_t>(*output).drop_front(2));
  if (!output && automatic == "NOTSET") {
    Shape pads = node.getInts("pads").value_or(Shape(2 * rank, 0));
    if (int64_t(pads.size()) != 2 * rank)
      return node.emitError() << "pads has " << pads.size() << " elements for " << rank << " dimensions";
    if (llvm::any_of(pads, [](int64_t pad) { return pad < 0 || pad > largestWindowAttribute; }))
      return node.emitError() << "pads " << toString(pads) << " are not possible";
    low = Shape(ArrayRef<int64_t>(pads).take_front(rank));
    high = Shape(ArrayRef<int64_t>(pads).drop_front(rank));
    return success();
  }
  if (output && int64_t(output->size()) != rank)
    return node.emitError() << "output_shape has " << output->size() << " elements for " << rank << " dimensions";
  if (output && llvm::any_of(*output, [](int64_t extent) { return extent <= 0 || extent > largestTensor; }))
    return node.emitError() << "output_shape " << toString(*output) << " is not possible";
  for (int64_t dim = 0; dim < rank; ++dim) {
    int64_t wanted = output                 ? (*output)[dim]
                     : automatic == "VALID" ? full[dim] + extra[dim]
                                            : spatial[dim] * strides[dim];
    // A result that is larger than the full one ends with zeros.
    extra[dim] = std::max(extra[dim], wanted - full[dim]);
    int64_t total = full[dim] + extra[dim] - wanted;
    // The other way round than in Conv, as the standard has it.
    low.push_back(automatic == "SAME_UPPER" ? total / 2 : total - total / 2);
    high.push_back(total - low.back());
  }
  return success();
}

/// A convolution over the input with zeros between its elements. Expanding each element to `stride` ones, of which
/// padding makes all but the first 0, puts them there.
LogicalResult importConvTranspose(NodeImporter &node) {
  ElementType type = node.type(0);
  const GraphValue &x = node.input(0), &w = node.input(1);
  int64_t groups = node.getInt("group", 1), rank = x.rank() - 2;
  if (failed(checkFloat(node)))
    return failure();
  if (rank < 1 || w.rank() != x.rank() || w.type != type)
    return node.emitError() << "needs an input and weights with a batch, channels and spatial dimensions, not shapes "
                            << toString(x.shape) << " and " << toString(w.shape);
  if (groups <= 0 || x.shape[1] != w.shape[0] || x.shape[1] % groups != 0)
    return node.emitError() << "weights of shape " << toString(w.shape) << " do not fit input of shape "
                            << toString(x.shape) << " in " << groups << (groups == 1 ? " group" : " groups");
  FailureOr<Shape> strides = readPerDimension(node, "strides", rank);
  FailureOr<Shape> dilations = readPerDimension(node, "dilations", rank);
  Shape extra = node.getInts("output_padding").value_or(Shape(rank, 0));
  if (failed(strides) || failed(dilations))
    return failure();
  if (int64_t(extra.size()) != rank)
    return node.emitError() << "output_padding has " << extra.size() << " elements for " << rank << " dimensions";
  if (llvm::any_of(extra, [](int64_t pad) { return pad < 0 || pad > largestWindowAttribute; }))
    return node.emitError() << "output_padding " << toString(extra) << " is not possible";

  Convolution convolution;
  convolution.groups = groups;
  convolution.inputChannels = x.shape[1];
  convolution.outputChannels = w.shape[1] * groups;
  WindowGeometry &window = convolution.window;
  window.kernel = Shape(ArrayRef<int64_t>(w.shape).drop_front(2));
  window.strides = Shape(rank, 1);
  window.dilations = *dilations;
  Shape full, cutLow, cutHigh, reach;
  for (int64_t dim = 0; dim < rank; ++dim) {
    reach.push_back((window.kernel[dim] - 1) * (*dilations)[dim]);
    full.push_back((x.shape[2 + dim] - 1) * (*strides)[dim] + reach[dim] + 1);
  }
  if (failed(readTransposedPadding(node, full, node.shape(0).drop_front(2), *strides, extra, cutLow, cutHigh)))
    return failure();

  OpBuilder &builder = node.builder;
  TypedAttr zero = neutralElement(builder, type, ReduceKind::Sum);
  Shape apart{x.shape[0], x.shape[1]}, spread = apart, padHigh{0, 0};
  for (int64_t dim = 0; dim < rank; ++dim) {
    apart.append({x.shape[2 + dim], 1});
    spread.push_back(x.shape[2 + dim] * (*strides)[dim]);
    padHigh.append({0, (*strides)[dim] - 1});
  }
  if (numElements(spread) > largestTensor)
    return node.emitError() << "its input spread to shape " << toString(spread) << " is too large";
  Value value = emitReshape(builder, node.loc, node.value(0), apart);
  value = emitPad(builder, node.loc, value, Shape(apart.size(), 0), padHigh, zero);
  value = emitReshape(builder, node.loc, value, spread);
  // What the padding of the plain convolution would be; negative where the spread input is too long.
  Shape offsets(rank + 2, 0), sizes = spread, steps(rank + 2, 1);
  for (int64_t dim = 0; dim < rank; ++dim) {
    int64_t low = reach[dim] - cutLow[dim], high = reach[dim] - cutHigh[dim] + extra[dim] - ((*strides)[dim] - 1);
    int64_t output = full[dim] + extra[dim] - cutLow[dim] - cutHigh[dim];
    offsets[2 + dim] = std::max<int64_t>(0, -low);
    sizes[2 + dim] += std::min<int64_t>(0, low) + std::min<int64_t>(0, high);
    if (output <= 0 || sizes[2 + dim] <= 0 || output > largestTensor)
      return node.emitError() << "its padding leaves " << output << " elements of dimension " << 2 + dim;
    window.low.push_back(std::max<int64_t>(0, low));
    window.high.push_back(std::max<int64_t>(0, high));
    window.output.push_back(output);
  }
  value = emitSlice(builder, node.loc, value, offsets, sizes, steps);
  value = emitWindowPad(builder, node.loc, value, window, zero);
  Value result = emitConvolution(builder, node.loc, {value, type, {}}, {emitTurnedWeights(node, groups), type, {}},
                                 type, convolution);
  return addBiasAndSet(node, result, convolution.outputChannels, rank);
}

} // namespace

void registerConvolution(OpRegistry &registry) {
  registry["Conv"] = importConv;
  registry["ConvInteger"] = importConvInteger;
  registry["ConvTranspose"] = importConvTranspose;
  registry["QLinearConv"] = importQLinearConv;
}

} // namespace st::onnximport
