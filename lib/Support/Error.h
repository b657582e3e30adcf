// How StreamTensor's libraries report a user's mistake when there is no IR
// location to attach it to.
#pragma once

#include "llvm/Support/Error.h"
#include "llvm/Support/FormatVariadic.h"

namespace st {

/// An error whose message follows llvm::formatv. The message names the culprit
/// and says what to do about it.
template <typename... Args> llvm::Error makeError(const char *format, Args &&...args) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                 llvm::formatv(format, std::forward<Args>(args)...).str());
}

} // namespace st
