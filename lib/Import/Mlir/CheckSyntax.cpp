#include "Import/Mlir/CheckSyntax.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace st::mlirimport;

/// Front ends nest a handful of levels; a thousand take a small part of the usual stack of 8 MB.
static constexpr unsigned deepestNesting = 1000;

namespace {
/// An operation whose list of integers is still to come, after its operands.
struct OpenOperation {
  StringRef name, key;
  unsigned depth; ///< of the brackets around it
};

/// One pass over the tokens. Constants make files of hundreds of megabytes, nearly all of it in strings, which are
/// skipped at the speed of memchr.
class SyntaxCheck {
public:
  explicit SyntaxCheck(StringRef text) : text(text) {}
  std::optional<SyntaxFault> run();

private:
  /// Moves over spaces and comments.
  void skipSpace();
  /// Moves over a string; false where it does not end in its line. The parser does not get beyond that.
  bool skipString();
  void takeWord();
  void takeMark();
  /// Checks the list that follows the key of an open operation.
  void checkList(StringRef operation, StringRef key);
  bool takeInteger();
  void fail(const Twine &message) { fault = {offset, message.str()}; }

  char at(size_t position) const { return position < text.size() ? text[position] : '\0'; }

  StringRef text;
  size_t offset = 0;
  /// Of ( [ { together, and of <, which stands alone as a comparison too.
  unsigned depth = 0, angles = 0, signs = 0;
  SmallVector<OpenOperation> operations;
  std::optional<SyntaxFault> fault;
};
} // namespace

static bool isWordCharacter(char c) { return isAlnum(c) || c == '_' || c == '$' || c == '.'; }

void SyntaxCheck::skipSpace() {
  while (offset < text.size()) {
    if (text.substr(offset, 2) == "//")
      offset = std::min(text.find('\n', offset), text.size());
    else if (isSpace(text[offset]))
      ++offset;
    else
      return;
  }
}

bool SyntaxCheck::skipString() {
  size_t end = offset + 1;
  auto isEscaped = [&](size_t quote) {
    size_t backslashes = 0;
    while (text[quote - 1 - backslashes] == '\\')
      ++backslashes;
    return backslashes % 2 == 1;
  };
  for (end = text.find('"', end); end != StringRef::npos && isEscaped(end);)
    end = text.find('"', end + 1);
  if (text.slice(offset, end).contains('\n'))
    return false;
  offset = end == StringRef::npos ? text.size() : end + 1;
  return end != StringRef::npos;
}

bool SyntaxCheck::takeInteger() {
  skipSpace();
  size_t start = offset;
  if (at(offset) == '-') {
    ++offset;
    skipSpace();
  }
  StringRef digits = text.substr(offset).take_while([](char c) { return isAlnum(c) || c == '_'; });
  int64_t value;
  // A letter behind the digits starts a word of its own, where there is no place for one.
  if (digits.getAsInteger(digits.starts_with("0x") ? 0 : 10, value)) {
    offset = start;
    return false;
  }
  offset += digits.size();
  return true;
}

void SyntaxCheck::checkList(StringRef operation, StringRef key) {
  auto take = [&](char mark) {
    skipSpace();
    if (at(offset) != mark)
      return false;
    ++offset;
    return true;
  };
  // Without '=', the parser stops with an error of its own.
  if (!take('='))
    return;
  bool isList = take('[');
  if (isList && take(']'))
    return;
  while (isList && (isList = takeInteger()) && take(','))
    ;
  if (!isList || !take(']'))
    fail(
        formatv("'{0}' needs a list of integers, such as `{1} = [0, 1]`; correct it, or have the file written again by "
                "the program that made it",
                operation, key));
}

void SyntaxCheck::takeWord() {
  size_t start = offset;
  // What follows a sigil is a name, whatever it looks like.
  bool isName = StringRef("%@#!^").contains(text[offset]);
  offset += isName;
  while (isWordCharacter(at(offset)))
    ++offset;
  StringRef word = text.slice(start, offset);
  if (isName)
    return;
  if (word == "linalg.transpose")
    operations.push_back({word, "permutation", depth});
  else if (word == "linalg.broadcast" || word == "linalg.reduce")
    operations.push_back({word, "dimensions", depth});
  for (OpenOperation &operation : operations)
    if (operation.depth == depth && operation.key == word) {
      OpenOperation found = operation;
      operations.erase(&operation);
      return checkList(found.name, found.key);
    }
}

void SyntaxCheck::takeMark() {
  char mark = text[offset], next = at(offset + 1);
  // Arrows and comparisons are no brackets.
  bool isPair = (mark == '-' && next == '>') || ((mark == '<' || mark == '>') && next == '=');
  signs = mark == '-' && !isPair ? signs + 1 : 0;
  if (isPair) {
    offset += 2;
    return;
  }
  switch (mark) {
  case '(':
  case '[':
  case '{':
    ++depth;
    break;
  case ')':
  case ']':
  case '}':
    depth -= depth > 0;
    while (!operations.empty() && operations.back().depth > depth)
      operations.pop_back();
    break;
  case '<':
    ++angles;
    break;
  case '>':
    angles -= angles > 0;
    break;
  default:
    break;
  }
  if (depth + angles > deepestNesting || signs > deepestNesting)
    fail(
        formatv("nests more than {0} levels deep; no program needs that, so have the file written again by the program "
                "that made it",
                deepestNesting));
  ++offset;
}

std::optional<SyntaxFault> SyntaxCheck::run() {
  for (skipSpace(); offset < text.size() && !fault; skipSpace()) {
    char c = text[offset];
    if (c == '"') {
      if (!skipString())
        return std::nullopt;
    } else if (isAlpha(c) || c == '_' || StringRef("%@#!^").contains(c)) {
      takeWord();
    } else if (isDigit(c)) {
      // 8xf32 is a number and a word.
      while (isDigit(at(offset)))
        ++offset;
    } else {
      takeMark();
      continue;
    }
    signs = 0;
  }
  return fault;
}

std::optional<SyntaxFault> st::mlirimport::findSyntaxFault(StringRef text) { return SyntaxCheck(text).run(); }
