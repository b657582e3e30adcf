#include "Import/Onnx/ImportOnnx.h"

#include "Import/Onnx/NodeImporter.h"
#include "Import/Onnx/TensorData.h"
#include "Support/FileSystem.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace st::onnximport;

namespace {

/// The operator sets whose semantics the importers implement.
constexpr int64_t oldestOpset = 1, newestOpset = 17;

bool isStandardDomain(const std::string &domain) { return domain.empty() || domain == "ai.onnx"; }

/// Protobuf and the checker write to stderr on a bad file; here every problem
/// is a diagnostic.
class QuietProtobuf {
public:
  QuietProtobuf() : previous(google::protobuf::SetLogHandler(nullptr)) {}
  ~QuietProtobuf() { google::protobuf::SetLogHandler(previous); }

private:
  google::protobuf::LogHandler *previous;
};

class ModelImporter {
public:
  ModelImporter(StringRef path, const st::OnnxImportOptions &options, MLIRContext *context)
      : path(path), options(options), context(context), builder(context),
        loc(NameLoc::get(builder.getStringAttr(path))) {}

  OwningOpRef<ModuleOp> run();

private:
  InFlightDiagnostic error() { return emitError(loc) << path << ": "; }

  LogicalResult parse();
  LogicalResult checkOpset();
  LogicalResult checkOperators();
  LogicalResult checkModel();
  LogicalResult readInitializers();
  LogicalResult readInputs(SmallVectorImpl<const onnx::ValueInfoProto *> &arguments);
  LogicalResult readFixedInput(const onnx::ValueInfoProto &input, const st::Array &array);
  FailureOr<GraphValue> readType(const onnx::ValueInfoProto &input);
  LogicalResult importNodes();
  LogicalResult importNode(const onnx::NodeProto &node);
  LogicalResult finish(func::FuncOp function);
  Location location(const onnx::NodeProto &node);

