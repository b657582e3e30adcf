// Operators that take tensors apart or put them together.

#include "Import/Onnx/ScalarAlgebra.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st::onnximport {
namespace {

SmallVector<OpFoldResult> indexAttributes(OpBuilder &builder, ArrayRef<int64_t> values) {
  return llvm::map_to_vector(values, [&](int64_t value) { return OpFoldResult(builder.getIndexAttr(value)); });
}

/// Row-major distances between neighbours along each dimension.
Shape rowMajorStrides(ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (int64_t dim = int64_t(shape.size()) - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * shape[dim + 1];
  return strides;
}

/// A copy that reads its operand through a map with negative factors.
Value emitBackwardSlice(NodeImporter &node, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                        ArrayRef<int64_t> steps) {
  OpBuilder &builder = node.builder;
  size_t rank = sizes.size();
  SmallVector<AffineExpr> position;
  for (size_t dim = 0; dim < rank; ++dim)
    position.push_back(builder.getAffineDimExpr(dim) * steps[dim] + offsets[dim]);
  Value empty = tensor::EmptyOp::create(builder, node.loc, sizes, toMlirType(node.input(0).type, builder.getContext()));
  SmallVector<AffineMap> maps{AffineMap::get(rank, 0, position, builder.getContext()),
                              builder.getMultiDimIdentityMap(rank)};
  SmallVector<utils::IteratorType> iterators(rank, utils::IteratorType::parallel);
  return linalg::GenericOp::create(builder, node.loc, empty.getType(), node.value(0), empty, maps, iterators,
                                   [](OpBuilder &inner, Location loc, ValueRange arguments) {
                                     linalg::YieldOp::create(inner, loc, arguments[0]);
                                   })
      .getResult(0);
}

/// Rows chosen by the elements of operand 1, which may be computed; negative
/// ones count from the end.
Value emitGather(NodeImporter &node, int64_t axis, ArrayRef<int64_t> shape) {
  OpBuilder &builder = node.builder;
  MLIRContext *context = builder.getContext();
  const GraphValue &data = node.input(0), &indices = node.input(1);
  Value source = node.value(0);
  Value empty = tensor::EmptyOp::create(builder, node.loc, shape, toMlirType(data.type, context));
  SmallVector<AffineExpr> indexPosition;
  for (int64_t dim = 0; dim < indices.rank(); ++dim)
    indexPosition.push_back(builder.getAffineDimExpr(axis + dim));
  SmallVector<AffineMap> maps{AffineMap::get(shape.size(), 0, indexPosition, context),
                              builder.getMultiDimIdentityMap(shape.size())};
  SmallVector<utils::IteratorType> iterators(shape.size(), utils::IteratorType::parallel);
  auto body = [&](OpBuilder &inner, Location loc, ValueRange arguments) {
    Value row = arith::IndexCastOp::create(inner, loc, inner.getIndexType(), arguments[0]);
    Value zero = arith::ConstantIndexOp::create(inner, loc, 0);
    Value extent = arith::ConstantIndexOp::create(inner, loc, data.shape[axis]);
    Value isNegative = arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::slt, row, zero);
    Value fromEnd = arith::AddIOp::create(inner, loc, row, extent);
    row = arith::SelectOp::create(inner, loc, isNegative, fromEnd, row);
    SmallVector<Value> position;
    for (int64_t dim = 0; dim < data.rank(); ++dim) {
      if (dim == axis)
        position.push_back(row);
      else
        position.push_back(linalg::IndexOp::create(inner, loc, dim < axis ? dim : dim + indices.rank() - 1));
    }
    Value element = tensor::ExtractOp::create(inner, loc, source, position);
    linalg::YieldOp::create(inner, loc, element);
  };
  return linalg::GenericOp::create(builder, node.loc, empty.getType(), node.value(1), empty, maps, iterators, body)
      .getResult(0);
}

/// Sets output `output` to a regular part of operand 0. Steps may be negative
/// for constants.
LogicalResult takeSlice(NodeImporter &node, unsigned output, ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                        ArrayRef<int64_t> steps) {
  const GraphValue &operand = node.input(0);
  if (operand.constant && mayFold(*operand.constant)) {
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
    node.setOutput(output, operand.type, emitBackwardSlice(node, offsets, sizes, steps));
    return success();
  }
  if (ArrayRef<int64_t>(operand.shape) == sizes) {
    node.forward(output, 0);
    return success();
  }
  Value slice =
      tensor::ExtractSliceOp::create(node.builder, node.loc, node.value(0), indexAttributes(node.builder, offsets),
                                     indexAttributes(node.builder, sizes), indexAttributes(node.builder, steps));
  node.setOutput(output, operand.type, slice);
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
      return std::clamp(position < 0 ? position + extent : position, lowest, highest);
    };
    int64_t start = clamp((**starts)[which]), end = clamp((**ends)[which]);
    int64_t distance = step > 0 ? end - start : start - end, stride = std::abs(step);
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
    if (extent % count != 0)
      return node.emitError() << "dimension " << *axis << " of shape " << toString(operand.shape)
                              << " does not split into " << count << " equal parts";
    parts = Shape(count, extent / count);
  }
  int64_t total = 0;
  for (int64_t part : *parts)
    total += part;
  if (total != extent || int64_t(parts->size()) != count)
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
  if (isConstant) {
    node.setOutput(0, concatenate(node, *axis, shape));
    return success();
  }
  OpBuilder &builder = node.builder;
  Value result = tensor::EmptyOp::create(builder, node.loc, shape, toMlirType(first.type, builder.getContext()));
  Shape offsets(shape.size(), 0), steps(shape.size(), 1);
  for (unsigned index = 0; index < node.numInputs(); ++index) {
    const GraphValue &operand = node.input(index);
    if (operand.shape[*axis] == 0)
      continue;
    result =
        tensor::InsertSliceOp::create(builder, node.loc, node.value(index), result, indexAttributes(builder, offsets),
                                      indexAttributes(builder, operand.shape), indexAttributes(builder, steps));
    offsets[*axis] += operand.shape[*axis];
  }
  node.setOutput(0, first.type, result);
  return success();
}

