// Operators that take tensors apart or put them together.

#include "Import/Onnx/Tables.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st::onnximport {
namespace {

/// Sets output `output` to a regular part of operand 0. Steps may be negative
/// for constants.
LogicalResult takeSlice(NodeImporter &node, unsigned output, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                        ArrayRef<int64_t> steps) {
  const GraphValue &operand = node.input(0);
  if (operand.constant && mayFold(operand.type, numElements(sizes))) {
    Shape strides = rowMajorStrides(operand.shape);
    node.setOutput(output, operand.constant->picked(sizes, [&](ArrayRef<int64_t> index) {
      int64_t position = 0;
      for (size_t dim = 0; dim < index.size(); ++dim)
        position += (offsets[dim] + index[dim] * steps[dim]) * strides[dim];
      return position;
    }));
    return success();
  }
  if (llvm::is_contained(sizes, 0))
    return node.emitError() << "takes an empty slice of '" << operand.name << "'; remove it from the model";
  // tensor.extract_slice only goes forward.
  if (llvm::any_of(steps, [](int64_t step) { return step < 0; })) {
    PositionTables tables(sizes.size());
    for (size_t dim = 0; dim < sizes.size(); ++dim) {
      if (offsets[dim] == 0 && sizes[dim] == operand.shape[dim] && steps[dim] == 1)
        continue;
      tables[dim].emplace();
      for (int64_t position = 0; position < sizes[dim]; ++position)
        tables[dim]->push_back(offsets[dim] + position * steps[dim]);
    }
    return readAtTables(node, output, tables);
  }
  if (ArrayRef<int64_t>(operand.shape) == sizes) {
    node.forward(output, 0);
    return success();
  }
  node.setOutput(output, operand.type, emitSlice(node.builder, node.loc, node.value(0), offsets, sizes, steps));
  return success();
}

LogicalResult importSlice(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  int64_t rank = operand.rank();
  // Attributes before version 10, operands since.
  bool isOld = node.opset < 10;
  auto read = [&](StringRef name, unsigned index) -> FailureOr<std::optional<Shape>> {
    if (isOld)
      return node.getInts(name);
    if (!node.hasInput(index))
      return std::optional<Shape>();
    FailureOr<Shape> values = node.constantInts(index, name);
    if (failed(values))
      return failure();
    return std::optional<Shape>(*values);
  };
  auto starts = read("starts", 1), ends = read("ends", 2), axes = read("axes", 3), steps = read("steps", 4);
  if (failed(starts) || failed(ends) || failed(axes) || failed(steps))
    return failure();
  size_t count = *starts ? (*starts)->size() : 0;
  if (!*starts || !*ends || (*ends)->size() != count || (*axes && (*axes)->size() != count) ||
      (*steps && (*steps)->size() != count))
    return node.emitError() << "starts, ends, axes and steps differ in length";

  Shape offsets(rank, 0), sizes(operand.shape), strides(rank, 1);
  for (size_t which = 0; which < count; ++which) {
    FailureOr<int64_t> axis = node.normalizeAxis(*axes ? (**axes)[which] : int64_t(which), rank);
    if (failed(axis))
      return failure();
    int64_t extent = operand.shape[*axis], step = *steps ? (**steps)[which] : 1;
    if (step == 0)
      return node.emitError() << "has a step of 0";
    // As in Python: positions outside are moved to the border, -1 means "before
    // the first" for negative steps.
    int64_t lowest = step > 0 ? 0 : -1, highest = step > 0 ? extent : extent - 1;
    auto clamp = [&](int64_t position) {
      return std::clamp(position < 0 ? std::max(position, -extent - 1) + extent : position, lowest, highest);
    };
    int64_t start = clamp((**starts)[which]), end = clamp((**ends)[which]);
    int64_t distance = step > 0 ? end - start : start - end;
    // A longer step than the dimension takes one element.
    step = std::clamp(step, -extent - 1, extent + 1);
    int64_t stride = std::abs(step);
    offsets[*axis] = start;
    sizes[*axis] = distance > 0 ? (distance - 1) / stride + 1 : 0;
    strides[*axis] = sizes[*axis] > 1 ? step : 1;
  }
  return takeSlice(node, 0, offsets, sizes, strides);
}

LogicalResult importSplit(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), operand.rank());
  if (failed(axis))
    return failure();
  std::optional<Shape> parts = node.getInts("split");
  if (node.hasInput(1)) {
    FailureOr<Shape> given = node.constantInts(1, "split");
    if (failed(given))
      return failure();
    parts = *given;
  }
  int64_t extent = operand.shape[*axis], count = node.numOutputs();
  if (!parts) {
    if (count == 0 || extent % count != 0)
      return node.emitError() << "dimension " << *axis << " of shape " << toString(operand.shape)
                              << " does not split into " << count << " equal parts";
    parts = Shape(count, extent / count);
  }
  int64_t total = 0;
  bool isPossible = true;
  for (int64_t part : *parts)
    isPossible &= part >= 0 && !llvm::AddOverflow(total, part, total);
  if (!isPossible || total != extent || int64_t(parts->size()) != count)
    return node.emitError() << "parts " << toString(*parts) << " do not make up dimension " << *axis << " of shape "
                            << toString(operand.shape);
  Shape offsets(operand.rank(), 0), sizes(operand.shape), steps(operand.rank(), 1);
  for (auto [output, part] : llvm::enumerate(*parts)) {
    sizes[*axis] = part;
    if (failed(takeSlice(node, output, offsets, sizes, steps)))
      return failure();
    offsets[*axis] += part;
  }
  return success();
}

