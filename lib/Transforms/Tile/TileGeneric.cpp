//===- TileGeneric.cpp - The nest of a generic ---------------------------------------------------------------===//

#include "Transforms/Tile/NestBuilder.h"
#include "Transforms/Tile/OperandReader.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace st {

namespace {

/// Weights under a window that are read once, before the first row, instead of again for each.
constexpr int64_t maxResidentBytes = 256 * 1024;

class GenericNest {
public:
  explicit GenericNest(NestBuilder &nest)
      : nest(nest), generic(cast<linalg::GenericOp>(nest.op.op)), result(nest.op.results.front()),
        parallel(nest.getLoops(LoopKind::Parallel)), loops(parallel) {
    llvm::append_range(loops, nest.getLoops(LoopKind::Reduction));
  }

  FailureOr<SmallVector<Value>> build(scf::ForOp &root) {
    for (auto [index, tensor] : llvm::enumerate(nest.op.operands)) {
      bool isResident = canReside(tensor);
      readers.emplace_back(nest, index, isResident);
      hasOuterLoop |= isResident || (tensor.isCaptured() && getDepth(tensor) == 0);
      startsFromTensor |= isStart(tensor);
    }
    hasOuterLoop |= loops.empty() || (startsFromTensor && parallel.empty());
    residents.resize(readers.size());
    tiles.resize(readers.size());
    Value destination = nest.createDestination(result);
    if (failed(createStart()))
      return failure();
    Value whole;
    if (hasOuterLoop) {
      whole = nest.createCountingLoop(
          1, 1, destination,
          [&](Value, Value carried) {
            readResidents();
            readAt(0);
            return parallel.empty() ? insert(buildReductions(0, nullptr), carried) : buildParallel(0, carried);
          },
          &root);
    } else if (parallel.empty()) {
      whole = insert(buildReductions(0, nullptr, &root), destination);
    } else {
      whole = buildParallel(0, destination, &root);
    }
    return SmallVector<Value>{nest.clip(whole, result)};
  }

private:
  bool isStart(const StreamedTensor &tensor) const {
    return tensor.operand && tensor.operand->getOperandNumber() >= generic->getNumOperands() - 1;
  }

  /// How many loops determine the tile of `tensor`.
  unsigned getDepth(const StreamedTensor &tensor) const {
    // A sum goes on from its start: that is needed before the sum begins and not before the tile is.
    if (isStart(tensor))
      return parallel.size();
    unsigned depth = 0;
    for (auto [position, loop] : llvm::enumerate(loops))
      if (tensor.map.isFunctionOfDim(loop))
        depth = position + 1;
    return depth;
  }

  /// A parameter under a window that is small enough to stay, and would be read again for every row.
  bool canReside(const StreamedTensor &tensor) const {
    std::optional<unsigned> row = nest.op.rowLoop;
    if (!row || tensor.isCaptured() || isStart(tensor) || tensor.map.isFunctionOfDim(*row) ||
        !llvm::is_contained(loops, *row) || llvm::any_of(tensor.map.getResults(), isSum))
      return false;
    return OperandReader::countBytes(nest, tensor) <= maxResidentBytes;
  }

  LogicalResult createStart() {
    SmallVector<int64_t> shape = nest.getTileShape(result.map);
    Value init = generic.getDpsInits().front();
    if (startsFromTensor)
      return success();
    if (generic.getNumReductionLoops() > 0 || generic.payloadUsesValueFromOperand(generic.getDpsInitOperand(0)))
      start = nest.createStart(init, shape);
    else
      start = tensor::EmptyOp::create(nest.builder, generic.getLoc(), shape, getElementTypeOrSelf(init.getType()));
    return success(start != nullptr);
  }

  void readResidents() {
    for (auto [reader, all] : llvm::zip(readers, residents))
      if (reader.isResident())
        all = reader.read();
  }

