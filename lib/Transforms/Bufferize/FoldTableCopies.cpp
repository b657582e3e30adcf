//===- FoldTableCopies.cpp - A table that is copied whole is the table ----------------------------------------===//

#include "Transforms/Bufferize/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace st {
#define GEN_PASS_DEF_FOLDTABLECOPIES
#include "Transforms/Bufferize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

/// The loops of a perfect nest that carries one tensor from `loop` inwards.
static SmallVector<scf::ForOp> collectNest(scf::ForOp loop) {
  SmallVector<scf::ForOp> nest;
  while (loop && loop.getNumResults() == 1) {
    nest.push_back(loop);
    Operation &first = loop.getBody()->front();
    auto inner = dyn_cast<scf::ForOp>(first);
    if (!inner || first.getNextNode() != loop.getBody()->getTerminator() || inner.getNumResults() != 1 ||
        inner.getInitArgs()[0] != loop.getRegionIterArg(0) || loop.getYieldedValues()[0] != inner.getResult(0))
      break;
    loop = inner;
  }
  return nest;
}

/// Whether slices of these offsets and sizes, over the whole nest, are all of a tensor of `shape`.
static bool coverAll(ArrayRef<scf::ForOp> nest, ArrayRef<OpFoldResult> offsets, ArrayRef<int64_t> sizes,
                     ArrayRef<int64_t> shape) {
  for (auto [offset, size, extent] : llvm::zip(offsets, sizes, shape)) {
    if (getConstantIntValue(offset) == 0 && size == extent)
      continue;
    Value variable = llvm::dyn_cast_if_present<Value>(offset);
    auto loop = llvm::find_if(nest, [&](scf::ForOp candidate) { return candidate.getInductionVar() == variable; });
    if (loop == nest.end())
      return false;
    scf::ForOp found = *loop;
    if (getConstantIntValue(found.getLowerBound()) != 0 || getConstantIntValue(found.getUpperBound()) != extent ||
        getConstantIntValue(found.getStep()) != size)
      return false;
  }
  return true;
}

/// The constant that `root` copies slice by slice; null when it does anything else.
static Value copiedTable(scf::ForOp root) {
  SmallVector<scf::ForOp> nest = collectNest(root);
  if (nest.empty() || !root.getInitArgs()[0].getDefiningOp<tensor::EmptyOp>())
    return {};
  scf::ForOp innermost = nest.back();
  auto insert = innermost.getYieldedValues()[0].getDefiningOp<tensor::InsertSliceOp>();
  auto extract = insert ? insert.getSource().getDefiningOp<tensor::ExtractSliceOp>() : nullptr;
  if (!extract || insert.getDest() != innermost.getRegionIterArg(0) ||
      !extract.getSource().getDefiningOp<arith::ConstantOp>() || extract.getSourceType() != insert.getResultType() ||
      extract.getMixedOffsets() != insert.getMixedOffsets() || extract.getMixedSizes() != insert.getMixedSizes() ||
      !extract.hasUnitStride() || !insert.hasUnitStride() || ShapedType::isDynamicShape(extract.getStaticSizes()))
    return {};
  if (!coverAll(nest, extract.getMixedOffsets(), extract.getStaticSizes(), extract.getSourceType().getShape()))
    return {};
  return extract.getSource();
}

namespace {
struct FoldTableCopies : st::impl::FoldTableCopiesBase<FoldTableCopies> {
  void runOnOperation() override {
    SmallVector<std::pair<scf::ForOp, Value>> copies;
    getOperation().walk([&](TaskOp task) {
      task.walk([&](scf::ForOp loop) {
        if (Value table = copiedTable(loop))
          copies.push_back({loop, table});
      });
    });
    // Inner loops of a copy are never copies themselves: they start from a carried tensor.
    for (auto [loop, table] : copies) {
      loop.getResult(0).replaceAllUsesWith(table);
      loop.erase();
      ++numFolded;
    }
  }
};
} // namespace
