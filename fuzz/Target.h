//===- Target.h - What a fuzz target and the replay of its corpus share -----------------------------*- C++ -*-===//
//
// A target is one file that defines LLVMFuzzerTestOneInput and the two conversions below. Linked with libFuzzer it
// searches for inputs that break a reader of users' files; linked with Replay.cpp it runs those that were kept.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_FUZZ_TARGET_H
#define ST_FUZZ_TARGET_H

#include "llvm/ADT/StringRef.h"
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/// libFuzzer's own mutation of plain bytes.
extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

namespace st::fuzz {

/// The input that a file of the corpus stands for. Corpora are kept as text where the format has one; nothing if the
/// text cannot be read.
std::optional<std::string> decodeCorpusFile(llvm::StringRef contents);
/// The text under which an input is kept, or nothing where only its bytes describe it.
std::optional<std::string> encodeAsText(llvm::StringRef input);

/// A file that every input of this process is written to, for readers that want a path. It lies alone in a folder in
/// memory, so that an input which names other files finds none, and vanishes with the process.
class InputFile {
public:
  explicit InputFile(llvm::StringRef name);
  ~InputFile();
  llvm::StringRef write(const uint8_t *data, size_t size);

private:
  std::string folder, path;
};

} // namespace st::fuzz

#endif // ST_FUZZ_TARGET_H
