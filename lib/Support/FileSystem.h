// Whole files in and out, and an output folder that exists either completely or
// not at all.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace st {

/// The file at `path`, memory-mapped where that pays. The error names the file
/// and what was wrong with it.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> readFile(llvm::StringRef path);

/// Writes `contents` to `path`, creating the folders above it.
llvm::Error writeFile(llvm::StringRef path, llvm::StringRef contents);

/// A folder of results. Everything is written to a temporary sibling, which
/// takes the final name in `commit`; unless that happens the destructor removes
/// it, so an interrupted or failed run leaves no half-written folder behind.
class OutputFolder {
public:
  /// Prepares to write the folder `path`. An existing folder is only ever
  /// replaced when it is empty or holds a design.json, that is when it was
  /// written by this compiler.
  static llvm::Expected<OutputFolder> create(llvm::StringRef path);

  OutputFolder(OutputFolder &&other);
  OutputFolder(const OutputFolder &) = delete;
  OutputFolder &operator=(const OutputFolder &) = delete;
  OutputFolder &operator=(OutputFolder &&) = delete;
  ~OutputFolder();

  /// Where to write until `commit`: the temporary folder before, the final one
  /// after it.
  llvm::StringRef path() const { return current; }
  /// `name` inside this folder.
  std::string path(llvm::StringRef name) const;

  /// Gives the folder its final name, replacing a previous result.
  llvm::Error commit();

private:
  OutputFolder(std::string final, std::string current) : final(std::move(final)), current(std::move(current)) {}

  std::string final;
  std::string current;
  bool done = false;
};

} // namespace st
