//===- NameScope.cpp - Names in emitted C++ -------------------------------------------------------------------===//

#include "Emit/Common/NameScope.h"

using namespace st;

/// Keywords, and names that the headers of emitted code bring into the global namespace.
static bool isReserved(llvm::StringRef name) {
  static const llvm::StringSet<> reserved = {
      "alignas",   "asm",     "auto",     "bool",     "break",   "case",   "char",     "class",    "const",
      "continue",  "default", "delete",   "do",       "double",  "else",   "enum",     "extern",   "false",
      "float",     "for",     "friend",   "goto",     "if",      "inline", "int",      "long",     "main",
      "namespace", "new",     "operator", "private",  "public",  "return", "short",    "signed",   "sizeof",
      "static",    "struct",  "switch",   "template", "this",    "throw",  "true",     "try",      "typedef",
      "typename",  "union",   "unsigned", "using",    "virtual", "void",   "volatile", "while",    "and",
      "or",        "not",     "xor",      "hls",      "st",      "std",    "get_lane", "set_lane", "maximum",
      "minimum",   "ap_int",  "ap_uint",  "INFINITY", "NAN",     "signal", "remove",   "rename",   "index",
      "read",      "write",   "exp",      "log",      "sqrt",    "sin",    "cos",      "tan",      "tanh",
      "erf",       "pow",     "y0",       "y1",       "j0",      "j1",     "gamma"};
  return reserved.contains(name);
}

std::string st::toCppIdentifier(llvm::StringRef text) {
  std::string name;
  for (char c : text)
    name += llvm::isAlnum(c) ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name.insert(name.begin(), 'x');
  // Two underscores are the compiler's own.
  for (size_t at; (at = name.find("__")) != std::string::npos;)
    name.erase(at, 1);
  return name;
}

bool NameScope::isTaken(llvm::StringRef name) const {
  for (const NameScope *scope = this; scope; scope = scope->parent)
    if (scope->names.contains(name))
      return true;
  return isReserved(name);
}

std::string NameScope::declare(llvm::StringRef wanted) { return declareFirstFree(wanted); }

std::string NameScope::declareFirstFree(llvm::ArrayRef<llvm::StringRef> candidates) {
  for (llvm::StringRef candidate : candidates)
    if (!isTaken(candidate))
      return names.insert(candidate), candidate.str();
  for (int number = 1;; ++number) {
    std::string name = (candidates.back() + "_" + llvm::Twine(number)).str();
    if (!isTaken(name))
      return names.insert(name), name;
  }
}
