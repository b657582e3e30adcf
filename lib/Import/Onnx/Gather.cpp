// Operators that read a tensor at positions held by another.

#include "Import/Onnx/ScalarAlgebra.h"
#include "Import/Onnx/Tables.h"
#include "Import/Onnx/TensorAlgebra.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st::onnximport {
namespace {

LogicalResult checkIndices(NodeImporter &node, unsigned index) {
  ElementType type = node.type(index);
  if (type == ElementType::I64 || type == ElementType::I32)
    return success();
  return node.emitError() << "indices '" << node.input(index).name << "' have elements of type " << elementName(type)
                          << "; i32 and i64 are supported";
}

/// `indices`, which count from the end where negative, inside [0, extent).
LogicalResult normalizeIndices(NodeImporter &node, Shape &indices, int64_t extent) {
  for (int64_t &index : indices) {
    if (index < -extent || index >= extent)
      return node.emitError() << "index " << index << " is outside a dimension of " << extent << " elements";
    index += index < 0 ? extent : 0;
  }
  return success();
}

/// Rows chosen by the elements of operand 1, which are computed at run time.
Value emitGather(NodeImporter &node, int64_t axis, ArrayRef<int64_t> shape) {
  OpBuilder &builder = node.builder;
  MLIRContext *context = builder.getContext();
  const GraphValue &data = node.input(0);
  int64_t indexRank = node.input(1).rank();
  Value source = node.value(0);
  Value empty = tensor::EmptyOp::create(builder, node.loc, shape, toMlirType(data.type, context));
  SmallVector<AffineExpr> indexPosition;
  for (int64_t dim = 0; dim < indexRank; ++dim)
    indexPosition.push_back(builder.getAffineDimExpr(axis + dim));
  SmallVector<AffineMap> maps{AffineMap::get(shape.size(), 0, indexPosition, context),
                              builder.getMultiDimIdentityMap(shape.size())};
  SmallVector<utils::IteratorType> iterators(shape.size(), utils::IteratorType::parallel);
  auto body = [&](OpBuilder &inner, Location loc, ValueRange arguments) {
    Value row = emitPosition(inner, loc, arguments[0], data.shape[axis]);
    SmallVector<Value> position;
    for (int64_t dim = 0; dim < data.rank(); ++dim)
      position.push_back(
          dim == axis ? row : Value(linalg::IndexOp::create(inner, loc, dim < axis ? dim : dim + indexRank - 1)));
    linalg::YieldOp::create(inner, loc, ValueRange{tensor::ExtractOp::create(inner, loc, source, position)});
  };
  return linalg::GenericOp::create(builder, node.loc, empty.getType(), node.value(1), empty, maps, iterators, body)
      .getResult(0);
}

/// Known neighbouring indices, as a single one always is, give a slice, others a table.
LogicalResult importGather(NodeImporter &node) {
  const GraphValue &data = node.input(0);
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), data.rank());
  if (failed(axis) || failed(checkIndices(node, 1)))
    return failure();
  ArrayRef<int64_t> dataShape = data.shape, indexShape = node.shape(1);
  Shape shape(dataShape.take_front(*axis));
  shape.append(indexShape.begin(), indexShape.end());
  shape.append(dataShape.begin() + *axis + 1, dataShape.end());
  if (!node.constant(1)) {
    node.setOutput(0, data.type, emitGather(node, *axis, shape));
    return success();
  }
  FailureOr<Shape> indices = node.constantInts(1, "indices");
  if (failed(indices) || failed(normalizeIndices(node, *indices, data.shape[*axis])))
    return failure();
  if (data.constant && mayFold(data.type, numElements(shape))) {
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
  bool areNeighbours = true;
  for (size_t which = 1; which < indices->size(); ++which)
    areNeighbours &= (*indices)[which] == (*indices)[0] + int64_t(which);
  Value rows;
  if (areNeighbours) {
    Shape offsets(data.rank(), 0), sizes(data.shape), steps(data.rank(), 1);
    offsets[*axis] = (*indices)[0];
    sizes[*axis] = indices->size();
    rows = emitSlice(node.builder, node.loc, node.value(0), offsets, sizes, steps);
  } else {
    PositionTables tables(data.rank());
    tables[*axis] = *indices;
    rows = emitReadAtTables(node, node.value(0), tables);
  }
  node.setOutput(0, data.type, emitReshape(node.builder, node.loc, rows, shape));
  return success();
}

