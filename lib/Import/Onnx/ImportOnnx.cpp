#include "Import/Onnx/ImportOnnx.h"

#include "Dialect/Sizes.h"
#include "Import/Onnx/GraphOrder.h"
#include "Import/Onnx/ModelFile.h"
#include "Import/Onnx/NodeImporter.h"
#include "Import/Onnx/Partitioner.h"
#include "Import/Onnx/TensorData.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include <set>

using namespace mlir;
using namespace st::onnximport;
using st::ExtentAttr;

namespace {

/// The operator sets whose semantics the importers implement.
constexpr int64_t oldestOpset = 1, newestOpset = 17;

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
  FailureOr<int64_t> readExtent(const onnx::ValueInfoProto &input, int position, ExtentAttr &extent);
  void declareSizes(func::FuncOp function, ArrayRef<const onnx::ValueInfoProto *> arguments);
  LogicalResult checkDims();
  FailureOr<GraphValue> readType(const onnx::ValueInfoProto &input);
  LogicalResult importNodes(ImportScope &scope, Partitioner *partitioner);
  LogicalResult finish(func::FuncOp function, Partitioner *partitioner);
  Location location(const onnx::NodeProto &node);

  StringRef path;
  const st::OnnxImportOptions &options;
  MLIRContext *context;
  OpBuilder builder;
  Location loc;
  onnx::ModelProto model;
  int64_t opset = 0;
  llvm::StringMap<GraphValue> values;
  llvm::StringMap<const onnx::FunctionProto *> functions;
  llvm::StringSet<> usedDims;
  /// Sizes that come with each run, and the extents of the inputs that they are.
  std::map<std::string, st::SizeRangeAttr> sizes;
  st::ValueExtents extents{/*isStrict=*/true};
};

LogicalResult ModelImporter::parse() {
  if (llvm::Error fault = readModelFile(path, model))
    return emitError(loc) << llvm::toString(std::move(fault));
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
  for (const onnx::FunctionProto &function : model.functions())
    functions[functionKey(function.domain(), function.name())] = &function;
  if (options.partition)
    return success();
  llvm::MapVector<StringRef, SmallVector<const onnx::NodeProto *>> missing;
  for (const onnx::NodeProto &node : model.graph().node())
    if (!isSupported(node, functions))
      missing[node.op_type()].push_back(&node);
  if (missing.empty())
    return success();
  ImportScope scope{values, builder, opset, options.evaluate, functions};
  for (auto &[name, nodes] : missing) {
    InFlightDiagnostic diagnostic = NodeImporter(*nodes.front(), scope, location(*nodes.front())).emitError();
    diagnostic << "this operator is not supported (" << nodes.size() << (nodes.size() == 1 ? " node" : " nodes")
               << "); rewrite the model with supported ones, or compile the rest of it with --partition";
    if (nodes.size() > 1) {
      auto others = llvm::map_range(ArrayRef(nodes).drop_front(), [](auto *node) { return describe(*node); });
      diagnostic.attachNote(loc) << "the others are " << llvm::join(others, ", ");
    }
    if (name == missing.back().first)
      diagnostic.attachNote(loc) << "`streamtensor inspect` tells what of the model can be compiled; supported are "
                                 << llvm::join(st::supportedOnnxOps(), ", ");
  }
  return failure();
}

LogicalResult ModelImporter::checkModel() {
  if (std::string fault = findGraphFault(model.graph()); !fault.empty())
    return error() << "is not a valid model: " << fault;
  for (const onnx::TensorProto &weight : model.graph().initializer())
    if (weight.data_location() == onnx::TensorProto::EXTERNAL) {
      auto file = findExternalFile(weight, llvm::sys::path::parent_path(path));
      if (!file)
        return error() << "weight '" << weight.name() << "': " << llvm::toString(file.takeError());
    }
  onnx::checker::CheckerContext checker;
  checker.set_ir_version(model.ir_version());
  std::unordered_map<std::string, int> opsets{{"", int(opset)}};
  for (const onnx::OperatorSetIdProto &entry : model.opset_import())
    if (!isStandardDomain(entry.domain()))
      opsets[entry.domain()] = int(entry.version());
  checker.set_opset_imports(opsets);
  checker.set_model_dir(llvm::sys::path::parent_path(path).str());
  try {
    // The checker knows nothing of a node that is left to the host, nor that its results are there nevertheless.
    if (!options.partition)
      onnx::checker::check_graph(model.graph(), checker, onnx::checker::LexicalScopeContext());
    for (const onnx::NodeProto &node : model.graph().node())
      if (options.partition && isSupported(node, functions))
        onnx::checker::check_node(node, checker, onnx::checker::LexicalScopeContext());
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
    if (values.count(tensor.name()))
      return error() << "has two weights called '" << tensor.name() << "'; export the model again";
    if (int64_t position = value->findNan(); position >= 0)
      return error() << "weight '" << tensor.name() << "' holds NaN (element " << position
                     << "), so that whatever depends on it is NaN; check how the model was trained or exported";
    values[tensor.name()] = {tensor.name(), value->getType(), Shape(value->getShape()), *value, nullptr};
  }
  return success();
}