HostTensor concatenate(NodeImporter &node, int64_t axis, ArrayRef<int64_t> shape) {
  // For each position along the axis, the operand and the position inside it.
  SmallVector<std::pair<unsigned, int64_t>> sources;
  for (unsigned operand = 0; operand < node.numInputs(); ++operand)
    for (int64_t position = 0; position < node.input(operand).shape[axis]; ++position)
      sources.push_back({operand, position});
  auto locate = [&](ArrayRef<int64_t> index) {
    auto [operand, along] = sources[index[axis]];
    Shape strides = rowMajorStrides(node.input(operand).shape);
    int64_t position = 0;
    for (int64_t dim = 0, rank = index.size(); dim < rank; ++dim)
      position += (dim == axis ? along : index[dim]) * strides[dim];
    return std::make_pair(node.constant(operand), position);
  };
  ElementType type = node.input(0).type;
  if (isFloat(type))
    return HostTensor::fromDoubles(type, shape, [&](ArrayRef<int64_t> index) {
      auto [tensor, position] = locate(index);
      return tensor->getDouble(position);
    });
  return HostTensor::fromInts(type, shape, [&](ArrayRef<int64_t> index) {
    auto [tensor, position] = locate(index);
    return tensor->getInt(position);
  });
}

LogicalResult importConcat(NodeImporter &node) {
  const GraphValue &first = node.input(0);
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 1), first.rank());
  if (failed(axis))
    return failure();
  Shape shape = first.shape;
  shape[*axis] = 0;
  bool isConstant = true;
  for (unsigned index = 0; index < node.numInputs(); ++index) {
    const GraphValue &operand = node.input(index);
    bool fits = operand.rank() == first.rank() && operand.type == first.type;
    for (int64_t dim = 0; fits && dim < first.rank(); ++dim)
      fits = dim == *axis || operand.shape[dim] == shape[dim];
    if (!fits)
      return node.emitError() << "'" << operand.name << "' of shape " << toString(operand.shape) << " does not fit '"
                              << first.name << "' of shape " << toString(first.shape);
    shape[*axis] += operand.shape[*axis];
    isConstant &= operand.constant && mayFold(*operand.constant);
  }
  if (isConstant && mayFold(first.type, numElements(shape))) {
    node.setOutput(0, concatenate(node, *axis, shape));
    return success();
  }
  SmallVector<Value> parts;
  for (unsigned index = 0; index < node.numInputs(); ++index)
    if (node.shape(index)[*axis] != 0)
      parts.push_back(node.value(index));
  node.setOutput(0, first.type,
                 parts.size() == 1 ? parts.front()
                                   : Value(tensor::ConcatOp::create(node.builder, node.loc, *axis, parts)));
  return success();
}

} // namespace

void registerSlice(OpRegistry &registry) {
  registry["Slice"] = importSlice;
  registry["Split"] = importSplit;
  registry["Concat"] = importConcat;
}

} // namespace st::onnximport
