//===- LowerLinalgToLoops.cpp - Linalg on tiles becomes pipelined point loops ---------------------------------===//

#include "Transforms/Lower/LoopNest.h"
#include "Transforms/Lower/Passes.h"
#include <numeric>

namespace st {
#define GEN_PASS_DEF_LOWERLINALGTOLOOPS
#include "Transforms/Lower/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

/// Elements of the last dimension of `memory` that one cycle can write.
static int64_t lastPartitionFactor(Value memory) {
  while (auto view = memory.getDefiningOp<memref::SubViewOp>())
    memory = view.getSource();
  auto buffer = memory.getDefiningOp<BufferOp>();
  auto partition = buffer ? buffer.getPartition() : std::nullopt;
  return partition && !partition->empty() ? partition->back() : 1;
}

/// Unroll factor of each loop of `op`. Fills and copies, which nobody scheduled, go as wide as their destination.
static FailureOr<SmallVector<int64_t>> unrollFactors(linalg::LinalgOp op, ArrayRef<int64_t> extents) {
  SmallVector<int64_t> factors(extents.size(), 1);
  if (auto given = op->getAttrOfType<DenseI64ArrayAttr>(unrollAttr)) {
    if (given.size() != (int64_t)extents.size())
      return op->emitOpError() << "has " << given.size() << " unroll factors for " << extents.size() << " loops";
    for (auto [index, pair] : llvm::enumerate(llvm::zip(given.asArrayRef(), extents))) {
      auto [factor, extent] = pair;
      if (factor < 1 || extent % factor != 0)
        return op->emitOpError() << "unroll factor " << factor << " of loop " << index << " must divide its extent of "
                                 << extent;
      factors[index] = factor;
    }
  } else if (isa<linalg::FillOp, linalg::CopyOp>(op) && !extents.empty()) {
    factors.back() = std::gcd(lastPartitionFactor(op.getDpsInits().front()), extents.back());
  }
  return factors;
}

/// Reductions, then parallel loops: consecutive cycles work on different elements.
static SmallVector<unsigned> pointLoopOrder(linalg::LinalgOp op) {
  SmallVector<unsigned> order, parallel;
  for (auto [dim, type] : llvm::enumerate(op.getIteratorTypesArray()))
    (type == utils::IteratorType::parallel ? parallel : order).push_back(dim);
  llvm::append_range(order, parallel);
  return order;
}

/// Opens the point loops of `op` and returns the value of each of its loops.
static SmallVector<Value> enterPointLoops(OpBuilder &builder, linalg::LinalgOp op, ArrayRef<int64_t> extents,
                                          ArrayRef<int64_t> factors) {
  Location loc = op.getLoc();
  SmallVector<unsigned> order = pointLoopOrder(op);
  SmallVector<int64_t> orderedExtents, orderedFactors;
  for (unsigned dim : order) {
    orderedExtents.push_back(extents[dim]);
    orderedFactors.push_back(factors[dim]);
  }
  auto interval = op->getAttrOfType<IntegerAttr>(initiationIntervalAttr);
  SmallVector<Value> bases =
      enterPipelinedNest(builder, loc, orderedExtents, orderedFactors, interval ? interval.getInt() : 1);

  SmallVector<Value> indices(extents.size());
  AffineExpr base, lane;
  bindDims(builder.getContext(), base, lane);
  for (auto [dim, value] : llvm::zip(order, bases)) {
    if (factors[dim] > 1) {
      scf::ForOp loop = enterLoop(builder, loc, factors[dim]);
      loop->setAttr(unrollAttr, builder.getUnitAttr());
      Value index = loop.getInductionVar();
      value = factors[dim] == extents[dim]
                  ? index
                  : affine::AffineApplyOp::create(builder, loc, AffineMap::get(2, 0, base + lane),
                                                  ValueRange{value, index});
    }
    indices[dim] = value;
  }
  return indices;
}

/// Where `operand` is accessed in the iteration `indices`.
static SmallVector<Value> accessIndices(OpBuilder &builder, linalg::LinalgOp op, OpOperand &operand,
                                        ArrayRef<Value> indices) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  SmallVector<OpFoldResult> dims(indices.begin(), indices.end());
  return llvm::map_to_vector(llvm::seq(map.getNumResults()), [&](unsigned result) {
    OpFoldResult index = affine::makeComposedFoldedAffineApply(builder, op.getLoc(), map.getSubMap({result}), dims);
    return getValueOrCreateConstantIndexOp(builder, op.getLoc(), index);
  });
}

static LogicalResult lowerToLoops(linalg::LinalgOp op, IRRewriter &rewriter) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  if (llvm::any_of(extents, ShapedType::isDynamic))
    return op->emitOpError("must have static shapes to become hardware loops");
  FailureOr<SmallVector<int64_t>> factors = unrollFactors(op, extents);
  if (failed(factors))
    return failure();

  Location loc = op.getLoc();
  rewriter.setInsertionPoint(op);
  SmallVector<Value> indices = enterPointLoops(rewriter, op, extents, *factors);

  IRMapping mapping;
  Block *body = op.getBlock();
  for (OpOperand &operand : op->getOpOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(&operand);
    if (argument.use_empty())
      continue;
    Value value = operand.get();
    if (isa<MemRefType>(value.getType()))
      value = memref::LoadOp::create(rewriter, loc, value, accessIndices(rewriter, op, operand, indices));
    mapping.map(argument, value);
  }
  for (Operation &inner : body->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner))
      mapping.map(index.getResult(), indices[index.getDim()]);
    else
      rewriter.clone(inner, mapping);
  }
  for (auto [init, value] : llvm::zip(op.getDpsInitsMutable(), body->getTerminator()->getOperands()))
    memref::StoreOp::create(rewriter, loc, mapping.lookupOrDefault(value), init.get(),
                            accessIndices(rewriter, op, init, indices));
  rewriter.eraseOp(op);
  return success();
}

namespace {
struct LowerLinalgToLoops : st::impl::LowerLinalgToLoopsBase<LowerLinalgToLoops> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation().walk([&](TaskOp task) { task.walk([&](linalg::LinalgOp op) { ops.push_back(op); }); });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : ops)
      if (failed(lowerToLoops(op, rewriter)))
        return signalPassFailure();
  }
};
} // namespace
