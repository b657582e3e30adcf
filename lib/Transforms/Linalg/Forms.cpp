//===- Forms.cpp - What may stream after the linalg phase ----------------------------------------------------===//

#include "Transforms/Linalg/Forms.h"
#include "Transforms/Linalg/Passes.h"

#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace st {

static bool collectTerms(AffineExpr expr, int64_t factor, SmallVectorImpl<WindowTerm> &terms) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    if (factor <= 0 || llvm::any_of(terms, [&](WindowTerm term) { return term.loop == dim.getPosition(); }))
      return false;
    terms.push_back({dim.getPosition(), factor});
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (binary.getKind() == AffineExprKind::Add)
    return collectTerms(binary.getLHS(), factor, terms) && collectTerms(binary.getRHS(), factor, terms);
  auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return binary.getKind() == AffineExprKind::Mul && constant &&
         collectTerms(binary.getLHS(), factor * constant.getValue(), terms);
}

std::optional<SmallVector<WindowTerm>> getWindowTerms(AffineExpr expr) {
  SmallVector<WindowTerm> terms;
  if (!collectTerms(expr, 1, terms))
    return std::nullopt;
  return terms;
}

bool isWindowMap(AffineMap map) {
  SmallVector<bool> used(map.getNumDims(), false);
  for (AffineExpr expr : map.getResults()) {
    auto terms = getWindowTerms(expr);
    if (!terms)
      return false;
    for (WindowTerm term : *terms) {
      if (used[term.loop])
        return false;
      used[term.loop] = true;
    }
  }
  return true;
}

SmallVector<tensor::ExtractOp> getGatheredReads(linalg::GenericOp op) {
  return llvm::to_vector(op.getBody()->getOps<tensor::ExtractOp>());
}

bool isGather(linalg::GenericOp op) { return !op.getBody()->getOps<tensor::ExtractOp>().empty(); }

bool isElementwise(linalg::GenericOp op) { return op && op.getNumParallelLoops() == op.getNumLoops(); }

/// Whether the host executes `op` anyhow.
static bool isOnHost(Operation *op) {
  return op->hasAttr(hostAttr) ||
         isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp, tensor::PadOp, tensor::EmptyOp, arith::ConstantOp>(op) ||
         (isa<tensor::ExtractSliceOp>(op) && isReadyOnHost(op->getOperand(0)));
}

bool isReadyOnHost(Value value) {
  Operation *op = value.getDefiningOp();
  return !op || (isOnHost(op) && onlyPreparesArguments(op));
}

bool onlyPreparesArguments(Operation *op) {
  llvm::SetVector<Value> read;
  getUsedValuesDefinedAbove(op->getRegions(), read);
  read.insert(op->operand_begin(), op->operand_end());
  return llvm::all_of(read, isReadyOnHost);
}

bool onlyFinishesResults(Operation *op) {
  return llvm::all_of(op->getUsers(), [](Operation *user) {
    return isa<func::ReturnOp>(user) ||
           ((user->hasAttr(hostAttr) || isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(user)) &&
            onlyFinishesResults(user));
  });
}

} // namespace st

void st::decomposeAggregates(func::FuncOp function, RewriterBase &rewriter) {
  SmallVector<linalg::AggregatedOpInterface> aggregates;
  function.walk([&](linalg::AggregatedOpInterface op) { aggregates.push_back(op); });
  for (linalg::AggregatedOpInterface op : aggregates) {
    rewriter.setInsertionPoint(op);
    FailureOr<SmallVector<Value>> results = op.decomposeOperation(rewriter);
    if (succeeded(results))
      rewriter.replaceOp(op, *results);
  }
}
