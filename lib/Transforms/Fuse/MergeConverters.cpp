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
    getOperation().walk([&](KernelOp kernel) {
      // In program order, so that the one that stays stands before all readers.
      llvm::DenseMap<std::tuple<Value, Type, Attribute>, ItensorConverterOp> first;
      for (auto converter : llvm::make_early_inc_range(kernel.getBody().getOps<ItensorConverterOp>())) {
        // The padding is part of what a converter makes.
        Attribute padding = converter->getPropertiesAsAttribute();
        auto [entry, isNew] =
            first.try_emplace({converter.getSource(), canonicalize(converter.getType()), padding}, converter);
        if (isNew)
          continue;
        replaceStream(converter.getResult(), entry->second.getResult());
        converter.erase();
        ++numMerged;
      }
    });
  }
};
} // namespace