  /// Reads the operands whose tile is known once `depth` loops are open. A slice lies in the nest: at least in its
  /// outermost loop.
  void readAt(unsigned depth) {
    for (auto [tensor, reader, all, tile] : llvm::zip(nest.op.operands, readers, residents, tiles)) {
      if (std::max<unsigned>(getDepth(tensor), hasOuterLoop ? 0 : 1) == depth)
        tile = reader.isResident() ? reader.cutTile(all) : reader.read();
      if (tile && isStart(tensor))
        start = tile;
    }
  }

  Value insert(Value tile, Value destination) { return nest.insertTile(tile, destination, result.map); }

  Value buildParallel(unsigned depth, Value destination, scf::ForOp *root = nullptr) {
    if (depth > 0)
      readAt(depth);
    if (depth == parallel.size())
      return insert(buildReductions(depth, nullptr), destination);
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
    if (!accumulator)
      accumulator = start;
    if (depth == loops.size())
      return compute(accumulator);
    scf::ForOp loop = nest.createLoop(loops[depth], accumulator, [&](ValueRange carried) -> SmallVector<Value> {
      return {buildReductions(depth + 1, carried.front())};
    });
    if (root)
      *root = loop;
    return loop.getResult(0);
  }

  Value compute(Value accumulator) {
    GenericTiles onto;
    onto.loopOf = llvm::to_vector(llvm::seq(generic.getNumLoops()));
    onto.isWhole = [&](unsigned loop) { return nest.op.loops[loop] == LoopKind::Column; };
    onto.init = accumulator;
    for (OpOperand *operand : generic.getDpsInputOperands()) {
      const auto *read = llvm::find_if(nest.op.operands, [&](auto &tensor) { return tensor.operand == operand; });
      auto type = dyn_cast<RankedTensorType>(operand->get().getType());
      unsigned index = read - nest.op.operands.begin();
      bool isRead = read != nest.op.operands.end();
      onto.maps.push_back(isRead ? readers[index].getTileMap() : generic.getMatchingIndexingMap(operand));
      onto.inputs.push_back(isRead ? tiles[index] : type ? createUnused(operand) : operand->get());
    }
    for (auto [tensor, tile] : llvm::zip(nest.op.operands, tiles))
      if (tensor.isCaptured())
        onto.captures.push_back({tensor.value, tile, tensor.map});
    onto.maps.push_back(result.map);
    return nest.cloneOntoTiles(generic, onto).getResult(0);
  }

  /// A tensor that only gives loops their extents, as the shape of a pooling window does.
  Value createUnused(OpOperand *operand) {
    SmallVector<int64_t> shape;
    for (AffineExpr expr : generic.getMatchingIndexingMap(operand).getResults()) {
      int64_t extent = 1 + getConstantTerm(expr);
      for (unsigned loop = 0; loop < nest.op.extents.size(); ++loop)
        extent += getCoefficient(expr, loop) * (getTileExtent(loop) - 1);
      shape.push_back(extent);
    }
    Type scalar = getElementTypeOrSelf(operand->get().getType());
    return tensor::EmptyOp::create(nest.builder, generic.getLoc(), shape, scalar);
  }

  int64_t getTileExtent(unsigned loop) const {
    return nest.op.loops[loop] == LoopKind::Column ? nest.paddedExtentOf(loop) : nest.tileOf(loop);
  }

  NestBuilder &nest;
  linalg::GenericOp generic;
  const StreamedTensor &result;
  SmallVector<unsigned> parallel, loops;
  std::vector<OperandReader> readers;
  /// By operand: all of it if resident, and its current tile.
  SmallVector<Value> residents, tiles;
  Value start;
  bool startsFromTensor = false;
  /// Whether a loop that runs once stands around all others, for what is read before them.
  bool hasOuterLoop = false;
};

} // namespace

FailureOr<SmallVector<Value>> tileGeneric(NestBuilder &nest, scf::ForOp &root) { return GenericNest(nest).build(root); }

} // namespace st
