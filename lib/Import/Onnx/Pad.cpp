// Operators that repeat, frame and mask tensors.

#include "Import/Onnx/Tables.h"
#include "Import/Onnx/TensorAlgebra.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st::onnximport {

Value emitReadAtTables(NodeImporter &node, Value source, const PositionTables &tables) {
  ArrayRef<int64_t> sourceShape = shapeOf(source);
  int64_t rank = sourceShape.size();
  Shape shape;
  SmallVector<Value> operands;
  SmallVector<int> operandOf(rank, -1);
  for (int64_t dim = 0; dim < rank; ++dim) {
    shape.push_back(tables[dim] ? int64_t(tables[dim]->size()) : sourceShape[dim]);
    if (!tables[dim])
      continue;
    Shape tableShape(rank, 1);
    tableShape[dim] = shape.back();
    operandOf[dim] = operands.size();
    operands.push_back(node.constantValue(HostTensor::fromInts(
        ElementType::I32, tableShape, [&](ArrayRef<int64_t> index) { return (*tables[dim])[index[dim]]; })));
  }
  Type elementType = cast<RankedTensorType>(source.getType()).getElementType();
  return emitGatherGeneric(node.builder, node.loc, operands, shape, elementType,
                           [&](OpBuilder &inner, Location loc, ValueRange entries, ValueRange at) -> Value {
                             SmallVector<Value> position(at);
                             for (int64_t dim = 0; dim < rank; ++dim)
                               if (operandOf[dim] >= 0)
                                 position[dim] = arith::IndexCastOp::create(inner, loc, inner.getIndexType(),
                                                                            entries[operandOf[dim]]);
                             return tensor::ExtractOp::create(inner, loc, source, position);
                           });
}

LogicalResult readAtTables(NodeImporter &node, unsigned output, const PositionTables &tables) {
  const GraphValue &operand = node.input(0);
  Shape shape;
  for (auto [extent, table] : llvm::zip_equal(operand.shape, tables)) {
    shape.push_back(table ? int64_t(table->size()) : extent);
    if (table && extent > std::numeric_limits<int32_t>::max())
      return node.emitError() << "reads a dimension of " << extent << " elements by positions";
  }
  if (operand.constant && mayFold(operand.type, numElements(shape))) {
    Shape strides = rowMajorStrides(operand.shape);
    node.setOutput(output, operand.constant->picked(shape, [&](ArrayRef<int64_t> index) {
      int64_t position = 0;
      for (size_t dim = 0; dim < index.size(); ++dim)
        position += (tables[dim] ? (*tables[dim])[index[dim]] : index[dim]) * strides[dim];
      return position;
    }));
    return success();
  }
  if (llvm::is_contained(shape, 0))
    return node.emitError() << "takes nothing of '" << operand.name << "'; remove it from the model";
  node.setOutput(output, operand.type, emitReadAtTables(node, node.value(0), tables));
  return success();
}

