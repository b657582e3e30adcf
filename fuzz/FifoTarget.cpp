//===- FifoTarget.cpp - Arbitrary timed graphs ----------------------------------------------------------------===//

#include "Optimize/FifoSizingProblem.h"
#include "Simulate/GraphText.h"
#include "Target.h"
#include <cstdlib>

using namespace st;

static std::string print(const timed::Graph &graph) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  timed::printGraph(graph, stream);
  return text;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto graph = timed::parseGraph({reinterpret_cast<const char *>(data), size}, "input");
  if (!graph) {
    llvm::consumeError(graph.takeError());
    return 0;
  }
  // What is printed reads back as itself.
  std::string text = print(*graph);
  auto again = timed::parseGraph(text, "printed");
  if (!again || print(*again) != text)
    std::abort();
  if (auto error = FifoSizingProblem(*graph).check())
    llvm::consumeError(std::move(error));
  return 0;
}

std::optional<std::string> fuzz::decodeCorpusFile(llvm::StringRef contents) { return contents.str(); }
std::optional<std::string> fuzz::encodeAsText(llvm::StringRef input) { return input.str(); }