/// Known neighbouring indices, as a single one always is, give a slice.
LogicalResult importGather(NodeImporter &node) {
  const GraphValue &data = node.input(0);
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), data.rank());
  if (failed(axis))
    return failure();
  ArrayRef<int64_t> dataShape = data.shape, indexShape = node.input(1).shape;
  Shape shape(dataShape.take_front(*axis));
  shape.append(indexShape.begin(), indexShape.end());
  shape.append(dataShape.begin() + *axis + 1, dataShape.end());
  if (!node.constant(1)) {
    node.setOutput(0, data.type, emitGather(node, *axis, shape));
    return success();
  }
  FailureOr<Shape> indices = node.constantInts(1, "indices");
  if (failed(indices))
    return failure();
  int64_t extent = data.shape[*axis];
  for (int64_t &index : *indices) {
    if (index < -extent || index >= extent)
      return node.emitError() << "index " << index << " is outside dimension " << *axis << " of shape "
                              << toString(data.shape);
    index += index < 0 ? extent : 0;
  }
  if (data.constant && mayFold(*data.constant)) {
    Shape strides = rowMajorStrides(dataShape), indexStrides = rowMajorStrides(indexShape);
    int64_t indexRank = indexShape.size();
    node.setOutput(0, data.constant->picked(shape, [&](ArrayRef<int64_t> index) {
      int64_t which = 0, position = 0;
      for (int64_t dim = 0; dim < indexRank; ++dim)
        which += index[*axis + dim] * indexStrides[dim];
      for (int64_t dim = 0; dim < data.rank(); ++dim)
        position += strides[dim] * (dim < *axis    ? index[dim]
                                    : dim == *axis ? (*indices)[which]
                                                   : index[dim + indexRank - 1]);
      return position;
    }));
    return success();
  }
  if (indices->empty())
    return node.emitError() << "gathers nothing; remove it from the model";
  for (size_t which = 1; which < indices->size(); ++which)
    if ((*indices)[which] != (*indices)[0] + int64_t(which)) {
      node.setOutput(0, data.type, emitGather(node, *axis, shape));
      return success();
    }
  Shape offsets(data.rank(), 0), sizes(data.shape), steps(data.rank(), 1);
  offsets[*axis] = (*indices)[0];
  sizes[*axis] = indices->size();
  Value slice = node.value(0);
  if (ArrayRef<int64_t>(sizes) != dataShape)
    slice = tensor::ExtractSliceOp::create(node.builder, node.loc, slice, indexAttributes(node.builder, offsets),
                                           indexAttributes(node.builder, sizes), indexAttributes(node.builder, steps));
  node.setOutput(0, data.type, emitReshape(node.builder, node.loc, slice, shape));
  return success();
}

} // namespace

void registerSlice(OpRegistry &registry) {
  registry["Slice"] = importSlice;
  registry["Split"] = importSplit;
  registry["Concat"] = importConcat;
  registry["Gather"] = importGather;
}

} // namespace st::onnximport
