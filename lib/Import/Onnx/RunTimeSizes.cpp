// Shape arithmetic on sizes that come with each run: sums of named sizes instead of numbers.
//
// Tensors have the shape of the largest run, of which the beginning counts in a shorter one. Whatever a node computes
// from shapes is computed twice: as a number for the largest run, which all static shapes are made of, and as a sum of
// sizes, which says how much counts. A node that cannot keep to that is an error, never a guess.

#include "Import/Onnx/RunTimeSlices.h"

#include "Dialect/Sizes.h"
#include "Import/Onnx/Emit.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace st::onnximport {

using Extents = SmallVector<ExtentAttr>;

//===----------------------------------------------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------------------------------------------===//

FailureOr<Extents> getExtents(GraphValue &value, ImportScope &scope) {
  if (value.constant || !value.value)
    return value.dims.empty() ? Extents(value.rank()) : value.dims;
  return scope.extents->get(value.value);
}

InFlightDiagnostic refuseSize(NodeImporter &node, ExtentAttr extent) {
  InFlightDiagnostic diagnostic = node.emitError() << "the size " << extent.str() << " comes with each run, ";
  std::string remedy;
  for (StringAttr name : extent.getNames())
    remedy += " --dim " + name.str() + "=VALUE";
  diagnostic.attachNote(node.loc) << "give it a fixed size with" << remedy;
  return diagnostic;
}

/// The elements of an integer constant as sums; empty for anything else.
Extents getElements(NodeImporter &node, unsigned index) {
  GraphValue *value = node.findInput(index);
  if (!value || !value->constant || isFloat(value->type))
    return {};
  if (!value->elements.empty())
    return value->elements;
  constexpr int64_t largestShape = 64;
  Extents elements;
  if (value->constant->size() <= largestShape)
    for (int64_t element : value->constant->getInts())
      elements.push_back(ExtentAttr::getConstant(node.builder.getContext(), element));
  return elements;
}

static bool areConstant(ArrayRef<ExtentAttr> elements) {
  return llvm::all_of(elements, [](ExtentAttr element) { return element.isConstant(); });
}

/// Sets output 0 to an integer constant with these elements.
static void setElements(NodeImporter &node, ElementType type, ArrayRef<int64_t> shape, ArrayRef<ExtentAttr> elements) {
  int64_t position = 0;
  node.setOutput(0, HostTensor::fromInts(type, shape, [&](ArrayRef<int64_t>) {
                   ExtentAttr element = elements[position++];
                   return element.isConstant() ? element.getConstant()
                                               : getMaximum(element, node.builder.getInsertionBlock()->getParentOp());
                 }));
  if (!areConstant(elements))
    node.findOutput(0)->elements = Extents(elements);
}

Value emitExtent(OpBuilder &builder, Location loc, ExtentAttr extent, ElementType type) {
  Value index = materialize(builder, loc, extent);
  Type scalar = toMlirType(type, builder.getContext());
  if (!isFloat(type))
    return arith::IndexCastOp::create(builder, loc, scalar, index);
  Value integer = arith::IndexCastOp::create(builder, loc, builder.getI32Type(), index);
  return arith::SIToFPOp::create(builder, loc, scalar, integer);
}

FailureOr<ExtentAttr> countRunTime(NodeImporter &node, ArrayRef<int64_t> axes) {
  if (!node.scope.extents || !node.findInput(0))
    return ExtentAttr();
  FailureOr<Extents> extents = getExtents(*node.findInput(0), node.scope);
  if (failed(extents))
    return failure();
  ExtentAttr count;
  int64_t fixed = 1;
  for (int64_t axis : axes) {
    ExtentAttr extent = (*extents)[axis];
    if (!extent) {
      fixed *= node.shape(0)[axis];
      continue;
    }
    if (count) {
      refuseSize(node, extent) << "and so does another that it is multiplied with";
      return failure();
    }
    count = extent;
  }
  return count ? count.times(fixed) : ExtentAttr();
}

//===----------------------------------------------------------------------------------------------------------===//
// Arithmetic on sizes
//===----------------------------------------------------------------------------------------------------------===//

