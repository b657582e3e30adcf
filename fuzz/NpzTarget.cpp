//===- NpzTarget.cpp - Arbitrary .npz archives ----------------------------------------------------------------===//

#include "Support/Npz.h"
#include "Target.h"
#include "llvm/ADT/StringExtras.h"
#include <cstdlib>

using namespace st;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static fuzz::InputFile file("tensors.npz");
  auto arrays = readNpz(file.write(data, size));
  if (!arrays) {
    llvm::consumeError(arrays.takeError());
    return 0;
  }
  for (auto &[name, array] : *arrays)
    if (array.size() * bytesPerElement(array.dtype).value_or(-1) != int64_t(array.bytes.size()))
      std::abort();
  return 0;
}

/// Archives are kept as hexadecimal digits.
std::optional<std::string> fuzz::decodeCorpusFile(llvm::StringRef contents) {
  std::string bytes, digits;
  for (char c : contents)
    if (!llvm::isSpace(c))
      digits += c;
  if (!llvm::tryGetFromHex(digits, bytes))
    return std::nullopt;
  return bytes;
}

std::optional<std::string> fuzz::encodeAsText(llvm::StringRef input) {
  std::string digits = llvm::toHex(input, /*LowerCase=*/true), text;
  for (size_t start = 0; start < digits.size(); start += 96)
    text += digits.substr(start, 96) + "\n";
  return text;
}