/// The position along one dimension is an element of operand 1 in the same place; the others are the place's own.
LogicalResult importGatherElements(NodeImporter &node) {
  const GraphValue &data = node.input(0);
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), data.rank());
  if (failed(axis) || failed(checkIndices(node, 1)))
    return failure();
  ArrayRef<int64_t> shape = node.shape(1);
  bool fits = int64_t(shape.size()) == data.rank();
  for (int64_t dim = 0; fits && dim < data.rank(); ++dim)
    fits = dim == *axis || shape[dim] <= data.shape[dim];
  if (!fits)
    return node.emitError() << "indices of shape " << toString(shape) << " do not fit data of shape "
                            << toString(data.shape);
  Value source = node.value(0);
  node.setOutput(0, data.type,
                 emitGatherGeneric(node.builder, node.loc, {node.value(1)}, shape,
                                   toMlirType(data.type, node.builder.getContext()),
                                   [&](OpBuilder &inner, Location loc, ValueRange elements, ValueRange at) -> Value {
                                     SmallVector<Value> position(at);
                                     position[*axis] = emitPosition(inner, loc, elements[0], data.shape[*axis]);
                                     return tensor::ExtractOp::create(inner, loc, source, position);
                                   }));
  return success();
}

/// The last dimension of operand 1 holds positions in the first dimensions of operand 0, behind `batch_dims` common
/// ones.
LogicalResult importGatherNd(NodeImporter &node) {
  const GraphValue &data = node.input(0), &indices = node.input(1);
  int64_t batch = node.getInt("batch_dims", 0), rank = data.rank();
  if (failed(checkIndices(node, 1)))
    return failure();
  bool fits = indices.rank() > 0 && batch >= 0 && batch < std::min(indices.rank(), rank) && indices.shape.back() >= 1 &&
              indices.shape.back() <= rank - batch;
  for (int64_t dim = 0; fits && dim < batch; ++dim)
    fits = indices.shape[dim] == data.shape[dim];
  if (!fits)
    return node.emitError() << "indices of shape " << toString(indices.shape) << " do not fit data of shape "
                            << toString(data.shape);
  int64_t depth = indices.shape.back(), outer = indices.rank() - 1;
  Shape shape(ArrayRef<int64_t>(indices.shape).drop_back());
  shape.append(data.shape.begin() + batch + depth, data.shape.end());
  // The coordinates as tensors of their own, so that each is an ordinary operand.
  SmallVector<Value> coordinates;
  Shape unit = shape;
  for (int64_t dim = outer; dim < int64_t(shape.size()); ++dim)
    unit[dim] = 1;
  for (int64_t which = 0; which < depth; ++which) {
    Shape offsets(indices.rank(), 0), sizes(indices.shape), steps(indices.rank(), 1);
    offsets.back() = which;
    sizes.back() = 1;
    Value slice = emitSlice(node.builder, node.loc, node.value(1), offsets, sizes, steps);
    coordinates.push_back(emitReshape(node.builder, node.loc, slice, unit));
  }
  Value source = node.value(0);
  node.setOutput(
      0, data.type,
      emitGatherGeneric(node.builder, node.loc, coordinates, shape, toMlirType(data.type, node.builder.getContext()),
                        [&](OpBuilder &inner, Location loc, ValueRange elements, ValueRange at) -> Value {
                          SmallVector<Value> position(at.take_front(batch));
                          for (int64_t which = 0; which < depth; ++which)
                            position.push_back(emitPosition(inner, loc, elements[which], data.shape[batch + which]));
                          llvm::append_range(position, at.drop_front(outer));
                          return tensor::ExtractOp::create(inner, loc, source, position);
                        }));
  return success();
}

