//===- Replay.cpp - Runs a target on the inputs that were kept ------------------------------------------------===//
//
//   fuzz-TARGET-replay FILE|FOLDER...          every input once; a crash or a hang ends the process and the test
//   fuzz-TARGET-replay --decode FROM TO        the inputs behind the files of a corpus, as libFuzzer wants them
//   fuzz-TARGET-replay --encode FROM TO        inputs as text where the format has one, under names by content
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Support/FileSystem.h"
#include "Target.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"
#include <unistd.h>
#include <vector>

using namespace st;

/// An input that takes longer than this many seconds hangs.
static constexpr unsigned longestSeconds = 20;

static std::vector<std::string> listFiles(llvm::StringRef path) {
  if (!llvm::sys::fs::is_directory(path))
    return {path.str()};
  std::vector<std::string> files;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator file(path, error), end; !error && file != end; file.increment(error))
    files.push_back(file->path());
  llvm::sort(files);
  return files;
}

static int fail(llvm::Error error) {
  llvm::errs() << "error: " << llvm::toString(std::move(error)) << "\n";
  return 1;
}

static bool isText(llvm::StringRef path) { return llvm::sys::path::extension(path).starts_with(".txt"); }

static int convert(bool encode, llvm::StringRef from, llvm::StringRef to) {
  for (const std::string &path : listFiles(from)) {
    auto file = readFile(path);
    if (!file)
      return fail(file.takeError());
    llvm::StringRef contents = (*file)->getBuffer();
    auto converted = encode         ? fuzz::encodeAsText(contents)
                     : isText(path) ? fuzz::decodeCorpusFile(contents)
                                    : std::optional(contents.str());
    std::string name = llvm::utohexstr(llvm::xxh3_64bits(contents), /*LowerCase=*/true, 16);
    name += !encode ? "" : converted ? ".txt" : ".bin";
    if (auto error = writeFile((to + "/" + name).str(), converted ? *converted : contents.str()))
      return fail(std::move(error));
  }
  return 0;
}

int main(int argc, char **argv) {
  std::vector<llvm::StringRef> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && (arguments[0] == "--decode" || arguments[0] == "--encode"))
    return convert(arguments[0] == "--encode", arguments[1], arguments[2]);
  unsigned count = 0;
  for (llvm::StringRef argument : arguments)
    for (const std::string &path : listFiles(argument)) {
      auto file = readFile(path);
      if (!file)
        return fail(file.takeError());
      llvm::StringRef contents = (*file)->getBuffer();
      std::optional<std::string> input = isText(path) ? fuzz::decodeCorpusFile(contents) : contents.str();
      if (!input)
        return fail(llvm::createStringError("%s is not in the text form of this corpus", path.c_str()));
      // Named before it runs: if it crashes, this is the last line.
      llvm::outs() << path << "\n";
      llvm::outs().flush();
      alarm(longestSeconds);
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(input->data()), input->size());
      alarm(0);
      ++count;
    }
  llvm::outs() << count << " inputs\n";
  // A replay of nothing would pass whatever the target does.
  return count == 0;
}
