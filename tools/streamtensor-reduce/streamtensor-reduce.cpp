//===- streamtensor-reduce.cpp - Makes a program that fails small ----------------------------------------------===//
//
// MLIR's reducer with this compiler's dialect. The test is any program that exits with a status other than 0 on a file
// that still fails; st-program-fuzz is one:
//
//   streamtensor-reduce 17.mlir -o small.mlir --st-reduction='test=build/dev/bin/st-program-fuzz
//       test-arg=--reference-only test-arg=--expect=fuse test-arg=--seed=17'
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Dialect/StDialect.h"
#include "ReductionPatterns.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllPasses();
  st::registerGreedyReduction();
  registry.insert<st::StDialect>();
  st::registerReductionPatterns(registry);
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
