//===- Generator.h - Random programs of tasks that stream -------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_PROGRAMFUZZ_GENERATOR_H
#define ST_UNITTESTS_PROGRAMFUZZ_GENERATOR_H

#include "mlir/IR/MLIRContext.h"
#include <set>
#include <string>

namespace st::testing {

/// A program, as a phase of the compiler would leave it.
struct Program {
  uint64_t seed = 0;
  /// The assembly of a module with @main.
  std::string text;
  /// Whether it is what `fuse` leaves (one kernel, packed operands); else what `dataflow` leaves (a kernel for a task).
  bool isFused = false;
  /// Bound on what converters of a kernel take, in bytes; 0 for the device's.
  int64_t maxConverterBytes = 0;
  unsigned tasks = 0;
  /// What it exercises, by name.
  std::set<std::string> features;
};

/// The program of `seed`: at least four tasks. Valid by construction.
Program generateProgram(uint64_t seed, mlir::MLIRContext *context);

} // namespace st::testing

#endif // ST_UNITTESTS_PROGRAMFUZZ_GENERATOR_H
