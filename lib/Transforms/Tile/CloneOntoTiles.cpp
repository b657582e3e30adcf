//===- CloneOntoTiles.cpp - The body of a generic, on tiles --------------------------------------------------===//

#include "Transforms/Tile/NestBuilder.h"

#include "Dialect/Sizes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace st {

namespace {

class BodyClone {
public:
  BodyClone(NestBuilder &nest, linalg::GenericOp generic, const GenericTiles &onto)
      : nest(nest), builder(nest.builder), loc(generic.getLoc()), onto(onto), kinds(generic.getIteratorTypesArray()) {
    clone = linalg::GenericOp::create(builder, loc, onto.init.getType(), onto.inputs, onto.init, onto.maps, kinds);
    IRMapping mapping;
    generic.getRegion().cloneInto(&clone.getRegion(), mapping);
  }

  linalg::GenericOp finish() {
    OpBuilder::InsertionGuard guard(builder);
    Block *body = clone.getBody();
    for (auto index : llvm::make_early_inc_range(body->getOps<linalg::IndexOp>())) {
      builder.setInsertionPoint(index);
      index.replaceAllUsesWith(getIndex(index.getDim()));
      index.erase();
    }
    SmallVector<Operation *> ops;
    body->walk([&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops) {
      builder.setInsertionPoint(op);
      if (auto read = dyn_cast<tensor::ExtractOp>(op))
        redirect(read);
      else if (isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::CeilDivSIOp,
                   arith::CeilDivUIOp, arith::FloorDivSIOp>(op))
        guardDivision(op);
    }
    maskReductions();
    return clone;
  }

private:
  /// The index along `loop` in the whole tensor.
  Value getIndex(unsigned loop) {
    Value index = linalg::IndexOp::create(builder, loc, loop);
    auto offset = dyn_cast<Value>(nest.getOffset(onto.loopOf[loop]));
    return !offset || onto.isWhole(onto.loopOf[loop]) ? index : arith::AddIOp::create(builder, loc, index, offset);
  }

  /// Whether the current point exists along all loops of `which` that tiles do not divide; null when they do.
  Value getExists(llvm::function_ref<bool(unsigned, utils::IteratorType)> which) {
    Value exists;
    for (auto [loop, kind] : llvm::enumerate(kinds)) {
      unsigned place = onto.loopOf[loop];
      if (!which(place, kind) || !nest.isPadded(place))
        continue;
      Value extent = nest.isBounded(place) ? materialize(builder, loc, nest.op.bounds[place])
                                           : arith::ConstantIndexOp::create(builder, loc, nest.op.extents[place]);
      Value isInside = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, getIndex(loop), extent);
      exists = exists ? arith::AndIOp::create(builder, loc, exists, isInside) : isInside;
    }
    return exists;
  }

  bool isPadded() const {
    return llvm::any_of(onto.loopOf, [&](unsigned loop) { return nest.isPadded(loop); });
  }

  /// A read by index goes to the tile. Indices computed from padding may be anything: they are kept inside.
  void redirect(tensor::ExtractOp read) {
    const auto *capture = llvm::find_if(onto.captures, [&](auto &known) { return known.tensor == read.getTensor(); });
    if (capture == onto.captures.end())
      return;
    SmallVector<Value> indices(read.getIndices());
    for (auto [dim, expr] : llvm::enumerate(capture->map.getResults())) {
      if (auto loop = getLoop(expr)) {
        indices[dim] = linalg::IndexOp::create(builder, loc, *loop);
      } else if (isPadded()) {
        int64_t extent = cast<RankedTensorType>(capture->tensor.getType()).getDimSize(dim);
        Value first = arith::ConstantIndexOp::create(builder, loc, 0);
        Value last = arith::ConstantIndexOp::create(builder, loc, extent - 1);
        Value capped = arith::MinSIOp::create(builder, loc, indices[dim], last);
        indices[dim] = arith::MaxSIOp::create(builder, loc, capped, first);
      }
    }
    read->setOperands(llvm::to_vector(llvm::concat<Value>(SmallVector<Value>{capture->tile}, indices)));
  }

  /// Padding may hold a zero, by which nothing may be divided.
  void guardDivision(Operation *division) {
    Value exists = getExists([](unsigned, utils::IteratorType) { return true; });
    if (!exists)
      return;
    Type type = division->getOperand(1).getType();
    TypedAttr one = builder.getIntegerAttr(type, 1);
    division->setOperand(1, arith::SelectOp::create(builder, loc, exists, division->getOperand(1),
                                                    arith::ConstantOp::create(builder, loc, one)));
  }

  void maskReductions() {
    builder.setInsertionPoint(clone.getBody()->getTerminator());
    // Where the extent is known at run time the body is masked already, and that mask holds for padding too.
    Value exists = getExists([&](unsigned loop, utils::IteratorType kind) {
      return kind == utils::IteratorType::reduction && !nest.isBounded(loop);
    });
    if (!exists)
      return;
    OpOperand &yielded = clone.getBody()->getTerminator()->getOpOperand(0);
    yielded.set(arith::SelectOp::create(builder, loc, exists, yielded.get(), clone.getRegionOutputArgs()[0]));
  }

  NestBuilder &nest;
  OpBuilder &builder;
  Location loc;
  const GenericTiles &onto;
  SmallVector<utils::IteratorType> kinds;
  linalg::GenericOp clone;
};

} // namespace

linalg::GenericOp NestBuilder::cloneOntoTiles(linalg::GenericOp generic, const GenericTiles &onto) {
  return BodyClone(*this, generic, onto).finish();
}

} // namespace st
