//===- KernelProcess.h - Kernels run by programs of their own ---------------------------------------*- C++ -*-===//

#ifndef ST_DRIVER_KERNELPROCESS_H
#define ST_DRIVER_KERNELPROCESS_H

#include "Dialect/StDialect.h"
#include "Support/Npz.h"
#include <map>
#include <memory>

namespace st {

struct Outcome {
  int status = -1;
  std::string messages; ///< what the program wrote to its error stream
};

/// Runs a program to its end, with its error stream kept, and what it printed where `output` is given.
llvm::Expected<Outcome> runProgram(llvm::ArrayRef<llvm::StringRef> command, std::string *output = nullptr);

/// Runs `folder`/simulate.sh, which builds the simulations of a back end; `remedy` tells how to get one that is
/// missing.
llvm::Error buildSimulations(llvm::StringRef folder, llvm::StringRef remedy);

/// A kernel's memory operands as files of packed row-major elements, in a folder that goes when they do.
class OperandFiles {
public:
  /// Writes those that the kernel reads. Emits a diagnostic at the kernel on failure.
  static mlir::FailureOr<OperandFiles> create(KernelOp kernel, llvm::ArrayRef<Array> operands);

  /// One for each operand, in order.
  llvm::ArrayRef<std::string> paths() const { return files; }

  /// The operands that the kernel has written, which `writer` has run, in order. Removes their files; those of operands
  /// that are updated in place hold again what they did at first.
  mlir::FailureOr<std::vector<Array>> readOutputs(llvm::StringRef writer) const;

private:
  struct ScratchFolder;
  explicit OperandFiles(KernelOp kernel) : kernel(kernel) {}
  llvm::StringRef getDirection(unsigned index) const;

  mutable KernelOp kernel;
  std::shared_ptr<ScratchFolder> scratch;
  std::vector<std::string> files;
  /// What operands that are updated in place hold at first.
  std::map<unsigned, Array> updated;
};

} // namespace st

#endif // ST_DRIVER_KERNELPROCESS_H
