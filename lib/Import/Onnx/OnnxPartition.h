// How a model is divided between the compiled design and the host.
//
// Nodes that cannot be imported stay with the host. Host and device take turns: stage 0 of the host, segment 0 of the
// design, stage 1 of the host, segment 1 of the design, and so on. A host node of stage s reads what segments before s
// computed; a node of segment s reads what the host computed up to stage s. So that no launch waits for itself, tensors
// cross the border and from one segment to the next as results and arguments of @main, under the model's names.
#pragma once

#include <string>
#include <vector>

namespace st {

/// A node that the host runs.
struct OnnxHostNode {
  /// The node's name; empty where it has none.
  std::string name;
  std::string op;
  /// Why it is not compiled.
  std::string reason;
  /// Names of tensors; constants of the model among the inputs.
  std::vector<std::string> inputs, outputs;
  int stage = 0;
};

/// A part of the design that can be launched once its inputs are there.
struct OnnxSegment {
  /// How many of the model's nodes are in it.
  int nodes = 0;
  /// Arguments of @main that it reads, and results that it writes.
  std::vector<std::string> inputs, outputs;
};

struct OnnxPartition {
  /// In an order in which they can run.
  std::vector<OnnxHostNode> hostNodes;
  std::vector<OnnxSegment> segments;
};

} // namespace st
