//===- SourceWriter.h - Indented lines of C++ -------------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_COMMON_SOURCEWRITER_H
#define ST_EMIT_COMMON_SOURCEWRITER_H

#include "llvm/ADT/Twine.h"
#include "llvm/Support/raw_ostream.h"

namespace st {

/// Writes lines at the current depth of blocks, two spaces each.
class SourceWriter {
public:
  explicit SourceWriter(llvm::raw_ostream &stream) : stream(stream) {}

  /// One line; an empty one gets no spaces.
  void line(const llvm::Twine &text = "");
  /// A preprocessor line, which starts in the first column.
  void directive(const llvm::Twine &text) { stream << text << '\n'; }
  /// `text {`, then one level deeper.
  void open(const llvm::Twine &text);
  /// One level up, then `}` and `text`.
  void close(const llvm::Twine &text = "");
  /// `start` and `items` separated by commas, broken before column `width` with continuation lines under the first
  /// item, then `end`.
  void list(llvm::StringRef start, llvm::ArrayRef<std::string> items, llvm::StringRef end, size_t width = 120);

  /// Where the next line starts.
  size_t column() const { return 2 * depth; }
  /// One level deeper, after a line that ends in `{`.
  void enter() { ++depth; }

private:
  llvm::raw_ostream &stream;
  int depth = 0;
};

} // namespace st

#endif // ST_EMIT_COMMON_SOURCEWRITER_H
