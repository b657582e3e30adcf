//===- TileRowOp.cpp - The nest of a row operation -----------------------------------------------------------===//
//
// Loops over tiles of rows. Inside: inputs are gathered tile by tile into buffers of whole rows, the operations of the
// body run on whole rows, and the results leave tile by tile. What only the first step reads needs no buffer: the step
// runs as its tiles arrive, and its result is what is gathered. Likewise the last step of a result runs as the result
// leaves, on tiles of the rows and on inputs that only it reads (a gain, a bias).
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Transforms/Tile/NestBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace st {

namespace {

class RowNest {
public:
  explicit RowNest(NestBuilder &nest)
      : nest(nest), row(cast<RowOp>(nest.op.op)), rows(nest.getLoops(LoopKind::Parallel)),
        columns(nest.getLoops(LoopKind::Column)) {}

  FailureOr<SmallVector<Value>> build(scf::ForOp &root) {
    if (failed(placeBody()))
      return failure();
    classify();
    SmallVector<Value> destinations;
    for (const StreamedTensor &input : nest.op.operands)
      wholes.push_back(nest.pad(input));
    for (const StreamedTensor &result : nest.op.results)
      destinations.push_back(nest.createDestination(result));
    root = rows.empty() ? buildSingleRow(destinations) : buildRows(0, destinations);
    if (hasFailed)
      return failure();
    SmallVector<Value> results;
    for (auto [whole, result] : llvm::zip(root.getResults(), nest.op.results))
      results.push_back(nest.clip(whole, result));
    return results;
  }

private:
  using Dims = SmallVector<unsigned>;

  /// Where the loops of every generic of the body lie in the domain.
  LogicalResult placeBody() {
    DenseMap<Value, Dims> dims;
    auto toDims = [](AffineMap map) {
      Dims result;
      for (unsigned i = 0; i < map.getNumResults(); ++i)
        result.push_back(map.getDimPosition(i));
      return result;
    };
    for (auto [argument, input] : llvm::zip(row.getBody().getArguments(), nest.op.operands))
      dims[argument] = toDims(input.map);
    for (auto generic : row.getBody().getOps<linalg::GenericOp>()) {
      constexpr unsigned unknown = ~0u;
      Dims loops(generic.getNumLoops(), unknown);
      SmallVector<bool> used(nest.op.extents.size(), false);
      for (OpOperand *operand : generic.getDpsInputOperands())
        if (auto known = dims.find(operand->get()); known != dims.end())
          for (auto [dim, place] : llvm::zip(toDims(generic.getMatchingIndexingMap(operand)), known->second)) {
            loops[dim] = place;
            used[place] = true;
          }
      // Loops that only the result has take the free dimensions in order.
      SmallVector<int64_t> ranges = generic.getStaticLoopRanges();
      for (auto [loop, place] : llvm::enumerate(loops)) {
        if (place == unknown) {
          place = llvm::find(used, false) - used.begin();
          if (place == used.size())
            return generic.emitOpError("has more loops than the domain of its row operation");
          used[place] = true;
        }
        if (ranges[loop] != nest.op.extents[place])
          return generic.emitOpError("loop ") << loop << " has extent " << ranges[loop] << ", dimension " << place
                                              << " of its row operation " << nest.op.extents[place];
      }
      Dims result;
      for (unsigned dim : toDims(generic.getMatchingIndexingMap(generic.getDpsInitOperand(0))))
        result.push_back(loops[dim]);
      dims[generic.getResult(0)] = result;
      loopsOf[generic] = loops;
    }
    return success();
  }

  /// An elementwise step over the whole domain.
  bool isElementwise(linalg::GenericOp generic) const {
    return generic.getNumLoops() == nest.op.extents.size() && generic.getNumReductionLoops() == 0;
  }

  /// The only operation that reads `value`; null when there are several or none.
  static Operation *getOnlyUser(Value value) {
    auto users = value.getUsers();
    return users.empty() || !llvm::all_equal(users) ? nullptr : *users.begin();
  }

  void classify() {
    for (auto generic : row.getBody().getOps<linalg::GenericOp>())
      if (isElementwise(generic) && generic->hasOneUse() && isa<YieldOp>(*generic->user_begin()))
        lastSteps.insert(generic);
    for (auto generic : row.getBody().getOps<linalg::GenericOp>()) {
      auto isOnlyReadHere = [&](Value input) { return isa<BlockArgument>(input) && getOnlyUser(input) == generic; };
      if (isElementwise(generic) && !lastSteps.contains(generic) && generic.getNumDpsInputs() > 0 &&
          llvm::all_of(generic.getInputs(), isOnlyReadHere))
        firstSteps.insert(generic);
    }
    for (auto [argument, input] : llvm::zip(row.getBody().getArguments(), nest.op.operands)) {
      Operation *user = getOnlyUser(argument);
      if (user && (firstSteps.contains(user) || lastSteps.contains(user)) && !getColumns(input.map).empty())
        streamed.insert(argument);
    }
  }

  int64_t rowTileExtent(unsigned loop) const { return isColumn(loop) ? nest.paddedExtentOf(loop) : nest.tileOf(loop); }
  bool isColumn(unsigned loop) const { return nest.op.loops[loop] == LoopKind::Column; }

  /// Columns that index `map` and run more than once.
  SmallVector<unsigned> getColumns(AffineMap map) const {
    SmallVector<unsigned> result;
    llvm::copy_if(columns, std::back_inserter(result), [&](unsigned loop) { return map.isFunctionOfDim(loop); });
    return result;
  }

  /// Offsets within a buffer of whole rows: columns move, rows stay.
  Value accessBuffer(Value buffer, AffineMap map, Value inserted) {
    SmallVector<OpFoldResult> offsets, sizes, ones;
    OpBuilder &builder = nest.builder;
    for (unsigned dim = 0; dim < map.getNumResults(); ++dim) {
      unsigned loop = map.getDimPosition(dim);
      offsets.push_back(isColumn(loop) ? nest.getOffset(loop) : OpFoldResult(builder.getIndexAttr(0)));
      sizes.push_back(builder.getIndexAttr(nest.tileOf(loop)));
      ones.push_back(builder.getIndexAttr(1));
    }
    if (inserted)
      return tensor::InsertSliceOp::create(builder, row.getLoc(), inserted, buffer, offsets, sizes, ones);
    return tensor::ExtractSliceOp::create(builder, row.getLoc(), buffer, offsets, sizes, ones);
  }

  /// Loops over `loops`, carrying one tensor.
  Value buildColumns(ArrayRef<unsigned> loops, Value carried, llvm::function_ref<Value(Value)> body) {
    if (loops.empty())
      return body(carried);
    return nest
        .createLoop(loops.front(), carried,
                    [&](ValueRange inner) -> SmallVector<Value> {
                      return {buildColumns(loops.drop_front(), inner.front(), body)};
                    })
        .getResult(0);
  }

  SmallVector<int64_t> getRowShape(ArrayRef<unsigned> dims) const {
    SmallVector<int64_t> shape;
    for (unsigned dim : dims)
      shape.push_back(rowTileExtent(dim));
    return shape;
  }

  AffineMap toMap(ArrayRef<unsigned> dims) const {
    return AffineMap::getMultiDimMapWithTargets(nest.op.extents.size(), dims, nest.op.op->getContext());
  }
  /// Where an operand of a step of the body lies in the domain.
  Dims getDims(linalg::GenericOp generic, OpOperand *operand) const {
    Dims dims;
    AffineMap map = generic.getMatchingIndexingMap(operand);
    for (unsigned i = 0; i < map.getNumResults(); ++i)
      dims.push_back(loopsOf.lookup(generic)[map.getDimPosition(i)]);
    return dims;
  }

  Value createRows(ArrayRef<unsigned> dims, Type scalar) {
    return tensor::EmptyOp::create(nest.builder, row.getLoc(), getRowShape(dims), scalar);
  }

  Value gather(Value whole, AffineMap map) {
    SmallVector<unsigned> loops = getColumns(map);
    if (loops.empty())
      return nest.readTile(whole, map);
    Dims dims;
    for (unsigned i = 0; i < map.getNumResults(); ++i)
      dims.push_back(map.getDimPosition(i));
    return buildColumns(loops, createRows(dims, getElementTypeOrSelf(whole.getType())),
                        [&](Value carried) { return accessBuffer(carried, map, nest.readTile(whole, map)); });
  }

  /// The current tile of an operand of a step that runs tile by tile.
  Value getTile(linalg::GenericOp generic, OpOperand *operand) {
    Value value = operand->get();
    if (!isa<RankedTensorType>(value.getType()))
      return rowsOf.lookupOrDefault(value);
    if (streamed.contains(value)) {
      unsigned index = cast<BlockArgument>(value).getArgNumber();
      return nest.readTile(wholes[index], nest.op.operands[index].map);
    }
    AffineMap map = toMap(getDims(generic, operand));
    Value rows = rowsOf.lookup(value);
    return getColumns(map).empty() ? rows : accessBuffer(rows, map, nullptr);
  }

  Value computeTile(linalg::GenericOp generic, Value init) {
    SmallVector<Value> inputs;
    for (OpOperand *operand : generic.getDpsInputOperands())
      inputs.push_back(getTile(generic, operand));
    return computeStep(generic, inputs, init, [](unsigned) { return false; });
  }

  Value computeStep(linalg::GenericOp generic, ValueRange inputs, Value init,
                    llvm::function_ref<bool(unsigned)> isWhole) {
    GenericTiles onto;
    onto.inputs = llvm::to_vector(inputs);
    onto.init = init;
    onto.maps = generic.getIndexingMapsArray();
    onto.loopOf = loopsOf[generic];
    onto.isWhole = isWhole;
    auto tiled = nest.cloneOntoTiles(generic, onto);
    // Constants of the body are values from above for the steps in it.
    for (Operation &inner : *tiled.getBody())
      for (OpOperand &operand : inner.getOpOperands())
        operand.set(rowsOf.lookupOrDefault(operand.get()));
    return tiled.getResult(0);
  }

  /// A first step: runs while its operands arrive.
  Value computeArriving(linalg::GenericOp generic) {
    Dims dims = getDims(generic, generic.getDpsInitOperand(0));
    AffineMap map = toMap(dims);
    Value rows = createRows(dims, getElementTypeOrSelf(generic.getResult(0).getType()));
    SmallVector<unsigned> loops = getColumns(map);
    if (loops.empty())
      return computeTile(generic, rows);
    return buildColumns(loops, rows, [&](Value carried) {
      return accessBuffer(carried, map, computeTile(generic, accessBuffer(carried, map, nullptr)));
    });
  }

  /// A step over whole rows.
  Value computeWhole(linalg::GenericOp generic) {
    OpOperand *oldInit = generic.getDpsInitOperand(0);
    Dims dims = getDims(generic, oldInit);
    Value init = generic.getNumReductionLoops() > 0 ? nest.createStart(oldInit->get(), getRowShape(dims))
                                                    : createRows(dims, getElementTypeOrSelf(oldInit->get().getType()));
    hasFailed |= !init;
    if (hasFailed)
      return nullptr;
    SmallVector<Value> inputs;
    for (Value input : generic.getInputs())
      inputs.push_back(rowsOf.lookupOrDefault(input));
    return computeStep(generic, inputs, init, [&](unsigned loop) { return isColumn(loop); });
  }

  /// Writes a result, computing its last step on the way out.
  Value scatter(Value yielded, AffineMap map, Value destination) {
    auto last = yielded.getDefiningOp<linalg::GenericOp>();
    return buildColumns(getColumns(map), destination, [&](Value carried) {
      Value tile;
      if (last && lastSteps.contains(last)) {
        Dims dims = getDims(last, last.getDpsInitOperand(0));
        Value init = tensor::EmptyOp::create(nest.builder, row.getLoc(), nest.getTileShape(toMap(dims)),
                                             getElementTypeOrSelf(yielded.getType()));
        tile = computeTile(last, init);
      } else {
        Value rows = rowsOf.lookup(yielded);
        tile = getColumns(map).empty() ? rows : accessBuffer(rows, map, nullptr);
      }
      return nest.insertTile(tile, carried, map);
    });
  }

  /// A row operation without row dimensions: the one row stands in a loop that runs once.
  scf::ForOp buildSingleRow(ValueRange destinations) {
    Location loc = row.getLoc();
    Value zero = arith::ConstantIndexOp::create(nest.builder, loc, 0);
    Value one = arith::ConstantIndexOp::create(nest.builder, loc, 1);
    auto loop = scf::ForOp::create(nest.builder, loc, zero, one, one, destinations);
    OpBuilder::InsertionGuard guard(nest.builder);
    nest.builder.setInsertionPointToStart(loop.getBody());
    gatherInputs(1);
    scf::YieldOp::create(nest.builder, loc, computeRows(loop.getRegionIterArgs()));
    return loop;
  }

  scf::ForOp buildRows(unsigned depth, ValueRange destinations) {
    return nest.createLoop(rows[depth], destinations, [&](ValueRange carried) -> SmallVector<Value> {
      gatherInputs(depth + 1);
      if (depth + 1 < rows.size())
        return llvm::to_vector_of<Value>(buildRows(depth + 1, carried).getResults());
      return computeRows(carried);
    });
  }

  /// Inputs whose rows are known once `depth` loops are open.
  void gatherInputs(unsigned depth) {
    for (auto [whole, input, argument] : llvm::zip(wholes, nest.op.operands, row.getBody().getArguments()))
      if (nest.getDepth(input.map, rows) == depth && !streamed.contains(argument))
        rowsOf.map(argument, gather(whole, input.map));
  }

  SmallVector<Value> computeRows(ValueRange destinations) {
    computeBody();
    if (hasFailed)
      return llvm::to_vector(destinations);
    SmallVector<Value> written;
    for (auto [yielded, result, destination] : llvm::zip(row.getYield().getOperands(), nest.op.results, destinations))
      written.push_back(scatter(yielded, result.map, destination));
    return written;
  }

  /// All but the last steps.
  void computeBody() {
    for (Operation &op : row.getBody().front()) {
      auto generic = dyn_cast<linalg::GenericOp>(op);
      if (isa<tensor::EmptyOp, linalg::FillOp, YieldOp>(op) || (generic && lastSteps.contains(generic)))
        continue;
      if (!generic)
        nest.builder.clone(op, rowsOf);
      else if (Value result = firstSteps.contains(generic) ? computeArriving(generic) : computeWhole(generic))
        rowsOf.map(generic.getResult(0), result);
      else
        return;
    }
  }

  NestBuilder &nest;
  RowOp row;
  SmallVector<unsigned> rows, columns;
  SmallVector<Value> wholes;
  DenseMap<Operation *, Dims> loopsOf;
  DenseSet<Operation *> firstSteps, lastSteps;
  /// Inputs that are read where they are used, tile by tile.
  DenseSet<Value> streamed;
  /// Values of the body on a tile of rows.
  IRMapping rowsOf;
  bool hasFailed = false;
};

} // namespace

FailureOr<SmallVector<Value>> tileRowOp(NestBuilder &nest, scf::ForOp &root) { return RowNest(nest).build(root); }

} // namespace st
