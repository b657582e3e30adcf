//===- OutputFiles.h - What a back end writes into its folder ---------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_COMMON_OUTPUTFILES_H
#define ST_EMIT_COMMON_OUTPUTFILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace st {

/// A file that travels inside the compiler, so that an output folder is complete (`st_embed_files` in CMake).
struct RuntimeFile {
  const char *path; ///< relative to the output folder
  const char *contents;
};

/// A file of the folder, complete in memory before anything is written.
struct OutputFile {
  std::string path, contents;
};

/// Writes `files`, and `runtime` beside them, into the folder `directory`. Scripts (`.sh`) can be executed.
llvm::Error writeOutputFiles(llvm::StringRef directory, std::vector<OutputFile> files,
                             llvm::ArrayRef<RuntimeFile> runtime);

} // namespace st

#endif // ST_EMIT_COMMON_OUTPUTFILES_H
