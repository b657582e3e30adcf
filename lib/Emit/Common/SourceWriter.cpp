//===- SourceWriter.cpp - Indented lines of C++ ---------------------------------------------------------------===//

#include "Emit/Common/SourceWriter.h"
#include "llvm/ADT/ArrayRef.h"

using namespace st;

/// Where to break a line so that the first part has at most `limit` characters: after the last space that lies in the
/// fewest brackets. 0 if nowhere.
static size_t findBreak(llvm::StringRef text, size_t limit) {
  size_t best = 0;
  int nesting = 0, bestNesting = 0;
  for (size_t at = 0; at < std::min(limit, text.size()); ++at) {
    nesting += (text[at] == '(' || text[at] == '[') - (text[at] == ')' || text[at] == ']');
    // Not before the expression of an assignment, which would leave a nearly empty line.
    bool isSpace = text[at] == ' ' && at > 0 && text[at - 1] != '=' && text.take_front(at).contains('=');
    if (isSpace && (best == 0 || nesting <= bestNesting)) {
      best = at;
      bestNesting = nesting;
    }
  }
  return best;
}

void SourceWriter::line(const llvm::Twine &text) {
  std::string content = text.str();
  constexpr size_t width = 120, continuation = 4;
  llvm::StringRef rest = content;
  size_t indent = column();
  while (indent + rest.size() > width && !rest.starts_with("//")) {
    size_t at = findBreak(rest, width - indent);
    if (at == 0)
      break;
    stream.indent(indent) << rest.take_front(at) << '\n';
    rest = rest.drop_front(at + 1);
    indent = column() + continuation;
  }
  if (!rest.empty())
    stream.indent(indent) << rest;
  stream << '\n';
}

void SourceWriter::open(const llvm::Twine &text) {
  line(text.isTriviallyEmpty() ? llvm::Twine("{") : text + " {");
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
