//===- GreedyReduction.cpp - One step smaller at a time -------------------------------------------------------===//

#include "ReductionPatterns.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Reducer/ReductionPatternInterface.h"
#include "mlir/Reducer/Tester.h"

using namespace mlir;
using namespace st;

static void eraseDead(ModuleOp module) {
  for (bool changed = true; changed;) {
    SmallVector<Operation *> dead;
    module.walk([&](Operation *op) {
      if (isOpTriviallyDead(op))
        dead.push_back(op);
    });
    changed = !dead.empty();
    for (Operation *op : dead)
      op->erase();
  }
}

namespace {
/// MLIR's reduction tree leaves uses without definitions where it erases operations of a region, and then copies them.
/// This pass takes the same patterns and the same tester, and only what is valid.
struct GreedyReduction : PassWrapper<GreedyReduction, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(GreedyReduction)

  GreedyReduction() = default;
  GreedyReduction(const GreedyReduction &other) : PassWrapper(other) {}

  StringRef getArgument() const final { return "st-reduction"; }
  StringRef getDescription() const final { return "apply reduction patterns one by one while the test fails"; }

  void runOnOperation() final;

  /// Applies the patterns to copies; the smaller module, or null when none is interesting.
  OwningOpRef<ModuleOp> findSmaller(ModuleOp module, RewritePatternSet &patterns, const Tester &tester);

  Option<std::string> testerName{*this, "test",
                                 llvm::cl::desc("Program that exits with a status other than 0 on a "
                                                "file that still fails")};
  ListOption<std::string> testerArguments{*this, "test-arg", llvm::cl::desc("Arguments before the file")};

private:
  /// The candidate to try next: those before it have led nowhere.
  unsigned next = 0;
};
} // namespace

OwningOpRef<ModuleOp> GreedyReduction::findSmaller(ModuleOp module, RewritePatternSet &patterns, const Tester &tester) {
  for (;; ++next) {
    OwningOpRef<ModuleOp> copy = module.clone();
    // Candidates from the last operation on: what nobody reads goes first.
    SmallVector<Operation *> ops;
    copy->walk([&](Operation *op) { ops.push_back(op); });
    unsigned number = 0;
    bool isApplied = false;
    for (Operation *op : llvm::reverse(ops)) {
      for (const std::unique_ptr<RewritePattern> &pattern : patterns.getNativePatterns()) {
        if (pattern->getRootKind() && *pattern->getRootKind() != op->getName())
          continue;
        if (number++ < next)
          continue;
        PatternRewriter rewriter(op->getContext());
        rewriter.setInsertionPoint(op);
        if (failed(pattern->matchAndRewrite(op, rewriter))) {
          ++next;
          continue;
        }
        isApplied = true;
        break;
      }
      if (isApplied)
        break;
    }
    if (!isApplied)
      return {};
    eraseDead(*copy);
    ScopedDiagnosticHandler quiet(&getContext(), [](Diagnostic &) { return success(); });
    if (succeeded(verify(*copy)) && tester.isInteresting(*copy).first == Tester::Interestingness::True)
      return copy;
  }
}

void GreedyReduction::runOnOperation() {
  ModuleOp module = getOperation();
  Tester tester(testerName, testerArguments);
  if (tester.isInteresting(module).first != Tester::Interestingness::True) {
    module.emitError("does not fail as it is; nothing to reduce: the test has to exit with a status other than 0");
    return signalPassFailure();
  }
  RewritePatternSet patterns(&getContext());
  for (Dialect *dialect : getContext().getLoadedDialects())
    if (auto *interface = dialect->getRegisteredInterface<DialectReductionPatternInterface>())
      interface->populateReductionPatterns(patterns);
  // Twice: what led nowhere may lead somewhere after other steps.
  for (int round = 0; round < 2; ++round) {
    next = 0;
    while (OwningOpRef<ModuleOp> smaller = findSmaller(module, patterns, tester))
      module.getBodyRegion().takeBody(smaller->getBodyRegion());
  }
}

void st::registerGreedyReduction() { PassRegistration<GreedyReduction>(); }
