#include "Import/Onnx/NodeImporter.h"

#include "Dialect/Sizes.h"
#include "Import/Onnx/Emit.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/StringExtras.h"

#include <onnx/onnx_pb.h>

using namespace mlir;

namespace st::onnximport {

const onnx::AttributeProto *NodeImporter::find(StringRef name) const {
  for (const onnx::AttributeProto &attribute : node.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

int64_t NodeImporter::getInt(StringRef name, int64_t otherwise) const {
  const onnx::AttributeProto *attribute = find(name);
  return attribute ? attribute->i() : otherwise;
}

double NodeImporter::getFloat(StringRef name, double otherwise) const {
  const onnx::AttributeProto *attribute = find(name);
  return attribute ? attribute->f() : otherwise;
}

std::string NodeImporter::getString(StringRef name, StringRef otherwise) const {
  const onnx::AttributeProto *attribute = find(name);
  return attribute ? attribute->s() : otherwise.str();
}

std::optional<Shape> NodeImporter::getInts(StringRef name) const {
  const onnx::AttributeProto *attribute = find(name);
  if (!attribute)
    return std::nullopt;
  return Shape(attribute->ints().begin(), attribute->ints().end());
}

std::optional<std::vector<double>> NodeImporter::getFloats(StringRef name) const {
  const onnx::AttributeProto *attribute = find(name);
  if (!attribute)
    return std::nullopt;
  return std::vector<double>(attribute->floats().begin(), attribute->floats().end());
}

unsigned NodeImporter::numInputs() const { return node.input_size(); }

bool NodeImporter::hasInput(unsigned index) const { return index < numInputs() && !node.input(index).empty(); }

const GraphValue &NodeImporter::input(unsigned index) const {
  auto replaced = reshaped.find(index);
  return replaced != reshaped.end() ? replaced->second : values.find(node.input(index))->second;
}

void NodeImporter::reshapeInput(unsigned index, ArrayRef<int64_t> shape) {
  GraphValue operand = input(index);
  if (operand.constant)
    operand.constant = operand.constant->reshaped(shape);
  operand.value = operand.constant ? Value() : emitReshape(builder, loc, value(index), shape);
  operand.shape = Shape(shape);
  reshaped[index] = std::move(operand);
}

const HostTensor *NodeImporter::constant(unsigned index) const {
  if (!hasInput(index))
    return nullptr;
  const GraphValue &operand = input(index);
  return operand.constant ? &*operand.constant : nullptr;
}

Value NodeImporter::value(unsigned index) {
  auto replaced = reshaped.find(index);
  return materialize(replaced != reshaped.end() ? replaced->second : values[node.input(index)], builder);
}

Value NodeImporter::constantValue(const HostTensor &constant) {
  return arith::ConstantOp::create(builder, loc, constant.toAttribute("table", builder.getContext()));
}

FailureOr<Shape> NodeImporter::constantInts(unsigned index, StringRef role) {
  if (!hasInput(index))
    return emitError() << "its " << role << " is missing";
  const HostTensor *tensor = constant(index);
  if (!tensor) {
    emitError() << "its " << role << " '" << node.input(index)
                << "' depends on run-time data; shapes have to be known at "
                   "compile time, so make it a constant or "
                   "give the model fixed input sizes";
    return failure();
  }
  if (isFloat(tensor->getType()))
    return emitError() << "its " << role << " must be integers, not " << elementName(tensor->getType());
  if (tensor->size() > largestFoldedIntegers)
    return emitError() << "its " << role << " has " << tensor->size() << " elements; check the model";
  return tensor->getInts();
}

FailureOr<int64_t> NodeImporter::normalizeAxis(int64_t axis, int64_t rank) {
  int64_t normalized = axis < 0 ? axis + rank : axis;
  if (normalized < 0 || normalized >= rank)
    return emitError() << "axis " << axis << " is outside a tensor of rank " << rank;
  return normalized;
}

FailureOr<Shape> NodeImporter::normalizeAxes(ArrayRef<int64_t> axes, int64_t rank) {
  Shape normalized;
  for (int64_t axis : axes) {
    FailureOr<int64_t> one = normalizeAxis(axis, rank);
    if (failed(one))
      return failure();
    if (llvm::is_contained(normalized, *one))
      return emitError() << "axis " << axis << " is given twice";
    normalized.push_back(*one);
  }
  llvm::sort(normalized);
  return normalized;
}

GraphValue *NodeImporter::findInput(unsigned index) {
  if (!hasInput(index))
    return nullptr;
  auto found = values.find(node.input(index));
  return found == values.end() ? nullptr : &found->second;
}

GraphValue *NodeImporter::findOutput(unsigned index) {
  if (!hasOutput(index))
    return nullptr;
  auto found = values.find(node.output(index));
  return found == values.end() ? nullptr : &found->second;
}

unsigned NodeImporter::numOutputs() const { return node.output_size(); }

bool NodeImporter::hasOutput(unsigned index) const { return index < numOutputs() && !node.output(index).empty(); }

void NodeImporter::define(unsigned index, GraphValue value) {
  value.name = node.output(index);
  values[value.name] = std::move(value);
}

void NodeImporter::setOutput(unsigned index, HostTensor constant) {
  if (hasOutput(index))
    define(index, {"", constant.getType(), Shape(constant.getShape()), std::move(constant), nullptr});
}

void NodeImporter::setOutput(unsigned index, ElementType type, Value value) {
  if (hasOutput(index))
    define(index, {"", type, Shape(cast<RankedTensorType>(value.getType()).getShape()), std::nullopt, value});
}

void NodeImporter::forward(unsigned index, unsigned source) {
  if (hasOutput(index))
    define(index, input(source));
}

std::string NodeImporter::opType() const {
  return node.domain().empty() || node.domain() == "ai.onnx" ? node.op_type() : node.domain() + "." + node.op_type();
}

InFlightDiagnostic NodeImporter::emitError() {
  InFlightDiagnostic diagnostic = mlir::emitError(loc);
  if (node.name().empty())
    diagnostic << "node " << opType() << " computing '" << (node.output_size() ? node.output(0) : "") << "': ";
  else
    diagnostic << "node '" << node.name() << "' (" << opType() << "): ";
  return diagnostic;
}

Value materialize(GraphValue &value, OpBuilder &builder) {
  if (!value.value) {
    Location loc = NameLoc::get(builder.getStringAttr(value.name));
    auto constant =
        arith::ConstantOp::create(builder, loc, value.constant->toAttribute(value.name, builder.getContext()));
    // Of what comes with each run only the beginning counts.
    if (hasRunTimeExtent(value.dims)) {
      SmallVector<Attribute> dims;
      for (auto [extent, size] : llvm::zip(value.dims, value.shape))
        dims.push_back(extent ? extent : ExtentAttr::getConstant(builder.getContext(), size));
      constant->setDiscardableAttr(dimsAttr, builder.getArrayAttr(dims));
    }
    value.value = constant;
  }
  return value.value;
}

const OpRegistry &opRegistry() {
  static const OpRegistry registry = [] {
    OpRegistry result;
    registerConstant(result);
    registerConvolution(result);
    registerEinsum(result);
    registerElementwise(result);
    registerFunctions(result);
    registerGather(result);
    registerLinear(result);
    registerNormalize(result);
    registerPad(result);
    registerPooling(result);
    registerQuantize(result);
    registerRank(result);
    registerReduce(result);
    registerResize(result);
    registerScatter(result);
    registerShape(result);
    registerSlice(result);
    return result;
  }();
  return registry;
}

} // namespace st::onnximport
