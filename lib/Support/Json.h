// Reading and writing JSON files with errors that name the file.
#pragma once

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace st {

/// Parses the JSON file at `path`; the error names the file, the line and the
/// column.
llvm::Expected<llvm::json::Value> readJson(llvm::StringRef path);

/// Writes `value` to `path`, indented by two spaces and ending in a newline, so
/// that files compare line by line.
llvm::Error writeJson(llvm::StringRef path, const llvm::json::Value &value);

} // namespace st
