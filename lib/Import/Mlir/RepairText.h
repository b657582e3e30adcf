// Moving over the text of MLIR, and changing pieces of it.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

#include <optional>
#include <string>

namespace st::mlirimport {

/// `length` characters at `offset` are replaced.
struct Edit {
  size_t offset, length;
  std::string replacement;
};

using Edits = llvm::SmallVector<Edit>;

/// A position in the text that moves over the few shapes of token that the rewritten forms consist of. Each `take`
/// returns false, and the rewrite is given up, when something else is there.
class Cursor {
public:
  Cursor(llvm::StringRef text, size_t offset) : text(text), offset(offset) {}

  size_t position() const { return offset; }
  llvm::StringRef since(size_t start) const { return text.slice(start, offset); }

  void skipSpace() {
    while (offset < text.size() && llvm::isSpace(text[offset]))
      ++offset;
  }
  bool isAt(llvm::StringRef token) {
    skipSpace();
    return text.substr(offset).starts_with(token);
  }
  bool take(llvm::StringRef token) {
    if (!isAt(token))
      return false;
    offset += token.size();
    return true;
  }
  /// %name or %name#0.
  bool takeValue() {
    if (!take("%"))
      return false;
    while (offset < text.size() && (llvm::isAlnum(text[offset]) || llvm::StringRef("_$.-#").contains(text[offset])))
      ++offset;
    return true;
  }
  /// What stands between `open` and the `close` that belongs to it, both included. A closing '>' must not be the one
  /// of an arrow.
  bool takeBalanced(char open, char close) {
    if (!isAt(llvm::StringRef(&open, 1)))
      return false;
    int depth = 0;
    for (; offset < text.size(); ++offset) {
      char c = text[offset];
      bool isArrow = c == '>' && offset > 0 && text[offset - 1] == '-';
      if (c == open)
        ++depth;
      else if (c == close && !isArrow && --depth == 0) {
        ++offset;
        return true;
      }
    }
    return false;
  }
  /// A tensor type; `type` is its text.
  bool takeTensorType(llvm::StringRef &type) {
    skipSpace();
    size_t start = offset;
    if (!take("tensor") || !takeBalanced('<', '>'))
      return false;
    type = since(start);
    return true;
  }

private:
  llvm::StringRef text;
  size_t offset;
};

/// The sizes of tensor<4x8xf32>; nothing when one is dynamic or the type has no ranked shape.
std::optional<llvm::SmallVector<int64_t>> staticShape(llvm::StringRef type);

/// Rewrites the operation of TOSA before version 1.0 whose name is at `name`, when that is what it is.
void repairTosa(llvm::StringRef text, size_t name, Edits &edits);

} // namespace st::mlirimport
