//===- RuntimeFiles.h - The components that travel with emitted RTL ---------------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_RUNTIMEFILES_H
#define ST_EMIT_RTL_RUNTIMEFILES_H

#include "llvm/ADT/ArrayRef.h"

namespace st::rtl {

struct RuntimeFile {
  const char *path, *contents;
};

llvm::ArrayRef<RuntimeFile> getRuntimeFiles();

} // namespace st::rtl

#endif // ST_EMIT_RTL_RUNTIMEFILES_H