/// Keeps the positions where a condition, which is known, holds.
LogicalResult importCompress(NodeImporter &node) {
  FailureOr<Shape> condition = node.constantInts(1, "condition");
  if (failed(condition))
    return failure();
  if (!node.hasAttribute("axis"))
    node.reshapeInput(0, {numElements(node.shape(0))});
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), node.input(0).rank());
  if (failed(axis))
    return failure();
  PositionTables tables(node.input(0).rank());
  tables[*axis].emplace();
  for (auto [position, isKept] : llvm::enumerate(*condition)) {
    if (!isKept)
      continue;
    if (int64_t(position) >= node.shape(0)[*axis])
      return node.emitError() << "its condition is longer than dimension " << *axis << " of shape "
                              << toString(node.shape(0));
    tables[*axis]->push_back(position);
  }
  return readAtTables(node, 0, tables);
}

/// The indices of all elements that are not zero, where they are known.
LogicalResult importNonZero(NodeImporter &node) {
  const HostTensor *tensor = node.constant(0);
  if (!tensor)
    return node.emitError() << "the shape of its result depends on run-time data; shapes have to be known at compile "
                               "time";
  if (!mayFold(*tensor) || !mayFold(node.type(0), tensor->size()))
    return node.emitError() << "its operand of shape " << toString(tensor->getShape()) << " is too large";
  int64_t rank = tensor->getShape().size(), position = 0;
  std::vector<Shape> found;
  forEachIndex(tensor->getShape(), [&](ArrayRef<int64_t> index) {
    if (tensor->getDouble(position++) != 0)
      found.push_back(Shape(index));
  });
  node.setOutput(0, HostTensor::fromInts(ElementType::I64, {rank, int64_t(found.size())},
                                         [&](ArrayRef<int64_t> index) { return found[index[1]][index[0]]; }));
  return success();
}

/// The first elements of each row, as many as operand 1 says, in reverse order.
LogicalResult importReverseSequence(NodeImporter &node) {
  const GraphValue &data = node.input(0), &lengths = node.input(1);
  int64_t batchAxis = node.getInt("batch_axis", 1), timeAxis = node.getInt("time_axis", 0), rank = data.rank();
  if (failed(checkIndices(node, 1)))
    return failure();
  if (rank < 2 || batchAxis == timeAxis || batchAxis < 0 || batchAxis > 1 || timeAxis < 0 || timeAxis > 1 ||
      lengths.rank() != 1 || lengths.shape[0] != data.shape[batchAxis])
    return node.emitError() << "needs the batch and time axes 0 and 1 and one length for each row";
  Shape unit(rank, 1), dataShape = data.shape;
  unit[batchAxis] = dataShape[batchAxis];
  node.reshapeInput(1, unit);
  Value source = node.value(0);
  node.setOutput(
      0, node.type(0),
      emitGatherGeneric(
          node.builder, node.loc, {node.value(1)}, dataShape, toMlirType(node.type(0), node.builder.getContext()),
          [&](OpBuilder &inner, Location loc, ValueRange elements, ValueRange at) -> Value {
            Value length = arith::IndexCastOp::create(inner, loc, inner.getIndexType(), elements[0]);
            Value one = arith::ConstantIndexOp::create(inner, loc, 1);
            Value last = arith::SubIOp::create(inner, loc, length, one);
            Value mirrored = arith::SubIOp::create(inner, loc, last, at[timeAxis]);
            Value isReversed = arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::slt, at[timeAxis], length);
            SmallVector<Value> position(at);
            position[timeAxis] = arith::SelectOp::create(inner, loc, isReversed, mirrored, at[timeAxis]);
            return tensor::ExtractOp::create(inner, loc, source, position);
          }));
  return success();
}

} // namespace

void registerGather(OpRegistry &registry) {
  registry["Compress"] = importCompress;
  registry["Gather"] = importGather;
  registry["GatherElements"] = importGatherElements;
  registry["GatherND"] = importGatherNd;
  registry["NonZero"] = importNonZero;
  registry["ReverseSequence"] = importReverseSequence;
}

} // namespace st::onnximport
