//===- RtlSimulation.h - The emitted SystemVerilog, built by Verilator and run ----------------------*- C++ -*-===//

#ifndef ST_DRIVER_RTLSIMULATION_H
#define ST_DRIVER_RTLSIMULATION_H

#include "Dialect/StDialect.h"
#include "Support/Npz.h"

namespace st {

/// How long a kernel ran.
struct KernelCycles {
  std::string kernel;
  /// Clock cycles from its start until all tasks have ended and all results are in memory.
  int64_t cycles = 0;
};

/// The simulations of a design's kernels, clock cycle by clock cycle.
class RtlSimulation {
public:
  /// Builds the simulations in folder `rtl` with Verilator. The error holds what it said.
  static llvm::Expected<RtlSimulation> build(llvm::StringRef rtl);

  /// Runs `kernel` on its memory operands and returns the contents of those that it writes, in order; emits a
  /// diagnostic at the kernel and fails where it deadlocks. Adds the cycles to `cycles`.
  mlir::FailureOr<std::vector<Array>> run(KernelOp kernel, llvm::ArrayRef<Array> operands,
                                          std::vector<KernelCycles> &cycles) const;

private:
  explicit RtlSimulation(std::string folder) : folder(std::move(folder)) {}
  std::string folder;
};

} // namespace st

#endif // ST_DRIVER_RTLSIMULATION_H
