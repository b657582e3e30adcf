//===- streamtensor-lsp-server.cpp - What editors ask about .mlir files ----------------------------------------===//
//
// MLIR's language server with StreamTensor's dialect: diagnostics as one types, types on hover, definitions and uses.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/StDialect.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

using namespace mlir;

int main(int argc, char **argv) {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<st::StDialect>();
  return failed(MlirLspServerMain(argc, argv, registry)) ? EXIT_FAILURE : EXIT_SUCCESS;
}
