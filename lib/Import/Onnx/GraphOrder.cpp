#include "Import/Onnx/GraphOrder.h"

#include "Import/Onnx/ModelFile.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <onnx/onnx_pb.h>

namespace st::onnximport {

/// The nodes of a cycle through `start`, or nothing. Follows operands back, each node once.
static std::vector<int> findCycle(const onnx::GraphProto &graph, const llvm::StringMap<int> &definer, int start) {
  std::vector<int> cameFrom(graph.node_size(), -1), worklist{start};
  while (!worklist.empty()) {
    int node = worklist.back();
    worklist.pop_back();
    for (const std::string &name : graph.node(node).input()) {
      auto producer = definer.find(name);
      if (producer == definer.end())
        continue;
      int before = producer->second;
      if (before == start) {
        std::vector<int> cycle;
        for (int each = node; each != start; each = cameFrom[each])
          cycle.push_back(each);
        cycle.push_back(start);
        return cycle;
      }
      if (cameFrom[before] < 0) {
        cameFrom[before] = node;
        worklist.push_back(before);
      }
    }
  }
  return {};
}

std::string findGraphFault(const onnx::GraphProto &graph) {
  llvm::StringSet<> known;
  for (const onnx::TensorProto &weight : graph.initializer())
    if (!known.insert(weight.name()).second)
      return "two weights are called '" + weight.name() + "'; export the model again";
  llvm::StringSet<> inputs, outputs;
  for (const onnx::ValueInfoProto &input : graph.input()) {
    if (!inputs.insert(input.name()).second)
      return "two inputs are called '" + input.name() + "'; export the model again";
    if (input.type().has_tensor_type() && !input.type().tensor_type().has_shape())
      return "input '" + input.name() + "' has no shape; export the model with shapes";
    // Old models list their weights as inputs too.
    known.insert(input.name());
  }
  if (graph.output().empty())
    return "the graph has no outputs, so that there is nothing to compute; export the model again";
  for (const onnx::ValueInfoProto &output : graph.output())
    if (!outputs.insert(output.name()).second)
      return "two outputs are called '" + output.name() + "'; export the model again";
  for (const onnx::SparseTensorProto &weight : graph.sparse_initializer())
    known.insert(weight.values().name());
  llvm::StringMap<int> definer;
  for (int index = 0; index < graph.node_size(); ++index)
    for (const std::string &name : graph.node(index).output()) {
      if (name.empty())
        continue;
      if (known.contains(name))
        return describe(graph.node(index)) + " computes '" + name +
               "', which is an input or a weight; export the model again";
      auto [first, isNew] = definer.try_emplace(name, index);
      if (!isNew)
        return describe(graph.node(index)) + " computes '" + name + "', which " + describe(graph.node(first->second)) +
               " computes already; export the model again";
    }
  for (int index = 0; index < graph.node_size(); ++index) {
    const onnx::NodeProto &node = graph.node(index);
    for (const std::string &name : node.input()) {
      if (name.empty() || known.contains(name))
        continue;
      auto producer = definer.find(name);
      if (producer == definer.end())
        return describe(node) + " reads '" + name +
               "', which is no input, weight or result of a node; export the "
               "model again";
      std::vector<int> cycle = findCycle(graph, definer, index);
      if (cycle.empty())
        return describe(node) + " reads '" + name + "', which " + describe(graph.node(producer->second)) +
               " computes only after it; put the nodes in the order in which they run";
      std::vector<std::string> names;
      for (int each : cycle)
        names.push_back(describe(graph.node(each)));
      return "the graph is cyclic: " + llvm::join(names, ", ") + " need each other's results; unroll the loop";
    }
    for (const std::string &name : node.output())
      known.insert(name);
  }
  return "";
}

} // namespace st::onnximport
