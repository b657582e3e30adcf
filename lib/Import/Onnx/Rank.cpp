// Operators on the order of elements along a dimension. Positions come from small tables 0, 1, 2, ... that broadcast,
// so that all of it is element-wise operations and reductions.

#include "Import/Onnx/TensorAlgebra.h"

using namespace mlir;

namespace st::onnximport {
namespace {

/// Positions along `axis`, as an operand for a tensor of rank `rank`.
ElementwiseOperand positions(NodeImporter &node, int64_t count, int64_t axis, int64_t rank) {
  return constantOperand(node, HostTensor::iota(ElementType::I32, count, axis, rank));
}

LogicalResult checkPositions(NodeImporter &node, int64_t count) {
  if (count <= largestFoldedIntegers)
    return success();
  return node.emitError() << "a dimension of " << count << " elements is too large";
}

/// The first (or last) position of the largest (or smallest) element along `axis`, which becomes 1. In i32.
Value emitArgument(NodeImporter &node, int64_t axis, bool isMax, bool isLast) {
  ElementType type = node.type(0);
  Shape shape(node.shape(0));
  int64_t extent = shape[axis];
  Value x = node.value(0);
  Value extreme = TensorAlgebra(node, type).reduce(x, {axis}, isMax ? ReduceKind::Max : ReduceKind::Min);
  auto candidate = [&](OpBuilder &builder, Location loc, ValueRange v) {
    EmitAlgebra elements(builder, loc, type), numbers(builder, loc, ElementType::I32);
    return numbers.select(elements.compare(Compare::Equal, v[0], v[1]), v[2], numbers.constant(isLast ? -1 : extent));
  };
  return emitMapReduce(node.builder, node.loc, {x, extreme, positions(node, extent, axis, shape.size())}, shape,
                       ElementType::I32, {axis}, /*keepDims=*/true, isLast ? ReduceKind::Max : ReduceKind::Min,
                       candidate);
}

LogicalResult importArgument(NodeImporter &node, bool isMax) {
  const GraphValue &operand = node.input(0);
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), operand.rank());
  if (failed(axis) || failed(checkPositions(node, operand.shape[*axis])))
    return failure();
  Value position = emitArgument(node, *axis, isMax, node.getInt("select_last_index", 0));
  Value wide = TensorAlgebra(node, ElementType::I32).convert(position, ElementType::I64);
  Shape shape = operand.shape;
  if (node.getInt("keepdims", 1))
    shape[*axis] = 1;
  else
    shape.erase(shape.begin() + *axis);
  node.setOutput(0, ElementType::I64, emitReshape(node.builder, node.loc, wide, shape));
  return success();
}

/// 1 where the first largest element is. Before version 13 a row is all dimensions from the axis on.
LogicalResult importHardmax(NodeImporter &node) {
  Shape given(node.shape(0));
  int64_t rank = given.size();
  bool isOld = node.opset < 13;
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", isOld ? 1 : -1), rank);
  if (failed(axis) || failed(checkFloat(node)))
    return failure();
  if (isOld) {
    ArrayRef<int64_t> shape = given;
    node.reshapeInput(0, {numElements(shape.take_front(*axis)), numElements(shape.drop_front(*axis))});
    axis = 1;
  }
  Shape shape(node.shape(0));
  if (failed(checkPositions(node, shape[*axis])))
    return failure();
  ElementType type = node.type(0);
  Value position = emitArgument(node, *axis, /*isMax=*/true, /*isLast=*/false);
  ElementwiseOperand along = positions(node, shape[*axis], *axis, shape.size());
  Value result = emitElementwise(
      node.builder, node.loc, {position, along}, shape, toMlirType(type, node.builder.getContext()),
      [&](OpBuilder &builder, Location loc, ValueRange v) {
        EmitAlgebra elements(builder, loc, type), numbers(builder, loc, ElementType::I32);
        return elements.select(numbers.compare(Compare::Equal, v[0], v[1]), elements.constant(1), elements.constant(0));
      });
  node.setOutput(0, type, emitReshape(node.builder, node.loc, result, given));
  return success();
}

