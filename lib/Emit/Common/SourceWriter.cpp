//===- SourceWriter.cpp - Indented lines of C++ ---------------------------------------------------------------===//

#include "Emit/Common/SourceWriter.h"
#include "llvm/ADT/ArrayRef.h"

using namespace st;

void SourceWriter::line(const llvm::Twine &text) {
  std::string content = text.str();
  if (!content.empty())
    stream.indent(2 * depth) << content;
  stream << '\n';
}

void SourceWriter::open(const llvm::Twine &text) {
  line(text + " {");
  ++depth;
}

void SourceWriter::close(const llvm::Twine &text) {
  --depth;
  line("}" + text);
}

void SourceWriter::list(llvm::StringRef start, llvm::ArrayRef<std::string> items, llvm::StringRef end, size_t width) {
  std::string current = start.str();
  for (auto [index, item] : llvm::enumerate(items)) {
    bool isLast = index + 1 == items.size();
    std::string piece = item + (isLast ? end.str() : ",");
    bool isFirstInLine = index == 0 || current.find_first_not_of(' ') == std::string::npos;
    if (!isFirstInLine && 2 * depth + current.size() + 1 + piece.size() > width) {
      line(current);
      current = std::string(start.size(), ' ');
      isFirstInLine = true;
    }
    current += (isFirstInLine ? "" : " ") + piece;
  }
  line(items.empty() ? current + end.str() : current);
}
