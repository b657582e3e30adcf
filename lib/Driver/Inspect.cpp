//===- Inspect.cpp - `streamtensor inspect`: what is in a model, before compiling -----------------------------===//

#include "Driver/Inspect.h"
#include "Driver/Diagnostics.h"
#include "Driver/Fallbacks.h"
#include "Driver/Work.h"
#include "Import/Onnx/InspectOnnx.h"
#include "Support/Error.h"
#include "Support/FileSystem.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace st;
namespace json = llvm::json;

namespace {

/// One line of the table of operators.
struct OperatorCount {
  int64_t nodes = 0, unsupported = 0;
  Work work;
};

class Inspector {
public:
  Inspector(const InspectOptions &options, MLIRContext *context) : options(options), context(context) {}

  llvm::Error inspectOnnxModel();
  llvm::Error inspectMlirModel();
  json::Object finish();

private:
  /// Imports the model and takes its work, its problems and what does not stream from the result.
  OwningOpRef<ModuleOp> import(OnnxPartition *partition);
  void describeInterface(func::FuncOp function);
  void countOperations(ModuleOp module);
  void countParameters(ModuleOp module);
  void countAllWork(ModuleOp module);
  /// Runs the phase `linalg`, which decides what streams.
  void judge(ModuleOp module);
  /// The operator of the model that `op` was imported from.
  std::string operatorOf(Operation *op) const;

  const InspectOptions &options;
  MLIRContext *context;
  json::Object result;
  llvm::MapVector<StringRef, OperatorCount> operators;
  llvm::StringSet<> operatorNames;
  /// Operator of each node of an ONNX model, by the names under which locations know it.
  llvm::StringMap<std::string> operatorOfNode;
  std::vector<UserDiagnostic> problems;
  bool isImported = false, isWorkKnown = false;

  OperatorCount &count(StringRef name) { return operators[operatorNames.insert(name).first->getKey()]; }
};

json::Value describeDim(StringRef dim) {
  int64_t extent;
  if (dim.getAsInteger(10, extent))
    return json::fixUTF8(dim);
  return extent;
}

json::Array describeTensors(ArrayRef<OnnxTensorInfo> tensors) {
  json::Array list;
  for (const OnnxTensorInfo &tensor : tensors) {
    json::Array shape;
    for (const std::string &dim : tensor.shape)
      shape.push_back(describeDim(dim));
    list.push_back(
        json::Object{{"name", json::fixUTF8(tensor.name)}, {"dtype", tensor.dtype}, {"shape", std::move(shape)}});
  }
  return list;
}

/// The axes without a fixed size: by name, or by input and position where they have none.
llvm::MapVector<std::string, std::vector<std::string>, std::map<std::string, unsigned>>
findDynamicAxes(ArrayRef<OnnxTensorInfo> inputs) {
  llvm::MapVector<std::string, std::vector<std::string>, std::map<std::string, unsigned>> axes;
  for (const OnnxTensorInfo &input : inputs)
    for (auto [position, dim] : llvm::enumerate(input.shape)) {
      int64_t extent;
      if (!StringRef(dim).getAsInteger(10, extent))
        continue;
      std::string place = input.name + "." + std::to_string(position);
      axes[dim == "?" ? place : dim].push_back(place);
    }
  return axes;
}

} // namespace