/// Each result is the sum over the part of the row before it: quadratic in the row's length, but without a dependence
/// from one result to the next.
LogicalResult importCumSum(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  FailureOr<Shape> given = node.constantInts(1, "axis");
  if (failed(given))
    return failure();
  if (given->size() != 1)
    return node.emitError() << "its axis must be one number";
  FailureOr<int64_t> axis = node.normalizeAxis(given->front(), operand.rank());
  if (failed(axis) || failed(checkPositions(node, operand.shape[*axis])))
    return failure();
  ElementType type = operand.type;
  bool isExclusive = node.getInt("exclusive", 0), isReverse = node.getInt("reverse", 0);
  int64_t extent = operand.shape[*axis], rank = operand.rank() + 1;
  // Dimension axis is the result's position, axis + 1 the summed one.
  Shape apart = operand.shape, loops = operand.shape;
  apart.insert(apart.begin() + *axis, 1);
  loops.insert(loops.begin() + *axis, extent);
  Value x = emitReshape(node.builder, node.loc, node.value(0), apart);
  auto element = [&](OpBuilder &builder, Location loc, ValueRange v) {
    EmitAlgebra elements(builder, loc, type), numbers(builder, loc, ElementType::I32);
    Compare before = isReverse ? (isExclusive ? Compare::Greater : Compare::GreaterOrEqual)
                               : (isExclusive ? Compare::Less : Compare::LessOrEqual);
    return elements.select(numbers.compare(before, v[2], v[1]), v[0], elements.constant(0));
  };
  node.setOutput(0, type,
                 emitMapReduce(node.builder, node.loc,
                               {x, positions(node, extent, *axis, rank), positions(node, extent, *axis + 1, rank)},
                               loops, type, {*axis + 1}, /*keepDims=*/false, ReduceKind::Sum, element));
  return success();
}

/// An element's rank is the number of elements that come before it; result k is the element of rank k. Equal elements
/// keep their order.
LogicalResult importTopK(NodeImporter &node) {
  const GraphValue &operand = node.input(0);
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", -1), operand.rank());
  if (failed(axis) || failed(checkPositions(node, operand.shape[*axis])))
    return failure();
  int64_t extent = operand.shape[*axis], count = node.getInt("k", 0);
  if (node.opset >= 10) {
    FailureOr<Shape> given = node.constantInts(1, "k");
    if (failed(given))
      return failure();
    count = given->size() == 1 ? given->front() : -1;
  }
  if (count <= 0 || count > extent)
    return node.emitError() << "takes " << count << " of " << extent << " elements";
  ElementType type = operand.type;
  bool isLargest = node.getInt("largest", 1);
  int64_t rank = operand.rank() + 1;
  Shape inner = operand.shape, outer = operand.shape, pairs = operand.shape, picks = operand.shape;
  inner.insert(inner.begin() + *axis, 1);
  outer.insert(outer.begin() + *axis + 1, 1);
  pairs.insert(pairs.begin() + *axis, extent);
  picks.insert(picks.begin() + *axis, count);
  // Dimension axis is an element (or a result), axis + 1 the elements it is compared with (or chosen from).
  Value x = emitReshape(node.builder, node.loc, node.value(0), inner);
  Value self = emitReshape(node.builder, node.loc, node.value(0), outer);
  ElementwiseOperand first = positions(node, extent, *axis, rank), second = positions(node, extent, *axis + 1, rank);
  auto comesBefore = [&](OpBuilder &builder, Location loc, ValueRange v) {
    EmitAlgebra elements(builder, loc, type), numbers(builder, loc, ElementType::I32);
    Value isBetter = elements.compare(isLargest ? Compare::Greater : Compare::Less, v[1], v[0]);
    Value isTie = elements.compare(Compare::Equal, v[1], v[0]);
    Value isEarlier = numbers.compare(Compare::Less, v[3], v[2]);
    Value isBefore = numbers.logicalOr(isBetter, numbers.logicalAnd(isTie, isEarlier));
    return numbers.select(isBefore, numbers.constant(1), numbers.constant(0));
  };
  Value ranks = emitMapReduce(node.builder, node.loc, {self, x, first, second}, pairs, ElementType::I32, {*axis + 1},
                              /*keepDims=*/false, ReduceKind::Sum, comesBefore);
  ranks = emitReshape(node.builder, node.loc, ranks, inner);
  ElementwiseOperand result = positions(node, count, *axis, rank);
  auto pick = [&](ElementType picked, ElementwiseOperand from) {
    return emitMapReduce(node.builder, node.loc, {ranks, result, from}, picks, picked, {*axis + 1},
                         /*keepDims=*/false, ReduceKind::Sum, [&](OpBuilder &builder, Location loc, ValueRange v) {
                           EmitAlgebra elements(builder, loc, picked), numbers(builder, loc, ElementType::I32);
                           return elements.select(numbers.compare(Compare::Equal, v[0], v[1]), v[2],
                                                  elements.constant(0));
                         });
  };
  node.setOutput(0, type, pick(type, x));
  if (node.hasOutput(1))
    node.setOutput(1, ElementType::I64,
                   TensorAlgebra(node, ElementType::I32).convert(pick(ElementType::I32, second), ElementType::I64));
  return success();
}

