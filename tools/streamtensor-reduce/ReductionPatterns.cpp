//===- ReductionPatterns.cpp - How programs become smaller ----------------------------------------------------===//

#include "ReductionPatterns.h"
#include "Dialect/StDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Reducer/ReductionPatternInterface.h"

using namespace mlir;
using namespace st;

namespace {
struct DropResult : OpRewritePattern<func::ReturnOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(func::ReturnOp op, PatternRewriter &rewriter) const override {
    auto function = op->getParentOfType<func::FuncOp>();
    if (op.getNumOperands() < 2)
      return failure();
    unsigned last = op.getNumOperands() - 1;
    rewriter.modifyOpInPlace(function, [&] { (void)function.eraseResult(last); });
    rewriter.modifyOpInPlace(op, [&] { op->eraseOperand(last); });
    return success();
  }
};

struct DropArgument : OpRewritePattern<func::FuncOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(func::FuncOp op, PatternRewriter &rewriter) const override {
    for (BlockArgument argument : op.getArguments())
      if (argument.use_empty()) {
        rewriter.modifyOpInPlace(op, [&] { (void)op.eraseArgument(argument.getArgNumber()); });
        return success();
      }
    return failure();
  }
};

/// A kernel nobody reads goes; another becomes ones, or, where the type is right, what it reads.
struct ReplaceKernel : OpRewritePattern<KernelOp> {
  ReplaceKernel(MLIRContext *context, bool byOperand) : OpRewritePattern(context), byOperand(byOperand) {}

  LogicalResult matchAndRewrite(KernelOp op, PatternRewriter &rewriter) const override {
    SmallVector<Value> replacements;
    for (Value result : op->getResults()) {
      auto type = dyn_cast<RankedTensorType>(result.getType());
      if (!type)
        return failure();
      Value replacement;
      if (byOperand) {
        for (Value input : op.getInputs())
          if (input.getType() == type)
            replacement = input;
        if (!replacement)
          return failure();
      } else {
        TypedAttr one = rewriter.getOneAttr(type.getElementType());
        replacement = arith::ConstantOp::create(rewriter, op.getLoc(), type, SplatElementsAttr::get(type, one));
      }
      replacements.push_back(replacement);
    }
    rewriter.replaceOp(op, replacements);
    return success();
  }

  bool byOperand;
};

/// A tile that nothing was written to is no value: only what starts from one is replaced by its start.
struct DropTileOperation : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (!op->getParentOfType<TaskOp>() || !op.hasPureTensorSemantics() ||
        op.getOutputs().front().getDefiningOp<tensor::EmptyOp>())
      return failure();
    rewriter.replaceOp(op, op.getOutputs());
    return success();
  }
};

struct StPatterns : DialectReductionPatternInterface {
  explicit StPatterns(Dialect *dialect) : DialectReductionPatternInterface(dialect) {}

  void populateReductionPatterns(RewritePatternSet &patterns) const override {
    patterns.add<ReplaceKernel>(patterns.getContext(), /*byOperand=*/true);
    patterns.add<ReplaceKernel>(patterns.getContext(), /*byOperand=*/false);
    patterns.add<DropTileOperation, DropResult, DropArgument>(patterns.getContext());
  }
};
} // namespace

void st::registerReductionPatterns(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *, StDialect *dialect) { dialect->addInterfaces<StPatterns>(); });
}
