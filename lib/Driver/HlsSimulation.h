//===- HlsSimulation.h - The emitted C++, built and run on this machine -----------------------------*- C++ -*-===//

#ifndef ST_DRIVER_HLSSIMULATION_H
#define ST_DRIVER_HLSSIMULATION_H

#include "Dialect/StDialect.h"
#include "Support/Npz.h"
#include "llvm/ADT/StringMap.h"

namespace st {

/// Both C simulations of a design's kernels: sequential with unbounded streams, as AMD's C simulation runs them, and
/// concurrent with FIFOs of the chosen depths, which alone can show a deadlock.
class HlsSimulation {
public:
  /// Builds the simulations in folder `hls` with plain g++. The error holds what the compiler said.
  static llvm::Expected<HlsSimulation> build(llvm::StringRef hls);
  /// Those of folder `hls` that have been built already.
  static HlsSimulation open(llvm::StringRef hls) { return HlsSimulation(hls.str()); }

  /// Runs `kernel` on its memory operands, in both simulations, whose results must be the same bits. Returns the
  /// contents of the operands that it writes, in order; emits a diagnostic at the kernel and fails otherwise.
  /// `sizes` are the named sizes of the launch.
  mlir::FailureOr<std::vector<Array>> run(KernelOp kernel, llvm::ArrayRef<Array> operands,
                                          const llvm::StringMap<int64_t> &sizes = {}) const;

private:
  explicit HlsSimulation(std::string folder) : folder(std::move(folder)) {}
  std::string folder;
};

} // namespace st

#endif // ST_DRIVER_HLSSIMULATION_H
