// Operators that ONNX itself defines by a body of simpler ones, functions of the model, and branches that are known.

#include "Import/Onnx/NodeImporter.h"
#include "Import/Onnx/TensorData.h"

#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

using namespace mlir;

namespace st::onnximport {

bool isStandardDomain(StringRef domain) { return domain.empty() || domain == "ai.onnx"; }

std::string functionKey(StringRef domain, StringRef name) { return (domain + "." + name).str(); }

bool isSupported(const onnx::NodeProto &node, const llvm::StringMap<const onnx::FunctionProto *> &functions) {
  if (functions.count(functionKey(node.domain(), node.op_type())))
    return true;
  return isStandardDomain(node.domain()) && opRegistry().count(node.op_type());
}

/// The attributes of a call, with the defaults that the operator's definition gives.
static std::map<std::string, onnx::AttributeProto> callAttributes(const onnx::NodeProto &node, int64_t opset) {
  std::map<std::string, onnx::AttributeProto> attributes;
  if (isStandardDomain(node.domain()))
    if (const onnx::OpSchema *schema = onnx::OpSchemaRegistry::Schema(node.op_type(), opset, ""))
      for (auto &[name, attribute] : schema->attributes())
        if (attribute.default_value.has_name())
          attributes[name] = attribute.default_value;
  for (const onnx::AttributeProto &attribute : node.attribute())
    attributes[attribute.name()] = attribute;
  return attributes;
}

/// `inner`, a node of a function's body, as it stands in the place of the call `node`.
static onnx::NodeProto substitute(const onnx::NodeProto &inner, const onnx::NodeProto &node,
                                  const std::map<std::string, std::string> &names,
                                  const std::map<std::string, onnx::AttributeProto> &attributes) {
  std::string prefix = node.op_type() + "(" + (node.output_size() ? node.output(0) : node.name()) + ").";
  auto rename = [&](const std::string &name) {
    if (name.empty())
      return name;
    auto known = names.find(name);
    return known == names.end() ? prefix + name : known->second;
  };
  onnx::NodeProto result = inner;
  result.set_name(node.name());
  for (std::string &name : *result.mutable_input())
    name = rename(name);
  for (std::string &name : *result.mutable_output())
    name = rename(name);
  result.clear_attribute();
  for (const onnx::AttributeProto &attribute : inner.attribute()) {
    if (attribute.ref_attr_name().empty()) {
      *result.add_attribute() = attribute;
      continue;
    }
    auto given = attributes.find(attribute.ref_attr_name());
    if (given == attributes.end())
      continue;
    onnx::AttributeProto &copy = *result.add_attribute();
    copy = given->second;
    copy.set_name(attribute.name());
  }
  return result;
}

LogicalResult importCall(NodeImporter &node, const onnx::FunctionProto &function) {
  if (node.scope.depth > 32)
    return node.emitError() << "calls functions more than 32 deep; does a function call itself?";
  // Two calls in each of thirty functions are 2^30 nodes.
  constexpr unsigned mostValues = 1 << 17;
  if (node.scope.values.size() > mostValues)
    return node.emitError() << "its functions expand to more than 2^17 values; simplify the model before exporting it";
  const onnx::NodeProto &call = node.node;
  if (call.input_size() > function.input_size() || call.output_size() > function.output_size())
    return node.emitError() << "passes " << call.input_size() << " operands for " << call.output_size()
                            << " results to a function of " << function.input_size() << " and "
                            << function.output_size();
  std::map<std::string, std::string> names;
  for (int index = 0; index < function.input_size(); ++index)
    names[function.input(index)] = index < call.input_size() ? call.input(index) : "";
  for (int index = 0; index < call.output_size(); ++index)
    if (!call.output(index).empty())
      names[function.output(index)] = call.output(index);
  ImportScope inner = node.scope;
  ++inner.depth;
  for (const onnx::OperatorSetIdProto &entry : function.opset_import())
    if (isStandardDomain(entry.domain()))
      inner.opset = entry.version();
  auto attributes = callAttributes(call, node.opset);
  for (const onnx::NodeProto &each : function.node())
    if (failed(importNode(substitute(each, call, names, attributes), inner, node.loc)))
      return failure();
  return success();
}

namespace {

onnx::TypeProto typeOf(const GraphValue &value) {
  onnx::TypeProto type;
  onnx::TypeProto::Tensor &tensor = *type.mutable_tensor_type();
  tensor.set_elem_type(toOnnx(value.type));
  for (int64_t extent : value.shape)
    tensor.mutable_shape()->add_dim()->set_dim_value(extent);
  return type;
}

/// ONNX's definition of the operator in simpler ones.
LogicalResult importDefinition(NodeImporter &node) {
  const onnx::OpSchema *schema = onnx::OpSchemaRegistry::Schema(node.opType(), node.opset, "");
  if (schema && schema->HasContextDependentFunction()) {
    std::vector<onnx::TypeProto> types;
    for (unsigned index = 0; index < node.numInputs(); ++index)
      types.push_back(node.hasInput(index) ? typeOf(node.input(index)) : onnx::TypeProto());
    onnx::FunctionProto function;
    if (schema->BuildContextDependentFunction(onnx::FunctionBodyBuildContextImpl(node.node, types), function))
      return importCall(node, function);
  } else if (schema && schema->HasFunction()) {
    return importCall(node, *schema->GetFunction());
  }
  return node.emitError() << "this use of the operator has no definition in operator set " << node.opset;
}

/// A branch whose condition is known is its nodes.
LogicalResult importIf(NodeImporter &node) {
  const HostTensor *condition = node.constant(0);
  if (!condition || condition->size() != 1)
    return node.emitError() << "its condition depends on run-time data; control flow has to be known at compile time";
  const onnx::AttributeProto *branch = node.find(condition->getInt(0) ? "then_branch" : "else_branch");
  if (!branch || !branch->has_g() || branch->g().output_size() < int(node.numOutputs()))
    return node.emitError() << "a branch is missing";
  if (node.scope.depth > 32)
    return node.emitError() << "is nested more than 32 deep";
  const onnx::GraphProto &graph = branch->g();
  for (const onnx::TensorProto &tensor : graph.initializer()) {
    llvm::Expected<HostTensor> value = readTensor(tensor, tensor.raw_data(), "");
    if (!value)
      return node.emitError() << "weight '" << tensor.name() << "' " << llvm::toString(value.takeError());
    node.scope.values[tensor.name()] = {tensor.name(), value->getType(), Shape(value->getShape()), *value, nullptr};
  }
  ImportScope inner = node.scope;
  ++inner.depth;
  for (const onnx::NodeProto &each : graph.node())
    if (failed(importNode(each, inner, node.loc)))
      return failure();
  for (unsigned index = 0; index < node.numOutputs(); ++index) {
    auto value = node.scope.values.find(graph.output(index).name());
    if (value == node.scope.values.end())
      return node.emitError() << "its branch does not compute '" << graph.output(index).name() << "'";
    GraphValue result = value->second;
    if (result.constant)
      node.setOutput(index, *result.constant);
    else
      node.setOutput(index, result.type, result.value);
  }
  return success();
}

} // namespace

void registerFunctions(OpRegistry &registry) {
  for (StringRef name : {"BlackmanWindow", "CastLike", "Celu", "DynamicQuantizeLinear", "HammingWindow", "HannWindow",
                         "MeanVarianceNormalization", "NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"})
    registry[name] = importDefinition;
  registry["If"] = importIf;
}

} // namespace st::onnximport
