#include "Import/Onnx/Partitioner.h"

#include "Import/Onnx/ModelFile.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

#include <onnx/onnx_pb.h>

using namespace mlir;

namespace st::onnximport {

/// Every value that `node` reads, also from inside its subgraphs.
static void collectReads(const onnx::NodeProto &node, llvm::SetVector<StringRef> &reads, unsigned depth = 0) {
  for (const std::string &name : node.input())
    if (!name.empty())
      reads.insert(name);
  if (depth > 32)
    return;
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    for (const onnx::NodeProto &inner : attribute.g().node())
      collectReads(inner, reads, depth + 1);
    for (const onnx::ValueInfoProto &output : attribute.g().output())
      reads.insert(output.name());
  }
}

Partitioner::Partitioner(const onnx::ModelProto &model, const llvm::StringMap<int64_t> &dims, ImportScope &scope,
                         func::FuncOp function, OnnxPartition &result)
    : model(model), dims(dims), scope(scope), function(function), result(result) {}

OnnxSegment &Partitioner::segment(int index) {
  if (int(result.segments.size()) <= index)
    result.segments.resize(index + 1);
  return result.segments[index];
}

std::optional<int> Partitioner::segmentOf(StringRef name) const {
  auto found = deviceSegment.find(name);
  if (found == deviceSegment.end())
    return std::nullopt;
  return found->second;
}

std::string Partitioner::whyHost(const onnx::NodeProto &node) const {
  for (const std::string &name : node.input())
    if (unknown.contains(name))
      return "its operand '" + name +
             "' is computed by the host, and the file does not tell its shape; add it with onnx.shape_inference";
  if (!isSupported(node, scope.functions))
    return "this operator is not supported";
  return "";
}

LogicalResult Partitioner::importNode(const onnx::NodeProto &node, Location loc) {
  // What is wrong with the graph itself is no reason to compile half of it.
  for (const std::string &name : node.input())
    if (!name.empty() && !scope.values.count(name) && !unknown.contains(name))
      return emitError(loc) << describe(node) << ": its operand '" << name << "' is not computed before it";
  for (const std::string &name : node.output())
    if (!name.empty() && (scope.values.count(name) || unknown.contains(name)))
      return emitError(loc) << describe(node) << ": its output '" << name
                            << "' is computed twice; export the model again";

  std::string reason = whyHost(node);
  if (reason.empty()) {
    int segment = 0;
    for (const std::string &name : node.input()) {
      if (auto from = segmentOf(name))
        segment = std::max(segment, *from);
      if (auto stage = hostStage.find(name); stage != hostStage.end())
        segment = std::max(segment, stage->second);
    }
    if (succeeded(importIntoSegment(node, loc, segment, reason)))
      return success();
  }
  leaveToHost(node, loc, std::move(reason));
  return success();
}

LogicalResult Partitioner::importIntoSegment(const onnx::NodeProto &node, Location loc, int segment,
                                             std::string &reason) {
  std::map<std::string, Value> saved;
  for (const std::string &name : node.input()) {
    auto from = segmentOf(name);
    if (!from || *from >= segment)
      continue;
    GraphValue &value = scope.values.find(name)->second;
    saved.try_emplace(name, value.value);
    if (!crossed.count(name)) {
      crossed[name] = addArgument(name, value, loc);
      results.insert(name);
    }
    value.value = crossed[name];
  }
  Block &block = function.getBody().front();
  Operation *last = block.empty() ? nullptr : &block.back();

  LogicalResult imported = failure();
  {
    ScopedDiagnosticHandler collect(loc.getContext(), [&](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error && reason.empty())
        reason = diagnostic.str();
      return success(diagnostic.getSeverity() == DiagnosticSeverity::Error);
    });
    imported = onnximport::importNode(node, scope, loc);
  }
  // The node is told beside the reason.
  std::string prefix = describe(node) + ": ";
  if (StringRef(reason).starts_with(prefix))
    reason.erase(0, prefix.size());
  for (auto &[name, value] : saved)
    scope.values.find(name)->second.value = value;

  if (failed(imported)) {
    // Constants stay: values that others read too may refer to them.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
      if (&op == last)
        break;
      if (op.use_empty() && !isa<arith::ConstantOp>(op))
        op.erase();
    }
    for (const std::string &name : node.output())
      scope.values.erase(name);
    return failure();
  }
  bool computes = false;
  for (const std::string &name : node.output()) {
    auto value = scope.values.find(name);
    if (name.empty() || value == scope.values.end() || value->second.constant)
      continue;
    computes = true;
    // An operand that is passed through stays what it is.
    if (!isa_and_nonnull<BlockArgument>(value->second.value))
      deviceSegment[name] = segment;
    else
      for (const std::string &input : node.input())
        if (auto stage = hostStage.find(input); stage != hostStage.end())
          deviceSegment[name] = segment;
  }
  if (!computes)
    return success();
  ++this->segment(segment).nodes;
  for (const std::string &name : node.input()) {
    auto value = scope.values.find(name);
    if (name.empty() || value == scope.values.end() || value->second.constant)
      continue;
    auto from = segmentOf(name);
    if (!from || *from < segment)
      reads[segment].insert(name);
  }
  return success();
}

