// The meaning of the IR, at every level that the compiler passes through.
//
// One interpreter executes linalg on tensors, tiled loops, kernels of tasks that talk through itensors, the same on
// streams and memrefs, and the lowered scalar loops. Tasks run concurrently (in turns, deterministically) and talk
// through FIFOs only; a FIFO that is too small shows as a deadlock, which is reported by name.
#pragma once

#include "Support/Npz.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include "llvm/ADT/StringMap.h"

#include <functional>
#include <vector>

namespace st {
class KernelOp;
}

namespace st::reference {

/// How to run a module.
struct RunOptions {
  /// Runs a kernel in place of the interpreter, for example by the simulation of its generated code. It is handed what
  /// the kernel reads (its tensors, and its memrefs of direction "in" or "inout" according to `st.operand_directions`),
  /// in order, and returns what the kernel writes: its results, then its memrefs of direction "out" or "inout", in
  /// order. On failure it has emitted a diagnostic.
  using KernelBackend = std::function<mlir::FailureOr<std::vector<Array>>(KernelOp, llvm::ArrayRef<Array>)>;
  KernelBackend kernelBackend;

  /// The named sizes of the run (`st.sizes` of the entry function). Arguments and results have the shape of the largest
  /// run all the same; beyond what counts they may hold anything.
  llvm::StringMap<int64_t> sizes;

  /// FIFOs hold as many tokens as the IR says (`depth_tokens` of instances, the depth of streams); otherwise any
  /// number.
  bool boundedFifos = true;
};

/// Runs the function `entry` of `module` on `inputs`, one for each argument, and returns one array for each result.
/// Emits an error at the operation at fault when the module asks for something that is unsupported or wrong: an access
/// outside, a task that reads or writes more or less than its itensor types say, tokens that are left over, a deadlock.
mlir::FailureOr<std::vector<Array>> run(mlir::ModuleOp module, llvm::StringRef entry, llvm::ArrayRef<Array> inputs,
                                        const RunOptions &options = {});

} // namespace st::reference
