//===- ProgramRun.h - One program through the compiler ----------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_PROGRAMFUZZ_PROGRAMRUN_H
#define ST_UNITTESTS_PROGRAMFUZZ_PROGRAMRUN_H

#include "Generator.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/JSON.h"

namespace st::testing {

/// What became of a program.
struct ProgramResult {
  /// Where it failed first: "program" (the reference refuses it as it is), a phase, "build" (of the C++), "hls" (its
  /// execution). Empty if nothing failed.
  std::string phase;
  std::string reason;
  /// What the compiler made of it, by name; added to what the generator put in.
  std::set<std::string> features;
  /// Tasks of the lowered design.
  int64_t tasks = 0;

  llvm::json::Value toJson() const;
  static ProgramResult fromJson(llvm::StringRef text);
};

/// Takes the program in `text` through every phase; after each the reference must give what it gave for the program.
/// The design is then emitted into `hlsFolder`, for `simulateProgram`; the names of its kernels start with `prefix`.
/// `entering` hears each phase before it starts.
void compileProgram(llvm::StringRef text, int64_t maxConverterBytes, uint64_t seed, llvm::StringRef hlsFolder,
                    llvm::StringRef prefix, mlir::MLIRContext *context, ProgramResult &result,
                    llvm::function_ref<void(llvm::StringRef)> entering);

/// Executes both C simulations of what `compileProgram` put into `hlsFolder`, which have been built.
void simulateProgram(llvm::StringRef hlsFolder, mlir::MLIRContext *context, ProgramResult &result);

} // namespace st::testing

#endif // ST_UNITTESTS_PROGRAMFUZZ_PROGRAMRUN_H