/// A dynamic axis can be fixed by its name, and any by its place.
FailureOr<int64_t> ModelImporter::readExtent(const onnx::ValueInfoProto &input, int position, ExtentAttr &extent) {
  const onnx::TensorShapeProto::Dimension &dim = input.type().tensor_type().shape().dim(position);
  std::string place = input.name() + "." + std::to_string(position);
  std::string name = dim.has_dim_param() && !dim.dim_param().empty() ? dim.dim_param() : place;
  auto inputError = [&] { return error() << "input '" << input.name() << "' "; };
  bool isFixed = dim.has_dim_value() && dim.dim_value() > 0;
  for (const std::string &key : {place, name}) {
    auto given = options.dims.find(key);
    if (given == options.dims.end())
      continue;
    usedDims.insert(key);
    if (isFixed && dim.dim_value() != given->second)
      return inputError() << "has dimension " << position << " of size " << dim.dim_value() << ", --dim " << key << "="
                          << given->second << " cannot change it";
    if (given->second <= 0)
      return inputError() << "gets size " << given->second << " from --dim " << key << "; sizes must be positive";
    return given->second;
  }
  st::SizeRangeAttr range = isFixed ? st::SizeRangeAttr() : options.otherBound;
  for (const std::string &key : {place, name}) {
    auto given = options.bounds.find(key);
    if (given == options.bounds.end())
      continue;
    usedDims.insert(key);
    if (isFixed)
      return inputError() << "has dimension " << position << " of size " << dim.dim_value() << ", --dim " << key
                          << "<=" << given->second.getMaximum() << " cannot change it";
    range = given->second;
  }
  if (range) {
    sizes[name] = range;
    extent = ExtentAttr::getSize(builder.getStringAttr(name));
    return range.getMaximum();
  }
  if (isFixed)
    return dim.dim_value();
  // Exporters write 0 or -1 for "unknown" too.
  if (name != place)
    return inputError() << "has the symbolic dimension '" << name << "' (axis " << position
                        << "); give it a size with --dim " << name << "=VALUE";
  if (dim.has_dim_value() && dim.dim_value() == 0)
    return inputError() << "has dimension " << position << " of size 0; sizes must be positive, set one with --dim "
                        << place << "=VALUE";
  return inputError() << "has an unnamed dynamic dimension " << position << "; give it a size with --dim " << place
                      << "=VALUE";
}

