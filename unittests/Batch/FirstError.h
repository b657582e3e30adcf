//===- FirstError.h - What went wrong first ---------------------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_BATCH_FIRSTERROR_H
#define ST_UNITTESTS_BATCH_FIRSTERROR_H

#include "mlir/IR/Diagnostics.h"
#include <string>

namespace st::testing {

/// Keeps the first error of a context while it exists; nothing is printed.
class FirstError {
public:
  explicit FirstError(mlir::MLIRContext *context)
      : handler(context, [this](mlir::Diagnostic &diagnostic) {
          if (text.empty() && diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
            text = diagnostic.str();
          return mlir::success();
        }) {}

  std::string text;

private:
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace st::testing

#endif // ST_UNITTESTS_BATCH_FIRSTERROR_H