/// A new dimension that says where the operand's element is.
LogicalResult importOneHot(NodeImporter &node) {
  const HostTensor *depthTensor = node.constant(1);
  if (!depthTensor || depthTensor->size() != 1)
    return node.emitError() << "its depth must be one number that is known at compile time";
  int64_t depth = static_cast<int64_t>(depthTensor->getDouble(0)), rank = node.input(0).rank() + 1;
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", -1), rank);
  if (failed(axis))
    return failure();
  if (depth <= 0 || depth > largestFoldedIntegers)
    return node.emitError() << "its depth of " << depth << " is not possible";
  if (node.input(2).rank() != 1 || node.shape(2)[0] != 2)
    return node.emitError() << "its values must be two numbers, off and on";
  ElementType type = node.type(2), indexType = node.type(0);
  Shape apart(node.shape(0)), shape(node.shape(0));
  apart.insert(apart.begin() + *axis, 1);
  shape.insert(shape.begin() + *axis, depth);
  node.reshapeInput(0, apart);
  OpBuilder &builder = node.builder;
  auto value = [&](int64_t which) -> ElementwiseOperand {
    if (const HostTensor *values = node.constant(2))
      return constantOperand(node, values->picked({}, [&](auto) { return which; }));
    return emitSlice(builder, node.loc, node.value(2), {which}, {1}, {1});
  };
  Value result = emitElementwise(
      builder, node.loc, {elementwiseOperand(node, 0), positions(node, depth, *axis, rank), value(0), value(1)}, shape,
      toMlirType(type, builder.getContext()), [&](OpBuilder &inner, Location loc, ValueRange v) {
        EmitAlgebra indices(inner, loc, indexType), numbers(inner, loc, ElementType::I64);
        EmitAlgebra along(inner, loc, ElementType::I32), elements(inner, loc, type);
        Value index = indices.convert(v[0], ElementType::I64);
        Value isNegative = numbers.compare(Compare::Less, index, numbers.constant(0));
        index = numbers.select(isNegative, numbers.add(index, numbers.constant(depth)), index);
        Value isHere = numbers.compare(Compare::Equal, index, along.convert(v[1], ElementType::I64));
        return elements.select(isHere, v[3], v[2]);
      });
  node.setOutput(0, type, result);
  return success();
}

} // namespace

void registerRank(OpRegistry &registry) {
  registry["ArgMax"] = [](NodeImporter &node) { return importArgument(node, /*isMax=*/true); };
  registry["ArgMin"] = [](NodeImporter &node) { return importArgument(node, /*isMax=*/false); };
  registry["CumSum"] = importCumSum;
  registry["Hardmax"] = importHardmax;
  registry["OneHot"] = importOneHot;
  registry["TopK"] = importTopK;
}

} // namespace st::onnximport
