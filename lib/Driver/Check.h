//===- Check.h - `streamtensor check` and `run`: does a design compute what the model says? ---------*- C++ -*-===//

#ifndef ST_DRIVER_CHECK_H
#define ST_DRIVER_CHECK_H

#include "Driver/Compare.h"
#include "Driver/RtlSimulation.h"
#include "Driver/RunSizes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace st {

/// What executes the kernels of a design.
enum class Backend {
  Reference, ///< the interpreter, on the last IR before emission
  Hls,       ///< the emitted C++, built with the machine's g++
  Rtl        ///< the emitted SystemVerilog, built with Verilator
};

/// Names and random values for the inputs of the entry function, as its `st.name` attributes give them. Deterministic
/// under `seed`; floats are normally distributed. Named sizes are as large as they may be, unless `sizes` says
/// otherwise.
NamedArrays randomInputs(mlir::ModuleOp module, uint64_t seed, const RunSizes &sizes = {});

/// Executes the entry function of `module` on the reference interpreter. Inputs and results go by name.
llvm::Expected<NamedArrays> runModule(mlir::ModuleOp module, const NamedArrays &inputs);

/// Executes the compiled design in folder `design`. Back ends that count clock cycles add them to `cycles`, where
/// given, kernel by kernel as they are launched.
llvm::Expected<NamedArrays> runDesign(llvm::StringRef design, Backend backend, const NamedArrays &inputs,
                                      mlir::MLIRContext *context, std::vector<KernelCycles> *cycles = nullptr);

/// The same for several launches, one after the other. Caches (results that stay in the memory of an argument) stay in
/// their memory from launch to launch where the inputs do not give them; before the first they are empty.
llvm::Expected<std::vector<NamedArrays>> runLaunches(llvm::StringRef design, Backend backend,
                                                     llvm::ArrayRef<NamedArrays> launches, mlir::MLIRContext *context,
                                                     std::vector<KernelCycles> *cycles = nullptr);

struct CheckOptions {
  std::string design;
  Backend backend = Backend::Reference;
  std::string inputs; ///< .npz by name; random inputs where empty
  std::string golden; ///< .npz by name; where empty, the model itself on the reference interpreter is the judge
  RunSizes sizes;     ///< for random inputs: named sizes; the largest where not given
};

struct CheckedTensor {
  std::string name;
  Difference difference;
  bool ok = false;
};

struct CheckReport {
  std::vector<CheckedTensor> tensors;
  /// Launch by launch, from back ends that count them.
  std::vector<KernelCycles> cycles;
  bool ok() const;
  llvm::json::Value toJson() const;
};

llvm::Expected<CheckReport> checkDesign(const CheckOptions &options, mlir::MLIRContext *context);

/// Compares results by name; a tensor missing on either side is a mismatch.
CheckReport compareResults(const NamedArrays &actual, const NamedArrays &reference, const Tolerance &tolerance = {});

} // namespace st

#endif // ST_DRIVER_CHECK_H
