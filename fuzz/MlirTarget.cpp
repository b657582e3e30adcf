//===- MlirTarget.cpp - The MLIR importer on arbitrary text ---------------------------------------------------===//

#include "Import/Mlir/ImportMlir.h"
#include "Target.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include <cstdlib>

using namespace mlir;
using namespace st;

namespace {
/// Attributes live as long as their context; a new one now and then keeps memory bounded.
MLIRContext &contextOfThisInput() {
  static std::unique_ptr<MLIRContext> context;
  static unsigned uses = 0;
  if (!context || ++uses % 256 == 0) {
    // All dialects, as the compiler's own context has.
    DialectRegistry registry;
    registerAllDialects(registry);
    registerAllExtensions(registry);
    context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
    context->printOpOnDiagnostic(false);
  }
  return *context;
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // Bytecode is LLVM's own format, with a reader that trusts it; the compiler runs that reader in a crash recovery
  // context instead.
  if (StringRef(reinterpret_cast<const char *>(data), size).starts_with("ML\xefR"))
    return 0;
  static fuzz::InputFile file("model.mlir");
  MLIRContext &context = contextOfThisInput();
  unsigned errors = 0;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    return success();
  });
  MlirImportOptions options;
  options.dims["arg0.0"] = 3;
  auto module = importMlir(file.write(data, size), options, &context);
  // A model is imported, or the user is told why not.
  if (bool(module) == (errors != 0))
    std::abort();
  return 0;
}

std::optional<std::string> fuzz::decodeCorpusFile(StringRef contents) { return contents.str(); }
std::optional<std::string> fuzz::encodeAsText(StringRef input) { return input.str(); }