namespace {

/// Where position `at`, counted from the tensor's start and possibly outside, is read.
int64_t reflect(int64_t at, int64_t extent) {
  if (extent == 1)
    return 0;
  int64_t period = 2 * (extent - 1), inPeriod = ((at % period) + period) % period;
  return inPeriod < extent ? inPeriod : period - inPeriod;
}

LogicalResult padWithConstant(NodeImporter &node, ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  const GraphValue &operand = node.input(0);
  OpBuilder &builder = node.builder;
  Type elementType = toMlirType(operand.type, builder.getContext());
  // Negative padding cuts off.
  Shape offsets, sizes, steps(operand.rank(), 1), before, after;
  for (int64_t dim = 0; dim < operand.rank(); ++dim) {
    offsets.push_back(std::max<int64_t>(0, -low[dim]));
    sizes.push_back(operand.shape[dim] + std::min<int64_t>(0, low[dim]) + std::min<int64_t>(0, high[dim]));
    before.push_back(std::max<int64_t>(0, low[dim]));
    after.push_back(std::max<int64_t>(0, high[dim]));
    if (sizes.back() <= 0)
      return node.emitError() << "cuts off all of dimension " << dim << " of shape " << toString(operand.shape);
  }
  Value padding;
  bool isOld = node.opset < 11;
  if (!isOld && node.hasInput(2) && !node.constant(2)) {
    if (numElements(node.shape(2)) != 1 || node.type(2) != operand.type)
      return node.emitError() << "its value must be one " << elementName(operand.type);
    node.reshapeInput(2, {});
    padding = tensor::ExtractOp::create(builder, node.loc, node.value(2), ValueRange{});
  } else {
    double number = isOld ? node.getFloat("value", 0) : 0;
    const HostTensor *value = isOld ? nullptr : node.constant(2);
    if (value && (value->size() != 1 || value->getType() != operand.type))
      return node.emitError() << "its value must be one " << elementName(operand.type);
    TypedAttr attribute = value                   ? value->splatAttribute(builder.getContext())
                          : isFloat(operand.type) ? TypedAttr(builder.getFloatAttr(elementType, number))
                                                  : TypedAttr(builder.getIntegerAttr(elementType, int64_t(number)));
    padding = arith::ConstantOp::create(builder, node.loc, attribute);
  }
  Value inside = emitSlice(builder, node.loc, node.value(0), offsets, sizes, steps);
  node.setOutput(0, operand.type, emitPad(builder, node.loc, inside, before, after, padding));
  return success();
}

/// The padding is an attribute before version 11 (called paddings before 2).
LogicalResult importPad(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  int64_t rank = operand.rank();
  std::optional<Shape> attribute = node.getInts(node.opset < 2 ? "paddings" : "pads");
  FailureOr<Shape> pads = attribute ? FailureOr<Shape>(*attribute) : node.constantInts(1, "pads");
  if (failed(pads))
    return failure();
  if (int64_t(pads->size()) != 2 * rank)
    return node.emitError() << "pads has " << pads->size() << " elements for " << rank << " dimensions";
  ArrayRef<int64_t> low = ArrayRef<int64_t>(*pads).take_front(rank), high = ArrayRef<int64_t>(*pads).drop_front(rank);
  for (int64_t dim = 0; dim < rank; ++dim) {
    // Both bounds keep the sums from overflowing.
    if (std::abs(low[dim] / 2) > largestTensor || std::abs(high[dim] / 2) > largestTensor)
      return node.emitError() << "pads " << toString(*pads) << " are not possible";
    if (operand.shape[dim] + low[dim] + high[dim] <= 0)
      return node.emitError() << "pads " << toString(*pads) << " leave nothing of shape " << toString(operand.shape);
  }
  if (llvm::all_of(*pads, [](int64_t pad) { return pad == 0; })) {
    node.forward(0, 0);
    return success();
  }
  std::string mode = node.getString("mode", "constant");
  if (mode == "constant")
    return padWithConstant(node, low, high);
  if (mode != "edge" && mode != "reflect" && mode != "wrap")
    return node.emitError() << "has the mode '" << mode << "'; constant, edge, reflect and wrap are supported";
  PositionTables tables(rank);
  for (int64_t dim = 0; dim < rank; ++dim) {
    if (low[dim] == 0 && high[dim] == 0)
      continue;
    int64_t extent = operand.shape[dim];
    if (extent + low[dim] + high[dim] > largestFoldedIntegers)
      return node.emitError() << "pads " << toString(*pads) << " are too large";
    tables[dim].emplace();
    for (int64_t at = -low[dim]; at < extent + high[dim]; ++at)
      tables[dim]->push_back(mode == "edge"      ? std::clamp<int64_t>(at, 0, extent - 1)
                             : mode == "reflect" ? reflect(at, extent)
                                                 : ((at % extent) + extent) % extent);
  }
  return readAtTables(node, 0, tables);
}

/// Each dimension [d] is [1, d] broadcast to [repeats, d] and joined again.
LogicalResult importTile(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  if (node.opset < 6)
    return node.emitError() << "needs operator set 6 or newer; export the model again";
  FailureOr<Shape> repeats = node.constantInts(1, "repeats");
  if (failed(repeats))
    return failure();
  if (int64_t(repeats->size()) != operand.rank())
    return node.emitError() << "repeats has " << repeats->size() << " elements for " << operand.rank() << " dimensions";
  Shape shape, apart, repeated;
  PositionTables tables(operand.rank());
  for (auto [dim, extent] : llvm::enumerate(operand.shape)) {
    int64_t count = (*repeats)[dim], size;
    if (count <= 0 || llvm::MulOverflow(count, extent, size) || size > largestTensor)
      return node.emitError() << "repeats " << toString(*repeats) << " are not possible";
    shape.push_back(size);
    if (count > 1 && extent > 1) {
      apart.push_back(1);
      repeated.push_back(count);
    }
    apart.push_back(extent);
    repeated.push_back(count > 1 && extent == 1 ? count : extent);
  }
  if (operand.constant && mayFold(operand.type, numElements(shape))) {
    Shape strides = rowMajorStrides(operand.shape);
    node.setOutput(0, operand.constant->picked(shape, [&](ArrayRef<int64_t> index) {
      int64_t position = 0;
      for (size_t dim = 0; dim < index.size(); ++dim)
        position += index[dim] % operand.shape[dim] * strides[dim];
      return position;
    }));
    return success();
  }
  Value value = emitReshape(node.builder, node.loc, node.value(0), apart);
  if (apart != repeated)
    value =
        emitElementwise(node.builder, node.loc, {value}, repeated, toMlirType(operand.type, node.builder.getContext()),
                        [](OpBuilder &, Location, ValueRange x) { return x[0]; });
  node.setOutput(0, operand.type, emitReshape(node.builder, node.loc, value, shape));
  return success();
}

/// Keeps what lies on, and above or below, a diagonal.
LogicalResult importTrilu(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  int64_t rank = operand.rank(), diagonal = 0;
  if (rank < 2)
    return node.emitError() << "needs matrices, not shape " << toString(operand.shape);
  if (node.hasInput(1)) {
    FailureOr<Shape> given = node.constantInts(1, "diagonal");
    if (failed(given))
      return failure();
    if (given->size() != 1)
      return node.emitError() << "its diagonal must be one number";
    diagonal = std::clamp<int64_t>(given->front(), -largestTensor, largestTensor);
  }
  bool isUpper = node.getInt("upper", 1);
  int64_t rows = operand.shape[rank - 2], columns = operand.shape[rank - 1];
  if (operand.constant && mayFold(operand.type, numElements(operand.shape))) {
    int64_t position = 0;
    auto isKept = [&](ArrayRef<int64_t> index) {
      int64_t above = index[rank - 1] - index[rank - 2];
      return isUpper ? above >= diagonal : above <= diagonal;
    };
    const HostTensor &tensor = *operand.constant;
    if (isFloat(operand.type))
      node.setOutput(0, HostTensor::fromDoubles(operand.type, operand.shape, [&](ArrayRef<int64_t> index) {
                       double element = tensor.getDouble(position++);
                       return isKept(index) ? element : 0;
                     }));
    else
      node.setOutput(0, HostTensor::fromInts(operand.type, operand.shape, [&](ArrayRef<int64_t> index) {
                       int64_t element = tensor.getInt(position++);
                       return isKept(index) ? element : 0;
                     }));
    return success();
  }
  if (std::max(rows, columns) > largestFoldedIntegers)
    return node.emitError() << "its matrices of shape " << toString(operand.shape) << " are too large";
  // Row and column numbers are small tables that broadcast; the mask itself never exists.
  HostTensor row = HostTensor::fromInts(ElementType::I32, {rows, 1}, [&](ArrayRef<int64_t> index) {
    return std::clamp<int64_t>(index[0] + diagonal, -1, columns);
  });
  HostTensor column = HostTensor::iota(ElementType::I32, columns, 0, 1);
  OpBuilder &builder = node.builder;
  Value result = emitElementwise(
      builder, node.loc, {node.value(0), constantOperand(node, row), constantOperand(node, column)}, operand.shape,
      toMlirType(operand.type, builder.getContext()), [&](OpBuilder &inner, Location loc, ValueRange x) {
        EmitAlgebra elements(inner, loc, operand.type), numbers(inner, loc, ElementType::I32);
        Value isKept = numbers.compare(isUpper ? Compare::GreaterOrEqual : Compare::LessOrEqual, x[2], x[1]);
        return elements.select(isKept, x[0], elements.constant(0));
      });
  node.setOutput(0, operand.type, result);
  return success();
}

LogicalResult importEyeLike(NodeImporter &node) {
  ArrayRef<int64_t> shape = node.shape(0);
  std::optional<ElementType> type =
      node.hasAttribute("dtype") ? elementTypeFromOnnx(node.getInt("dtype", 0)) : node.type(0);
  if (!type || shape.size() != 2 || numElements(shape) > largestFoldedIntegers)
    return node.emitError() << "needs a matrix and an element type that is supported";
  int64_t diagonal = node.getInt("k", 0);
  auto isOne = [&](ArrayRef<int64_t> index) { return index[1] - index[0] == diagonal; };
  node.setOutput(0, isFloat(*type) ? HostTensor::fromDoubles(*type, shape, isOne)
                                   : HostTensor::fromInts(*type, shape, isOne));
  return success();
}

/// Blocks of `size` x `size` pixels become channels, or the other way round: a transposition between two reshapes.
LogicalResult importBlocks(NodeImporter &node, bool toSpace) {
  const GraphValue &operand = node.input(0);
  int64_t size = node.getInt("blocksize", 0);
  if (operand.rank() != 4 || size <= 0 || size > (1 << 20))
    return node.emitError() << "needs a tensor [N, C, H, W] and a positive blocksize";
  int64_t n = operand.shape[0], c = operand.shape[1], h = operand.shape[2], w = operand.shape[3];
  bool fits = toSpace ? c % (size * size) == 0 : h % size == 0 && w % size == 0;
  if (!fits)
    return node.emitError() << "shape " << toString(operand.shape) << " does not divide into blocks of " << size;
  Shape apart, permutation, shape;
  if (toSpace) {
    int64_t channels = c / (size * size);
    bool isColumnFirst = node.getString("mode", "DCR") == "CRD";
    apart = isColumnFirst ? Shape{n, channels, size, size, h, w} : Shape{n, size, size, channels, h, w};
    permutation = isColumnFirst ? Shape{0, 1, 4, 2, 5, 3} : Shape{0, 3, 4, 1, 5, 2};
    shape = {n, channels, h * size, w * size};
  } else {
    apart = {n, c, h / size, size, w / size, size};
    permutation = {0, 3, 5, 1, 2, 4};
    shape = {n, c * size * size, h / size, w / size};
  }
  Value value = emitReshape(node.builder, node.loc, node.value(0), apart);
  value = emitTranspose(node.builder, node.loc, value, permutation);
  node.setOutput(0, operand.type, emitReshape(node.builder, node.loc, value, shape));
  return success();
}

} // namespace

void registerPad(OpRegistry &registry) {
  registry["DepthToSpace"] = [](NodeImporter &node) { return importBlocks(node, /*toSpace=*/true); };
  registry["EyeLike"] = importEyeLike;
  registry["Pad"] = importPad;
  registry["SpaceToDepth"] = [](NodeImporter &node) { return importBlocks(node, /*toSpace=*/false); };
  registry["Tile"] = importTile;
  registry["Trilu"] = importTrilu;
}

} // namespace st::onnximport
