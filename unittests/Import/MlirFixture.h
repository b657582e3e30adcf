// Imports text as an .mlir file and keeps what the importer said.
#pragma once

#include "../Support/TemporaryFolder.h"
#include "Import/Mlir/ImportMlir.h"
#include "Support/FileSystem.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"

#include "gtest/gtest.h"

namespace st {

class MlirImportTest : public ::testing::Test {
protected:
  mlir::OwningOpRef<mlir::ModuleOp> import(llvm::StringRef text, const MlirImportOptions &options = {}) {
    EXPECT_FALSE(bool(writeFile(path, text)));
    messages.clear();
    context.printOpOnDiagnostic(false);
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
        ++errors;
      messages += diagnostic.str() + "\n";
      for (mlir::Diagnostic &note : diagnostic.getNotes())
        messages += note.str() + "\n";
      return mlir::success();
    });
    errors = 0;
    return importMlir(path, options, &context);
  }

  /// The text of what was imported, or of the messages.
  std::string print(llvm::StringRef text, const MlirImportOptions &options = {}) {
    auto module = import(text, options);
    if (!module)
      return "not imported: " + messages;
    std::string printed;
    llvm::raw_string_ostream stream(printed);
    module->print(stream);
    return printed;
  }

  /// Importing `text` says one error, which holds `part`.
  void expectError(llvm::StringRef text, llvm::StringRef part, const MlirImportOptions &options = {}) {
    EXPECT_FALSE(bool(import(text, options)));
    EXPECT_EQ(errors, 1u) << messages;
    EXPECT_NE(messages.find(part.str()), std::string::npos) << messages;
  }

  st::testing::TemporaryFolder folder;
  std::string path = folder.path("model.mlir");
  mlir::MLIRContext context;
  std::string messages;
  unsigned errors = 0;
};

} // namespace st