llvm::Error Inspector::inspectOnnxModel() {
  auto model = inspectOnnx(options.model);
  if (!model)
    return model.takeError();
  result["format"] = "onnx";
  result["producer"] = json::fixUTF8(model->producer);
  result["ir_version"] = model->irVersion;
  json::Array opsets;
  for (auto &[domain, version] : model->opsets)
    opsets.push_back(json::Object{{"domain", json::fixUTF8(domain)}, {"version", version}});
  result["opsets"] = std::move(opsets);
  result["inputs"] = describeTensors(model->inputs);
  result["outputs"] = describeTensors(model->outputs);
  result["parameters"] = json::Object{
      {"tensors", model->parameterTensors}, {"elements", model->parameterElements}, {"bytes", model->parameterBytes}};
  json::Array axes;
  std::string missing;
  for (auto &[name, places] : findDynamicAxes(model->inputs)) {
    auto given = options.modelOptions.dims.find(name);
    for (const std::string &place : places)
      if (given == options.modelOptions.dims.end())
        given = options.modelOptions.dims.find(place);
    bool isGiven = given != options.modelOptions.dims.end();
    if (!isGiven)
      missing += " --dim " + name + "=VALUE";
    json::Array placesJson;
    for (const std::string &place : places)
      placesJson.push_back(json::fixUTF8(place));
    axes.push_back(json::Object{{"name", json::fixUTF8(name)},
                                {"size", isGiven ? json::Value(given->second) : json::Value(nullptr)},
                                {"places", std::move(placesJson)}});
  }
  result["dynamic_axes"] = std::move(axes);

  for (const OnnxNodeInfo &node : model->nodes) {
    ++count(node.op).nodes;
    operatorOfNode[node.name] = node.op;
  }
  OnnxPartition partition;
  if (missing.empty()) {
    if (auto module = import(&partition)) {
      countAllWork(*module);
      judge(*module);
    }
  } else {
    problems.push_back({DiagnosticSeverity::Error,
                        "",
                        "has dynamic axes; their sizes decide what can be compiled, give them with" + missing,
                        {}});
  }
  // Where no import was possible, the operators' names tell what they can.
  if (!isImported)
    for (const OnnxNodeInfo &node : model->nodes)
      if (!node.isKnown)
        partition.hostNodes.push_back({node.name, node.op, "this operator is not supported", {}, {}, 0});
  for (const OnnxHostNode &node : partition.hostNodes)
    ++count(node.op).unsupported;
  result["partition"] = toJson(partition);
  return llvm::Error::success();
}

llvm::Error Inspector::inspectMlirModel() {
  auto file = readFile(options.model);
  if (!file)
    return file.takeError();
  result["format"] = "mlir";
  {
    // As it stands in the file, whatever dialects it uses; what is wrong with it the import tells.
    DiagnosticCollector quiet(context);
    bool allowed = context->allowsUnregisteredDialects();
    context->allowUnregisteredDialects();
    if (auto module = parseSourceFile<ModuleOp>(options.model, ParserConfig(context, /*verifyAfterParse=*/false)))
      countOperations(*module);
    context->allowUnregisteredDialects(allowed);
  }
  if (auto module = import(nullptr)) {
    describeInterface(module->lookupSymbol<func::FuncOp>("main"));
    countParameters(*module);
    countAllWork(*module);
    judge(*module);
  }
  return llvm::Error::success();
}

OwningOpRef<ModuleOp> Inspector::import(OnnxPartition *partition) {
  DiagnosticCollector collector(context);
  OwningOpRef<ModuleOp> module = importModel(options.model, options.modelOptions, context, partition);
  llvm::append_range(problems, collector.diagnostics);
  isImported = bool(module);
  return module;
}

void Inspector::describeInterface(func::FuncOp function) {
  auto describe = [](Type type, StringAttr name) {
    auto tensor = cast<RankedTensorType>(type);
    std::string dtype;
    llvm::raw_string_ostream(dtype) << tensor.getElementType();
    json::Array shape;
    for (int64_t extent : tensor.getShape())
      shape.push_back(extent);
    return json::Object{{"name", json::fixUTF8(name.getValue())}, {"dtype", dtype}, {"shape", std::move(shape)}};
  };
  json::Array inputs, outputs;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    inputs.push_back(describe(type, function.getArgAttrOfType<StringAttr>(index, "st.name")));
  for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
    outputs.push_back(describe(type, function.getResultAttrOfType<StringAttr>(index, "st.name")));
  result["inputs"] = std::move(inputs);
  result["outputs"] = std::move(outputs);
}

void Inspector::countOperations(ModuleOp module) {
  json::Array functions;
  for (auto function : module.getOps<func::FuncOp>()) {
    std::string type;
    llvm::raw_string_ostream(type) << function.getFunctionType();
    functions.push_back(json::Object{{"name", json::fixUTF8(function.getName())}, {"type", json::fixUTF8(type)}});
  }
  result["functions"] = std::move(functions);
  module.walk([&](Operation *op) {
    // Bodies of linalg operations are part of them, and the frame of the program is not work.
    if (isa<ModuleOp, func::FuncOp, func::ReturnOp>(op) || op->getParentOfType<linalg::LinalgOp>())
      return;
    ++count(op->getName().getStringRef()).nodes;
  });
}