/// The sign of a - b in all runs; nullopt where runs differ.
static std::optional<int> compareExtents(ExtentAttr a, ExtentAttr b, Operation *op) {
  if (a == b)
    return 0;
  if (getMinimum(a.plus(b.times(-1)), op) > 0)
    return 1;
  if (getMinimum(b.plus(a.times(-1)), op) > 0)
    return -1;
  return std::nullopt;
}

std::optional<bool> isAtMost(ExtentAttr a, ExtentAttr b, Operation *op) {
  if (getMaximum(a.plus(b.times(-1)), op) == 0)
    return true;
  if (getMinimum(a.plus(b.times(-1)), op) > 0)
    return false;
  return std::nullopt;
}

/// One step of arithmetic; null where the result is no sum of sizes.
static ExtentAttr compute(StringRef name, ExtentAttr a, ExtentAttr b, Operation *op) {
  if (name == "Add")
    return a.plus(b);
  if (name == "Sub")
    return a.plus(b.times(-1));
  if (name == "Mul") {
    if (a.isConstant())
      std::swap(a, b);
    return b.isConstant() ? a.times(b.getConstant()) : ExtentAttr();
  }
  if (name == "Div")
    return b.isConstant() && b.getConstant() > 0 ? a.dividedBy(b.getConstant()) : ExtentAttr();
  if (name == "Max" || name == "Min") {
    std::optional<bool> smaller = isAtMost(a, b, op), larger = isAtMost(b, a, op);
    if (smaller == true || larger == false)
      return name == "Max" ? b : a;
    if (larger == true || smaller == false)
      return name == "Max" ? a : b;
    return {};
  }
  // Comparisons: true where the operands compare so in all runs.
  std::optional<int> order = compareExtents(a, b, op);
  std::optional<bool> atMost = isAtMost(a, b, op), atLeast = isAtMost(b, a, op), outcome;
  auto negate = [](std::optional<bool> value) { return value ? std::optional<bool>(!*value) : value; };
  if (name == "Equal")
    outcome = order ? std::optional<bool>(*order == 0) : std::nullopt;
  else if (name == "Greater")
    outcome = negate(atMost);
  else if (name == "Less")
    outcome = negate(atLeast);
  else if (name == "GreaterOrEqual")
    outcome = atLeast;
  else if (name == "LessOrEqual")
    outcome = atMost;
  return outcome ? ExtentAttr::getConstant(a.getContext(), *outcome) : ExtentAttr();
}

static LogicalResult computeElements(NodeImporter &node) {
  Extents left = getElements(node, 0), right = getElements(node, 1);
  std::optional<Shape> shape = broadcastShapes(node.shape(0), node.shape(1));
  if (left.empty() || right.empty() || !shape)
    return node.emitError() << "computes with sizes that come with each run and with something that is no shape; fix "
                               "the sizes with --dim NAME=VALUE";
  Shape leftStrides = broadcastStrides(node.shape(0), *shape), rightStrides = broadcastStrides(node.shape(1), *shape);
  Operation *op = node.builder.getInsertionBlock()->getParentOp();
  Extents elements;
  LogicalResult result = success();
  forEachIndex(*shape, [&](ArrayRef<int64_t> index) {
    int64_t from = 0, with = 0;
    for (size_t dim = 0; dim < index.size(); ++dim) {
      from += index[dim] * leftStrides[dim];
      with += index[dim] * rightStrides[dim];
    }
    ExtentAttr element = compute(node.opType(), left[from], right[with], op);
    if (!element && succeeded(result)) {
      refuseSize(node, left[from].isConstant() ? right[with] : left[from])
          << "and the result is no sum of sizes: " << left[from].str() << " and " << right[with].str();
      result = failure();
    }
    elements.push_back(element);
  });
  static const llvm::StringSet<> comparisons{"Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"};
  if (succeeded(result))
    setElements(node, comparisons.contains(node.opType()) ? ElementType::Bool : node.type(0), *shape, elements);
  return result;
}

static LogicalResult chooseElements(NodeImporter &node) {
  Extents condition = getElements(node, 0), left = getElements(node, 1), right = getElements(node, 2);
  if (condition.empty() || left.empty() || right.empty() || !areConstant(condition) || node.shape(0) != node.shape(1) ||
      node.shape(1) != node.shape(2))
    return node.emitError() << "chooses between sizes that come with each run; fix them with --dim NAME=VALUE";
  Extents elements;
  for (auto [which, a, b] : llvm::zip(condition, left, right))
    elements.push_back(which.getConstant() ? a : b);
  setElements(node, node.type(1), node.shape(1), elements);
  return success();
}

