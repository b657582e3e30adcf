// Reductions over some dimensions.

#include "Import/Onnx/ScalarAlgebra.h"

using namespace mlir;

namespace st::onnximport {
namespace {

/// What is reduced and how: `before` is applied to each element, `after` to
/// each result.
struct Reduction {
  ReduceKind kind;
  bool isMean;
  Value (*before)(EmitAlgebra &, Value);
  Value (*after)(EmitAlgebra &, Value);
};

Value mapElements(NodeImporter &node, Value tensor, ElementType type,
                  llvm::function_ref<Value(EmitAlgebra &, Value)> function) {
  return emitElementwise(node.builder, node.loc, {tensor}, cast<RankedTensorType>(tensor.getType()).getShape(),
                         toMlirType(type, node.builder.getContext()),
                         [&](OpBuilder &builder, Location loc, ValueRange scalars) {
                           EmitAlgebra algebra(builder, loc, type);
                           return function(algebra, scalars[0]);
                         });
}

/// The axes moved from an attribute to an operand in version 13 (ReduceSum);
/// ONNX means all axes if there are none.
FailureOr<Shape> reducedAxes(NodeImporter &node, int64_t rank) {
  std::optional<Shape> axes = node.getInts("axes");
  if (node.hasInput(1)) {
    FailureOr<Shape> operand = node.constantInts(1, "axes");
    if (failed(operand))
      return failure();
    axes = *operand;
  }
  if (axes && !axes->empty())
    return node.normalizeAxes(*axes, rank);
  if (node.getInt("noop_with_empty_axes", 0))
    return Shape{};
  return llvm::to_vector(llvm::seq<int64_t>(0, rank));
}

LogicalResult importReduction(NodeImporter &node, const Reduction &reduction) {
  const GraphValue &operand = node.input(0);
  FailureOr<Shape> axes = reducedAxes(node, operand.rank());
  if (failed(axes))
    return failure();
  bool keepDims = node.getInt("keepdims", 1);
  ElementType type = operand.type;
  if (reduction.after && !isFloat(type))
    return node.emitError() << "element type " << elementName(type) << " is not supported; a floating-point type is";
  Value value = node.value(0);
  if (reduction.before)
    value = mapElements(node, value, type, reduction.before);
  if (!axes->empty())
    value = emitReduce(node.builder, node.loc, value, type, *axes, keepDims, reduction.kind);
  if (reduction.isMean) {
    int64_t count = 1;
    for (int64_t axis : *axes)
      count *= operand.shape[axis];
    FailureOr<ExtentAttr> runTimeCount = countRunTime(node, *axes);
    if (failed(runTimeCount))
      return failure();
    value = mapElements(node, value, type, [&](EmitAlgebra &algebra, Value sum) {
      if (*runTimeCount)
        return algebra.div(sum, emitExtent(algebra.builder, algebra.loc, *runTimeCount, type));
      return isFloat(type) ? algebra.mul(sum, algebra.constant(1.0 / count))
                           : algebra.div(sum, algebra.constant(count));
    });
  }
  if (reduction.after)
    value = mapElements(node, value, type, reduction.after);
  node.setOutput(0, type, value);
  return success();
}

/// Reductions of shapes happen in shape arithmetic: the size of a tensor is the
/// product of its shape.
LogicalResult foldIntegerReduction(NodeImporter &node, ReduceKind kind) {
  const HostTensor &operand = *node.constant(0);
  FailureOr<Shape> axes = reducedAxes(node, operand.getShape().size());
  if (failed(axes))
    return failure();
  bool keepDims = node.getInt("keepdims", 1);
  Shape kept(operand.getShape()), result;
  for (int64_t dim = 0, rank = kept.size(); dim < rank; ++dim) {
    bool isReduced = llvm::is_contained(*axes, dim);
    if (isReduced)
      kept[dim] = 1;
    if (!isReduced || keepDims)
      result.push_back(kept[dim]);
  }
  HostAlgebra algebra(operand.getType());
  std::vector<std::optional<HostAlgebra::Scalar>> sums(numElements(kept));
  Shape strides = broadcastStrides(kept, operand.getShape());
  int64_t position = 0;
  forEachIndex(operand.getShape(), [&](ArrayRef<int64_t> index) {
    int64_t target = 0;
    for (size_t dim = 0; dim < index.size(); ++dim)
      target += index[dim] * strides[dim];
    HostAlgebra::Scalar element{0, operand.getInt(position++)};
    std::optional<HostAlgebra::Scalar> &sum = sums[target];
    if (!sum)
      sum = element;
    else
      sum = kind == ReduceKind::Sum       ? algebra.add(*sum, element)
            : kind == ReduceKind::Product ? algebra.mul(*sum, element)
            : kind == ReduceKind::Max     ? algebra.max(*sum, element)
                                          : algebra.min(*sum, element);
  });
  HostAlgebra::Scalar nothing = algebra.constant(kind == ReduceKind::Product ? 1 : 0);
  position = 0;
  node.setOutput(0, HostTensor::fromInts(operand.getType(), result, [&](ArrayRef<int64_t>) {
                   return sums[position++].value_or(nothing).integer;
                 }));
  return success();
}

void addReduction(OpRegistry &registry, StringRef name, Reduction reduction) {
  registry[name] = [=](NodeImporter &node) {
    const HostTensor *constant = node.constant(0);
    if (constant && !isFloat(constant->getType()) && mayFold(constant->getType(), constant->size()) &&
        !reduction.isMean && !reduction.before && !reduction.after)
      return foldIntegerReduction(node, reduction.kind);
    return importReduction(node, reduction);
  };
}

} // namespace

void registerReduce(OpRegistry &registry) {
  auto abs = [](EmitAlgebra &a, Value x) { return a.abs(x); };
  auto square = [](EmitAlgebra &a, Value x) { return a.mul(x, x); };
  auto exp = [](EmitAlgebra &a, Value x) { return a.exp(x); };
  auto log = [](EmitAlgebra &a, Value x) { return a.log(x); };
  auto sqrt = [](EmitAlgebra &a, Value x) { return a.sqrt(x); };
  addReduction(registry, "ReduceSum", {ReduceKind::Sum, false, nullptr, nullptr});
  addReduction(registry, "ReduceMean", {ReduceKind::Sum, true, nullptr, nullptr});
  addReduction(registry, "ReduceMax", {ReduceKind::Max, false, nullptr, nullptr});
  addReduction(registry, "ReduceMin", {ReduceKind::Min, false, nullptr, nullptr});
  addReduction(registry, "ReduceProd", {ReduceKind::Product, false, nullptr, nullptr});
  addReduction(registry, "ReduceSumSquare", {ReduceKind::Sum, false, square, nullptr});
  addReduction(registry, "ReduceL1", {ReduceKind::Sum, false, abs, nullptr});
  addReduction(registry, "ReduceL2", {ReduceKind::Sum, false, square, sqrt});
  addReduction(registry, "ReduceLogSum", {ReduceKind::Sum, false, nullptr, log});
  addReduction(registry, "ReduceLogSumExp", {ReduceKind::Sum, false, exp, log});
}

} // namespace st::onnximport
