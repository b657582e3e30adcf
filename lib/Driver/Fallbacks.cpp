//===- Fallbacks.cpp - What of a design does not stream -------------------------------------------------------===//

#include "Driver/Fallbacks.h"
#include "Dialect/StDialect.h"
#include "Driver/Diagnostics.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace st;
namespace json = llvm::json;
using llvm::formatv;

json::Array st::describeFallbacks(ModuleOp module) {
  json::Array list;
  module.walk([&](Operation *op) {
    auto reason = op->getAttrOfType<StringAttr>("st.fallback");
    bool isHost = op->hasAttr("st.host");
    if (!reason && !isHost)
      return;
    std::string name = op->getName().getStringRef().str();
    if (auto task = dyn_cast<TaskOp>(op))
      name = task.getSymName().str();
    else if (auto kernel = dyn_cast<KernelOp>(op))
      name = kernel.getSymName().str();
    else if (auto task = op->getAttrOfType<StringAttr>("st.task"))
      name = task.str();
    list.push_back(json::Object{{"kind", isHost              ? "host"
                                         : isa<KernelOp>(op) ? "memory"
                                                             : "buffered"},
                                {"name", json::fixUTF8(name)},
                                {"place", json::fixUTF8(describePlace(op->getLoc()))},
                                {"reason", reason ? json::fixUTF8(reason.getValue()) : "runs on the host"}});
  });
  return list;
}

static json::Array toJson(llvm::ArrayRef<std::string> names) {
  json::Array list;
  for (const std::string &name : names)
    list.push_back(json::fixUTF8(name));
  return list;
}

json::Object st::toJson(const OnnxPartition &partition) {
  json::Array nodes, segments;
  for (const OnnxHostNode &node : partition.hostNodes)
    nodes.push_back(json::Object{{"node", json::fixUTF8(node.name)},
                                 {"operator", json::fixUTF8(node.op)},
                                 {"stage", node.stage},
                                 {"reason", json::fixUTF8(node.reason)},
                                 {"inputs", ::toJson(node.inputs)},
                                 {"outputs", ::toJson(node.outputs)}});
  for (auto [index, segment] : llvm::enumerate(partition.segments))
    segments.push_back(json::Object{{"segment", int64_t(index)},
                                    {"nodes", segment.nodes},
                                    {"inputs", ::toJson(segment.inputs)},
                                    {"outputs", ::toJson(segment.outputs)}});
  return json::Object{{"host_nodes", std::move(nodes)}, {"segments", std::move(segments)}};
}

static std::string text(const json::Object &object, llvm::StringRef key) {
  return object.getString(key).value_or("").str();
}

static std::string joined(const json::Object &object, llvm::StringRef key) {
  std::string result;
  if (const json::Array *list = object.getArray(key))
    for (const json::Value &name : *list)
      result += (result.empty() ? "" : ", ") + name.getAsString().value_or("").str();
  return result;
}

static void printHostNode(const json::Object &node, llvm::raw_ostream &out) {
  std::string name = text(node, "node");
  out << formatv("  host, stage {0}: {1} {2}({3}) -> {4}\n", node.getInteger("stage").value_or(0),
                 text(node, "operator"), name.empty() ? "" : "'" + name + "' ", joined(node, "inputs"),
                 joined(node, "outputs"))
      << "      " << text(node, "reason") << "\n";
}

static void printPartition(const json::Object &partition, llvm::raw_ostream &out) {
  const json::Array *nodes = partition.getArray("host_nodes"), *segments = partition.getArray("segments");
  if (!nodes || nodes->empty() || !segments)
    return;
  out << formatv("\n{0} node(s) run on the host, in this order with the design:\n", nodes->size());
  auto printStage = [&](int64_t stage, bool andLater) {
    for (const json::Value &value : *nodes)
      if (const json::Object *node = value.getAsObject()) {
        int64_t its = node->getInteger("stage").value_or(0);
        if (its == stage || (andLater && its > stage))
          printHostNode(*node, out);
      }
  };
  for (auto [index, value] : llvm::enumerate(*segments)) {
    printStage(index, /*andLater=*/false);
    const json::Object &segment = *value.getAsObject();
    out << formatv("  design, segment {0}: {1} node(s) ({2}) -> {3}\n", index, segment.getInteger("nodes").value_or(0),
                   joined(segment, "inputs"), joined(segment, "outputs"));
  }
  printStage(segments->size(), /*andLater=*/true);
}

void st::printFallbacks(const json::Object &design, llvm::raw_ostream &out) {
  if (const json::Object *partition = design.getObject("partition"))
    printPartition(*partition, out);
  const json::Array *fallbacks = design.getArray("fallbacks");
  if (!fallbacks || fallbacks->empty())
    return;
  out << formatv("\n{0} operation(s) do not stream:\n", fallbacks->size());
  for (const json::Value &value : *fallbacks)
    if (const json::Object *fallback = value.getAsObject())
      out << formatv("  {0,-8} {1} at {2}: {3}\n", text(*fallback, "kind"), text(*fallback, "name"),
                     text(*fallback, "place"), text(*fallback, "reason"));
}