/// Elements picked by known positions: Gather and Slice of a shape.
static LogicalResult pickElements(NodeImporter &node, ArrayRef<ExtentAttr> elements) {
  // The default importer picks numbers; positions picked the same way tell which.
  GraphValue &data = *node.findInput(0);
  GraphValue saved = data;
  int64_t next = 0;
  data.constant = HostTensor::fromInts(ElementType::I64, saved.shape, [&](ArrayRef<int64_t>) { return next++; });
  data.elements.clear();
  data.type = ElementType::I64;
  LogicalResult picked = opRegistry().find(node.opType())->second(node);
  *node.findInput(0) = saved;
  GraphValue *output = node.findOutput(0);
  if (failed(picked) || !output || !output->constant)
    return failure();
  Extents result;
  for (int64_t position : output->constant->getInts())
    result.push_back(elements[position]);
  setElements(node, saved.type, Shape(output->shape), result);
  return success();
}

static LogicalResult joinElements(NodeImporter &node) {
  Extents elements;
  for (unsigned index = 0; index < node.numInputs(); ++index) {
    Extents part = getElements(node, index);
    if (node.input(index).rank() != 1 || (part.empty() && node.shape(index)[0] != 0))
      return node.emitError() << "joins sizes that come with each run with something that is no shape; fix the sizes "
                                 "with --dim NAME=VALUE";
    llvm::append_range(elements, part);
  }
  setElements(node, node.type(0), {int64_t(elements.size())}, elements);
  return success();
}

/// Numbers that sizes are converted to: computed by the emitted code.
static LogicalResult emitElements(NodeImporter &node, ArrayRef<ExtentAttr> elements, ElementType type) {
  if (elements.size() != 1)
    return refuseSize(node, elements.front()) << "and only a single size can be data";
  Type scalar = toMlirType(type, node.builder.getContext());
  Value empty = tensor::EmptyOp::create(node.builder, node.loc, node.shape(0), scalar);
  SmallVector<utils::IteratorType> parallel(node.input(0).rank(), utils::IteratorType::parallel);
  AffineMap map = node.builder.getMultiDimIdentityMap(node.input(0).rank());
  auto generic = linalg::GenericOp::create(
      node.builder, node.loc, empty.getType(), ValueRange(), empty, ArrayRef<AffineMap>{map}, parallel,
      [&](OpBuilder &builder, Location loc, ValueRange) {
        linalg::YieldOp::create(builder, loc, emitExtent(builder, loc, elements.front(), type));
      });
  node.setOutput(0, type, generic.getResult(0));
  return success();
}

/// 0, 1, ... up to a size, or counted from one.
static LogicalResult importRange(NodeImporter &node) {
  Extents start = getElements(node, 0), limit = getElements(node, 1), step = getElements(node, 2);
  if (start.size() != 1 || limit.size() != 1 || step.size() != 1 ||
      step[0] != ExtentAttr::getConstant(step[0].getContext(), 1))
    return node.emitError() << "counts up to a size that comes with each run, in steps other than 1; fix the size with "
                               "--dim NAME=VALUE";
  ExtentAttr count = limit[0].plus(start[0].times(-1));
  Operation *op = node.builder.getInsertionBlock()->getParentOp();
  int64_t largest = getMaximum(count, op);
  ElementType type = node.type(0);
  if (start[0].isConstant()) {
    int64_t first = start[0].getConstant();
    node.setOutput(0, HostTensor::fromInts(type, {largest}, [&](ArrayRef<int64_t> index) { return first + index[0]; }));
    if (!count.isConstant())
      node.findOutput(0)->dims = {count};
    return success();
  }
  Value range =
      emitGatherGeneric(node.builder, node.loc, {}, {largest}, toMlirType(type, node.builder.getContext()),
                        [&](OpBuilder &builder, Location loc, ValueRange, ValueRange at) -> Value {
                          Value first = materialize(builder, loc, start[0]);
                          Value sum = arith::AddIOp::create(builder, loc, first, at[0]);
                          return arith::IndexCastOp::create(builder, loc, toMlirType(type, builder.getContext()), sum);
                        });
  node.setOutput(0, type, count.isConstant() ? range : emitBound(node, range, {count}));
  return success();
}

