// Taking tensors apart and putting them together along dimensions whose size comes with each run.

#include "Import/Onnx/RunTimeSlices.h"

#include "Dialect/Sizes.h"
#include "Import/Onnx/Emit.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace st::onnximport {

using Extents = SmallVector<ExtentAttr>;

static Operation *scopeOf(NodeImporter &node) { return node.builder.getInsertionBlock()->getParentOp(); }

static ExtentAttr constantExtent(NodeImporter &node, int64_t value) {
  return ExtentAttr::getConstant(node.builder.getContext(), value);
}

/// The extent of a dimension, also where it is a number.
static ExtentAttr extentOf(NodeImporter &node, unsigned operand, ArrayRef<ExtentAttr> extents, int64_t dim) {
  return extents[dim] ? extents[dim] : constantExtent(node, node.shape(operand)[dim]);
}

Value emitBound(NodeImporter &node, Value value, ArrayRef<ExtentAttr> dims) {
  if (!hasRunTimeExtent(dims))
    return value;
  SmallVector<Attribute> all;
  for (auto [extent, size] : llvm::zip(dims, cast<RankedTensorType>(value.getType()).getShape()))
    all.push_back(extent ? extent : constantExtent(node, size));
  return BoundOp::create(node.builder, node.loc, value.getType(), value, node.builder.getArrayAttr(all));
}

static FailureOr<bool> runDefault(NodeImporter &node) {
  if (failed(opRegistry().find(node.opType())->second(node)))
    return failure();
  return true;
}

/// Gives output 0 the extents `dims`, unless they follow from its operation.
static FailureOr<bool> finishWith(NodeImporter &node, ArrayRef<ExtentAttr> dims) {
  GraphValue *output = node.findOutput(0);
  if (!output)
    return true;
  if (output->constant) {
    output->dims = Extents(dims);
    return true;
  }
  FailureOr<Extents> known = node.scope.extents->get(output->value);
  if (failed(known))
    return failure();
  if (ArrayRef<ExtentAttr>(*known) != dims)
    output->value = emitBound(node, output->value, dims);
  return true;
}

//===----------------------------------------------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------------------------------------------===//

/// The extents of a constant of shape `from` under shape `to`, where these differ by dimensions of one element only.
static std::optional<Extents> moveUnitDims(ArrayRef<int64_t> from, ArrayRef<ExtentAttr> dims, ArrayRef<int64_t> to) {
  Extents moved(to.size());
  size_t source = 0;
  for (auto [dim, extent] : llvm::enumerate(to)) {
    while (source < from.size() && from[source] == 1 && extent != 1)
      ++source;
    if (extent == 1)
      continue;
    if (source == from.size() || from[source] != extent)
      return std::nullopt;
    moved[dim] = dims[source++];
  }
  return moved;
}

/// A reshape for the largest run, whose target is `wanted`: sizes, numbers, and nulls for what follows from the others.
static FailureOr<bool> importReshape(NodeImporter &node, ArrayRef<ExtentAttr> inputDims, ArrayRef<ExtentAttr> wanted) {
  Shape from(node.shape(0));
  if (failed(runDefault(node)))
    return failure();
  GraphValue &output = *node.findOutput(0);
  FailureOr<Extents> dims = failure();
  if (!output.constant) {
    dims = node.scope.extents->get(output.value);
    if (failed(dims))
      return failure();
  } else if (auto moved = moveUnitDims(from, inputDims, output.shape)) {
    dims = *moved;
  } else {
    node.emitError() << "splits or merges dimensions of a table whose size comes with each run; fix the size with "
                        "--dim NAME=VALUE";
    return failure();
  }
  for (auto [dim, extent] : llvm::enumerate(wanted)) {
    if (!extent)
      continue;
    ExtentAttr actual = (*dims)[dim] ? (*dims)[dim] : constantExtent(node, output.shape[dim]);
    if (actual != extent)
      return refuseSize(node, actual.isConstant() ? extent : actual)
             << "and dimension " << dim << " of the result has size " << actual.str() << " where the target shape says "
             << extent.str();
  }
  if (output.constant)
    output.dims = *dims;
  return true;
}

