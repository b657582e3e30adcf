// Operators that write parts of a tensor at known positions: each element of the result knows where it comes from.

#include "Import/Onnx/TensorAlgebra.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st::onnximport {
namespace {

/// For each element of operand 0, the elements of the updates that are written there, in order.
using Writes = llvm::DenseMap<int64_t, SmallVector<int64_t, 1>>;

/// Sets output 0: the last write wins, or with a reduction all of them count, one after the other.
LogicalResult applyWrites(NodeImporter &node, const Writes &writes) {
  const GraphValue &data = node.input(0);
  std::string reduction = node.getString("reduction", "none");
  if (reduction != "none" && reduction != "add" && reduction != "mul")
    return node.emitError() << "has the reduction '" << reduction << "'; none, add and mul are supported";
  if (node.type(2) != data.type)
    return node.emitError() << "updates of type " << elementName(node.type(2)) << " for data of type "
                            << elementName(data.type);
  size_t rounds = 0;
  for (auto &[position, updates] : writes)
    rounds = std::max(rounds, reduction == "none" ? 1 : updates.size());
  if (rounds == 0) {
    node.forward(0, 0);
    return success();
  }
  if (rounds > 64)
    return node.emitError() << "writes one element " << rounds << " times; at most 64 are supported";
  OpBuilder &builder = node.builder;
  int64_t updateCount = numElements(node.shape(2));
  Value updates = emitReshape(builder, node.loc, node.value(2), {updateCount}), result = node.value(0);
  for (size_t round = 0; round < rounds; ++round) {
    int64_t position = 0;
    HostTensor sources = HostTensor::fromInts(ElementType::I32, data.shape, [&](auto) -> int64_t {
      auto found = writes.find(position++);
      if (found == writes.end() || (reduction != "none" && round >= found->second.size()))
        return -1;
      return reduction == "none" ? found->second.back() : found->second[round];
    });
    result = emitGatherGeneric(builder, node.loc, {result, node.constantValue(sources)}, data.shape,
                               toMlirType(data.type, builder.getContext()),
                               [&](OpBuilder &inner, Location loc, ValueRange elements, ValueRange) -> Value {
                                 EmitAlgebra values(inner, loc, data.type), numbers(inner, loc, ElementType::I32);
                                 Value zero = numbers.constant(0);
                                 Value isWritten = numbers.compare(Compare::GreaterOrEqual, elements[1], zero);
                                 // What is not written must not read outside.
                                 Value source = arith::IndexCastOp::create(inner, loc, inner.getIndexType(),
                                                                           numbers.max(elements[1], zero));
                                 Value update = tensor::ExtractOp::create(inner, loc, updates, source);
                                 if (reduction == "add")
                                   update = values.add(elements[0], update);
                                 if (reduction == "mul")
                                   update = values.mul(elements[0], update);
                                 return values.select(isWritten, update, elements[0]);
                               });
  }
  node.setOutput(0, data.type, result);
  return success();
}

FailureOr<Shape> readIndices(NodeImporter &node) {
  FailureOr<Shape> indices = node.constantInts(1, "indices");
  if (failed(indices))
    return failure();
  constexpr int64_t mostElements = 1 << 22;
  if (numElements(node.shape(0)) > mostElements || numElements(node.shape(2)) > mostElements)
    return node.emitError() << "data of shape " << toString(node.shape(0)) << " is too large to write parts of";
  return indices;
}

FailureOr<int64_t> insideOf(NodeImporter &node, int64_t index, int64_t extent) {
  if (index < -extent || index >= extent)
    return node.emitError() << "index " << index << " is outside a dimension of " << extent << " elements";
  return index < 0 ? index + extent : index;
}

LogicalResult importScatterElements(NodeImporter &node) {
  const GraphValue &data = node.input(0);
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), data.rank());
  FailureOr<Shape> indices = readIndices(node);
  if (failed(axis) || failed(indices))
    return failure();
  ArrayRef<int64_t> shape = node.shape(1);
  bool fits = shape == node.shape(2) && int64_t(shape.size()) == data.rank();
  for (int64_t dim = 0; fits && dim < data.rank(); ++dim)
    fits = dim == *axis || shape[dim] <= data.shape[dim];
  if (!fits)
    return node.emitError() << "indices of shape " << toString(shape) << " and updates of shape "
                            << toString(node.shape(2)) << " do not fit data of shape " << toString(data.shape);
  Shape strides = rowMajorStrides(data.shape);
  Writes writes;
  int64_t which = 0;
  bool isInside = true;
  forEachIndex(shape, [&](ArrayRef<int64_t> index) {
    if (!isInside)
      return;
    FailureOr<int64_t> along = insideOf(node, (*indices)[which], data.shape[*axis]);
    isInside = succeeded(along);
    if (!isInside)
      return;
    int64_t position = 0;
    for (int64_t dim = 0; dim < data.rank(); ++dim)
      position += (dim == *axis ? *along : index[dim]) * strides[dim];
    writes[position].push_back(which++);
  });
  return isInside ? applyWrites(node, writes) : failure();
}

LogicalResult importScatterNd(NodeImporter &node) {
  const GraphValue &data = node.input(0);
  FailureOr<Shape> indices = readIndices(node);
  if (failed(indices))
    return failure();
  ArrayRef<int64_t> shape = node.shape(1);
  int64_t depth = shape.empty() ? 0 : shape.back();
  if (depth < 1 || depth > data.rank())
    return node.emitError() << "indices of shape " << toString(shape) << " do not fit data of shape "
                            << toString(data.shape);
  Shape expected(shape.drop_back());
  expected.append(data.shape.begin() + depth, data.shape.end());
  if (ArrayRef<int64_t>(expected) != node.shape(2))
    return node.emitError() << "updates of shape " << toString(node.shape(2)) << ", not " << toString(expected);
  Shape strides = rowMajorStrides(data.shape);
  int64_t slice = numElements(ArrayRef<int64_t>(data.shape).drop_front(depth));
  Writes writes;
  for (int64_t row = 0, rows = indices->size() / depth; row < rows; ++row) {
    int64_t first = 0;
    for (int64_t dim = 0; dim < depth; ++dim) {
      FailureOr<int64_t> along = insideOf(node, (*indices)[row * depth + dim], data.shape[dim]);
      if (failed(along))
        return failure();
      first += *along * strides[dim];
    }
    for (int64_t element = 0; element < slice; ++element)
      writes[first + element].push_back(row * slice + element);
  }
  return applyWrites(node, writes);
}

} // namespace

void registerScatter(OpRegistry &registry) {
  registry["Scatter"] = importScatterElements;
  registry["ScatterElements"] = importScatterElements;
  registry["ScatterND"] = importScatterNd;
}

} // namespace st::onnximport
