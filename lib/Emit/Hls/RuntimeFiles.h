//===- RuntimeFiles.h - The headers of runtime/hls --------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_HLS_RUNTIMEFILES_H
#define ST_EMIT_HLS_RUNTIMEFILES_H

#include "llvm/ADT/ArrayRef.h"

namespace st {

/// A header that emitted code includes.
struct RuntimeFile {
  const char *path; ///< relative to the output folder
  const char *contents;
};

llvm::ArrayRef<RuntimeFile> getRuntimeFiles();

} // namespace st

#endif // ST_EMIT_HLS_RUNTIMEFILES_H