/// What a Reshape's target says of each dimension.
static Extents getTarget(NodeImporter &node) {
  Extents target = getElements(node, 1);
  bool keepsZero = node.getInt("allowzero", 0);
  for (ExtentAttr &extent : target)
    if (extent.isConstant() && (extent.getConstant() == -1 || (extent.getConstant() == 0 && !keepsZero)))
      extent = {};
  return target;
}

LogicalResult importReshapeToSizes(NodeImporter &node) {
  FailureOr<Extents> inputDims = getExtents(*node.findInput(0), node.scope);
  if (failed(inputDims))
    return failure();
  return success(succeeded(importReshape(node, *inputDims, getTarget(node))));
}

//===----------------------------------------------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------------------------------------------===//

namespace {
/// A part of a tensor: by dimension, where it starts and how much of it counts.
struct Part {
  Extents starts, lengths;
};
} // namespace

/// Output 0 as a part of operand 0.
static LogicalResult takePart(NodeImporter &node, const Part &part, ArrayRef<ExtentAttr> inputDims) {
  const GraphValue operand = node.input(0);
  Shape offsets, sizes;
  Extents dims;
  bool cutsRunTime = false, movesAtRunTime = false;
  for (int64_t dim = 0; dim < operand.rank(); ++dim) {
    ExtentAttr start = part.starts[dim], length = part.lengths[dim];
    int64_t offset = start.isConstant() ? start.getConstant() : 0;
    movesAtRunTime |= !start.isConstant();
    cutsRunTime |= (inputDims[dim] && length != inputDims[dim]) || !start.isConstant();
    offsets.push_back(offset);
    sizes.push_back(std::min(getMaximum(length, scopeOf(node)), operand.shape[dim] - offset));
    dims.push_back(length.isConstant() ? ExtentAttr() : length);
    if (sizes.back() <= 0)
      return node.emitError() << "takes an empty slice of '" << operand.name << "'; remove it from the model";
  }
  if (operand.constant && !movesAtRunTime && mayFold(operand.type, numElements(sizes))) {
    Shape strides = rowMajorStrides(operand.shape);
    node.setOutput(0, operand.constant->picked(sizes, [&](ArrayRef<int64_t> index) {
      int64_t position = 0;
      for (size_t dim = 0; dim < index.size(); ++dim)
        position += (offsets[dim] + index[dim]) * strides[dim];
      return position;
    }));
    node.findOutput(0)->dims = dims;
    return success();
  }
  if (!cutsRunTime) {
    // What a table holds beyond what counts may stay.
    Value slice = emitSlice(node.builder, node.loc, node.value(0), offsets, sizes, Shape(sizes.size(), 1));
    node.setOutput(0, operand.type, slice);
    return success(succeeded(finishWith(node, dims)));
  }
  Value source = node.value(0);
  Value read = emitGatherGeneric(node.builder, node.loc, {}, sizes, toMlirType(operand.type, node.builder.getContext()),
                                 [&](OpBuilder &builder, Location loc, ValueRange, ValueRange at) -> Value {
                                   SmallVector<Value> position(at);
                                   for (auto [dim, start] : llvm::enumerate(part.starts)) {
                                     if (start.isConstant() && start.getConstant() == 0)
                                       continue;
                                     Value moved =
                                         arith::AddIOp::create(builder, loc, at[dim], materialize(builder, loc, start));
                                     // Beyond what counts, positions may be outside.
                                     Value last = arith::ConstantIndexOp::create(builder, loc, operand.shape[dim] - 1);
                                     position[dim] = arith::MinSIOp::create(builder, loc, moved, last);
                                   }
                                   return tensor::ExtractOp::create(builder, loc, source, position);
                                 });
  node.setOutput(0, operand.type, emitBound(node, read, dims));
  return success();
}