void Inspector::countParameters(ModuleOp module) {
  int64_t tensors = 0, elements = 0, bytes = 0;
  module.walk([&](arith::ConstantOp constant) {
    auto value = dyn_cast<ElementsAttr>(constant.getValue());
    if (!value || value.isSplat())
      return;
    ++tensors;
    elements += value.getNumElements();
    Type element = value.getElementType();
    bytes += value.getNumElements() * llvm::divideCeil(element.isIndex() ? 64 : element.getIntOrFloatBitWidth(), 8);
  });
  result["parameters"] = json::Object{{"tensors", tensors}, {"elements", elements}, {"bytes", bytes}};
}

std::string Inspector::operatorOf(Operation *op) const {
  std::string found;
  op->getLoc()->walk([&](Location inner) {
    auto name = dyn_cast<NameLoc>(inner);
    auto node = name ? operatorOfNode.find(name.getName().getValue()) : operatorOfNode.end();
    if (node == operatorOfNode.end())
      return WalkResult::advance();
    found = node->second;
    return WalkResult::interrupt();
  });
  return found.empty() ? op->getName().getStringRef().str() : found;
}

void Inspector::countAllWork(ModuleOp module) {
  Work total;
  module.walk([&](linalg::LinalgOp op) {
    Work work = countWork(op);
    total += work;
    count(operatorOf(op)).work += work;
  });
  result["multiply_adds"] = total.multiplyAdds;
  result["other_operations"] = total.otherOperations;
  isWorkKnown = true;
}

void Inspector::judge(ModuleOp module) {
  DiagnosticCollector collector(context);
  PassManager manager(context, ModuleOp::getOperationName());
  PhaseOptions phases;
  phases.device = options.device;
  phases.partition = true;
  populatePhase(Phase::Linalg, manager, phases);
  bool isMapped = succeeded(manager.run(module));
  for (UserDiagnostic &problem : collector.diagnostics)
    if (problem.severity != DiagnosticSeverity::Remark)
      problems.push_back(std::move(problem));
  if (isMapped)
    result["fallbacks"] = describeFallbacks(module);
}

json::Object Inspector::finish() {
  json::Array table;
  for (auto &[name, counted] : operators)
    table.push_back(json::Object{
        {"name", json::fixUTF8(name)},
        {"nodes", counted.nodes},
        {"unsupported", counted.unsupported},
        {"multiply_adds", isWorkKnown ? json::Value(counted.work.multiplyAdds) : json::Value(nullptr)},
        {"other_operations", isWorkKnown ? json::Value(counted.work.otherOperations) : json::Value(nullptr)}});
  result["operators"] = std::move(table);
  json::Array problemList;
  bool hasError = false;
  for (const UserDiagnostic &problem : problems) {
    hasError |= problem.severity == DiagnosticSeverity::Error;
    problemList.push_back(toJson(problem));
  }
  result["problems"] = std::move(problemList);
  bool isWhole = !result.getObject("partition") || result.getObject("partition")->getArray("host_nodes")->empty();
  if (const json::Array *fallbacks = result.getArray("fallbacks"))
    for (const json::Value &fallback : *fallbacks)
      isWhole &= fallback.getAsObject()->getString("kind") != "host";
  // Three answers: all of it, the rest with --partition, nothing.
  result["compiles"] = hasError || !isImported ? "no" : isWhole ? "yes" : "in part";
  result["schema_version"] = 1;
  result["model"] = json::fixUTF8(options.model);
  for (StringRef key : {"multiply_adds", "other_operations"})
    if (!isWorkKnown)
      result[key] = nullptr;
  for (StringRef key : {"inputs", "outputs", "fallbacks", "dynamic_axes"})
    if (!result.get(key))
      result[key] = json::Array();
  return std::move(result);
}

llvm::Expected<json::Value> st::inspectModel(const InspectOptions &options, MLIRContext *context) {
  StringRef extension = llvm::sys::path::extension(options.model);
  Inspector inspector(options, context);
  llvm::Error error = extension == ".onnx"                             ? inspector.inspectOnnxModel()
                      : extension == ".mlir" || extension == ".mlirbc" ? inspector.inspectMlirModel()
                                                                       : makeError("a model is an .onnx or .mlir file; "
                                                                                   "'{0}' is neither",
                                                                                   options.model);
  if (error)
    return std::move(error);
  return inspector.finish();
}