/// Sizes for axes that the model does not have are spelling mistakes.
LogicalResult ModelImporter::checkDims() {
  SmallVector<StringRef> wanted(options.dims.keys());
  llvm::append_range(wanted, options.bounds.keys());
  for (StringRef wantedDim : wanted) {
    if (usedDims.contains(wantedDim))
      continue;
    std::set<std::string> names;
    for (const onnx::ValueInfoProto &input : model.graph().input())
      for (auto [position, dim] : llvm::enumerate(input.type().tensor_type().shape().dim()))
        if (!dim.has_dim_value())
          names.insert(dim.dim_param().empty() ? input.name() + "." + std::to_string(position) : dim.dim_param());
    InFlightDiagnostic diagnostic = error() << "has no dynamic axis '" << wantedDim << "'; ";
    if (names.empty())
      return diagnostic << "all its axes are fixed, remove --dim";
    return diagnostic << "its dynamic axes are " << llvm::join(names, ", ");
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
  SmallVector<ExtentAttr> dims(tensor.shape().dim_size());
  for (int position = 0; position < tensor.shape().dim_size(); ++position) {
    FailureOr<int64_t> extent = readExtent(input, position, dims[position]);
    if (failed(extent))
      return failure();
    shape.push_back(*extent);
  }
  if (numElements(shape) > largestTensor)
    return inputError() << "of shape " << toString(shape) << " has more than 2^40 elements; check the model's sizes";
  return GraphValue{input.name(), *type, shape, std::nullopt, nullptr, dims};
}

/// Says which sizes come with each run, and of which dimensions.
void ModelImporter::declareSizes(func::FuncOp function, ArrayRef<const onnx::ValueInfoProto *> arguments) {
  if (sizes.empty())
    return;
  SmallVector<NamedAttribute> declared;
  for (auto &[name, range] : sizes)
    declared.push_back(builder.getNamedAttr(name, range));
  function->setAttr(st::sizesAttr, builder.getDictionaryAttr(declared));
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    GraphValue &value = values[argument->name()];
    SmallVector<Attribute> dims;
    for (auto [extent, size] : llvm::zip(value.dims, value.shape))
      dims.push_back(extent ? extent : ExtentAttr::getConstant(context, size));
    if (st::hasRunTimeExtent(value.dims))
      function.setArgAttr(index, st::dimsAttr, builder.getArrayAttr(dims));
  }
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

LogicalResult ModelImporter::importNodes(ImportScope &scope, Partitioner *partitioner) {
  // Every node that cannot be compiled is reported, but not those that only read its results.
  llvm::StringSet<> lost;
  unsigned numFailed = 0;
  for (const onnx::NodeProto &node : model.graph().node()) {
    Location nodeLoc = location(node);
    if (partitioner) {
      if (failed(partitioner->importNode(node, nodeLoc)))
        return failure();
      continue;
    }
    bool readsLost = llvm::any_of(node.input(), [&](const std::string &name) { return lost.contains(name); });
    if (!readsLost && succeeded(importNode(node, scope, nodeLoc)))
      continue;
    numFailed += !readsLost;
    for (const std::string &name : node.output())
      lost.insert(name);
  }
  if (numFailed)
    emitRemark(loc) << path << ": --partition leaves what cannot be compiled to the host and compiles the rest; "
                    << "`streamtensor inspect` lists both";
  return success(numFailed == 0);
}

/// The return, and with it the types and names of the results.
LogicalResult ModelImporter::finish(func::FuncOp function, Partitioner *partitioner) {
  SmallVector<StringRef> names;
  for (const onnx::ValueInfoProto &output : model.graph().output())
    if (!partitioner || !partitioner->isFromHost(output.name()))
      names.push_back(output.name());
  if (partitioner)
    for (const std::string &name : partitioner->extraResults())
      if (!llvm::is_contained(names, StringRef(name)))
        names.push_back(name);
  if (names.empty())
    return error() << "leaves nothing to compile: the host computes all of its outputs";
  SmallVector<Value> results;
  SmallVector<Type> types;
  for (StringRef name : names) {
    auto value = values.find(name);
    if (value == values.end())
      return error() << "output '" << name << "' is not computed by any node";
    results.push_back(materialize(value->second, builder));
    // What is computed at import says itself how much of it counts.
    if (auto dims = results.back().getDefiningOp() && results.back().getDefiningOp<arith::ConstantOp>()
                        ? results.back().getDefiningOp()->getAttrOfType<ArrayAttr>(st::dimsAttr)
                        : ArrayAttr())
      results.back() = st::BoundOp::create(builder, loc, results.back().getType(), results.back(), dims);
    types.push_back(results.back().getType());
  }
  func::ReturnOp::create(builder, loc, results);
  function.setFunctionType(builder.getFunctionType(function.getArgumentTypes(), types));
  for (auto [index, name] : llvm::enumerate(names))
    function.setResultAttr(index, "st.name", builder.getStringAttr(name));
  if (partitioner)
    partitioner->finish();
  return success();
}

OwningOpRef<ModuleOp> ModelImporter::run() {
  SmallVector<const onnx::ValueInfoProto *> arguments;
  if (failed(parse()) || failed(checkOpset()) || failed(checkOperators()) || failed(checkModel()) ||
      failed(readInitializers()) || failed(readInputs(arguments)) || failed(checkDims()))
    return nullptr;

  if (options.partition && !sizes.empty()) {
    error() << "cannot be divided between host and device while the size of '" << sizes.begin()->first
            << "' comes with each run; fix it with --dim " << sizes.begin()->first << "=VALUE";
    return nullptr;
  }
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
  declareSizes(function, arguments);
  ImportScope scope{values, builder, opset, options.evaluate, functions};
  scope.extents = sizes.empty() ? nullptr : &extents;
  std::optional<Partitioner> partitioner;
  if (options.partition)
    partitioner.emplace(model, options.dims, scope, function, *options.partition);
  Partitioner *divide = partitioner ? &*partitioner : nullptr;
  if (failed(importNodes(scope, divide)) || failed(finish(function, divide)) || failed(verify(*module)))
    return nullptr;
  return module;
}

} // namespace

OwningOpRef<ModuleOp> st::importOnnx(StringRef path, const OnnxImportOptions &options, MLIRContext *context) {
  context->loadDialect<arith::ArithDialect, func::FuncDialect, linalg::LinalgDialect, math::MathDialect, st::StDialect,
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
