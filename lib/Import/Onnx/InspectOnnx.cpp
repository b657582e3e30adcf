#include "Import/Onnx/InspectOnnx.h"

#include "Import/Onnx/ModelFile.h"
#include "Import/Onnx/NodeImporter.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"

#include <onnx/onnx_pb.h>

using namespace st;
using namespace st::onnximport;

/// ONNX's own name of an element type that has none here.
static std::string dtypeName(int64_t dataType) {
  if (std::optional<ElementType> type = elementTypeFromOnnx(dataType))
    return elementName(*type).str();
  if (dataType >= 0 && onnx::TensorProto::DataType_IsValid(dataType))
    return llvm::StringRef(onnx::TensorProto::DataType_Name(onnx::TensorProto::DataType(dataType))).lower();
  return "unknown";
}

static OnnxTensorInfo describeValue(const onnx::ValueInfoProto &value) {
  OnnxTensorInfo info{value.name(), "not a tensor", {}};
  if (!value.type().has_tensor_type())
    return info;
  const onnx::TypeProto::Tensor &tensor = value.type().tensor_type();
  info.dtype = dtypeName(tensor.elem_type());
  for (const auto &dim : tensor.shape().dim())
    info.shape.push_back(dim.has_dim_value() && dim.dim_value() > 0        ? std::to_string(dim.dim_value())
                         : dim.has_dim_param() && !dim.dim_param().empty() ? dim.dim_param()
                                                                           : "?");
  return info;
}

/// Adds without overflow: a file may claim any shape.
static void addTo(int64_t &sum, int64_t value) {
  if (llvm::AddOverflow(sum, value, sum))
    sum = std::numeric_limits<int64_t>::max();
}

static void countParameter(OnnxInspection &result, const onnx::TensorProto &tensor) {
  int64_t elements = 1;
  for (int64_t extent : tensor.dims())
    if (extent < 0 || llvm::MulOverflow(elements, extent, elements))
      elements = std::numeric_limits<int64_t>::max() / 16;
  std::optional<ElementType> type = elementTypeFromOnnx(tensor.data_type());
  ++result.parameterTensors;
  addTo(result.parameterElements, elements);
  int64_t bytes = 0;
  if (llvm::MulOverflow(elements, type ? elementBytes(*type) : 0, bytes))
    bytes = std::numeric_limits<int64_t>::max();
  addTo(result.parameterBytes, bytes);
}

static OnnxInspection describeModel(const onnx::ModelProto &model) {
  OnnxInspection result;
  result.irVersion = model.ir_version();
  result.producer = model.producer_name();
  if (!model.producer_version().empty())
    result.producer += " " + model.producer_version();
  for (const auto &entry : model.opset_import())
    result.opsets.emplace_back(entry.domain().empty() ? "ai.onnx" : entry.domain(), entry.version());
  const onnx::GraphProto &graph = model.graph();
  llvm::StringSet<> weights;
  for (const onnx::TensorProto &tensor : graph.initializer()) {
    weights.insert(tensor.name());
    countParameter(result, tensor);
  }
  // Old models list their weights as inputs too.
  for (const onnx::ValueInfoProto &input : graph.input())
    if (!weights.contains(input.name()))
      result.inputs.push_back(describeValue(input));
  for (const onnx::ValueInfoProto &output : graph.output())
    result.outputs.push_back(describeValue(output));
  llvm::StringMap<const onnx::FunctionProto *> functions;
  for (const onnx::FunctionProto &function : model.functions())
    functions[functionKey(function.domain(), function.name())] = &function;
  for (const onnx::NodeProto &node : graph.node()) {
    std::string name = !node.name().empty() ? node.name() : node.output_size() ? node.output(0) : "";
    std::string op = isStandardDomain(node.domain()) ? node.op_type() : node.domain() + "." + node.op_type();
    result.nodes.push_back({name, op, isSupported(node, functions)});
  }
  return result;
}

llvm::Expected<OnnxInspection> st::inspectOnnx(llvm::StringRef path) {
  // Protobuf throws where memory ends; nothing that it throws leaves this function.
  try {
    onnx::ModelProto model;
    if (llvm::Error error = readModelFile(path, model))
      return std::move(error);
    return describeModel(model);
  } catch (const std::exception &exception) {
    return llvm::createStringError("%s: cannot be read: %s", path.str().c_str(), exception.what());
  }
}
