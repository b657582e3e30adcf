//===- TileGeneric.cpp - The nest of a generic ---------------------------------------------------------------===//

#include "Transforms/Tile/NestBuilder.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st {

namespace {

class GenericNest {
public:
  explicit GenericNest(NestBuilder &nest)
      : nest(nest), generic(cast<linalg::GenericOp>(nest.op.op)), result(nest.op.results.front()),
        parallel(nest.getLoops(LoopKind::Parallel)), loops(parallel) {
    llvm::append_range(loops, nest.getLoops(LoopKind::Reduction));
  }

  FailureOr<SmallVector<Value>> build(scf::ForOp &root) {
    if (loops.empty())
      return generic.emitOpError("has no loops; a single number cannot stream");
    for (OpOperand *operand : generic.getDpsInputOperands()) {
      bool isTensor = isa<RankedTensorType>(operand->get().getType());
      AffineMap map = generic.getMatchingIndexingMap(operand);
      wholes.push_back(isTensor ? nest.pad({operand->get(), map}) : operand->get());
      maps.push_back(map);
      tiles.push_back(isTensor ? Value() : operand->get());
    }
    Value destination = nest.createDestination(result);
    SmallVector<int64_t> tileShape = nest.getTileShape(result.map);
    if (generic.getNumReductionLoops() > 0)
      start = nest.createStart(generic.getDpsInits().front(), tileShape);
    else
      start = tensor::EmptyOp::create(nest.builder, generic.getLoc(), tileShape,
                                      getElementTypeOrSelf(destination.getType()));
    if (!start)
      return failure();
    Value whole =
        parallel.empty() ? insert(buildReductions(0, start, &root), destination) : buildParallel(0, destination, &root);
    return SmallVector<Value>{nest.clip(whole, result)};
  }

private:
  /// Reads the operands whose tile is known once `depth` loops are open.
  void readAt(unsigned depth) {
    for (auto [whole, map, tile] : llvm::zip(wholes, maps, tiles))
      if (isa<RankedTensorType>(whole.getType()) && nest.getDepth(map, loops) == depth)
        tile = nest.readTile(whole, map);
  }

  Value insert(Value tile, Value destination) { return nest.insertTile(tile, destination, result.map); }

  Value buildParallel(unsigned depth, Value destination, scf::ForOp *root = nullptr) {
    readAt(depth);
    if (depth == parallel.size())
      return insert(buildReductions(depth, start), destination);
    scf::ForOp loop = nest.createLoop(loops[depth], destination, [&](ValueRange carried) -> SmallVector<Value> {
      return {buildParallel(depth + 1, carried.front())};
    });
    if (root)
      *root = loop;
    return loop.getResult(0);
  }

  /// The current tile of the result, from what is summed so far.
  Value buildReductions(unsigned depth, Value accumulator, scf::ForOp *root = nullptr) {
    if (depth > parallel.size())
      readAt(depth);
    if (depth == loops.size()) {
      SmallVector<unsigned> loopOf = llvm::to_vector(llvm::seq(generic.getNumLoops()));
      return nest.cloneOntoTiles(generic, tiles, accumulator, loopOf, [](unsigned) { return false; }).getResult(0);
    }
    scf::ForOp loop = nest.createLoop(loops[depth], accumulator, [&](ValueRange carried) -> SmallVector<Value> {
      return {buildReductions(depth + 1, carried.front())};
    });
    if (root)
      *root = loop;
    return loop.getResult(0);
  }

  NestBuilder &nest;
  linalg::GenericOp generic;
  const StreamedTensor &result;
  SmallVector<unsigned> parallel, loops;
  SmallVector<Value> wholes, tiles;
  SmallVector<AffineMap> maps;
  Value start;
};

} // namespace

FailureOr<SmallVector<Value>> tileGeneric(NestBuilder &nest, scf::ForOp &root) { return GenericNest(nest).build(root); }

} // namespace st
