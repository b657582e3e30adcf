// Whether the nodes of a graph can be run in the order in which they stand.
#pragma once

#include <string>

namespace onnx {
class GraphProto;
} // namespace onnx

namespace st::onnximport {

/// The first fault of `graph` as a graph: a value that two weights or nodes define, one that nothing defines, nodes
/// that need each other, nodes out of order. Says which nodes and what to do; empty where there is none.
std::string findGraphFault(const onnx::GraphProto &graph);

} // namespace st::onnximport
