// The text form of timed graphs, which docs/graph-format.md defines.
#pragma once

#include "Simulate/Graph.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace st::timed {

/// Parses and checks `text`; the error starts with "<name>:<line>:".
llvm::Expected<Graph> parseGraph(llvm::StringRef text, llvm::StringRef name);

/// Prints `graph` in the form that `parseGraph` reads: memories, channels and ports in their order, tasks, launches.
void printGraph(const Graph &graph, llvm::raw_ostream &os);

} // namespace st::timed
