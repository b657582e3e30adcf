// Operators that give the same elements another shape or order.

#include "Import/Onnx/ScalarAlgebra.h"

using namespace mlir;

namespace st::onnximport {
namespace {

/// Operand 0 under another shape.
LogicalResult reshapeTo(NodeImporter &node, ArrayRef<int64_t> shape) {
  const GraphValue &operand = node.input(0);
  if (numElements(shape) != numElements(operand.shape))
    return node.emitError() << "shape " << toString(operand.shape) << " has not as many elements as "
                            << toString(shape);
  if (operand.constant)
    node.setOutput(0, operand.constant->reshaped(shape));
  else
    node.setOutput(0, operand.type, emitReshape(node.builder, node.loc, node.value(0), shape));
  return success();
}

/// A zero copies the operand's dimension, one -1 is what remains. The shape is
/// an attribute before version 5.
LogicalResult importReshape(NodeImporter &node) {
  std::optional<Shape> attribute = node.getInts("shape");
  FailureOr<Shape> shape = attribute ? FailureOr<Shape>(*attribute) : node.constantInts(1, "target shape");
  if (failed(shape))
    return failure();
  const GraphValue &operand = node.input(0);
  int64_t known = 1, unknown = -1;
  for (int64_t dim = 0, rank = shape->size(); dim < rank; ++dim) {
    int64_t &extent = (*shape)[dim];
    if (extent == 0 && !node.getInt("allowzero", 0)) {
      if (dim >= operand.rank())
        return node.emitError() << "copies dimension " << dim << " of a tensor of rank " << operand.rank();
      extent = operand.shape[dim];
    }
    if (extent == -1 && unknown < 0) {
      unknown = dim;
      continue;
    }
    if (extent < 0)
      return node.emitError() << "target shape " << toString(*shape) << " is not valid";
    if (llvm::MulOverflow(known, extent, known))
      return node.emitError() << "target shape " << toString(*shape) << " is not possible";
  }
  if (unknown >= 0) {
    int64_t size = numElements(operand.shape);
    if (known == 0 || size % known != 0)
      return node.emitError() << "shape " << toString(operand.shape) << " does not reshape to " << toString(*shape);
    (*shape)[unknown] = size / known;
  }
  return reshapeTo(node, *shape);
}

LogicalResult importFlatten(NodeImporter &node) {
  ArrayRef<int64_t> shape = node.input(0).shape;
  int64_t axis = node.getInt("axis", 1), rank = shape.size();
  if (axis < 0)
    axis += rank;
  if (axis < 0 || axis > rank)
    return node.emitError() << "axis " << axis << " is outside a tensor of rank " << rank;
  return reshapeTo(node, {numElements(shape.take_front(axis)), numElements(shape.drop_front(axis))});
}

/// The axes moved from an attribute to an operand in version 13.
FailureOr<std::optional<Shape>> findAxes(NodeImporter &node) {
  if (!node.hasInput(1))
    return node.getInts("axes");
  FailureOr<Shape> axes = node.constantInts(1, "axes");
  if (failed(axes))
    return failure();
  return std::optional<Shape>(*axes);
}

LogicalResult importSqueeze(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  FailureOr<std::optional<Shape>> given = findAxes(node);
  if (failed(given))
    return failure();
  FailureOr<Shape> axes = node.normalizeAxes(given->value_or(Shape{}), operand.rank());
  if (failed(axes))
    return failure();
  Shape shape;
  for (int64_t dim = 0; dim < operand.rank(); ++dim) {
    int64_t extent = operand.shape[dim];
    bool isNamed = llvm::is_contained(*axes, dim);
    if (isNamed && extent != 1)
      return node.emitError() << "dimension " << dim << " of shape " << toString(operand.shape) << " is not 1";
    if (!(isNamed || (!*given && extent == 1)))
      shape.push_back(extent);
  }
  return reshapeTo(node, shape);
}

LogicalResult importUnsqueeze(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  FailureOr<std::optional<Shape>> given = findAxes(node);
  if (failed(given))
    return failure();
  if (!*given)
    return node.emitError() << "has no axes";
  int64_t rank = operand.rank() + (*given)->size();
  FailureOr<Shape> axes = node.normalizeAxes(**given, rank);
  if (failed(axes))
    return failure();
  Shape shape;
  const int64_t *next = operand.shape.begin();
  for (int64_t dim = 0; dim < rank; ++dim)
    shape.push_back(llvm::is_contained(*axes, dim) ? 1 : *next++);
  return reshapeTo(node, shape);
}

LogicalResult importTranspose(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  int64_t rank = operand.rank();
  // Without a permutation the dimensions are reversed.
  Shape permutation = node.getInts("perm").value_or(Shape(llvm::reverse(llvm::seq<int64_t>(0, rank))));
  Shape sorted = permutation;
  llvm::sort(sorted);
  if (sorted != Shape(llvm::to_vector(llvm::seq<int64_t>(0, rank))))
    return node.emitError() << "perm is not a permutation of the dimensions of shape " << toString(operand.shape);
  if (llvm::is_sorted(permutation)) {
    node.forward(0, 0);
    return success();
  }
  if (!operand.constant || !mayFold(*operand.constant)) {
    node.setOutput(0, operand.type, emitTranspose(node.builder, node.loc, node.value(0), permutation));
    return success();
  }
  Shape shape, strides(rank, 1);
  for (int64_t dim = rank - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * operand.shape[dim + 1];
  for (int64_t dim : permutation)
    shape.push_back(operand.shape[dim]);
  node.setOutput(0, operand.constant->picked(shape, [&](ArrayRef<int64_t> index) {
    int64_t position = 0;
    for (int64_t dim = 0; dim < rank; ++dim)
      position += index[dim] * strides[permutation[dim]];
    return position;
  }));
  return success();
}

/// Operand 0 repeated up to `shape`.
LogicalResult broadcastTo(NodeImporter &node, ArrayRef<int64_t> shape) {
  const GraphValue &operand = node.input(0);
  if (ArrayRef<int64_t>(operand.shape) == shape) {
    node.forward(0, 0);
    return success();
  }
  if (operand.constant && (operand.constant->isSplat() || mayFold(operand.type, numElements(shape)))) {
    Shape strides = broadcastStrides(operand.shape, shape);
    node.setOutput(0, operand.constant->picked(shape, [&](ArrayRef<int64_t> index) {
      int64_t position = 0;
      for (size_t dim = 0; dim < index.size(); ++dim)
        position += index[dim] * strides[dim];
      return position;
    }));
    return success();
  }
  node.setOutput(0, operand.type,
                 emitElementwise(node.builder, node.loc, {elementwiseOperand(node, 0)}, shape,
                                 toMlirType(operand.type, node.builder.getContext()),
                                 [](OpBuilder &, Location, ValueRange scalars) { return scalars[0]; }));
  return success();
}

LogicalResult importExpand(NodeImporter &node) {
  FailureOr<Shape> shape = node.constantInts(1, "target shape");
  if (failed(shape))
    return failure();
  std::optional<Shape> wider = broadcastShapes(node.input(0).shape, *shape);
  int64_t size = 1;
  for (int64_t extent : wider.value_or(Shape{}))
    if (extent < 0 || llvm::MulOverflow(size, extent, size))
      return node.emitError() << "target shape " << toString(*shape) << " is not possible";
  if (!wider)
    return node.emitError() << "shape " << toString(node.input(0).shape) << " does not expand to " << toString(*shape);
  return broadcastTo(node, *wider);
}

LogicalResult importIdentity(NodeImporter &node) {
  node.forward(0, 0);
  return success();
}

/// In inference nothing is dropped; the mask, if asked for, is all true.
LogicalResult importDropout(NodeImporter &node) {
  const HostTensor *training = node.constant(2);
  bool isTraining =
      node.opset < 7 ? !node.getInt("is_test", 0) : node.hasInput(2) && (!training || training->getInt(0));
  if (isTraining)
    return node.emitError() << "is in training mode; export the model with "
                               "torch.onnx.TrainingMode.EVAL";
  node.forward(0, 0);
  node.setOutput(1, HostTensor::splat(node.input(0).shape, HostTensor(ElementType::Bool, {}, std::vector<char>{1})));
  return success();
}

LogicalResult importShape(NodeImporter &node) {
  ArrayRef<int64_t> shape = node.input(0).shape;
  int64_t rank = shape.size();
  auto clamp = [&](int64_t position) {
    return std::clamp<int64_t>(position < 0 ? position + rank : position, 0, rank);
  };
  int64_t start = clamp(node.getInt("start", 0)), end = clamp(node.getInt("end", rank));
  node.setOutput(0, HostTensor::fromShape(shape.slice(start, std::max<int64_t>(end - start, 0))));
  return success();
}

LogicalResult importSize(NodeImporter &node) {
  int64_t size = numElements(node.input(0).shape);
  node.setOutput(0, HostTensor::fromShape({size}).reshaped({}));
  return success();
}

} // namespace

void registerShape(OpRegistry &registry) {
  registry["Reshape"] = importReshape;
  registry["Flatten"] = importFlatten;
  registry["Squeeze"] = importSqueeze;
  registry["Unsqueeze"] = importUnsqueeze;
  registry["Transpose"] = importTranspose;
  registry["Expand"] = importExpand;
  registry["Identity"] = importIdentity;
  registry["Dropout"] = importDropout;
  registry["Shape"] = importShape;
  registry["Size"] = importSize;
}

} // namespace st::onnximport
