//===- FileWriters.h - The files of an HLS folder ---------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_HLS_FILEWRITERS_H
#define ST_EMIT_HLS_FILEWRITERS_H

#include "Emit/Hls/EmitHls.h"
#include "Emit/Hls/KernelLayout.h"

namespace st {

/// <kernel>.cpp: the tasks, then the top function, a canonical dataflow region.
mlir::FailureOr<std::string> printKernelSource(const KernelLayout &layout);
/// <kernel>.h: the declaration of the top function.
std::string printKernelHeader(const KernelLayout &layout);
/// <kernel>_testbench.cpp.
std::string printTestbench(const KernelLayout &layout);

/// link.cfg: where the compute units and their memory ports lie.
std::string printLinkConfig(llvm::ArrayRef<KernelLayout> kernels, const HlsEmitOptions &options);
/// build_xclbin.sh: compiles and links with v++.
std::string printBuildScript(llvm::ArrayRef<KernelLayout> kernels, const HlsEmitOptions &options);
/// simulate.sh: builds both C simulations.
std::string printSimulateScript(llvm::ArrayRef<KernelLayout> kernels);

} // namespace st

#endif // ST_EMIT_HLS_FILEWRITERS_H
