//===- streamtensor-opt.cpp - Any pass, any pipeline --------------------------------------------------===//

#include "Dialect/StDialect.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "RegisterPhases.inc"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<st::StDialect>();
  mlir::registerAllPasses();
  registerPhases();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "StreamTensor's optimizer driver\n", registry));
}
