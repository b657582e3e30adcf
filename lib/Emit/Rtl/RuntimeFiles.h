//===- RuntimeFiles.h - The components that travel with emitted RTL ---------------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_RUNTIMEFILES_H
#define ST_EMIT_RTL_RUNTIMEFILES_H

#include "Emit/Common/OutputFiles.h"

namespace st::rtl {

/// The components that emitted modules consist of.
llvm::ArrayRef<RuntimeFile> getRuntimeFiles();

} // namespace st::rtl

#endif // ST_EMIT_RTL_RUNTIMEFILES_H
