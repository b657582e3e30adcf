// What LLVM's parser does not survive, found in the text before the parser sees it.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace st::mlirimport {

struct SyntaxFault {
  size_t offset; ///< in bytes
  std::string message;
};

/// The first place of `text` at which LLVM 22's parser would crash instead of reporting an error:
///
///   - brackets or signs nested so deeply that its recursion exhausts the stack,
///   - `permutation =` or `dimensions =` of linalg.transpose, linalg.broadcast or linalg.reduce without a list of
///     integers behind it: what was parsed of the list is used without asking whether it was one.
///
/// Never anything that the parser accepts, but for the depth, which no front end comes near.
std::optional<SyntaxFault> findSyntaxFault(llvm::StringRef text);

} // namespace st::mlirimport