/// A bound of a slice as Python reads it: negative ones count from the end, those outside are moved to the border.
static FailureOr<ExtentAttr> clampBound(NodeImporter &node, ExtentAttr bound, ExtentAttr extent) {
  Operation *op = scopeOf(node);
  ExtentAttr zero = constantExtent(node, 0);
  constexpr int64_t beyondAll = std::numeric_limits<int32_t>::max();
  if (bound.isConstant() && bound.getConstant() >= beyondAll)
    return extent;
  if (bound.isConstant() && bound.getConstant() < 0) {
    ExtentAttr fromEnd = constantExtent(node, -std::max<int64_t>(bound.getConstant(), -beyondAll));
    std::optional<bool> isInside = isAtMost(fromEnd, extent, op);
    if (isInside)
      return *isInside ? extent.plus(bound.getConstant()) : zero;
  } else if (std::optional<bool> isInside = isAtMost(bound, extent, op)) {
    return *isInside ? bound : extent;
  }
  refuseSize(node, extent.isConstant() ? bound : extent)
      << "and a slice to " << bound.str() << " lies inside of " << extent.str()
      << " in some runs only; or give it another minimum with --dim \"MIN<=NAME<=MAX\"";
  return failure();
}

LogicalResult importSliceAtSizes(NodeImporter &node) {
  FailureOr<Extents> inputDims = getExtents(*node.findInput(0), node.scope);
  if (failed(inputDims))
    return failure();
  bool isOld = node.opset < 10;
  auto read = [&](StringRef name, unsigned index) {
    if (!isOld)
      return getElements(node, index);
    Extents values;
    for (int64_t value : node.getInts(name).value_or(Shape{}))
      values.push_back(constantExtent(node, value));
    return values;
  };
  Extents starts = read("starts", 1), ends = read("ends", 2), axes = read("axes", 3), steps = read("steps", 4);
  size_t count = starts.size();
  if (count == 0 || ends.size() != count || (!axes.empty() && axes.size() != count) ||
      (!steps.empty() && steps.size() != count))
    return node.emitError() << "starts, ends, axes and steps differ in length, or are no shapes";
  Part part;
  for (int64_t dim = 0; dim < node.input(0).rank(); ++dim) {
    part.starts.push_back(constantExtent(node, 0));
    part.lengths.push_back(extentOf(node, 0, *inputDims, dim));
  }
  for (size_t which = 0; which < count; ++which) {
    if (!axes.empty() && !axes[which].isConstant())
      return refuseSize(node, axes[which]) << "and cannot be an axis";
    FailureOr<int64_t> axis =
        node.normalizeAxis(axes.empty() ? int64_t(which) : axes[which].getConstant(), node.input(0).rank());
    if (failed(axis))
      return failure();
    ExtentAttr extent = part.lengths[*axis];
    if (!steps.empty() && steps[which] != constantExtent(node, 1))
      return refuseSize(node, extent.isConstant() ? steps[which] : extent)
             << "and a slice of it has a step other than 1";
    FailureOr<ExtentAttr> start = clampBound(node, starts[which], extent), end = clampBound(node, ends[which], extent);
    if (failed(start) || failed(end))
      return failure();
    if (isAtMost(*start, *end, scopeOf(node)) != true)
      return refuseSize(node, start->isConstant() ? *end : *start)
             << "and a slice from " << start->str() << " to " << end->str() << " is empty in some runs";
    part.starts[*axis] = *start;
    part.lengths[*axis] = end->plus(start->times(-1));
  }
  return takePart(node, part, *inputDims);
}

/// Rows chosen by known indices.
static FailureOr<bool> importGather(NodeImporter &node, ArrayRef<Extents> inputs) {
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), node.input(0).rank());
  if (failed(axis))
    return failure();
  Extents dims(inputs[0].begin(), inputs[0].begin() + *axis);
  llvm::append_range(dims, inputs[1]);
  dims.append(inputs[0].begin() + *axis + 1, inputs[0].end());
  ExtentAttr extent = inputs[0][*axis];
  if (!extent) {
    if (failed(runDefault(node)))
      return failure();
    return finishWith(node, dims);
  }
  if (!node.constant(1))
    return refuseSize(node, extent) << "and rows of it are chosen by run-time data";
  FailureOr<Shape> indices = node.constantInts(1, "indices");
  if (failed(indices))
    return failure();
  bool isInside =
      llvm::all_of(*indices, [&](int64_t index) { return index >= 0 && index < getMinimum(extent, scopeOf(node)); });
  if (isInside) {
    if (failed(runDefault(node)))
      return failure();
    return finishWith(node, dims);
  }
  int64_t index = indices->size() == 1 ? indices->front() : 0;
  if (index >= 0 || -index > getMinimum(extent, scopeOf(node)))
    return refuseSize(node, extent) << "and some of the rows chosen are outside in the smallest run";
  Part part;
  for (int64_t dim = 0; dim < node.input(0).rank(); ++dim) {
    part.starts.push_back(constantExtent(node, 0));
    part.lengths.push_back(extentOf(node, 0, inputs[0], dim));
  }
  part.starts[*axis] = extent.plus(index);
  part.lengths[*axis] = constantExtent(node, 1);
  ElementType type = node.type(0);
  Shape shape(node.shape(0).take_front(*axis));
  llvm::append_range(shape, node.shape(1));
  llvm::append_range(shape, node.shape(0).drop_front(*axis + 1));
  if (failed(takePart(node, part, inputs[0])))
    return failure();
  node.setOutput(0, type, emitReshape(node.builder, node.loc, node.findOutput(0)->value, shape));
  return finishWith(node, dims);
}

