//===- RuntimeFiles.h - The headers of runtime/hls --------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_HLS_RUNTIMEFILES_H
#define ST_EMIT_HLS_RUNTIMEFILES_H

#include "Emit/Common/OutputFiles.h"

namespace st {

/// The headers that emitted code includes.
llvm::ArrayRef<RuntimeFile> getRuntimeFiles();

} // namespace st

#endif // ST_EMIT_HLS_RUNTIMEFILES_H