/// Output 0 of a node that was imported for the largest run, with what of it counts.
static LogicalResult setDims(NodeImporter &node, ArrayRef<ExtentAttr> dims) {
  GraphValue &output = *node.findOutput(0);
  if (output.constant) {
    output.dims = Extents(dims);
    return success();
  }
  FailureOr<Extents> known = node.scope.extents->get(output.value);
  if (failed(known))
    return failure();
  if (ArrayRef<ExtentAttr>(*known) != dims)
    output.value = emitBound(node, output.value, dims);
  return success();
}

static LogicalResult importFromShape(NodeImporter &node, unsigned shapeOperand) {
  Extents shape = getElements(node, shapeOperand);
  GraphValue &operand = *node.findInput(shapeOperand);
  GraphValue saved = operand;
  operand.elements.clear();
  LogicalResult imported = opRegistry().find(node.opType())->second(node);
  *node.findInput(shapeOperand) = saved;
  GraphValue *output = node.findOutput(0);
  if (failed(imported) || !output)
    return failure();
  Extents dims;
  for (ExtentAttr extent : shape)
    dims.push_back(extent.isConstant() ? ExtentAttr() : extent);
  if (node.opType() == "Expand") {
    // Dimensions of the operand stand for those that the shape leaves out, or has as 1.
    FailureOr<Extents> own = getExtents(*node.findInput(0), node.scope);
    if (failed(own))
      return failure();
    Extents all(output->rank());
    llvm::copy(dims, all.end() - dims.size());
    for (auto [dim, extent] : llvm::enumerate(*own))
      if (extent)
        all[all.size() - own->size() + dim] = extent;
    return setDims(node, all);
  }
  return setDims(node, dims);
}

//===----------------------------------------------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------------------------------------------===//

static LogicalResult importShapeOf(NodeImporter &node, ArrayRef<ExtentAttr> dims) {
  int64_t rank = dims.size();
  auto clamp = [&](int64_t position) {
    return std::clamp<int64_t>(position < 0 ? position + rank : position, 0, rank);
  };
  int64_t start = clamp(node.getInt("start", 0)), end = std::max(start, clamp(node.getInt("end", rank)));
  Extents elements;
  for (int64_t dim = start; dim < end; ++dim)
    elements.push_back(dims[dim] ? dims[dim] : ExtentAttr::getConstant(node.builder.getContext(), node.shape(0)[dim]));
  setElements(node, ElementType::I64, {end - start}, elements);
  return success();
}

/// A node that reads sizes; `reader` is the operand that holds them.
static FailureOr<bool> importFromElements(NodeImporter &node, unsigned reader) {
  static const llvm::StringSet<> arithmetic{
      "Add", "Sub", "Mul", "Div", "Max", "Min", "Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"};
  static const llvm::StringSet<> reshapes{"Identity", "Unsqueeze", "Squeeze", "Flatten"};
  std::string name = node.opType();
  auto done = [](LogicalResult result) -> FailureOr<bool> {
    if (failed(result))
      return failure();
    return true;
  };
  // How many sizes there are is known.
  if (name == "Shape")
    return false;
  if (arithmetic.contains(name) && node.numInputs() == 2 && node.constant(0) && node.constant(1))
    return done(computeElements(node));
  if (name == "Where" && node.constant(0))
    return done(chooseElements(node));
  if (name == "Concat")
    return done(joinElements(node));
  if (name == "Range")
    return done(importRange(node));
  if (reader == 0 && name == "Gather" && node.constant(1) && node.findInput(1)->elements.empty())
    return done(pickElements(node, node.findInput(0)->elements));
  if (reader == 0 && name == "Slice" && llvm::all_of(llvm::seq<unsigned>(1, node.numInputs()), [&](unsigned index) {
        return !node.findInput(index) || node.findInput(index)->elements.empty();
      }))
    return done(pickElements(node, node.findInput(0)->elements));
  if (reader == 0 && (reshapes.contains(name) || name == "Reshape")) {
    Extents elements = node.findInput(0)->elements;
    ElementType type = node.type(0);
    if (failed(opRegistry().find(name)->second(node)))
      return failure();
    setElements(node, type, Shape(node.findOutput(0)->shape), elements);
    return true;
  }
  if (name == "Cast") {
    std::optional<ElementType> type = elementTypeFromOnnx(node.getInt("to", 0));
    Extents elements = node.findInput(0)->elements;
    if (type && !isFloat(*type) && *type != ElementType::Bool) {
      setElements(node, *type, Shape(node.shape(0)), elements);
      return true;
    }
    if (type && isFloat(*type))
      return done(emitElements(node, elements, *type));
  }
  if (reader == 0 && name == "ConstantOfShape")
    return done(importFromShape(node, 0));
  if (reader == 1 && (name == "Expand" || name == "Reshape"))
    return done(name == "Expand" ? importFromShape(node, 1) : importReshapeToSizes(node));
  if (name == "Slice" && reader > 0)
    return done(importSliceAtSizes(node));
  refuseSize(node, *llvm::find_if(node.findInput(reader)->elements, [](ExtentAttr e) { return !e.isConstant(); }))
      << "and " << name << " cannot compute with it";
  return failure();
}