/// One after another, the second where the first ends in this run.
static FailureOr<bool> importConcat(NodeImporter &node, ArrayRef<Extents> inputs) {
  int64_t rank = node.input(0).rank();
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 1), rank);
  if (failed(axis))
    return failure();
  Extents dims(rank);
  ExtentAttr total = constantExtent(node, 0);
  Shape shape(node.shape(0));
  shape[*axis] = 0;
  bool isRunTime = false;
  SmallVector<ExtentAttr> ends;
  for (auto [index, extents] : llvm::enumerate(inputs)) {
    if (node.input(index).rank() != rank)
      return node.emitError() << "joins tensors of different ranks";
    isRunTime |= extents[*axis] != nullptr;
    for (int64_t dim = 0; dim < rank; ++dim) {
      if (dim != *axis && node.shape(index)[dim] != shape[dim])
        return node.emitError() << "'" << node.input(index).name << "' of shape " << toString(node.shape(index))
                                << " does not fit '" << node.input(0).name << "'";
      if (dim != *axis && extents[dim])
        dims[dim] = extents[dim];
    }
    shape[*axis] += node.shape(index)[*axis];
    total = total.plus(extentOf(node, index, extents, *axis));
    ends.push_back(total);
  }
  if (!isRunTime) {
    if (failed(runDefault(node)))
      return failure();
    return finishWith(node, dims);
  }
  dims[*axis] = total;
  SmallVector<Value> parts;
  for (unsigned index = 0; index < node.numInputs(); ++index)
    parts.push_back(node.value(index));
  Value joined = emitGatherGeneric(
      node.builder, node.loc, {}, shape, toMlirType(node.type(0), node.builder.getContext()),
      [&](OpBuilder &builder, Location loc, ValueRange, ValueRange at) -> Value {
        Value chosen;
        for (int64_t part = parts.size() - 1; part >= 0; --part) {
          SmallVector<Value> position(at);
          Value place = at[*axis];
          if (part > 0)
            place = arith::SubIOp::create(builder, loc, place, materialize(builder, loc, ends[part - 1]));
          Value first = arith::ConstantIndexOp::create(builder, loc, 0);
          Value last = arith::ConstantIndexOp::create(builder, loc, node.shape(part)[*axis] - 1);
          Value capped = arith::MinSIOp::create(builder, loc, place, last);
          position[*axis] = arith::MaxSIOp::create(builder, loc, capped, first);
          Value element = tensor::ExtractOp::create(builder, loc, parts[part], position);
          if (!chosen) {
            chosen = element;
            continue;
          }
          Value end = materialize(builder, loc, ends[part]);
          Value isHere = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, at[*axis], end);
          chosen = arith::SelectOp::create(builder, loc, isHere, element, chosen);
        }
        return chosen;
      });
  node.setOutput(0, node.type(0), emitBound(node, joined, dims));
  return true;
}

//===----------------------------------------------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------------------------------------------===//

/// The extents of a broadcast, aligned at the last dimension.
static Extents joinBroadcast(ArrayRef<ExtentAttr> dims, int64_t rank) {
  Extents joined(rank);
  llvm::copy(dims, joined.end() - dims.size());
  return joined;
}

