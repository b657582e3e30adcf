//===- MergeConverters.cpp - Readers of one sequence share the converter that makes it ------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Transforms/Fuse/Passes.h"
#include "Transforms/Fuse/Retype.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#define DEBUG_TYPE "st-merge-converters"

namespace st {
#define GEN_PASS_DEF_MERGECONVERTERS
#include "Transforms/Fuse/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

namespace {
struct MergeConverters : st::impl::MergeConvertersBase<MergeConverters> {
  void runOnOperation() override {
    getOperation().walk([&](Operation *streams) {
      if (!isa<KernelOp, RepeatOp>(streams))
        return;
      // In program order, so that the one that stays stands before all readers, and what reads one of two that were
      // merged has the same source as what read the other.
      llvm::DenseMap<std::tuple<Value, Type, Attribute>, Operation *> first;
      for (Operation &op : llvm::make_early_inc_range(streams->getRegion(0).front())) {
        if (!isa<ItensorConverterOp, ItensorReassociateOp>(op))
          continue;
        // The padding is part of what a converter makes, the grouping of what a reassociation does.
        Attribute properties = op.getPropertiesAsAttribute();
        auto type = canonicalize(cast<ItensorType>(op.getResult(0).getType()));
        auto [entry, isNew] = first.try_emplace({op.getOperand(0), type, properties}, &op);
        if (isNew)
          continue;
        replaceStream(op.getResult(0), entry->second->getResult(0));
        numMerged += isa<ItensorConverterOp>(op);
        op.erase();
      }
    });
  }
};
} // namespace
