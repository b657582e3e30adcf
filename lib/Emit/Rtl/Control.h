//===- Control.h - What a task's controller steps through -------------------------------------------*- C++ -*-===//
//
// A lowered task is a list of statements: loops over lists of statements, and pipelines. A pipeline is a nest of loops
// that hold nothing but one loop each, around straight-line code, flattened; or straight-line code alone. Code between
// loops ends a pipeline at each store and push, as each operation on tiles has become loops of its own before those
// that run once were folded.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_EMIT_RTL_CONTROL_H
#define ST_EMIT_RTL_CONTROL_H

#include "Dialect/StDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include <memory>
#include <string>
#include <vector>

namespace st::rtl {

/// A loop that runs more than once, as a register that counts its iterations.
struct Counter {
  mlir::scf::ForOp loop;
  std::string name;
  int64_t trips = 1;
};

struct Pipeline {
  /// Outermost first.
  std::vector<Counter> loops;
  /// Every loop flattened into the pipeline, those that run once included.
  std::vector<mlir::scf::ForOp> nest;
  /// Straight-line code, with unrolled loops.
  std::vector<mlir::Operation *> body;
  int64_t trips = 1;
  int64_t ii = 1;
  /// Cycles from the start of an iteration to its end; known once the body has been scheduled.
  int64_t depth = 1;
};

struct Statement {
  /// The pipeline's number, else a loop over `body`.
  int pipeline = -1;
  Counter loop;
  std::vector<Statement> body;
};

struct Control {
  std::vector<Statement> statements;
  std::vector<Pipeline> pipelines;

  /// Fails with a diagnostic where a loop has no constant bounds or carries values.
  static mlir::FailureOr<Control> build(TaskOp task);
};

/// Iterations of a loop with constant bounds.
std::optional<int64_t> constantTrips(mlir::scf::ForOp loop);
/// Whether the loop is a copy of its body for each lane.
bool isUnrolled(mlir::scf::ForOp loop);

} // namespace st::rtl

#endif // ST_EMIT_RTL_CONTROL_H