FailureOr<bool> importWithSizes(NodeImporter &node) {
  for (unsigned index = 0; index < node.numInputs(); ++index)
    if (GraphValue *input = node.findInput(index); input && !input->elements.empty())
      return importFromElements(node, index);
  if (node.numInputs() == 0 || !node.findInput(0))
    return false;
  std::vector<Extents> inputs;
  bool isRunTime = false;
  for (unsigned index = 0; index < node.numInputs(); ++index) {
    inputs.emplace_back();
    if (GraphValue *input = node.findInput(index)) {
      FailureOr<Extents> extents = getExtents(*input, node.scope);
      if (failed(extents))
        return failure();
      inputs.back() = *extents;
      isRunTime |= hasRunTimeExtent(*extents);
    }
  }
  if (!isRunTime)
    return false;
  if (node.opType() == "Shape") {
    if (failed(importShapeOf(node, inputs.front())))
      return failure();
    return true;
  }
  return importAlongSizes(node, inputs);
}

LogicalResult finishWithSizes(NodeImporter &node) {
  // Results that are computed at import, of operands of which the beginning counts: elementwise, so does that of the
  // result.
  static const llvm::StringSet<> elementwise{"Add",
                                             "Sub",
                                             "Mul",
                                             "Div",
                                             "Pow",
                                             "Sqrt",
                                             "Neg",
                                             "Cast",
                                             "Equal",
                                             "Less",
                                             "Greater",
                                             "Not",
                                             "GreaterOrEqual",
                                             "LessOrEqual",
                                             "And",
                                             "Or",
                                             "Xor",
                                             "Where",
                                             "Abs",
                                             "Exp",
                                             "Log",
                                             "Cos",
                                             "Sin",
                                             "Tanh",
                                             "Max",
                                             "Min",
                                             "Clip",
                                             "Trilu",
                                             "Mod",
                                             "Identity",
                                             "Relu",
                                             "Sigmoid",
                                             "Reciprocal",
                                             "Floor",
                                             "Ceil"};
  for (unsigned index = 0; index < node.numOutputs(); ++index) {
    GraphValue *output = node.findOutput(index);
    if (!output)
      continue;
    if (!output->constant) {
      // Told at once, with the node's place.
      if (output->value && failed(node.scope.extents->get(output->value)))
        return failure();
      continue;
    }
    Extents dims(output->rank());
    ExtentAttr any;
    for (unsigned from = 0; from < node.numInputs(); ++from)
      if (GraphValue *input = node.findInput(from))
        for (auto [dim, extent] : llvm::enumerate(input->dims)) {
          if (!extent)
            continue;
          any = extent;
          int64_t place = int64_t(dim) + output->rank() - input->rank();
          if (place >= 0 && place < output->rank())
            dims[place] = extent;
        }
    if (!any || !output->dims.empty())
      continue;
    if (!elementwise.contains(node.opType()))
      return refuseSize(node, any) << "and " << node.opType() << " computes at import from what it measures";
    output->dims = dims;
  }
  return success();
}

} // namespace st::onnximport
