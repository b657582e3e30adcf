//===- EmitHls.h - Kernels as HLS C++ ---------------------------------------------------------------*- C++ -*-===//
//
// The back end for AMD's Vitis HLS. It decides nothing: every depth, bank, storage, initiation interval and memory
// channel that it prints is in the IR that the lower phase leaves.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_EMIT_HLS_EMITHLS_H
#define ST_EMIT_HLS_EMITHLS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>

namespace st {

struct HlsEmitOptions {
  /// Kernel clock in MHz.
  double clockMhz = 300;
  /// The platform that v++ builds for.
  std::string platform;
  /// What the platform calls the memory of a channel, with '#' for the channel's number.
  std::string memoryLink = "HBM[#]";
  /// Whether the device has several dies, and a compute unit is to be told which one is its own.
  bool hasSeveralDies = true;
};

/// Writes into the folder `directory`, for every st.kernel of `module`:
///
///   <kernel>.h, <kernel>.cpp       the top function and its tasks
///   <kernel>_testbench.cpp         runs the kernel on operands in files
///
/// and for all of them
///
///   link.cfg, build_xclbin.sh      connectivity, and a script that calls v++
///   simulate.sh                    builds both C simulations with a plain C++ compiler
///   st_*.h, compat/                headers; compat/ stands in for AMD's and is for simulation only
///
/// Emits a diagnostic at each operation that has no C++ form, and then fails.
llvm::Error emitHls(mlir::ModuleOp module, const HlsEmitOptions &options, llvm::StringRef directory);

} // namespace st

#endif // ST_EMIT_HLS_EMITHLS_H
