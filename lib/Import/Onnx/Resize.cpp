// Resize and Upsample: one dimension after the other, each result element a weighted sum of few neighbours.

#include "Import/Onnx/Tables.h"
#include "Import/Onnx/TensorAlgebra.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st::onnximport {
namespace {

struct ResizeMode {
  std::string interpolation, coordinates, rounding;
  double cubicCoefficient, extrapolation;
  bool excludeOutside;
};

/// How one dimension is resized.
struct AxisResize {
  int64_t from, to;
  double scale;
  /// The part that tf_crop_and_resize looks at, of 1.
  double start = 0, end = 1;
};

/// Where position `at` of the result lies in the source.
double sourcePosition(const ResizeMode &mode, const AxisResize &axis, int64_t at) {
  if (mode.coordinates == "align_corners")
    return axis.to == 1 ? 0 : double(at) * (axis.from - 1) / (axis.to - 1);
  if (mode.coordinates == "asymmetric")
    return at / axis.scale;
  if (mode.coordinates == "pytorch_half_pixel")
    return axis.to > 1 ? (at + 0.5) / axis.scale - 0.5 : 0;
  if (mode.coordinates == "tf_half_pixel_for_nn")
    return (at + 0.5) / axis.scale;
  if (mode.coordinates == "tf_crop_and_resize")
    return axis.to > 1 ? axis.start * (axis.from - 1) + at * (axis.end - axis.start) * (axis.from - 1) / (axis.to - 1)
                       : 0.5 * (axis.start + axis.end) * (axis.from - 1);
  return (at + 0.5) / axis.scale - 0.5;
}

int64_t nearest(const ResizeMode &mode, double position) {
  if (mode.rounding == "floor")
    return std::floor(position);
  if (mode.rounding == "ceil")
    return std::ceil(position);
  if (mode.rounding == "round_prefer_ceil")
    return std::floor(position + 0.5);
  return std::ceil(position - 0.5);
}

/// Weights of the neighbours, from the one before `position` (linear) or two before (cubic) on.
SmallVector<double> interpolationWeights(const ResizeMode &mode, double fraction) {
  if (mode.interpolation == "linear")
    return {1 - fraction, fraction};
  double a = mode.cubicCoefficient;
  auto near = [&](double x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  auto far = [&](double x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  return {far(1 + fraction), near(fraction), near(1 - fraction), far(2 - fraction)};
}

/// Positions and weights [to, taps] for one dimension.
struct Taps {
  int64_t count;
  std::vector<int64_t> positions;
  std::vector<double> weights;
};

Taps computeTaps(const ResizeMode &mode, const AxisResize &axis) {
  Taps taps;
  taps.count = mode.interpolation == "linear" ? 2 : 4;
  for (int64_t at = 0; at < axis.to; ++at) {
    double position = sourcePosition(mode, axis, at);
    int64_t before = std::floor(position);
    SmallVector<double> weights = interpolationWeights(mode, position - before);
    int64_t first = before - (taps.count / 2 - 1);
    double total = 0;
    for (int64_t tap = 0; tap < taps.count; ++tap) {
      bool isOutside = first + tap < 0 || first + tap >= axis.from;
      if (mode.excludeOutside && isOutside)
        weights[tap] = 0;
      total += weights[tap];
    }
    for (int64_t tap = 0; tap < taps.count; ++tap) {
      taps.positions.push_back(std::clamp<int64_t>(first + tap, 0, axis.from - 1));
      taps.weights.push_back(mode.excludeOutside && total != 0 ? weights[tap] / total : weights[tap]);
    }
  }
  return taps;
}

/// The loops are the result's dimensions and the taps.
Value emitInterpolation(NodeImporter &node, Value source, int64_t dim, const Taps &taps, int64_t extent) {
  OpBuilder &builder = node.builder;
  MLIRContext *context = builder.getContext();
  ElementType type = node.type(0);
  Shape shape(shapeOf(source));
  int64_t rank = shape.size();
  shape[dim] = extent;
  Shape tableShape{extent, taps.count};
  auto at = [&](ArrayRef<int64_t> index) { return index[0] * taps.count + index[1]; };
  Value positions = node.constantValue(HostTensor::fromInts(
      ElementType::I32, tableShape, [&](ArrayRef<int64_t> index) { return taps.positions[at(index)]; }));
  Value weights = node.constantValue(
      HostTensor::fromDoubles(type, tableShape, [&](ArrayRef<int64_t> index) { return taps.weights[at(index)]; }));
  AffineMap table =
      AffineMap::get(rank + 1, 0, {getAffineDimExpr(dim, context), getAffineDimExpr(rank, context)}, context);
  AffineMap result = AffineMap::getMultiDimIdentityMap(rank + 1, context).dropResult(rank);
  Value init = emitZeros(builder, node.loc, shape, toMlirType(type, context));
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  iterators.push_back(utils::IteratorType::reduction);
  return linalg::GenericOp::create(
             builder, node.loc, init.getType(), ValueRange{positions, weights}, init,
             ArrayRef<AffineMap>{table, table, result}, iterators,
             [&](OpBuilder &inner, Location loc, ValueRange x) {
               SmallVector<Value> position;
               for (int64_t each = 0; each < rank; ++each)
                 position.push_back(each == dim
                                        ? Value(arith::IndexCastOp::create(inner, loc, inner.getIndexType(), x[0]))
                                        : Value(linalg::IndexOp::create(inner, loc, each)));
               ScalarBuilder scalars(inner, loc, type);
               Value element = tensor::ExtractOp::create(inner, loc, source, position);
               linalg::YieldOp::create(inner, loc, scalars.add(x[2], scalars.mul(x[1], element)));
             })
      .getResult(0);
}

/// Nearest neighbours at a whole factor are a broadcast.
Value emitRepeat(NodeImporter &node, Value source, int64_t dim, int64_t factor) {
  Shape apart(shapeOf(source)), joined(apart);
  apart.insert(apart.begin() + dim + 1, 1);
  Shape repeated = apart;
  repeated[dim + 1] = factor;
  joined[dim] *= factor;
  Value value = emitReshape(node.builder, node.loc, source, apart);
  value = emitElementwise(node.builder, node.loc, {value}, repeated,
                          cast<RankedTensorType>(source.getType()).getElementType(),
                          [](OpBuilder &, Location, ValueRange x) { return x[0]; });
  return emitReshape(node.builder, node.loc, value, joined);
}

/// Elements that lie outside the source get the extrapolation value.
Value emitExtrapolation(NodeImporter &node, Value result, const ResizeMode &mode, ArrayRef<AxisResize> axes) {
  OpBuilder &builder = node.builder;
  ElementType type = node.type(0);
  int64_t rank = axes.size();
  SmallVector<ElementwiseOperand> operands{result};
  for (int64_t dim = 0; dim < rank; ++dim) {
    Shape shape(rank, 1);
    shape[dim] = axes[dim].to;
    operands.push_back(
        constantOperand(node, HostTensor::fromInts(ElementType::Bool, shape, [&](ArrayRef<int64_t> index) {
                          double position = sourcePosition(mode, axes[dim], index[dim]);
                          return position < 0 || position > axes[dim].from - 1;
                        })));
  }
  return emitElementwise(builder, node.loc, operands, shapeOf(result), toMlirType(type, builder.getContext()),
                         [&](OpBuilder &inner, Location loc, ValueRange x) {
                           EmitAlgebra elements(inner, loc, type);
                           Value isOutside = x[1];
                           for (int64_t dim = 1; dim < rank; ++dim)
                             isOutside = elements.logicalOr(isOutside, x[1 + dim]);
                           return elements.select(isOutside, elements.constant(mode.extrapolation), x[0]);
                         });
}

LogicalResult resize(NodeImporter &node, const ResizeMode &mode, ArrayRef<AxisResize> axes) {
  ElementType type = node.type(0);
  bool isNearest = mode.interpolation == "nearest";
  if (!isNearest && mode.interpolation != "linear" && mode.interpolation != "cubic")
    return node.emitError() << "has the mode '" << mode.interpolation << "'; nearest, linear and cubic are supported";
  if (!isNearest && !isFloat(type))
    return node.emitError() << "element type " << elementName(type) << " is not supported; a floating-point type is";
  int64_t rank = axes.size();
  bool isCrop = mode.coordinates == "tf_crop_and_resize";
  Value result = node.value(0);
  PositionTables tables(rank);
  bool hasTables = false;
  for (int64_t dim = 0; dim < rank; ++dim) {
    const AxisResize &axis = axes[dim];
    if (axis.to <= 0 || axis.to > largestFoldedIntegers)
      return node.emitError() << "makes a dimension of " << axis.to << " elements";
    if (axis.from == axis.to && axis.scale == 1 && !isCrop)
      continue;
    if (!isNearest) {
      result = emitInterpolation(node, result, dim, computeTaps(mode, axis), axis.to);
      continue;
    }
    Shape table;
    for (int64_t at = 0; at < axis.to; ++at)
      table.push_back(std::clamp<int64_t>(nearest(mode, sourcePosition(mode, axis, at)), 0, axis.from - 1));
    int64_t factor = axis.to / axis.from;
    bool isRepeat = axis.to % axis.from == 0;
    for (int64_t at = 0; isRepeat && at < axis.to; ++at)
      isRepeat = table[at] == at / factor;
    if (isRepeat) {
      result = factor == 1 ? result : emitRepeat(node, result, dim, factor);
    } else {
      tables[dim] = std::move(table);
      hasTables = true;
    }
  }
  if (hasTables)
    result = emitReadAtTables(node, result, tables);
  if (isCrop)
    result = emitExtrapolation(node, result, mode, axes);
  if (result == node.value(0)) {
    node.forward(0, 0);
    return success();
  }
  node.setOutput(0, type, result);
  return success();
}

/// A known operand with one number for each dimension, or for none.
FailureOr<std::optional<std::vector<double>>> readNumbers(NodeImporter &node, unsigned index, StringRef role,
                                                          size_t count) {
  if (!node.hasInput(index) || llvm::is_contained(node.shape(index), 0))
    return std::optional<std::vector<double>>();
  const HostTensor *tensor = node.constant(index);
  if (!tensor)
    return node.emitError() << "its " << role << " '" << node.input(index).name
                            << "' depends on run-time data; shapes have to be known at compile time";
  if (tensor->size() != int64_t(count))
    return node.emitError() << role << " has " << tensor->size() << " elements, not " << count;
  std::vector<double> numbers;
  for (size_t position = 0; position < count; ++position)
    numbers.push_back(tensor->getDouble(position));
  return std::optional<std::vector<double>>(numbers);
}

LogicalResult checkScales(NodeImporter &node, ArrayRef<AxisResize> axes) {
  for (const AxisResize &axis : axes)
    if (!(axis.scale > 0) || !(axis.scale * axis.from <= largestTensor))
      return node.emitError() << "its scale " << axis.scale << " is not possible";
  return success();
}

LogicalResult importResize(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  size_t rank = operand.rank();
  bool isOld = node.opset < 11;
  ResizeMode mode;
  mode.interpolation = node.getString("mode", "nearest");
  mode.coordinates = isOld ? "asymmetric" : node.getString("coordinate_transformation_mode", "half_pixel");
  mode.rounding = isOld ? "floor" : node.getString("nearest_mode", "round_prefer_floor");
  mode.cubicCoefficient = node.getFloat("cubic_coeff_a", -0.75);
  mode.extrapolation = node.getFloat("extrapolation_value", 0);
  mode.excludeOutside = node.getInt("exclude_outside", 0);
  constexpr unsigned absent = std::numeric_limits<unsigned>::max();
  bool isCrop = mode.coordinates == "tf_crop_and_resize";
  auto region = readNumbers(node, isCrop ? 1 : absent, "roi", 2 * rank);
  auto scales = readNumbers(node, isOld ? 1 : 2, "scales", rank);
  if (failed(region) || failed(scales))
    return failure();
  auto sizes = readNumbers(node, isOld || *scales ? absent : 3, "sizes", rank);
  if (failed(sizes))
    return failure();
  if (!*scales && !*sizes)
    return node.emitError() << "has neither scales nor sizes";
  SmallVector<AxisResize> axes;
  for (size_t dim = 0; dim < rank; ++dim) {
    double extent = operand.shape[dim];
    AxisResize axis{operand.shape[dim], 0, *sizes ? (**sizes)[dim] / extent : (**scales)[dim]};
    if (*region) {
      axis.start = (**region)[dim];
      axis.end = (**region)[rank + dim];
    }
    axes.push_back(axis);
  }
  if (failed(checkScales(node, axes)))
    return failure();
  for (auto [dim, axis] : llvm::enumerate(axes)) {
    double part = *region ? axis.end - axis.start : 1;
    axis.to = *sizes ? int64_t((**sizes)[dim]) : int64_t(std::floor(axis.from * part * axis.scale));
  }
  return resize(node, mode, axes);
}

LogicalResult importUpsample(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  size_t rank = operand.rank();
  std::vector<double> scales;
  if (node.opset >= 9) {
    auto given = readNumbers(node, 1, "scales", rank);
    if (failed(given))
      return failure();
    if (!*given)
      return node.emitError() << "has no scales";
    scales = **given;
  } else {
    std::optional<std::vector<double>> floats = node.getFloats("scales");
    if (!floats || floats->size() != rank)
      return node.emitError() << "scales must have one number for each of " << rank << " dimensions";
    scales = *floats;
  }
  SmallVector<AxisResize> axes;
  for (size_t dim = 0; dim < rank; ++dim)
    axes.push_back({operand.shape[dim], 0, scales[dim]});
  if (failed(checkScales(node, axes)))
    return failure();
  for (AxisResize &axis : axes)
    axis.to = static_cast<int64_t>(std::floor(axis.from * axis.scale));
  return resize(node, {node.getString("mode", "nearest"), "asymmetric", "floor", -0.75, 0, false}, axes);
}

} // namespace

void registerResize(OpRegistry &registry) {
  registry["Resize"] = importResize;
  registry["Upsample"] = importUpsample;
}

} // namespace st::onnximport