Value Partitioner::addArgument(StringRef name, const GraphValue &value, Location loc) {
  MLIRContext *context = loc.getContext();
  auto type = RankedTensorType::get(value.shape, toMlirType(value.type, context));
  NamedAttribute nameAttr(StringAttr::get(context, "st.name"), StringAttr::get(context, name));
  unsigned index = function.getNumArguments();
  if (failed(function.insertArgument(index, type, DictionaryAttr::get(context, nameAttr), loc)))
    return nullptr;
  return function.getArgument(index);
}

std::vector<std::optional<onnx::TypeProto>> Partitioner::findTypes(const onnx::NodeProto &node) const {
  // What the file says. ONNX's own inference would say more, but reads beyond the shapes of malformed nodes.
  std::vector<std::optional<onnx::TypeProto>> types(node.output_size());
  auto lookUp = [&](const auto &list) {
    for (const onnx::ValueInfoProto &value : list)
      for (int index = 0; index < node.output_size(); ++index)
        if (value.name() == node.output(index))
          types[index] = value.type();
  };
  lookUp(model.graph().output());
  lookUp(model.graph().value_info());
  for (std::optional<onnx::TypeProto> &type : types) {
    if (!type || !type->tensor_type().has_shape())
      continue;
    for (auto &dim : *type->mutable_tensor_type()->mutable_shape()->mutable_dim())
      if (auto given = dims.find(dim.dim_param()); !dim.dim_param().empty() && given != dims.end())
        dim.set_dim_value(given->second);
  }
  return types;
}

void Partitioner::leaveToHost(const onnx::NodeProto &node, Location loc, std::string reason) {
  OnnxHostNode host{node.name(), node.op_type(), std::move(reason), {}, {}, 0};
  if (!isStandardDomain(node.domain()))
    host.op = node.domain() + "." + node.op_type();
  llvm::SetVector<StringRef> operands;
  collectReads(node, operands);
  for (StringRef name : operands) {
    if (!scope.values.count(name) && !unknown.contains(name))
      continue; // a value of the subgraph itself
    host.inputs.push_back(name.str());
    if (auto from = segmentOf(name)) {
      host.stage = std::max(host.stage, *from + 1);
      results.insert(name.str());
    }
    if (auto stage = hostStage.find(name); stage != hostStage.end())
      host.stage = std::max(host.stage, stage->second);
  }
  std::vector<std::optional<onnx::TypeProto>> types = findTypes(node);
  for (int index = 0; index < node.output_size(); ++index) {
    const std::string &name = node.output(index);
    if (name.empty())
      continue;
    host.outputs.push_back(name);
    hostStage[name] = host.stage;
    std::optional<ElementType> element;
    Shape shape;
    bool isKnown = types[index] && types[index]->tensor_type().has_shape();
    if (isKnown) {
      element = elementTypeFromOnnx(types[index]->tensor_type().elem_type());
      for (const auto &dim : types[index]->tensor_type().shape().dim())
        shape.push_back(dim.dim_value());
      isKnown = element && llvm::all_of(shape, [](int64_t extent) { return extent > 0; });
      int64_t size = 1;
      for (int64_t extent : shape)
        isKnown = isKnown && !llvm::MulOverflow(size, extent, size) && size <= largestTensor;
    }
    if (!isKnown) {
      unknown.insert(name);
      continue;
    }
    GraphValue value{name, *element, shape, std::nullopt, nullptr};
    value.value = addArgument(name, value, loc);
    scope.values[name] = value;
  }
  result.hostNodes.push_back(std::move(host));
}

void Partitioner::finish() {
  // Arguments that no node on the device came to read are none.
  for (unsigned index = function.getNumArguments(); index-- > 0;) {
    auto name = function.getArgAttrOfType<StringAttr>(index, "st.name");
    bool isExchanged = name && (hostStage.count(name.getValue()) || crossed.count(name.getValue()));
    if (isExchanged && function.getArgument(index).use_empty())
      (void)function.eraseArgument(index);
  }
  for (auto &[index, names] : reads)
    segment(index).inputs.assign(names.begin(), names.end());
  llvm::SetVector<std::string, std::vector<std::string>, std::set<std::string>> outputs = results;
  for (const onnx::ValueInfoProto &output : model.graph().output())
    outputs.insert(output.name());
  for (const std::string &name : outputs)
    if (auto from = segmentOf(name))
      segment(*from).outputs.push_back(name);
  llvm::stable_sort(result.hostNodes, [](const OnnxHostNode &a, const OnnxHostNode &b) { return a.stage < b.stage; });
}

} // namespace st::onnximport
