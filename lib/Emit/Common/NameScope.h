//===- NameScope.h - Names in emitted C++ -----------------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_COMMON_NAMESCOPE_H
#define ST_EMIT_COMMON_NAMESCOPE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include <string>

namespace st {

/// `text` as a C++ identifier: other characters become underscores.
std::string toCppIdentifier(llvm::StringRef text);

/// The names of one C++ block. A name hides none of the enclosing blocks; blocks side by side may share names.
class NameScope {
public:
  explicit NameScope(const NameScope *parent = nullptr) : parent(parent) {}

  /// Declares `wanted`, or `wanted_1`, `wanted_2` ... where it is taken or a keyword.
  std::string declare(llvm::StringRef wanted);
  /// The first of `candidates` that is free, else a numbered form of the last one.
  std::string declareFirstFree(llvm::ArrayRef<llvm::StringRef> candidates);

  const NameScope *getParent() const { return parent; }

private:
  bool isTaken(llvm::StringRef name) const;

  const NameScope *parent;
  llvm::StringSet<> names;
};

} // namespace st

#endif // ST_EMIT_COMMON_NAMESCOPE_H
