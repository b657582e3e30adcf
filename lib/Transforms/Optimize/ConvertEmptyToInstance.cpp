//===- ConvertEmptyToInstance.cpp - Turn placeholders into FIFOs ----------------------------------------------===//

#include "Dialect/StDialect.h"
#include "Transforms/Optimize/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

#define DEBUG_TYPE "st-convert-empty-to-instance"

namespace st {
#define GEN_PASS_DEF_CONVERTEMPTYTOINSTANCE
#include "Transforms/Optimize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct ConvertEmptyToInstance : st::impl::ConvertEmptyToInstanceBase<ConvertEmptyToInstance> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation().walk([&](ItensorEmptyOp empty) {
      rewriter.setInsertionPoint(empty);
      rewriter.replaceOpWithNewOp<ItensorInstanceOp>(empty, empty.getType(), /*depth_tokens=*/nullptr,
                                                     /*storage=*/nullptr);
    });
  }
};
} // namespace
