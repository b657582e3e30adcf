//===- Diagnostics.h - What a user is told, as text and as JSON -------------------------------------*- C++ -*-===//

#ifndef ST_DRIVER_DIAGNOSTICS_H
#define ST_DRIVER_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace st {

/// A diagnostic of the context, without its IR.
struct UserDiagnostic {
  mlir::DiagnosticSeverity severity;
  /// "file:line:column", or the name of the model's node; empty where neither is known.
  std::string place;
  std::string message;
  std::vector<std::string> notes;
};

/// The place that `loc` stands for in the user's file: "file:line:column", or the names of the model's nodes.
std::string describePlace(mlir::Location loc);

/// Collects diagnostics instead of printing them, for as long as it lives.
class DiagnosticCollector {
public:
  explicit DiagnosticCollector(mlir::MLIRContext *context);
  std::vector<UserDiagnostic> diagnostics;

private:
  mlir::ScopedDiagnosticHandler handler;
};

/// Prints diagnostics for a person: with the line of the file where there is one, else with the name of the model's
/// node; the operation of the IR is left out, it is not the user's. Keeps all for JSON.
class DiagnosticPrinter : public mlir::SourceMgrDiagnosticHandler {
public:
  DiagnosticPrinter(llvm::SourceMgr &sources, mlir::MLIRContext *context, llvm::raw_ostream &out);
  llvm::ArrayRef<UserDiagnostic> diagnostics() const { return collected; }

private:
  std::vector<UserDiagnostic> collected;
};

/// The error of a step whose diagnostics the context's handler has already had. `what` says what did not happen.
llvm::Error alreadyDiagnosed(std::string what);
/// Whether `error` is of that kind; its message is then not worth a second error.
bool isAlreadyDiagnosed(const llvm::Error &error);

llvm::json::Value toJson(const UserDiagnostic &diagnostic);

} // namespace st

#endif // ST_DRIVER_DIAGNOSTICS_H