FailureOr<bool> importAlongSizes(NodeImporter &node, ArrayRef<Extents> inputs) {
  // Operators whose emitted code says by its indexing maps what of the result counts.
  static const llvm::StringSet<> plain{"Abs",
                                       "Acos",
                                       "Add",
                                       "And",
                                       "Asin",
                                       "Atan",
                                       "BatchNormalization",
                                       "Cast",
                                       "Ceil",
                                       "Clip",
                                       "Conv",
                                       "Cos",
                                       "Cosh",
                                       "DequantizeLinear",
                                       "Div",
                                       "Dropout",
                                       "Einsum",
                                       "Elu",
                                       "Equal",
                                       "Erf",
                                       "Exp",
                                       "Floor",
                                       "Gelu",
                                       "Gemm",
                                       "Greater",
                                       "HardSwish",
                                       "GreaterOrEqual",
                                       "HardSigmoid",
                                       "Identity",
                                       "LeakyRelu",
                                       "Less",
                                       "LessOrEqual",
                                       "Log",
                                       "LogSoftmax",
                                       "LayerNormalization",
                                       "MatMul",
                                       "Max",
                                       "MatMulInteger",
                                       "Mean",
                                       "Min",
                                       "Mish",
                                       "Mod",
                                       "Mul",
                                       "Neg",
                                       "Not",
                                       "Or",
                                       "PRelu",
                                       "Pow",
                                       "QLinearMatMul",
                                       "QuantizeLinear",
                                       "Reciprocal",
                                       "ReduceL1",
                                       "ReduceL2",
                                       "ReduceLogSum",
                                       "ReduceLogSumExp",
                                       "ReduceMax",
                                       "ReduceMean",
                                       "ReduceMin",
                                       "ReduceProd",
                                       "ReduceSum",
                                       "ReduceSumSquare",
                                       "Relu",
                                       "Round",
                                       "Selu",
                                       "Sigmoid",
                                       "Sign",
                                       "Sin",
                                       "Sinh",
                                       "Softmax",
                                       "Softplus",
                                       "Softsign",
                                       "Split",
                                       "Sqrt",
                                       "Sub",
                                       "Sum",
                                       "Tan",
                                       "Tanh",
                                       "ThresholdedRelu",
                                       "Trilu",
                                       "Where",
                                       "Xor",
                                       "Size"};
  std::string name = node.opType();
  if (name == "Size") {
    for (ExtentAttr extent : inputs[0])
      if (extent)
        return refuseSize(node, extent) << "and Size multiplies it";
    return false;
  }
  if (name == "Split") {
    FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), node.input(0).rank());
    if (succeeded(axis) && inputs[0][*axis])
      return refuseSize(node, inputs[0][*axis]) << "and parts of it would be no beginning of it";
    return false;
  }
  if (plain.contains(name) || !node.scope.functions.empty())
    return false;
  if (name == "Reshape")
    return importReshape(node, inputs[0], node.hasInput(1) ? getTarget(node) : Extents());
  if (name == "Unsqueeze" || name == "Squeeze" || name == "Flatten")
    return importReshape(node, inputs[0], {});
  if (name == "Gather")
    return importGather(node, inputs);
  if (name == "Concat")
    return importConcat(node, inputs);
  if (name == "Slice") {
    if (failed(importSliceAtSizes(node)))
      return failure();
    return true;
  }
  if (name == "Transpose") {
    Shape reversed(llvm::reverse(llvm::seq<int64_t>(0, node.input(0).rank())));
    Shape permutation = node.getInts("perm").value_or(reversed);
    if (failed(runDefault(node)))
      return failure();
    Extents dims;
    for (int64_t dim : permutation)
      dims.push_back(inputs[0][dim]);
    return finishWith(node, dims);
  }
  if (name == "Expand") {
    if (failed(runDefault(node)))
      return failure();
    return finishWith(node, joinBroadcast(inputs[0], node.findOutput(0)->rank()));
  }
  for (const Extents &extents : inputs)
    for (ExtentAttr extent : extents)
      if (extent)
        return refuseSize(node, extent) << "which " << name << " cannot have yet";
  return false;
}

} // namespace st::onnximport
