//===- FifoTarget.cpp - Arbitrary FIFO sizing problems --------------------------------------------------------===//

#include "Optimize/FifoInstance.h"
#include "Target.h"
#include <cstdlib>

using namespace st;

static std::string print(const FifoInstance &instance) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  printFifoInstance(instance, stream);
  return text;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto instance = parseFifoInstance({reinterpret_cast<const char *>(data), size}, "input");
  if (!instance) {
    llvm::consumeError(instance.takeError());
    return 0;
  }
  // What is printed reads back as itself.
  std::string text = print(*instance);
  auto again = parseFifoInstance(text, "printed");
  if (!again || print(*again) != text)
    std::abort();
  if (auto error = instance->problem.check())
    llvm::consumeError(std::move(error));
  return 0;
}

std::optional<std::string> fuzz::decodeCorpusFile(llvm::StringRef contents) { return contents.str(); }
std::optional<std::string> fuzz::encodeAsText(llvm::StringRef input) { return input.str(); }