  StringRef path;
  const st::OnnxImportOptions &options;
  MLIRContext *context;
  OpBuilder builder;
  Location loc;
  onnx::ModelProto model;
  int64_t opset = 0;
  llvm::StringMap<GraphValue> values;
};

LogicalResult ModelImporter::parse() {
  auto buffer = st::readFile(path);
  if (!buffer)
    return emitError(loc) << llvm::toString(buffer.takeError());
  StringRef contents = (*buffer)->getBuffer();
  if (contents.empty())
    return error() << "is empty; export the model again";
  if (contents.size() > std::numeric_limits<int>::max())
    return error() << "is larger than 2 GiB; export it with external data";
  QuietProtobuf quiet;
  google::protobuf::io::ArrayInputStream stream(contents.data(), contents.size());
  google::protobuf::io::CodedInputStream coded(&stream);
  if (!model.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
    return error() << "is not an ONNX model or is truncated; export it again";
  if (!model.has_graph())
    return error() << "holds no graph, so it is not an ONNX model; export it "
                      "with torch.onnx.export";
  return success();
}

LogicalResult ModelImporter::checkOpset() {
  for (const onnx::OperatorSetIdProto &entry : model.opset_import())
    if (isStandardDomain(entry.domain()))
      opset = entry.version();
  if (opset == 0)
    return error() << "does not say which operator set it uses; export it again";
  if (opset < oldestOpset || opset > newestOpset)
    return error() << "uses operator set " << opset << ", supported are " << oldestOpset << " to " << newestOpset
                   << "; export it with opset_version=" << newestOpset;
  return success();
}

/// Reports every operator that is missing, not only the first.
LogicalResult ModelImporter::checkOperators() {
  llvm::MapVector<StringRef, std::pair<const onnx::NodeProto *, unsigned>> missing;
  for (const onnx::NodeProto &node : model.graph().node())
    if (!isStandardDomain(node.domain()) || !opRegistry().count(node.op_type())) {
      auto &entry = missing[node.op_type()];
      entry.first = entry.first ? entry.first : &node;
      ++entry.second;
    }
  if (missing.empty())
    return success();
  for (auto &[name, entry] : missing) {
    const onnx::NodeProto &node = *entry.first;
    InFlightDiagnostic diagnostic = NodeImporter(node, opset, values, builder, location(node)).emitError();
    diagnostic << "this operator is not supported (" << entry.second << (entry.second == 1 ? " node" : " nodes")
               << "); rewrite the model with supported ones";
    if (name == missing.front().first)
      diagnostic.attachNote(loc) << "supported are " << llvm::join(st::supportedOnnxOps(), ", ");
  }
  return failure();
}

LogicalResult ModelImporter::checkModel() {
  onnx::checker::CheckerContext checker;
  checker.set_ir_version(model.ir_version());
  checker.set_opset_imports({{"", int(opset)}});
  checker.set_model_dir(llvm::sys::path::parent_path(path).str());
  try {
    onnx::checker::check_graph(model.graph(), checker, onnx::checker::LexicalScopeContext());
  } catch (const std::exception &exception) {
    return error() << "is not a valid model: " << StringRef(exception.what()).trim();
  }
  return success();
}

LogicalResult ModelImporter::readInitializers() {
  if (model.graph().sparse_initializer_size())
    return error() << "holds sparse weights, which are not supported; export "
                      "dense ones";
  StringRef folder = llvm::sys::path::parent_path(path);
  for (onnx::TensorProto &tensor : *model.mutable_graph()->mutable_initializer()) {
    // The bytes are taken out of the model, not copied.
    std::string rawData;
    if (tensor.has_raw_data())
      tensor.mutable_raw_data()->swap(rawData);
    llvm::Expected<HostTensor> value = readTensor(tensor, std::move(rawData), folder);
    if (!value)
      return error() << "weight '" << tensor.name() << "' " << llvm::toString(value.takeError());
    values[tensor.name()] = {tensor.name(), value->getType(), Shape(value->getShape()), *value, nullptr};
  }
  return success();
}

FailureOr<GraphValue> ModelImporter::readType(const onnx::ValueInfoProto &input) {
  auto inputError = [&] { return error() << "input '" << input.name() << "' "; };
  if (!input.type().has_tensor_type())
    return inputError() << "is not a tensor; only tensors are supported";
  const onnx::TypeProto::Tensor &tensor = input.type().tensor_type();
  std::optional<ElementType> type = elementTypeFromOnnx(tensor.elem_type());
  if (!type)
    return inputError() << "has an element type that is not supported; use a "
                           "float or integer tensor";
  if (!tensor.has_shape())
    return inputError() << "has no shape; export the model with shapes";
  Shape shape;
  for (const onnx::TensorShapeProto::Dimension &dim : tensor.shape().dim()) {
    int64_t extent = dim.has_dim_value() ? dim.dim_value() : 0;
    if (dim.has_dim_param() && !dim.dim_param().empty()) {
      auto given = options.dims.find(dim.dim_param());
      if (given == options.dims.end())
        return inputError() << "has the symbolic dimension '" << dim.dim_param() << "'; give it a size with --dim "
                            << dim.dim_param() << "=VALUE";
      extent = given->second;
    } else if (!dim.has_dim_value()) {
      return inputError() << "has an unnamed dynamic dimension " << shape.size()
                          << "; name it with dynamic_axes when exporting, or "
                             "export a fixed size";
    }
    if (extent <= 0)
      return inputError() << "has dimension " << shape.size() << " of size " << extent << "; sizes must be positive";
    shape.push_back(extent);
  }
  return GraphValue{input.name(), *type, shape, std::nullopt, nullptr};
}

LogicalResult ModelImporter::readFixedInput(const onnx::ValueInfoProto &input, const st::Array &array) {
  std::optional<ElementType> wanted = elementTypeFromOnnx(input.type().tensor_type().elem_type());
  if (!wanted || elementName(*wanted) != array.dtype)
    return error() << "input '" << input.name() << "' is fixed to a value of type " << array.dtype << ", not "
                   << (wanted ? elementName(*wanted) : StringRef("a supported type"));
  values[input.name()] = {input.name(), *wanted, Shape(array.shape), HostTensor(*wanted, array.shape, array.bytes),
                          nullptr};
  return success();
}

/// Old models list their weights as inputs too; what remains are the arguments.
LogicalResult ModelImporter::readInputs(SmallVectorImpl<const onnx::ValueInfoProto *> &arguments) {
  llvm::StringSet<> fixedNames;
  for (const onnx::ValueInfoProto &input : model.graph().input()) {
    if (values.count(input.name()))
      continue;
    if (auto fixed = options.fixedInputs.find(input.name()); fixed != options.fixedInputs.end()) {
      fixedNames.insert(input.name());
      if (failed(readFixedInput(input, fixed->second)))
        return failure();
      continue;
    }
    FailureOr<GraphValue> value = readType(input);
    if (failed(value))
      return failure();
    values[input.name()] = *value;
    arguments.push_back(&input);
  }
  for (auto &[name, array] : options.fixedInputs)
    if (!fixedNames.contains(name))
      return error() << "has no input '" << name << "' that could be fixed";
  return success();
}

Location ModelImporter::location(const onnx::NodeProto &node) {
  if (!node.name().empty())
    return NameLoc::get(builder.getStringAttr(node.name()));
  std::string output = node.output_size() ? node.output(0) : "";
  return FusedLoc::get(
      context, {NameLoc::get(builder.getStringAttr(node.op_type())), NameLoc::get(builder.getStringAttr(output))});
}

LogicalResult ModelImporter::importNode(const onnx::NodeProto &node) {
  NodeImporter importer(node, opset, values, builder, location(node));
  for (const std::string &name : node.input())
    if (!name.empty() && !values.count(name))
      return importer.emitError() << "its operand '" << name << "' is not computed before it";
  // Operands that the operator needs; the checker has counted them, but an
  // empty name also means "absent".
  for (int index = 0; index < node.input_size(); ++index)
    if (node.input(index).empty() && (index == 0 || node.op_type() == "Concat"))
      return importer.emitError() << "its operand " << index << " is missing";
  if (failed(opRegistry().find(node.op_type())->second(importer)))
    return failure();
  for (const std::string &name : node.output()) {
    if (name.empty())
      continue;
    auto value = values.find(name);
    if (value == values.end())
      return importer.emitError() << "its output '" << name << "' is not supported; remove it from the model";
    if (!value->second.constant && numElements(value->second.shape) == 0)
      return importer.emitError() << "its output '" << name << "' has no elements (shape "
                                  << toString(value->second.shape) << "); remove it from the model";
  }
  return success();
}

LogicalResult ModelImporter::importNodes() {
  for (const onnx::NodeProto &node : model.graph().node())
    if (failed(importNode(node)))
      return failure();
  return success();
}

/// The return, and with it the types and names of the results.
LogicalResult ModelImporter::finish(func::FuncOp function) {
  SmallVector<Value> results;
  SmallVector<Type> types;
  for (const onnx::ValueInfoProto &output : model.graph().output()) {
    auto value = values.find(output.name());
    if (value == values.end())
      return error() << "output '" << output.name() << "' is not computed by any node";
    results.push_back(materialize(value->second, builder));
    types.push_back(results.back().getType());
  }
  func::ReturnOp::create(builder, loc, results);
  function.setFunctionType(builder.getFunctionType(function.getArgumentTypes(), types));
  for (auto [index, output] : llvm::enumerate(model.graph().output()))
    function.setResultAttr(index, "st.name", builder.getStringAttr(output.name()));
  return success();
}

OwningOpRef<ModuleOp> ModelImporter::run() {
  SmallVector<const onnx::ValueInfoProto *> arguments;
  if (failed(parse()) || failed(checkOpset()) || failed(checkOperators()) || failed(checkModel()) ||
      failed(readInitializers()) || failed(readInputs(arguments)))
    return nullptr;

  OwningOpRef<ModuleOp> module = ModuleOp::create(builder, loc);
  SmallVector<Type> types;
  for (const onnx::ValueInfoProto *argument : arguments) {
    const GraphValue &value = values[argument->name()];
    types.push_back(RankedTensorType::get(value.shape, toMlirType(value.type, context)));
  }
  builder.setInsertionPointToEnd(module->getBody());
  auto function = func::FuncOp::create(builder, loc, "main", builder.getFunctionType(types, {}));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    values[argument->name()].value = body->getArgument(index);
    function.setArgAttr(index, "st.name", builder.getStringAttr(argument->name()));
  }
  if (failed(importNodes()) || failed(finish(function)) || failed(verify(*module)))
    return nullptr;
  return module;
}

} // namespace

OwningOpRef<ModuleOp> st::importOnnx(StringRef path, const OnnxImportOptions &options, MLIRContext *context) {
  context->loadDialect<arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect, math::MathDialect,
                       tensor::TensorDialect>();
  // libonnx and protobuf throw; nothing that they throw leaves this function.
  try {
    return ModelImporter(path, options, context).run();
  } catch (const std::exception &exception) {
    emitError(NameLoc::get(StringAttr::get(context, path)))
        << path << ": cannot be imported: " << exception.what() << "; export the model again";
    return nullptr;
  }
}

std::vector<std::string> st::supportedOnnxOps() {
  std::vector<std::string> names;
  for (const auto &entry : opRegistry())
    names.push_back(entry.getKey().str());
  llvm::sort(names);
  return names;
}
