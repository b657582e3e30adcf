#include "Import/Mlir/LowerTosa.h"

#include "mlir/Conversion/TosaToArith/TosaToArith.h"
#include "mlir/Conversion/TosaToLinalg/TosaToLinalg.h"
#include "mlir/Conversion/TosaToTensor/TosaToTensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

bool st::mlirimport::holdsTosa(func::FuncOp entry) {
  WalkResult result = entry.walk([](Operation *op) {
    return isa_and_nonnull<tosa::TosaDialect>(op->getDialect()) ? WalkResult::interrupt() : WalkResult::advance();
  });
  return result.wasInterrupted();
}

/// Why the operation called `name` has no form in linalg, and what to do instead.
static std::string explain(StringRef name) {
  return llvm::StringSwitch<std::string>(name)
      .Cases({"tosa.cond_if", "tosa.while_loop"},
             "is control flow, which a dataflow program has not; unroll it or choose a branch before export")
      .Case("tosa.custom", "is defined outside TOSA; replace it by TOSA operations before export")
      .Cases({"tosa.variable", "tosa.variable_read", "tosa.variable_write"},
             "keeps state between runs; take the value as an argument and return the new one")
      .Default("with these types is not lowered to linalg by MLIR's passes; replace it, or change its types");
}

/// Fails when a TOSA operation is left after lowering.
static LogicalResult rejectLeftovers(func::FuncOp entry) {
  WalkResult result = entry.walk([](Operation *op) {
    if (!isa_and_nonnull<tosa::TosaDialect>(op->getDialect()))
      return WalkResult::advance();
    op->emitOpError() << explain(op->getName().getStringRef());
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

LogicalResult st::mlirimport::lowerTosa(ModuleOp module, func::FuncOp entry) {
  PassManager passes(module.getContext(), ModuleOp::getOperationName());
  OpPassManager &functions = passes.nest<func::FuncOp>();
  functions.addPass(tosa::createTosaConvertIntegerTypeToSignless());
  functions.addPass(tosa::createTosaInferShapesPass());
  functions.addPass(tosa::createTosaOptionalDecompositionsPass());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(tosa::createTosaInferShapesPass());
  functions.addPass(tosa::createTosaMakeBroadcastablePass());
  functions.addPass(tosa::createTosaToLinalgNamed());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(tosa::createTosaLayerwiseConstantFoldPass());
  functions.addPass(tosa::createTosaMakeBroadcastablePass());
  functions.addPass(tosa::createTosaToLinalg());
  TosaToArithPassOptions arith;
  arith.includeApplyRescale = true;
  functions.addPass(createTosaToArithPass(arith));
  functions.addPass(createTosaToTensorPass());
  functions.addPass(createCanonicalizerPass());

  // A pass that fails says "failed to legalize operation 'tosa.x'", and nothing to do about it.
  std::vector<Diagnostic> diagnostics;
  LogicalResult lowered = success();
  {
    ScopedDiagnosticHandler collect(module.getContext(),
                                    [&](Diagnostic &diagnostic) { diagnostics.push_back(std::move(diagnostic)); });
    lowered = passes.run(module);
  }
  if (succeeded(lowered))
    return rejectLeftovers(entry);
  auto error = llvm::find_if(
      diagnostics, [](Diagnostic &diagnostic) { return diagnostic.getSeverity() == DiagnosticSeverity::Error; });
  if (error == diagnostics.end())
    return entry.emitError() << "@" << entry.getName() << " cannot be lowered from TOSA to linalg";
  std::string message = error->str();
  StringRef op = StringRef(message).split("legalize operation '").second.split('\'').first;
  if (op.empty())
    return emitError(error->getLocation()) << message;
  return emitError(error->getLocation()) << "'" << op << "' op " << explain(op);
}
