//===- PrivatizeInits.cpp - Destinations that nobody else writes ----------------------------------------------===//

#include "Transforms/Bufferize/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

namespace st {
#define GEN_PASS_DEF_PRIVATIZEINITS
#include "Transforms/Bufferize/Passes.h.inc"
} // namespace st

using namespace mlir;
using namespace st;

/// Whether a use starts a value that is written from there on.
static bool isDestination(OpOperand &use) {
  Operation *op = use.getOwner();
  if (auto dps = dyn_cast<DestinationStyleOpInterface>(op))
    return dps.isDpsInit(&use);
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return &use == &insert.getDestMutable();
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return loop.getTiedLoopResult(&use) != nullptr;
  return false;
}

/// Gives every use of an empty tensor as a destination its own, where it is used.
static void splitEmpties(TaskOp task, IRRewriter &rewriter) {
  SmallVector<tensor::EmptyOp> empties;
  task.walk([&](tensor::EmptyOp empty) { empties.push_back(empty); });
  for (tensor::EmptyOp empty : empties) {
    for (OpOperand &use : llvm::make_early_inc_range(empty->getUses())) {
      if (!isDestination(use))
        continue;
      rewriter.setInsertionPoint(use.getOwner());
      Operation *own = rewriter.clone(*empty);
      rewriter.modifyOpInPlace(use.getOwner(), [&] { use.set(own->getResult(0)); });
    }
    if (empty->use_empty())
      rewriter.eraseOp(empty);
  }
}

/// A splat constant that is written over starts as a fill; constants themselves are read-only memory.
static void fillSplats(TaskOp task, IRRewriter &rewriter) {
  SmallVector<arith::ConstantOp> constants;
  task.walk([&](arith::ConstantOp constant) { constants.push_back(constant); });
  for (arith::ConstantOp constant : constants) {
    SplatElementsAttr splat;
    auto type = dyn_cast<RankedTensorType>(constant.getType());
    if (!type || !matchPattern(constant.getResult(), m_Constant(&splat)))
      continue;
    for (OpOperand &use : llvm::make_early_inc_range(constant->getUses())) {
      Location loc = use.getOwner()->getLoc();
      rewriter.setInsertionPoint(use.getOwner());
      Value scalar = arith::ConstantOp::create(rewriter, loc, cast<TypedAttr>(splat.getSplatValue<Attribute>()));
      Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(), type.getElementType());
      Value filled = linalg::FillOp::create(rewriter, loc, scalar, empty).getResult(0);
      rewriter.modifyOpInPlace(use.getOwner(), [&] { use.set(filled); });
    }
    rewriter.eraseOp(constant);
  }
}

/// Whether `op` is the last to see `value`, a value of its own block that no other view shares.
static bool diesAt(Value value, Operation *op) {
  Operation *def = value.getDefiningOp();
  if (!def || def->getBlock() != op->getBlock() || !isa<StreamReadTileOp, linalg::LinalgOp, scf::ForOp>(def))
    return false;
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    Operation *ancestor = op->getBlock()->findAncestorOpInBlock(*user);
    return ancestor == op || (ancestor && ancestor->isBeforeInBlock(op));
  });
}

/// Whether a view of `value` lives on in another value, so that writing over it would be seen there.
static bool isViewed(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    return isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::ExtractSliceOp, tensor::CastOp>(user);
  });
}

/// Whether the body of `op` reads other elements of `value` than its own.
static bool isReadByIndex(Value value, linalg::GenericOp op) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) { return op->isProperAncestor(user); });
}

/// An elementwise op reads and writes each element at once: it can write over an operand that nobody needs after it.
static bool writeOverOperand(linalg::GenericOp op, IRRewriter &rewriter) {
  if (!op.isAllParallelLoops() || op.getNumDpsInits() != 1)
    return false;
  OpOperand &init = *op.getDpsInitOperand(0);
  if (!init.get().getDefiningOp<tensor::EmptyOp>() || op.payloadUsesValueFromOperand(&init))
    return false;
  AffineMap map = op.getMatchingIndexingMap(&init);
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (input->get().getType() != init.get().getType() || op.getMatchingIndexingMap(input) != map ||
        !diesAt(input->get(), op) || isViewed(input->get()) || isReadByIndex(input->get(), op))
      continue;
    rewriter.modifyOpInPlace(op, [&] { init.set(input->get()); });
    return true;
  }
  return false;
}

/// Whether `slice` is moved as it is, so that its tokens can come straight from external memory.
static bool isOnlyMoved(tensor::ExtractSliceOp slice) {
  return llvm::all_of(slice->getUsers(), [](Operation *user) { return isa<StreamWriteTileOp>(user); });
}

/// A tile of external memory that is computed with is copied on chip first: a burst instead of single accesses.
static void loadExternalTiles(TaskOp task, IRRewriter &rewriter) {
  SmallVector<tensor::ExtractSliceOp> slices;
  task.walk([&](tensor::ExtractSliceOp slice) {
    if (slice.getSource().getDefiningOp<bufferization::ToTensorOp>() && !isOnlyMoved(slice))
      slices.push_back(slice);
  });
  for (tensor::ExtractSliceOp slice : slices) {
    rewriter.setInsertionPointAfter(slice);
    RankedTensorType type = slice.getType();
    Value empty = tensor::EmptyOp::create(rewriter, slice.getLoc(), type.getShape(), type.getElementType());
    auto copy = linalg::CopyOp::create(rewriter, slice.getLoc(), slice.getResult(), empty);
    rewriter.replaceAllUsesExcept(slice, copy.getResult(0), copy);
  }
}

namespace {
struct PrivatizeInits : st::impl::PrivatizeInitsBase<PrivatizeInits> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation().walk([&](TaskOp task) {
      loadExternalTiles(task, rewriter);
      fillSplats(task, rewriter);
      splitEmpties(task, rewriter);
      task.walk([&](linalg::GenericOp op) { numReused += writeOverOperand(op, rewriter); });
    });
  }
};
} // namespace
