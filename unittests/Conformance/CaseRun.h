//===- CaseRun.h - One ONNX test through the compiler -----------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_CONFORMANCE_CASERUN_H
#define ST_UNITTESTS_CONFORMANCE_CASERUN_H

#include "OnnxSuite.h"
#include "Reference/Reference.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace st::testing {

/// What became of a test.
struct CaseResult {
  std::string suite, test;
  /// "pass"; "folded" (right, but the importer or the host computed everything); "fail"; "unsupported" (an operator
  /// that the importer does not know); "excepted" (a listed exception, or not on tensors).
  std::string status;
  /// Where it failed: a phase of the compiler, "build" (of the C++), or the execution of the last phase ("run").
  std::string phase;
  /// The first error; the operators where they are unsupported.
  std::string reason;
  /// Of the lowered design, and operations that the host computes beside the kernels.
  int64_t kernels = 0, tasks = 0, hostOps = 0;

  llvm::json::Value toJson() const;
  static CaseResult fromJson(llvm::StringRef text);
};

/// Compiles the test of `folder` through all phases up to `lower` and executes the result by the reference. Fails with
/// the name of the first phase after which the results are wrong. With `hlsFolder`, the design is emitted there too
/// (hls/, and lower.mlir for `simulateCase`) instead of being executed.
void compileCase(llvm::StringRef folder, llvm::StringRef hlsFolder, mlir::MLIRContext *context, CaseResult &result);

/// Executes what `compileCase` put into `hlsFolder`, its kernels by both C simulations, which have been built.
void simulateCase(llvm::StringRef folder, llvm::StringRef hlsFolder, mlir::MLIRContext *context, CaseResult &result);

} // namespace st::testing

#endif // ST_UNITTESTS_CONFORMANCE_CASERUN_H
